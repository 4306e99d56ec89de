//! PNG and JPEG, as MONAI's `PILReader` reads them and `PILWriter` writes them.
//!
//! A picture is a [`Volume`] of two spatial axes: X goes along its rows from left to right, Y down its columns. It has
//! no place in the world, so its affine is the identity.

mod encode;
mod jpeg;
mod overlay;
mod pixels;
mod png;

pub use encode::{Depth, encode};
pub use overlay::overlay;
use pixels::Pixels;

use crate::{Affine, Colours, Dtype, Error, Volume};

/// A picture and what its file said.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The picture, channels first.
    pub volume: Volume,
    /// Facts of the file.
    pub facts: Facts,
}

/// Facts of a file which the volume itself does not carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The file's format.
    pub format: Format,
    /// Type of the values in the volume.
    pub dtype: Dtype,
}

/// The format of a picture's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Format {
    Png,
    Jpeg,
}

impl Format {
    /// The format that the first bytes tell.
    pub fn of(bytes: &[u8]) -> Option<Format> {
        match bytes {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Format::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Format::Jpeg),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Format::Png => "PNG",
            Format::Jpeg => "JPEG",
        }
    }
}

/// Decodes a PNG (the first picture of an animation) or a JPEG (baseline or progressive; grey or colour). Nothing is
/// allocated before the header's promise was compared with `limit`, in bytes of the volume, and with what the bytes can
/// hold.
///
/// JPEG's standard lets decoders differ a little: of pictures with colours at half resolution up to one value in ten
/// differs from Pillow's, by 1 to 4 of 255; of others less than one in a hundred, by 1 to 3.
///
/// # Errors
/// Whatever is not a sound picture; see [`Error`].
pub fn decode(bytes: &[u8], colours: Colours, limit: u64) -> Result<Decoded, Error> {
    let format = match Format::of(bytes) {
        Some(format) => format,
        None if bytes.is_empty() => return Err(Error::Empty),
        None => return Err(Error::UnknownFormat),
    };
    let mut pixels = match format {
        Format::Png => png::read(bytes, colours, limit)?,
        Format::Jpeg => jpeg::read(bytes, colours, limit)?,
    };
    pixels.convert(colours);
    let dtype = if pixels.wide { Dtype::Uint16 } else { Dtype::Uint8 };
    let Pixels { width, height, channels, .. } = pixels;
    let volume =
        Volume { channels, shape: [width, height, 1], rank: 2, data: pixels.into_channels(), affine: Affine::IDENTITY };
    Ok(Decoded { volume, facts: Facts { format, dtype } })
}

/// Refuses what would not fit, before anything is allocated for it: `channels` of the volume, `promised` bytes of the
/// inflated file, of which at most `possible` can be there.
fn check_size(
    [width, height]: [u32; 2],
    channels: usize,
    limit: u64,
    promised: u64,
    possible: u64,
) -> Result<(), Error> {
    for (axis, extent) in [width, height].into_iter().enumerate() {
        if extent == 0 {
            return Err(Error::BadExtent { axis, found: 0 });
        }
    }
    let needed = u64::from(width).saturating_mul(u64::from(height)).saturating_mul(4 * channels as u64);
    if needed > limit {
        return Err(Error::TooLarge { needed, limit });
    }
    if promised > possible {
        return Err(Error::Truncated { expected: promised, found: possible });
    }
    Ok(())
}
