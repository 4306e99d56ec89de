use rayon::prelude::*;

use super::gzip::Body;
use super::header::{Header, LONGEST, Version};
use super::placement::Frame;
use crate::{Dtype, Error, Volume};

/// The most memory that [`decode`] gives to one volume: 4 GiB.
const DEFAULT_LIMIT: u64 = 4 << 30;

/// Planes that are inflated while the planes before them are brought into memory order.
const PLANES: usize = 32;

/// Columns along X that one task brings into memory order.
const COLUMNS: usize = 64;

/// An image and what its header said.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The image, channels first.
    pub volume: Volume,
    /// Facts of the header.
    pub facts: Facts,
}

/// Facts of a header which the volume itself does not carry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    /// Which NIfTI.
    pub version: Version,
    /// Type of the stored voxels.
    pub dtype: Dtype,
    /// Slope and intercept that were applied, where the header has a slope.
    pub scaling: Option<(f64, f64)>,
    /// How the header said where the voxels lie.
    pub frame: Frame,
}

/// Decodes a NIfTI file, plain or gzip, of at most 4 GiB in memory.
///
/// The affine is nibabel's choice as MONAI's `NibabelReader` corrects it, in millimetres. A fourth axis
/// becomes channels, or a fifth one behind a fourth of extent 1.
///
/// # Errors
/// Whatever is not a sound single-file image; see [`Error`].
pub fn decode(bytes: &[u8]) -> Result<Decoded, Error> {
    decode_within(bytes, DEFAULT_LIMIT)
}

/// As [`decode`], with the most bytes that the volume may take in memory. Nothing is allocated before the header's
/// promise was compared with `limit` and with what the bytes can hold.
///
/// # Errors
/// As [`decode`], and [`Error::TooLarge`].
pub fn decode_within(bytes: &[u8], limit: u64) -> Result<Decoded, Error> {
    let mut body = Body::new(bytes);
    let mut head = [0; LONGEST];
    let (header, count) = read_header(bytes, &mut body, &mut head)?;
    let affine = header.placement.affine()?;
    let needed = header.voxels() * 4;
    if needed > limit {
        return Err(Error::TooLarge { needed, limit });
    }
    let expected = (header.voxels() * header.dtype.size() as u64).saturating_add(header.offset);
    if expected > Body::at_most(bytes) {
        let found = if matches!(body, Body::Plain { .. }) { bytes.len() as u64 } else { count_all(body)? };
        return Err(Error::Truncated { expected, found });
    }
    let mut source = Source { body, head: &head[..count], expected };
    source.skip(header.offset)?;
    let data = match source.body {
        Body::Plain { .. } if !header.big_endian => {
            place_voxels(&bytes[header.offset as usize..expected as usize], &header)
        }
        _ => read_voxels(&mut source, &header)?,
    };
    source.body.finish()?;
    if header.scaling.is_some() || matches!(header.dtype, Dtype::Float32 | Dtype::Float64) {
        check_finite(&data, header.shape)?;
    }
    let volume = Volume { channels: header.channels, shape: header.shape, rank: header.rank, data, affine };
    let facts = Facts {
        version: header.version,
        dtype: header.dtype,
        scaling: header.scaling,
        frame: header.placement.frame(),
    };
    Ok(Decoded { volume, facts })
}

/// What the header says of a NIfTI file's image: a volume without its voxels, of which none is read.
///
/// # Errors
/// As [`decode`], as far as the header tells.
pub fn decode_form(bytes: &[u8]) -> Result<Volume, Error> {
    let (header, _) = read_header(bytes, &mut Body::new(bytes), &mut [0; LONGEST])?;
    let Header { channels, shape, rank, .. } = header;
    Ok(Volume { channels, shape, rank, data: Vec::new(), affine: header.placement.affine()? })
}

/// The header, and how many bytes were read for it.
fn read_header(bytes: &[u8], body: &mut Body<'_>, head: &mut [u8; LONGEST]) -> Result<(Header, usize), Error> {
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    let count = body.fill(head)?;
    Ok((Header::parse(&head[..count])?, count))
}

fn count_all(mut body: Body<'_>) -> Result<u64, Error> {
    let mut buffer = [0; 1 << 14];
    while body.fill(&mut buffer)? == buffer.len() {}
    Ok(body.read())
}

/// The body from its first byte on, with what the header took given back.
struct Source<'a> {
    body: Body<'a>,
    head: &'a [u8],
    expected: u64,
}

impl Source<'_> {
    fn skip(&mut self, count: u64) -> Result<(), Error> {
        let from_head = (self.head.len() as u64).min(count) as usize;
        self.head = &self.head[from_head..];
        let mut left = count - from_head as u64;
        let mut buffer = [0; 4096];
        while left > 0 {
            let step = left.min(buffer.len() as u64) as usize;
            self.fill(&mut buffer[..step])?;
            left -= step as u64;
        }
        Ok(())
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        let from_head = self.head.len().min(buffer.len());
        buffer[..from_head].copy_from_slice(&self.head[..from_head]);
        self.head = &self.head[from_head..];
        let count = self.body.fill(&mut buffer[from_head..])?;
        if from_head + count < buffer.len() {
            return Err(Error::Truncated { expected: self.expected, found: self.body.read() });
        }
        Ok(())
    }
}

/// All voxels of a file that is not packed, their lowest byte first.
fn place_voxels(bytes: &[u8], header: &Header) -> Vec<f32> {
    let voxels = header.shape.iter().product::<usize>();
    let mut data = vec![0f32; voxels * header.channels];
    let channels = data.chunks_exact_mut(voxels).zip(bytes.chunks_exact(voxels * header.dtype.size()));
    channels.for_each(|(target, bytes)| place(bytes, header, 0, target));
    data
}

