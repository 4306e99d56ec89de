use rayon::prelude::*;

use crate::Colours;

/// Decoded pixels, row by row, their values beside each other.
pub(super) struct Pixels {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) channels: usize,
    /// Whether values are of 16 bit.
    pub(super) wide: bool,
    /// Whether values are black and white, 0 and 1.
    pub(super) binary: bool,
    pub(super) values: Vec<u16>,
    /// Colours and opacity by number, where the values are such numbers.
    pub(super) palette: Option<Vec<[u8; 4]>>,
    /// The grey, or the colour, that is transparent.
    pub(super) transparent: Option<[u8; 3]>,
}

impl Pixels {
    /// Pillow's `convert`.
    pub(super) fn convert(&mut self, colours: Colours) {
        let Some(channels) = colours.channels() else { return };
        let rgba: Vec<[u8; 4]> = self.values.chunks_exact(self.channels).map(|pixel| self.rgba(pixel)).collect();
        let grey = self.palette.is_none() && self.channels <= 2;
        self.values = match colours {
            Colours::Grey if grey => rgba.iter().map(|[red, ..]| u16::from(*red)).collect(),
            Colours::Grey => rgba.iter().map(|colour| u16::from(luminance(*colour))).collect(),
            _ => rgba.iter().flat_map(|colour| colour[..channels].iter().map(|&value| u16::from(value))).collect(),
        };
        (self.channels, self.wide, self.binary, self.palette) = (channels, false, false, None);
    }

    fn rgba(&self, pixel: &[u16]) -> [u8; 4] {
        let byte = |value: u16| match value {
            _ if self.binary => {
                if value == 0 {
                    0
                } else {
                    255
                }
            }
            // Grey of 16 bit is cut to 8 bit, not scaled.
            value => value.min(255) as u8,
        };
        let opaque = |colour: [u8; 3]| {
            let opacity = if self.transparent == Some(colour) { 0 } else { 255 };
            [colour[0], colour[1], colour[2], opacity]
        };
        match (pixel, &self.palette) {
            (&[number], Some(palette)) => palette.get(usize::from(number)).copied().unwrap_or([0, 0, 0, 255]),
            (&[grey], None) => opaque([byte(grey); 3]),
            (&[grey, opacity], _) => [byte(grey), byte(grey), byte(grey), byte(opacity)],
            (&[red, green, blue], _) => opaque([byte(red), byte(green), byte(blue)]),
            (&[red, green, blue, opacity, ..], _) => [byte(red), byte(green), byte(blue), byte(opacity)],
            ([], _) => [0; 4],
        }
    }

    /// Channels first, columns slowest, as MONAI turns a picture.
    pub(super) fn into_channels(self) -> Vec<f32> {
        let Pixels { width, height, channels, values, .. } = self;
        let mut data = vec![0f32; channels * width * height];
        data.par_chunks_mut(height).enumerate().for_each(|(column, out)| {
            let (channel, x) = (column / width, column % width);
            for (y, out) in out.iter_mut().enumerate() {
                *out = f32::from(values[(y * width + x) * channels + channel]);
            }
        });
        data
    }
}

/// ITU-R 601-2 in Pillow's whole numbers.
fn luminance([red, green, blue, _]: [u8; 4]) -> u8 {
    let sum = u32::from(red) * 19595 + u32::from(green) * 38470 + u32::from(blue) * 7471;
    ((sum + 0x8000) >> 16) as u8
}
