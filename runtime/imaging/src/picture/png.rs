use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, DecodingError, Limits, Transformations};

use super::pixels::Pixels;
use super::{Format, check_size};
use crate::{Colours, Error};

/// Deflate cannot inflate by more than this.
const BEST_RATIO: u64 = 1032;
/// Memory for what a file holds beside its picture.
const ASIDE: usize = 1 << 20;

pub(super) fn read(bytes: &[u8], colours: Colours, limit: u64) -> Result<Pixels, Error> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: ASIDE });
    decoder.set_transformations(Transformations::IDENTITY);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(|error| damage(&error, bytes))?;
    let (width, height, colour, depth) = (header.width, header.height, header.color_type, header.bit_depth);
    let samples = colour.samples();
    // Pillow makes colours of grey of 16 bit with opacity.
    let channels = if (colour, depth) == (ColorType::GrayscaleAlpha, BitDepth::Sixteen) { 4 } else { samples };
    let bits = u64::from(width).saturating_mul(samples as u64 * u64::from(depth as u8));
    let row = bits.div_ceil(8);
    let promised = (row + 1).saturating_mul(u64::from(height));
    let possible = (bytes.len() as u64).saturating_mul(BEST_RATIO);
    check_size([width, height], colours.channels().unwrap_or(channels), limit, promised, possible)?;

    let mut limits = Limits { bytes: ASIDE };
    limits.bytes = limits.bytes.saturating_add(usize::try_from(promised).unwrap_or(usize::MAX).saturating_mul(2));
    decoder.set_limits(limits);
    let mut reader = decoder.read_info().map_err(|error| damage(&error, bytes))?;
    let size = reader.output_buffer_size().ok_or(Error::TooLarge { needed: promised, limit })?;
    let mut rows = vec![0u8; size];
    let length = reader.next_frame(&mut rows).map_err(|error| damage(&error, bytes))?.line_size;
    reader.finish().map_err(|error| damage(&error, bytes))?;

    let info = reader.info();
    let (width, height) = (width as usize, height as usize);
    if colour == ColorType::Indexed && info.palette.is_none() {
        return Err(Error::Damaged { format: Format::Png.name() });
    }
    let palette = info.palette.as_deref().filter(|_| colour == ColorType::Indexed).map(|palette| {
        let opacity = info.trns.as_deref().unwrap_or_default();
        let colours = palette.chunks_exact(3).enumerate();
        colours.map(|(index, c)| [c[0], c[1], c[2], opacity.get(index).copied().unwrap_or(255)]).collect()
    });
    let binary = (colour, depth) == (ColorType::Grayscale, BitDepth::One);
    let transparent = info.trns.as_deref().filter(|_| palette.is_none()).and_then(|values| transparent(values, binary));
    let mut values = Vec::with_capacity(width * height * channels);
    for row in rows.chunks_exact(length.max(1)).take(height) {
        unpack(row, width, (colour, depth), &mut values);
    }
    let wide = (colour, depth) == (ColorType::Grayscale, BitDepth::Sixteen);
    Ok(Pixels { width, height, channels, wide, binary, values, palette, transparent })
}

/// The values of a row as Pillow has them: grey of few bits fills the range of 8 bit, colours of 16 bit lose their lower
/// half.
fn unpack(row: &[u8], width: usize, (colour, depth): (ColorType, BitDepth), values: &mut Vec<u16>) {
    let few = |bits: usize, factor: u16| {
        let mask = (1u8 << bits) - 1;
        (0..width).map(move |index| {
            let place = index * bits;
            u16::from(row[place / 8] >> (8 - bits - place % 8) & mask) * factor
        })
    };
    let grey = colour == ColorType::Grayscale;
    match depth {
        BitDepth::One => values.extend(few(1, 1)),
        BitDepth::Two => values.extend(few(2, if grey { 85 } else { 1 })),
        BitDepth::Four => values.extend(few(4, if grey { 17 } else { 1 })),
        BitDepth::Eight => values.extend(row.iter().map(|&value| u16::from(value))),
        BitDepth::Sixteen => {
            let (pairs, _) = row.as_chunks::<2>();
            match colour {
                ColorType::Grayscale => values.extend(pairs.iter().map(|&pair| u16::from_be_bytes(pair))),
                ColorType::GrayscaleAlpha => values.extend(pairs.chunks_exact(2).flat_map(|pixel| {
                    let [grey, opacity] = [u16::from(pixel[0][0]), u16::from(pixel[1][0])];
                    [grey, grey, grey, opacity]
                })),
                _ => values.extend(pairs.iter().map(|pair| u16::from(pair[0]))),
            }
        }
    }
}

/// The transparent grey or colour: a byte of each of its values, or two, of which Pillow takes the lower one.
fn transparent(values: &[u8], binary: bool) -> Option<[u8; 3]> {
    match *values {
        [0] | [0, 0] if binary => Some([0; 3]),
        [_] | [_, _] if binary => Some([255; 3]),
        [grey] | [_, grey] => Some([grey; 3]),
        [red, green, blue] | [_, red, _, green, _, blue] => Some([red, green, blue]),
        _ => None,
    }
}

fn damage(error: &DecodingError, bytes: &[u8]) -> Error {
    match error {
        DecodingError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::CutOff { format: Format::Png.name(), found: bytes.len() as u64 }
        }
        _ => Error::Damaged { format: Format::Png.name() },
    }
}
