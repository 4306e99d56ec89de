//! Damaged NIfTI files: no panic, no memory beyond what the bytes can hold, and what is accepted is what the header says.

use std::io::{BufReader, Read as _};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use fuzz::{Corpus, peak};
use monai_imaging::nifti::{Decoded, decode, decode_within, encode};
use monai_imaging::{Affine, Dtype, Error};

/// Most bytes of a volume in these tests.
const LIMIT: usize = 1 << 20;
/// The state of the inflater and of the threads.
const FIXED: usize = 1 << 18;
/// Deflate cannot inflate by more than this.
const BEST_RATIO: usize = 1032;

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

fn check(bytes: &[u8]) -> Result<bool, String> {
    let (outcome, taken) = peak(|| decode_within(bytes, LIMIT as u64));
    // Four bytes of memory per voxel of at least one byte, and two slabs of the file's own bytes.
    let most = if is_gzip(bytes) { bytes.len() * BEST_RATIO } else { bytes.len() };
    let bound = FIXED + (6 * most).min(5 * LIMIT);
    if taken > bound {
        return Err(format!("{taken} bytes of memory for {} bytes, expected at most {bound}", bytes.len()));
    }
    match outcome {
        Ok(decoded) => agrees_with_the_file(bytes, &decoded).and_then(|()| reads_back(&decoded)).map(|()| true),
        Err(error) if error.to_string().is_empty() => Err("refused without a reason".to_owned()),
        Err(_) => Ok(false),
    }
}

/// Reads the voxels once more, one by one, by the standard's own layout.
fn agrees_with_the_file(bytes: &[u8], decoded: &Decoded) -> Result<(), String> {
    let plain = match is_gzip(bytes) {
        // What follows the promised bytes may be damaged, so the bytes before the damage are taken one by one.
        true => BufReader::with_capacity(1, MultiGzDecoder::new(bytes))
            .bytes()
            .map_while(Result::ok)
            .take(8 * LIMIT)
            .collect(),
        false => bytes.to_vec(),
    };
    let volume = &decoded.volume;
    let first = |swap: bool| number(&plain, 0, 4, swap);
    let swap = ![348, 540].contains(&first(false));
    let two = first(swap) == 540;
    let extent = |axis: usize| match two {
        true => number(&plain, 16 + 8 * axis, 8, swap),
        false => number(&plain, 40 + 2 * axis, 2, swap),
    };
    let axes = extent(0);
    let mut extents: Vec<u64> = (1..=4).map(|axis| if axis <= axes { extent(axis as usize) } else { 1 }).collect();
    if axes == 5 {
        extents[3] *= extent(5);
    }
    let shape: Vec<u64> = volume.shape.iter().chain([&volume.channels]).map(|&extent| extent as u64).collect();
    if shape != extents {
        return Err(format!("shape {shape:?}, the header says {extents:?}"));
    }
    if volume.data.len() as u64 != extents.iter().product::<u64>() || volume.data.len() * 4 > LIMIT {
        return Err(format!("{} voxels of shape {shape:?}", volume.data.len()));
    }
    let written = match two {
        true => number(&plain, 168, 8, swap),
        false => f32::from_bits(number(&plain, 108, 4, swap) as u32) as u64,
    };
    let offset = if written == 0 { if two { 544 } else { 352 } } else { written } as usize;
    let (slope, intercept) = decoded.facts.scaling.unwrap_or((1.0, 0.0));
    let [nx, ny, nz] = volume.shape;
    let size = decoded.facts.dtype.size();
    for channel in 0..volume.channels {
        for (z, y, x) in (0..nz).flat_map(|z| (0..ny).flat_map(move |y| (0..nx).map(move |x| (z, y, x)))) {
            let place = offset + size * (((channel * nz + z) * ny + y) * nx + x);
            let raw = number(&plain, place, size, swap);
            let scaled = real(decoded.facts.dtype, raw) * slope;
            let expected = (if intercept == 0.0 { scaled } else { scaled + intercept }) as f32;
            let found = volume.data[((channel * nx + x) * ny + y) * nz + z];
            if found.to_bits() != expected.to_bits() || !found.is_finite() {
                return Err(format!("voxel {x} {y} {z} of channel {channel} is not the file's"));
            }
        }
    }
    Ok(())
}

fn number(bytes: &[u8], place: usize, size: usize, swap: bool) -> u64 {
    let mut wide = [0; 8];
    wide[..size].copy_from_slice(&bytes[place..place + size]);
    if swap {
        wide[..size].reverse();
    }
    u64::from_le_bytes(wide)
}

fn real(dtype: Dtype, raw: u64) -> f64 {
    match dtype {
        Dtype::Uint8 | Dtype::Uint16 | Dtype::Uint32 | Dtype::Uint64 => raw as f64,
        Dtype::Int8 => f64::from(raw as i8),
        Dtype::Int16 => f64::from(raw as i16),
        Dtype::Int32 => f64::from(raw as i32),
        Dtype::Int64 => raw as i64 as f64,
        Dtype::Float32 => f64::from(f32::from_bits(raw as u32)),
        Dtype::Float64 => f64::from_bits(raw),
    }
}

/// What was accepted can be written and read again, to the same voxels in the same place.
fn reads_back(decoded: &Decoded) -> Result<(), String> {
    let volume = &decoded.volume;
    Affine::new(*volume.affine.matrix()).map_err(|error| format!("an affine that is none: {error}"))?;
    let bytes = match encode(volume, Dtype::Float32, decoded.facts.frame) {
        Ok(bytes) => bytes,
        Err(Error::AxisTooLong { .. } | Error::AffineNotStorable) => return Ok(()),
        Err(error) => return Err(format!("cannot be written: {error}")),
    };
    let again = decode(&bytes).map_err(|error| format!("what was written is refused: {error}"))?;
    let same = volume.data.iter().zip(&again.volume.data).all(|(a, b)| a.to_bits() == b.to_bits());
    if !same || again.volume.data.len() != volume.data.len() || again.volume.shape != volume.shape {
        return Err("other voxels after writing".to_owned());
    }
    let (before, after) = (volume.affine.matrix(), again.volume.affine.matrix());
    for column in 0..4 {
        let length = (0..3).map(|row| before[row][column].abs()).fold(0.0, f64::max);
        let distance = (0..3).map(|row| (before[row][column] - after[row][column]).abs()).fold(0.0, f64::max);
        if distance > 1e-5 * length {
            return Err(format!("column {column} of the affine is {distance:e} off after writing, of {length:e}"));
        }
    }
    Ok(())
}

fn corpus() -> Corpus {
    // The threads' own memory is no image's.
    rayon::join(|| (), || ());
    Corpus::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/nifti"))
}

#[test]
fn the_corpus_is_read_or_refused() {
    corpus().replay(check);
}

#[test]
fn mutations_of_the_corpus_are_read_consistently_or_refused() {
    corpus().mutate(&[b"n+1\0", b"\x1f\x8b\x08", &348_i32.to_le_bytes(), &540_i32.to_be_bytes()], check);
}