/// As [`place_voxels`], of any file, which is unpacked meanwhile.
fn read_voxels(source: &mut Source<'_>, header: &Header) -> Result<Vec<f32>, Error> {
    let [nx, ny, nz] = header.shape;
    let plane = nx * ny * header.dtype.size();
    let mut data = vec![0f32; nx * ny * nz * header.channels];
    let mut slabs = Vec::new();
    for channel in 0..header.channels {
        slabs.extend((0..nz).step_by(PLANES).map(|z| (channel, z, PLANES.min(nz - z))));
    }
    let mut now = vec![0; plane * PLANES.min(nz)];
    let mut next = now.clone();
    let (_, _, first) = slabs[0];
    source.fill(&mut now[..first * plane])?;
    for (index, &(channel, z, planes)) in slabs.iter().enumerate() {
        let following = slabs.get(index + 1).map_or(0, |slab| slab.2);
        let target = &mut data[channel * nx * ny * nz..(channel + 1) * nx * ny * nz];
        let (read, ()) = rayon::join(
            || source.fill(&mut next[..following * plane]),
            || scatter(&mut now[..planes * plane], header, z, target),
        );
        read?;
        std::mem::swap(&mut now, &mut next);
    }
    Ok(data)
}

/// A voxel that is no number would spread over all that a network sees of it, and no answer would show it.
fn check_finite(data: &[f32], [nx, ny, nz]: [usize; 3]) -> Result<(), Error> {
    const PART: usize = 1 << 16;
    let odd = |value: &&f32| !value.is_finite();
    let counts: Vec<u64> = data.par_chunks(PART).map(|part| part.iter().filter(odd).count() as u64).collect();
    let Some(part) = counts.iter().position(|&count| count > 0) else { return Ok(()) };
    let first = part * PART + data[part * PART..].iter().take_while(|value| value.is_finite()).count();
    let place = [first / (ny * nz) % nx, first / nz % ny, first % nz];
    Err(Error::NotFinite { found: counts.iter().sum(), place, channel: first / (nx * ny * nz) })
}

/// Brings planes (X fastest) into the channel's order (Z fastest), as scaled 32-bit floats.
fn scatter(slab: &mut [u8], header: &Header, z: usize, target: &mut [f32]) {
    if header.big_endian {
        slab.chunks_exact_mut(header.dtype.size()).for_each(<[u8]>::reverse);
    }
    place(slab, header, z, target);
}

fn place(slab: &[u8], header: &Header, z: usize, target: &mut [f32]) {
    let (slope, intercept) = header.scaling.unwrap_or((1.0, 0.0));
    // As in nibabel a zero is not added, for it would take the sign from a negative zero; this zero does not.
    let intercept = if intercept == 0.0 { -0.0 } else { intercept };
    let scaled = |value: f64| (value * slope + intercept) as f32;
    let shape = header.shape;
    match header.dtype {
        Dtype::Uint8 => columns(slab, shape, z, target, |raw| scaled(u8::from_le_bytes(raw) as f64)),
        Dtype::Int8 => columns(slab, shape, z, target, |raw| scaled(i8::from_le_bytes(raw) as f64)),
        Dtype::Uint16 => columns(slab, shape, z, target, |raw| scaled(u16::from_le_bytes(raw) as f64)),
        Dtype::Int16 => columns(slab, shape, z, target, |raw| scaled(i16::from_le_bytes(raw) as f64)),
        Dtype::Uint32 => columns(slab, shape, z, target, |raw| scaled(u32::from_le_bytes(raw) as f64)),
        Dtype::Int32 => columns(slab, shape, z, target, |raw| scaled(i32::from_le_bytes(raw) as f64)),
        Dtype::Uint64 => columns(slab, shape, z, target, |raw| scaled(u64::from_le_bytes(raw) as f64)),
        Dtype::Int64 => columns(slab, shape, z, target, |raw| scaled(i64::from_le_bytes(raw) as f64)),
        Dtype::Float32 => columns(slab, shape, z, target, |raw| scaled(f32::from_le_bytes(raw) as f64)),
        Dtype::Float64 => columns(slab, shape, z, target, |raw| scaled(f64::from_le_bytes(raw))),
    }
}

/// In cubes, each of which is read and written line by line: what lies between two lines is often a power of two, of which
/// caches hold few, and always another page of memory.
fn columns<const N: usize>(
    slab: &[u8],
    [nx, ny, nz]: [usize; 3],
    z: usize,
    target: &mut [f32],
    convert: impl Fn([u8; N]) -> f32 + Sync,
) {
    let (voxels, _) = slab.as_chunks::<N>();
    let planes = voxels.len() / (nx * ny);
    target.par_chunks_mut(COLUMNS * ny * nz).enumerate().for_each(|(block, target)| {
        let (x, width) = (block * COLUMNS, target.len() / (ny * nz));
        let mut lines = [[[0u8; N]; COLUMNS]; PLANES];
        let mut rows = [[[0u8; N]; PLANES]; COLUMNS];
        for (first, y) in (0..planes).step_by(PLANES).flat_map(|first| (0..ny).map(move |y| (first, y))) {
            let depth = PLANES.min(planes - first);
            for (plane, line) in lines.iter_mut().enumerate().take(depth) {
                line[..width].copy_from_slice(&voxels[((first + plane) * ny + y) * nx + x..][..width]);
            }
            for (plane, line) in lines.iter().enumerate() {
                line.iter().zip(&mut rows).for_each(|(&raw, row)| row[plane] = raw);
            }
            for (column, row) in rows.iter().enumerate().take(width) {
                let target = &mut target[(column * ny + y) * nz + z + first..][..depth];
                target.iter_mut().zip(row).for_each(|(voxel, &raw)| *voxel = convert(raw));
            }
        }
    });
}
