//! Damaged pictures: no panic, no memory beyond what the bytes can hold, and what is accepted can be written and read again.

use std::path::Path;

use fuzz::{Corpus, peak};
use monai_imaging::picture::{Depth, Format, decode, encode};
use monai_imaging::{Colours, Dtype, Error};

/// Most bytes of a volume in these tests.
const LIMIT: usize = 1 << 20;
/// The state of the inflater, of the tables and of the threads.
const FIXED: usize = 3 << 20;
/// Bytes of memory for a byte of the volume: its own four hold one of the file and two while pixels are turned.
const SHARE: usize = 4;

fn check(bytes: &[u8]) -> Result<bool, String> {
    for colours in [Colours::AsStored, Colours::Rgb] {
        let (outcome, taken) = peak(|| decode(bytes, colours, LIMIT as u64));
        let bound = FIXED + SHARE * LIMIT;
        if taken > bound {
            return Err(format!("{taken} bytes of memory for {} bytes, expected at most {bound}", bytes.len()));
        }
        let decoded = match outcome {
            Ok(decoded) => decoded,
            Err(error) if error.to_string().is_empty() => return Err("refused without a reason".to_owned()),
            Err(_) => return Ok(false),
        };
        let (volume, facts) = (decoded.volume, decoded.facts);
        let most = if facts.dtype == Dtype::Uint16 { 65535.0 } else { 255.0 };
        if !volume.data.iter().all(|value| (0.0..=most).contains(value) && value.fract() == 0.0) {
            return Err("a value that no picture has".to_owned());
        }
        if volume.data.len() != volume.channels * volume.voxels() || volume.data.len() * 4 > LIMIT {
            return Err(format!("{} voxels of shape {:?}", volume.data.len(), volume.shape));
        }
        if colours == Colours::Rgb && volume.channels != 3 {
            return Err(format!("{} channels for red, green and blue", volume.channels));
        }
        if Format::of(bytes) == Some(Format::Png) && extents(bytes) != [volume.shape[0] as u32, volume.shape[1] as u32]
        {
            return Err(format!("shape {:?}, the header says {:?}", volume.shape, extents(bytes)));
        }
        let depth = if facts.dtype == Dtype::Uint16 { Depth::Sixteen } else { Depth::Eight };
        let again = encode(&volume, depth).and_then(|bytes| decode(&bytes, Colours::AsStored, LIMIT as u64));
        match again {
            Ok(again) if again.volume == volume => {}
            Ok(_) => return Err("another picture after writing".to_owned()),
            Err(Error::TooLarge { .. }) => {}
            Err(error) => return Err(format!("cannot be written and read again: {error}")),
        }
    }
    Ok(true)
}

/// Width and height in the header of a PNG.
fn extents(bytes: &[u8]) -> [u32; 2] {
    [16, 20].map(|place| u32::from_be_bytes([bytes[place], bytes[place + 1], bytes[place + 2], bytes[place + 3]]))
}

fn corpus(folder: &str) -> Corpus {
    // The threads' own memory is no picture's.
    rayon::join(|| (), || ());
    Corpus::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder))
}

#[test]
fn the_png_corpus_is_read_or_refused() {
    corpus("png").replay(check);
}

#[test]
fn mutations_of_the_png_corpus_are_read_consistently_or_refused() {
    corpus("png").mutate(&[b"IDAT", b"PLTE", b"tRNS", b"IEND", b"fdAT", b"acTL"], check);
}

#[test]
fn the_jpeg_corpus_is_read_or_refused() {
    corpus("jpeg").replay(check);
}

#[test]
fn mutations_of_the_jpeg_corpus_are_read_consistently_or_refused() {
    corpus("jpeg").mutate(&[b"\xff\xda", b"\xff\xc2", b"\xff\xc4", b"\xff\xdd\x00\x04", b"\xff\xd9", b"Adobe"], check);
}
