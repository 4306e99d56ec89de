use libjpeg_turbo_rs::{DecodeLimits, Decoder, JpegError, PixelFormat};

use super::pixels::Pixels;
use super::{Format, check_size};
use crate::{Colours, Error};

/// Pixels that one byte can hold at most: a bit for each block of 8 by 8.
const BEST_RATIO: u64 = 512;
/// Scans that a progressive file may have; writers make about ten.
const MAX_SCANS: usize = 256;

/// Decodes to the bytes that libjpeg-turbo, and so Pillow, gives.
pub(super) fn read(bytes: &[u8], colours: Colours, limit: u64) -> Result<Pixels, Error> {
    let limits = DecodeLimits { max_scans: MAX_SCANS, ..DecodeLimits::default() };
    let mut decoder = Decoder::new_with_limits(bytes, limits).map_err(|error| damage(&error, bytes))?;
    let header = decoder.header();
    let (channels, format) = match (header.is_lossless, header.precision, header.components.len()) {
        (false, 8, 1) => (1, PixelFormat::Grayscale),
        (false, 8, 3) => (3, PixelFormat::Rgb),
        (true, ..) => return Err(unsupported("lossless pixels")),
        (_, 9.., _) => return Err(unsupported("more than 8 bit")),
        (_, _, 4) => return Err(unsupported("the colours of print (CMYK)")),
        _ => return Err(unsupported(RARE)),
    };
    let size = [u32::from(header.width), u32::from(header.height)];
    let count = u64::from(size[0]) * u64::from(size[1]);
    let possible = (bytes.len() as u64).saturating_mul(BEST_RATIO);
    check_size(size, colours.channels().unwrap_or(channels), limit, count, possible)?;
    decoder.set_output_format(format);
    let image = decoder.decode_image().map_err(|error| damage(&error, bytes))?;
    let [width, height] = size.map(|extent| extent as usize);
    if image.data.len() != width * height * channels {
        return Err(Error::Damaged { format: Format::Jpeg.name() });
    }
    let values = image.data.into_iter().map(u16::from).collect();
    Ok(Pixels { width, height, channels, wide: false, binary: false, values, palette: None, transparent: None })
}

const RARE: &str = "a process or colours of a rare kind";

fn unsupported(found: &'static str) -> Error {
    Error::UnsupportedColours { format: Format::Jpeg.name(), found }
}

fn damage(error: &JpegError, bytes: &[u8]) -> Error {
    match error {
        JpegError::UnexpectedEof => Error::CutOff { format: Format::Jpeg.name(), found: bytes.len() as u64 },
        JpegError::Unsupported(_) => unsupported(RARE),
        _ => Error::Damaged { format: Format::Jpeg.name() },
    }
}
