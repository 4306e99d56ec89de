use monai_pipeline::{SlidingWindow, WindowLayout};
use rayon::prelude::*;

use super::canvas::{Canvas, Finished};
use super::padding::pad;
use super::{Finish, importance_map};
use crate::features::lift;
use crate::{Error, Features};

/// `monai.inferers.SlidingWindowInferer`: runs `network` on overlapping windows, `at_once` in one call, and stitches the
/// outputs, blended by weights, to the image's size. `finish` is applied to each part of the image as soon as no window that
/// comes touches it.
///
/// Windows are added in their order, so the result depends on neither threads nor `at_once`.
///
/// # Errors
/// [`Error::AcceptAxes`], [`Error::PadImage`], [`Error::StitchWindow`] where the network does not return windows of the size
/// that it was given; those of `network` and `finish`.
pub fn sliding_window(
    settings: &SlidingWindow,
    image: Features,
    at_once: usize,
    network: impl Fn(Vec<Features>) -> Result<Vec<Features>, Error>,
    finish: &Finish<'_>,
) -> Result<Features, Error> {
    let size = image.spatial().to_vec();
    let (found, expected) = (size.len(), settings.roi_size.len());
    if found != expected {
        return Err(Error::AcceptAxes { found, expected });
    }
    let layout = WindowLayout::new(settings, &size);
    let image = pad(settings.padding, image, &layout)?;
    let map = importance_map(&layout.window, &settings.blend);

    let window = lift(&layout.window, 1);
    let starts: Vec<[usize; 3]> = layout.starts.iter().map(|start| lift(start, 0)).collect();
    let mut canvas = None;
    let mut target = Target::new(lift(&layout.before, 0), lift(&size, 1));
    for starts_now in starts.chunks(at_once.max(1)) {
        let windows = starts_now.iter().map(|start| cut(&image, start, &layout.window)).collect();
        for (start, output) in starts_now.iter().zip(network(windows)?) {
            if output.spatial() != layout.window {
                let (found, expected) = (output.spatial().to_vec(), layout.window.clone());
                return Err(Error::StitchWindow { found, expected });
            }
            let channels = output.channels();
            let padded = lift(&layout.padded, 1);
            let canvas = canvas.get_or_insert_with(|| Canvas::new(padded, window, &starts, channels));
            for cell in canvas.add(start, window, &output, &map) {
                let emptied = target.put(cell, channels, finish)?;
                canvas.reuse(emptied);
            }
        }
    }
    Ok(Features::new(target.channels, &size, target.data))
}

/// The stitched image.
struct Target {
    /// First voxel of the image in the padded one.
    before: [usize; 3],
    size: [usize; 3],
    channels: usize,
    data: Vec<f32>,
}

impl Target {
    fn new(before: [usize; 3], size: [usize; 3]) -> Target {
        Target { before, size, channels: 0, data: Vec::new() }
    }

    /// Finishes a cell and keeps what of it is within the image. Gives its memory back.
    fn put(&mut self, cell: Finished, channels: usize, finish: &Finish<'_>) -> Result<Vec<f32>, Error> {
        let extents: [usize; 3] = std::array::from_fn(|axis| cell.place[axis].len());
        let (channels, data) = finish(channels, cell.data)?;
        let Target { before, size, .. } = *self;
        let all: usize = size.iter().product();
        if self.data.is_empty() {
            self.channels = channels;
            self.data = vec![0.0; channels * all];
        }
        // The part of each axis that is no padding, counted from the cell's first voxel.
        let inner: [std::ops::Range<usize>; 3] = std::array::from_fn(|axis| {
            let start = before[axis].saturating_sub(cell.place[axis].start).min(extents[axis]);
            let end = (before[axis] + size[axis]).saturating_sub(cell.place[axis].start).min(extents[axis]);
            start..end.max(start)
        });
        if inner.iter().any(std::ops::Range::is_empty) {
            return Ok(data);
        }
        let to: [usize; 3] = std::array::from_fn(|axis| cell.place[axis].start + inner[axis].start - before[axis]);
        let voxels: usize = extents.iter().product();
        let length = inner[2].len();
        self.data.par_chunks_exact_mut(all).zip(data.par_chunks_exact(voxels)).for_each(|(target, source)| {
            for (i, x) in inner[0].clone().enumerate() {
                for (j, y) in inner[1].clone().enumerate() {
                    let from = (x * extents[1] + y) * extents[2] + inner[2].start;
                    let at = ((to[0] + i) * size[1] + to[1] + j) * size[2] + to[2];
                    target[at..at + length].copy_from_slice(&source[from..from + length]);
                }
            }
        });
        Ok(data)
    }
}

/// A window of an image.
fn cut(image: &Features, start: &[usize; 3], window: &[usize]) -> Features {
    let [width, height, depth] = lift(image.spatial(), 1);
    let [x, y, z] = *start;
    let [rows_x, rows_y, length] = lift(window, 1);
    let mut data = Vec::with_capacity(image.channels() * rows_x * rows_y * length);
    for channel in image.data().chunks_exact(width * height * depth) {
        for i in x..x + rows_x {
            for j in y..y + rows_y {
                data.extend_from_slice(&channel[(i * height + j) * depth + z..][..length]);
            }
        }
    }
    Features::new(image.channels(), window, data)
}
