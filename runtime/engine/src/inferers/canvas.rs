//! The windows' outputs on their way to one image.

use std::ops::Range;

use monai_pipeline::Cells;
use rayon::prelude::*;

use crate::Features;

/// Weighted sums of overlapping windows, in cells: the parts of the image that the same windows cover. A cell is in memory
/// from its first window to its last, so that of many channels never more is held than the windows that come still need.
pub(super) struct Canvas {
    cells: Cells,
    sums: Vec<Sums>,
    channels: usize,
}

/// The sums of one cell.
#[derive(Default)]
struct Sums {
    /// Windows that are still to come.
    awaited: usize,
    /// `[channels, voxels]`, empty before the first window.
    values: Vec<f32>,
    /// The sum of the weights at each voxel.
    weights: Vec<f32>,
}

/// A cell whose windows have all been added: the mean of its voxels, `[channels, voxels]`.
pub(super) struct Finished {
    pub(super) place: [Range<usize>; 3],
    pub(super) data: Vec<f32>,
}

impl Canvas {
    /// A canvas for windows of one size, at these places of an image.
    pub(super) fn new(size: [usize; 3], window: [usize; 3], starts: &[[usize; 3]], channels: usize) -> Canvas {
        let cells = Cells::new(size, window, starts);
        let counts = cells.windows(window, starts).into_iter();
        let sums = counts.map(|awaited| Sums { awaited, ..Sums::default() }).collect();
        Canvas { cells, sums, channels }
    }

    /// Adds a window's output, weighed by `map`; gives what is finished by it.
    pub(super) fn add(
        &mut self,
        start: &[usize; 3],
        window: [usize; 3],
        output: &Features,
        map: &[f32],
    ) -> Vec<Finished> {
        let numbers: Vec<usize> = self.cells.covered(start, window).collect();
        let mut taken: Vec<(usize, Sums)> =
            numbers.iter().map(|&number| (number, std::mem::take(&mut self.sums[number]))).collect();
        let this = &*self;
        taken
            .par_iter_mut()
            .for_each(|(number, cell)| this.paint(cell, &this.cells.place(*number), start, window, output, map));
        let mut finished = Vec::new();
        for (number, cell) in taken {
            if cell.awaited == 0 {
                finished.push((self.cells.place(number), cell));
            } else {
                self.sums[number] = cell;
            }
        }
        let mean = |(place, mut cell): ([Range<usize>; 3], Sums)| {
            for channel in cell.values.chunks_exact_mut(cell.weights.len()) {
                channel.iter_mut().zip(&cell.weights).for_each(|(sum, weight)| *sum /= weight);
            }
            Finished { place, data: cell.values }
        };
        finished.into_par_iter().map(mean).collect()
    }

    /// Adds a window to one of its cells.
    fn paint(
        &self,
        cell: &mut Sums,
        place: &[Range<usize>; 3],
        start: &[usize; 3],
        window: [usize; 3],
        output: &Features,
        map: &[f32],
    ) {
        let extents: [usize; 3] = std::array::from_fn(|axis| place[axis].len());
        let voxels: usize = extents.iter().product();
        if cell.values.is_empty() {
            cell.values = vec![0.0; self.channels * voxels];
            cell.weights = vec![0.0; voxels];
        }
        let [_, height, depth] = window;
        let inside: [usize; 3] = std::array::from_fn(|axis| place[axis].start - start[axis]);
        let rows = || {
            (0..extents[0]).flat_map(move |x| {
                (0..extents[1]).map(move |y| ((inside[0] + x) * height + inside[1] + y) * depth + inside[2])
            })
        };
        let length = extents[2];
        for (weights, row) in cell.weights.chunks_exact_mut(length).zip(rows()) {
            weights.iter_mut().zip(&map[row..row + length]).for_each(|(sum, weight)| *sum += weight);
        }
        let planes = output.data().chunks_exact(map.len());
        for (sums, values) in cell.values.chunks_exact_mut(voxels).zip(planes) {
            for (sums, row) in sums.chunks_exact_mut(length).zip(rows()) {
                let (values, weights) = (&values[row..row + length], &map[row..row + length]);
                sums.iter_mut().zip(values).zip(weights).for_each(|((sum, value), weight)| *sum += value * weight);
            }
        }
        cell.awaited -= 1;
    }
}
