use png::{BitDepth, ColorType, Encoder};

use crate::{Error, Volume};

/// Bits of each value in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Depth {
    Eight,
    Sixteen,
}

/// Encodes a plane as PNG: grey, grey and opacity, colours, or colours and opacity, as it has 1 to 4 channels. Values
/// truncate and saturate.
///
/// # Errors
/// [`Error::NotAPicture`], [`Error::ShapeMismatch`].
pub fn encode(volume: &Volume, depth: Depth) -> Result<Vec<u8>, Error> {
    let [width, height, slices] = volume.shape;
    let expected = volume.channels * volume.voxels();
    if volume.data.len() != expected {
        let found = volume.data.len();
        return Err(Error::ShapeMismatch { channels: volume.channels, shape: volume.shape, expected, found });
    }
    let colour = match (volume.channels, slices) {
        (1, 1) => ColorType::Grayscale,
        (2, 1) => ColorType::GrayscaleAlpha,
        (3, 1) => ColorType::Rgb,
        (4, 1) => ColorType::Rgba,
        (channels, _) => return Err(Error::NotAPicture { channels, shape: volume.shape }),
    };
    let extent = |extent: usize| u32::try_from(extent).map_err(|_| Error::AxisTooLong { found: extent });
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| x * height + y));
    let values = pixels.flat_map(|place| (0..volume.channels).map(move |channel| volume.channel(channel)[place]));
    let (bits, bytes): (BitDepth, Vec<u8>) = match depth {
        Depth::Eight => (BitDepth::Eight, values.map(|value| value as u8).collect()),
        Depth::Sixteen => (BitDepth::Sixteen, values.flat_map(|value| (value as u16).to_be_bytes()).collect()),
    };
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, extent(width)?, extent(height)?);
    encoder.set_color(colour);
    encoder.set_depth(bits);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(&bytes)?;
        writer.finish()
    });
    // A plane without pixels is all that memory can refuse here.
    written.map_err(|_| Error::NotAPicture { channels: volume.channels, shape: volume.shape })?;
    Ok(out)
}
