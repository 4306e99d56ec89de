use std::borrow::Cow;

use monai_imaging::Volume;

use super::plane::{Plane, content};
use crate::metrics::distances;
use crate::{Grid, LabelMap};

/// Values of the image that the window of greys is taken from, at most.
const SAMPLE: usize = 1 << 16;

/// Share of the values that are black, and of those that are white.
const CLIPPED: f64 = 0.005;

/// Planes through the place where answer and truth differ most: the image in grey, outlines of both over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// PNG files with what they show.
    pub(super) planes: Vec<(&'static str, Vec<u8>)>,
}

impl Picture {
    /// Draws an answer and the truth over the first channel of the image, all on one grid. Where the image is on another
    /// one it stays black.
    pub(crate) fn draw(image: &Volume, answer: &LabelMap, truth: &LabelMap) -> Picture {
        let grid = truth.grid;
        let image = if image.shape == grid.shape {
            Cow::Borrowed(image.channel(0))
        } else {
            Cow::Owned(vec![0.0; grid.voxels()])
        };
        let (voxel, window) = (widest_difference(answer, truth), window(&image));
        let planes = Plane::all(&grid.affine, grid.rank).into_iter().map(|plane| {
            let (pixels, size) = plane.draw(&image, [answer, truth], voxel, window);
            (plane.title, png(&pixels, size))
        });
        Picture { planes: planes.collect() }
    }
}

/// The voxel deepest in what differs; where nothing does, the one deepest in the truth, else the middle.
fn widest_difference(answer: &LabelMap, truth: &LabelMap) -> [usize; 3] {
    let grid = truth.grid;
    let differing = |voxel: usize| content(answer, voxel) != content(truth, voxel);
    let wanted = deepest(&grid, differing).or_else(|| deepest(&grid, |voxel| content(truth, voxel) != 0));
    let voxel = wanted.unwrap_or_else(|| {
        let [x, y, z] = grid.shape.map(|extent| extent / 2);
        (x * grid.shape[1] + y) * grid.shape[2] + z
    });
    place(&grid, voxel)
}

/// The voxel that is farthest from all that are not wanted; the first one of several.
fn deepest(grid: &Grid, wanted: impl Fn(usize) -> bool) -> Option<usize> {
    let (mut low, mut high) = ([usize::MAX; 3], [0; 3]);
    for voxel in (0..grid.voxels()).filter(|voxel| wanted(*voxel)) {
        let place = place(grid, voxel);
        low = std::array::from_fn(|axis| low[axis].min(place[axis]));
        high = std::array::from_fn(|axis| high[axis].max(place[axis]));
    }
    if low[0] == usize::MAX {
        return None;
    }
    // One voxel more on each side, where there is one, holds the nearest that are not wanted.
    let start = low.map(|first| first.saturating_sub(1));
    let shape: [usize; 3] = std::array::from_fn(|axis| (high[axis] + 2).min(grid.shape[axis]) - start[axis]);
    let mut voxels = Vec::with_capacity(shape.iter().product());
    for x in 0..shape[0] {
        for y in 0..shape[1] {
            let first = ((x + start[0]) * grid.shape[1] + y + start[1]) * grid.shape[2] + start[2];
            voxels.extend(first..first + shape[2]);
        }
    }
    let flags: Vec<u8> = voxels.iter().map(|voxel| if wanted(*voxel) { 1 } else { 2 }).collect();
    let depths = distances(shape, grid.spacing(), &flags, 1, 2);
    let candidates = voxels.iter().zip(&flags).filter(|(_, flag)| **flag == 1).map(|(voxel, _)| *voxel);
    let deeper = |best: (usize, f32), next: (usize, f32)| if next.1 > best.1 { next } else { best };
    candidates.zip(depths).reduce(deeper).map(|(voxel, _)| voxel)
}

fn place(grid: &Grid, voxel: usize) -> [usize; 3] {
    let [_, ny, nz] = grid.shape;
    [voxel / (ny * nz), voxel / nz % ny, voxel % nz]
}

/// The values of black and white.
fn window(image: &[f32]) -> (f32, f32) {
    let sample = image.iter().step_by(image.len() / SAMPLE + 1).copied();
    let mut sample: Vec<f32> = sample.filter(|value| value.is_finite()).collect();
    sample.sort_by(f32::total_cmp);
    let Some(last) = sample.len().checked_sub(1) else { return (0.0, 1.0) };
    let at = |share: f64| sample[(share * last as f64).round() as usize];
    let (black, white) = (at(CLIPPED), at(1.0 - CLIPPED));
    if black < white { (black, white) } else { (black, black + 1.0) }
}

fn png(pixels: &[u8], [width, height]: [u32; 2]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("memory takes a header of two positive extents");
    writer.write_image_data(pixels).expect("three bytes per pixel");
    writer.finish().expect("memory takes the end");
    file
}
