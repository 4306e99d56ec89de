use super::gzip;
use super::placement::Frame;
use crate::{Affine, Dtype, Error, Volume};

const HEADER: usize = 352;

/// Planes that one task brings into the file's order and packs.
pub const PLANES: usize = 32;

/// Columns along X that are brought into the file's order at once.
const COLUMNS: usize = 64;

/// Encodes a volume as NIfTI-1, gzip. Integer types truncate and saturate, as labels need no more.
///
/// The sform holds the affine in `frame.units`; the qform too, where `frame` has one and the affine is free of shear.
///
/// # Errors
/// [`Error::AxisTooLong`], [`Error::ShapeMismatch`], [`Error::AffineNotStorable`].
pub fn encode(volume: &Volume, dtype: Dtype, frame: Frame) -> Result<Vec<u8>, Error> {
    let expected = volume.channels * volume.voxels();
    if volume.data.len() != expected {
        let found = volume.data.len();
        return Err(Error::ShapeMismatch { channels: volume.channels, shape: volume.shape, expected, found });
    }
    let mut head = [0u8; HEADER];
    header(volume, dtype, frame, &mut head)?;
    let slabs: Vec<Slab> = (0..volume.channels)
        .flat_map(|channel| (0..volume.shape[2]).step_by(PLANES).map(move |z| Slab { channel, z }))
        .collect();
    Ok(gzip::compress(slabs.len() + 1, |part, out| match part.checked_sub(1).map(|index| &slabs[index]) {
        None => out.extend_from_slice(&head),
        Some(slab) => match dtype {
            Dtype::Uint8 => slab.write(volume, out, |v| (v as u8).to_le_bytes()),
            Dtype::Int8 => slab.write(volume, out, |v| (v as i8).to_le_bytes()),
            Dtype::Uint16 => slab.write(volume, out, |v| (v as u16).to_le_bytes()),
            Dtype::Int16 => slab.write(volume, out, |v| (v as i16).to_le_bytes()),
            Dtype::Uint32 => slab.write(volume, out, |v| (v as u32).to_le_bytes()),
            Dtype::Int32 => slab.write(volume, out, |v| (v as i32).to_le_bytes()),
            Dtype::Uint64 => slab.write(volume, out, |v| (v as u64).to_le_bytes()),
            Dtype::Int64 => slab.write(volume, out, |v| (v as i64).to_le_bytes()),
            Dtype::Float32 => slab.write(volume, out, f32::to_le_bytes),
            Dtype::Float64 => slab.write(volume, out, |v| f64::from(v).to_le_bytes()),
        },
    }))
}

/// Planes of a channel from `z` on, [`PLANES`] where there are as many.
struct Slab {
    channel: usize,
    z: usize,
}

impl Slab {
    /// Brings Z-fastest memory into X-fastest planes, in cubes, each of which is read and written line by line: what lies
    /// between two lines is often a power of two, of which caches hold few, and always another page of memory.
    fn write<const N: usize>(&self, volume: &Volume, out: &mut Vec<u8>, convert: impl Fn(f32) -> [u8; N]) {
        let [nx, ny, nz] = volume.shape;
        let data = volume.channel(self.channel);
        let planes = PLANES.min(nz - self.z);
        out.resize(planes * nx * ny * N, 0);
        let (voxels, _) = out.as_chunks_mut::<N>();
        let mut lines = [[0f32; PLANES]; COLUMNS];
        let mut rows = [[[0u8; N]; COLUMNS]; PLANES];
        for (x0, y) in (0..nx).step_by(COLUMNS).flat_map(|x0| (0..ny).map(move |y| (x0, y))) {
            let width = COLUMNS.min(nx - x0);
            for (x, line) in lines.iter_mut().enumerate().take(width) {
                line[..planes].copy_from_slice(&data[((x0 + x) * ny + y) * nz + self.z..][..planes]);
            }
            for (x, line) in lines.iter().enumerate() {
                line.iter().zip(&mut rows).for_each(|(&value, row)| row[x] = convert(value));
            }
            for (plane, row) in rows.iter().enumerate().take(planes) {
                voxels[(plane * ny + y) * nx + x0..][..width].copy_from_slice(&row[..width]);
            }
        }
    }
}

