use jpeg_decoder::{CodingProcess, Decoder, Error as DecodingError, PixelFormat};

use super::pixels::Pixels;
use super::{Format, check_size};
use crate::{Colours, Error};

/// Pixels that one byte can hold at most: a bit for each block of 8 by 8.
const BEST_RATIO: u64 = 512;

pub(super) fn read(bytes: &[u8], colours: Colours, limit: u64) -> Result<Pixels, Error> {
    let mut decoder = Decoder::new(bytes);
    decoder.read_info().map_err(|error| damage(&error, bytes))?;
    let info = decoder.info().ok_or(Error::Damaged { format: Format::Jpeg.name() })?;
    let channels = match (info.pixel_format, info.coding_process) {
        (PixelFormat::L8, CodingProcess::DctSequential | CodingProcess::DctProgressive) => 1,
        (PixelFormat::RGB24, CodingProcess::DctSequential | CodingProcess::DctProgressive) => 3,
        (format, _) => return Err(Error::UnsupportedColours { format: Format::Jpeg.name(), found: name(format) }),
    };
    let size = [u32::from(info.width), u32::from(info.height)];
    let count = u64::from(size[0]) * u64::from(size[1]);
    let possible = (bytes.len() as u64).saturating_mul(BEST_RATIO);
    check_size(size, colours.channels().unwrap_or(channels), limit, count, possible)?;
    decoder.set_max_decoding_buffer_size(count as usize * channels);
    let values = decoder.decode().map_err(|error| damage(&error, bytes))?;
    let [width, height] = size.map(|extent| extent as usize);
    if values.len() != width * height * channels {
        return Err(Error::Damaged { format: Format::Jpeg.name() });
    }
    let values = values.into_iter().map(u16::from).collect();
    Ok(Pixels { width, height, channels, wide: false, binary: false, values, palette: None, transparent: None })
}

fn name(format: PixelFormat) -> &'static str {
    match format {
        PixelFormat::L8 | PixelFormat::RGB24 => "lossless pixels",
        PixelFormat::L16 => "grey of more than 8 bit",
        PixelFormat::CMYK32 => "the colours of print (CMYK)",
    }
}

fn damage(error: &DecodingError, bytes: &[u8]) -> Error {
    match error {
        DecodingError::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::CutOff { format: Format::Jpeg.name(), found: bytes.len() as u64 }
        }
        DecodingError::Unsupported(_) => {
            Error::UnsupportedColours { format: Format::Jpeg.name(), found: "a process or colours of a rare kind" }
        }
        _ => Error::Damaged { format: Format::Jpeg.name() },
    }
}
