//! Draws three planes through the middle of the brain with the tissues in colour.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use monai_imaging::Volume;

use crate::Error;
use crate::compare::Comparison;
use crate::place::Place;

const SCALE: usize = 2;
const GAP: usize = 8;
/// Red, green and blue of background, cerebrospinal fluid, grey and white matter.
const COLOURS: [[f32; 3]; 4] = [[0.0; 3], [66.0, 135.0, 245.0], [235.0, 170.0, 60.0], [200.0, 60.0, 110.0]];

/// Writes `overlay.png`: sagittal, coronal and axial plane beside each other, superior up.
pub(crate) fn write(place: &Place, comparison: &Comparison) -> Result<PathBuf, Error> {
    let planes = [0, 1, 2].map(|axis| Plane::through_middle(comparison, axis));
    let width = planes.iter().map(|plane| plane.width * SCALE + GAP).sum::<usize>() + GAP;
    let height = planes.iter().map(|plane| plane.height * SCALE).max().unwrap_or(0) + 2 * GAP;
    let mut pixels = vec![0u8; width * height * 3];
    let mut left = GAP;
    for plane in &planes {
        let top = (height - plane.height * SCALE) / 2;
        for y in 0..plane.height * SCALE {
            for x in 0..plane.width * SCALE {
                let at = ((top + y) * width + left + x) * 3;
                pixels[at..at + 3].copy_from_slice(&plane.pixels[(y / SCALE) * plane.width + x / SCALE]);
            }
        }
        left += plane.width * SCALE + GAP;
    }
    let path = place.path("overlay.png");
    let shown = path.display().to_string();
    let file = File::create(&path).map_err(|source| Error::File { act: "write", path: shown.clone(), source })?;
    let mut encoder = png::Encoder::new(BufWriter::new(file), width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
    written.map_err(|source| Error::Picture { path: shown, source })?;
    Ok(path)
}

/// One plane as rows of pixels, first row on top.
struct Plane {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Plane {
    fn through_middle(comparison: &Comparison, axis: usize) -> Self {
        let shape = comparison.image.shape;
        let (across, up) = [(1, 2), (0, 2), (0, 1)][axis];
        let (width, height) = (shape[across], shape[up]);
        let brightest = comparison.image.data.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        let mut pixels = Vec::with_capacity(width * height);
        for row in 0..height {
            for column in 0..width {
                let mut voxel = [0; 3];
                voxel[axis] = shape[axis] / 2;
                voxel[across] = column;
                voxel[up] = height - 1 - row;
                let grey = at(&comparison.image, voxel) / brightest * 255.0;
                let label = at(&comparison.labels, voxel) as usize;
                let colour = COLOURS[label.min(3)];
                let share = if label == 0 { 0.0 } else { 0.4 };
                pixels.push(colour.map(|part| (grey * (1.0 - share) + part * share).clamp(0.0, 255.0) as u8));
            }
        }
        Self { width, height, pixels }
    }
}

fn at(volume: &Volume, [x, y, z]: [usize; 3]) -> f32 {
    volume.data[(x * volume.shape[1] + y) * volume.shape[2] + z]
}