fn header(volume: &Volume, dtype: Dtype, frame: Frame, out: &mut [u8]) -> Result<(), Error> {
    let mut put = |offset: usize, bytes: &[u8]| out[offset..offset + bytes.len()].copy_from_slice(bytes);
    let extents = [volume.shape[0], volume.shape[1], volume.shape[2], volume.channels];
    let axes: i16 = match (volume.channels, volume.rank) {
        (1, 2) => 2,
        (1, _) => 3,
        _ => 4,
    };
    put(0, &348i32.to_le_bytes());
    put(40, &axes.to_le_bytes());
    for axis in 0..7 {
        let extent = extents.get(axis).copied().unwrap_or(1);
        let short = i16::try_from(extent).map_err(|_| Error::AxisTooLong { found: extent })?;
        put(42 + 2 * axis, &short.to_le_bytes());
    }
    put(70, &dtype.nifti_code().to_le_bytes());
    put(72, &(dtype.size() as i16 * 8).to_le_bytes());
    let scale = frame.units.millimetres();
    let matrix = volume.affine.matrix().map(|row| row.map(|value| value / scale));
    if !is_storable(&matrix) {
        return Err(Error::AffineNotStorable);
    }
    let rotation = Rotation::of(&volume.affine);
    put(76, &(if rotation.mirrored { -1f32 } else { 1.0 }).to_le_bytes());
    for (axis, spacing) in volume.affine.spacing().into_iter().chain([1.0; 4]).enumerate() {
        let size = if axis < 3 { spacing / scale } else { 1.0 };
        put(80 + 4 * axis, &(size as f32).to_le_bytes());
    }
    put(108, &(HEADER as f32).to_le_bytes());
    put(112, &1f32.to_le_bytes());
    put(123, &[frame.units.code()]);
    let qform_code = if rotation.orthogonal { frame.qform_code } else { 0 };
    let sform_code = [frame.sform_code, frame.qform_code].into_iter().find(|&code| code > 0).unwrap_or(2);
    put(252, &qform_code.to_le_bytes());
    put(254, &sform_code.to_le_bytes());
    for axis in 0..3 {
        put(256 + 4 * axis, &(rotation.quaternion[axis] as f32).to_le_bytes());
        put(268 + 4 * axis, &(matrix[axis][3] as f32).to_le_bytes());
        for column in 0..4 {
            put(280 + 16 * axis + 4 * column, &(matrix[axis][column] as f32).to_le_bytes());
        }
    }
    put(344, b"n+1\0");
    Ok(())
}

/// Whether each column keeps its direction and length as 32-bit floats.
fn is_storable(matrix: &[[f64; 4]; 4]) -> bool {
    (0..4).all(|column| {
        let largest = (0..3).map(|row| matrix[row][column].abs()).fold(0.0, f64::max);
        (0..3).all(|row| (f64::from(matrix[row][column] as f32) - matrix[row][column]).abs() <= 1e-6 * largest)
    })
}

/// The qform's part of an affine.
struct Rotation {
    /// Quaternion b, c, d with a positive a.
    quaternion: [f64; 3],
    /// Whether the third axis is mirrored (`qfac` -1).
    mirrored: bool,
    /// Whether the columns are at right angles; if not, the qform cannot say what the affine is.
    orthogonal: bool,
}

impl Rotation {
    fn of(affine: &Affine) -> Rotation {
        let (m, spacing) = (affine.matrix(), affine.spacing());
        let mut r: [[f64; 3]; 3] = std::array::from_fn(|row| std::array::from_fn(|axis| m[row][axis] / spacing[axis]));
        let dot = |a: usize, b: usize| (0..3).map(|row| r[row][a] * r[row][b]).sum::<f64>().abs();
        let orthogonal = [dot(0, 1), dot(0, 2), dot(1, 2)].iter().all(|&dot| dot < 1e-5);
        let determinant = r[0][0] * (r[1][1] * r[2][2] - r[1][2] * r[2][1])
            - r[0][1] * (r[1][0] * r[2][2] - r[1][2] * r[2][0])
            + r[0][2] * (r[1][0] * r[2][1] - r[1][1] * r[2][0]);
        let mirrored = determinant < 0.0;
        if mirrored {
            r.iter_mut().for_each(|row| row[2] = -row[2]);
        }
        // The largest of the four components is computed first, so that nothing is divided by a small number.
        let squares = [
            1.0 + r[0][0] + r[1][1] + r[2][2],
            1.0 + r[0][0] - r[1][1] - r[2][2],
            1.0 - r[0][0] + r[1][1] - r[2][2],
            1.0 - r[0][0] - r[1][1] + r[2][2],
        ];
        let largest = (0..4).max_by(|&a, &b| squares[a].total_cmp(&squares[b])).unwrap_or(0);
        let s = squares[largest].max(0.0).sqrt() * 2.0;
        let (sum, difference) =
            (|i: usize, j: usize| (r[i][j] + r[j][i]) / s, |i: usize, j: usize| (r[i][j] - r[j][i]) / s);
        let [a, b, c, d] = match largest {
            0 => [s / 4.0, difference(2, 1), difference(0, 2), difference(1, 0)],
            1 => [difference(2, 1), s / 4.0, sum(0, 1), sum(0, 2)],
            2 => [difference(0, 2), sum(0, 1), s / 4.0, sum(1, 2)],
            _ => [difference(1, 0), sum(0, 2), sum(1, 2), s / 4.0],
        };
        let sign = if a < 0.0 { -1.0 } else { 1.0 };
        Rotation { quaternion: [sign * b, sign * c, sign * d], mirrored, orthogonal }
    }
}
