use monai_pipeline::SlidingWindow;
use rayon::prelude::*;

use super::padding::pad;
use super::{WindowLayout, importance_map};
use crate::features::lift;
use crate::{Error, Features};

/// `monai.inferers.SlidingWindowInferer`: runs `network` on overlapping windows and stitches the logits, blended by
/// weights, to the image's size.
///
/// Windows run side by side on the current rayon pool and are added in their order, so the result does not depend on
/// threads. The network must return windows of the size that it was given.
pub fn sliding_window(
    settings: &SlidingWindow,
    image: Features,
    network: impl Fn(Features) -> Result<Features, Error> + Sync,
) -> Result<Features, Error> {
    let size = image.spatial().to_vec();
    let (found, expected) = (size.len(), settings.roi_size.len());
    if found != expected {
        return Err(Error::AcceptAxes { found, expected });
    }
    let layout = WindowLayout::new(settings, &size);
    let image = pad(settings.padding, image, &layout)?;
    let weights = importance_map(&layout.window, &settings.blend);

    let padded = Grid::new(&layout.padded, image.channels());
    let at_once = settings.sw_batch_size.clamp(1, rayon::current_num_threads());
    let mut stitched: Option<Stitched> = None;
    for starts in layout.starts.chunks(at_once) {
        let run = |start: &Vec<usize>| network(padded.cut(image.data(), start, &layout.window));
        let outputs = match starts {
            [start] => vec![run(start)],
            _ => starts.par_iter().map(run).collect(),
        };
        for (start, output) in starts.iter().zip(outputs) {
            let output = output?;
            if output.spatial() != layout.window {
                let (found, expected) = (output.spatial().to_vec(), layout.window.clone());
                return Err(Error::StitchWindow { found, expected });
            }
            stitched.get_or_insert_with(|| Stitched::new(&layout, output.channels())).add(start, &output, &weights);
        }
    }
    let stitched = stitched.expect("an image has at least one window");
    Ok(stitched.finish(&layout, &size))
}

/// An array `[channels, X, Y, Z]` of which windows are cut.
struct Grid {
    size: [usize; 3],
    channels: usize,
}

impl Grid {
    fn new(size: &[usize], channels: usize) -> Self {
        Self { size: lift(size, 1), channels }
    }

    /// Start of each row of the window in one channel, in C order.
    fn rows(&self, start: &[usize], window: &[usize]) -> impl Iterator<Item = usize> + use<> {
        let [_, height, depth] = self.size;
        let [x, y, z] = lift(start, 0);
        let [rows_x, rows_y, _] = lift(window, 1);
        (x..x + rows_x).flat_map(move |i| (y..y + rows_y).map(move |j| (i * height + j) * depth + z))
    }

    fn cut(&self, data: &[f32], start: &[usize], window: &[usize]) -> Features {
        let length = lift(window, 1)[2];
        let mut cut = Vec::with_capacity(self.channels * window.iter().product::<usize>());
        for channel in data.chunks_exact(self.size.iter().product()) {
            self.rows(start, window).for_each(|row| cut.extend_from_slice(&channel[row..row + length]));
        }
        Features::new(self.channels, window, cut)
    }
}

/// Weighted sums of the windows so far and the sum of their weights.
struct Stitched {
    grid: Grid,
    sums: Vec<f32>,
    weights: Vec<f32>,
}

impl Stitched {
    fn new(layout: &WindowLayout, channels: usize) -> Self {
        let voxels: usize = layout.padded.iter().product();
        Self {
            grid: Grid::new(&layout.padded, channels),
            sums: vec![0.0; channels * voxels],
            weights: vec![0.0; voxels],
        }
    }

    fn add(&mut self, start: &[usize], output: &Features, weights: &[f32]) {
        let window = output.spatial();
        let length = lift(window, 1)[2];
        let Self { grid, sums, weights: total } = self;
        let voxels = total.len();
        let channels = sums.par_chunks_exact_mut(voxels).zip(output.data().par_chunks_exact(weights.len()));
        channels.for_each(|(sums, values)| {
            for (index, row) in grid.rows(start, window).enumerate() {
                let at = index * length;
                for (offset, sum) in sums[row..row + length].iter_mut().enumerate() {
                    *sum += values[at + offset] * weights[at + offset];
                }
            }
        });
        for (index, row) in grid.rows(start, window).enumerate() {
            let weights = &weights[index * length..][..length];
            total[row..row + length].iter_mut().zip(weights).for_each(|(total, weight)| *total += weight);
        }
    }

    fn finish(mut self, layout: &WindowLayout, size: &[usize]) -> Features {
        for channel in self.sums.chunks_exact_mut(self.weights.len()) {
            channel.iter_mut().zip(&self.weights).for_each(|(sum, weight)| *sum /= weight);
        }
        if layout.padded == size {
            return Features::new(self.grid.channels, size, self.sums);
        }
        self.grid.cut(&self.sums, &layout.before, size)
    }
}
