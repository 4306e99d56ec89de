//! The windows' outputs on their way to one image.

use std::collections::VecDeque;
use std::ops::Range;

use monai_pipeline::Cells;
use rayon::prelude::*;

use crate::Features;

/// A cell takes spare memory that is longer by at most one part in so many.
const SLACK: usize = 16;

/// Weighted sums of overlapping windows, in cells: the parts of the image that the same windows cover. A cell is in memory
/// from its first window to its last, so that of many channels never more is held than the windows that come still need.
pub(super) struct Canvas {
    cells: Cells,
    sums: Vec<Sums>,
    channels: usize,
    /// Numbers in the cells that are in memory, and the most that ever are.
    pending: usize,
    most: usize,
    /// Memory of finished cells, for those to come: the system takes as long to hand it out anew as a window's cells take to be
    /// added. With the cells it is never more than `most`.
    spare: VecDeque<Vec<f32>>,
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
        let most = cells.most_pending(window, starts) * (channels + 1);
        Canvas { cells, sums, channels, pending: 0, most, spare: VecDeque::new() }
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
        for (number, cell) in taken.iter_mut().filter(|(_, cell)| cell.values.is_empty()) {
            let voxels: usize = self.cells.place(*number).iter().map(ExactSizeIterator::len).product();
            cell.values = self.room(self.channels * voxels);
            cell.weights = self.room(voxels);
        }
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
        finished.par_iter_mut().for_each(|(_, Sums { values, weights, .. })| {
            for channel in values.chunks_exact_mut(weights.len()) {
                channel.iter_mut().zip(&*weights).for_each(|(sum, weight)| *sum /= weight);
            }
        });
        let of = |(place, cell): ([Range<usize>; 3], Sums)| {
            self.pending -= cell.values.len() + cell.weights.len();
            self.reuse(cell.weights);
            Finished { place, data: cell.values }
        };
        finished.into_iter().map(of).collect()
    }

    /// Takes back the memory of a finished cell.
    pub(super) fn reuse(&mut self, data: Vec<f32>) {
        if self.pending + data.capacity() <= self.most {
            self.make_way(data.capacity());
            self.spare.push_back(data);
        }
    }

    /// So many zeros, in spare memory of about their length where there is some.
    fn room(&mut self, length: usize) -> Vec<f32> {
        let fits = |at: &usize| (length..=length + length / SLACK).contains(&self.spare[*at].capacity());
        let best = (0..self.spare.len()).filter(fits).min_by_key(|at| self.spare[*at].capacity());
        let mut room = best.and_then(|at| self.spare.remove(at)).unwrap_or_default();
        if room.capacity() == 0 {
            self.make_way(length);
        }
        self.pending += length;
        room.clear();
        room.resize(length, 0.0);
        room
    }

    /// Gives back spare memory until so many numbers more are within the most, that of cells at the image's end first: their
    /// sizes never come again.
    fn make_way(&mut self, length: usize) {
        while self.held() + length > self.most && self.spare.pop_front().is_some() {}
    }

    /// Numbers that are in memory.
    fn held(&self) -> usize {
        self.pending + self.spare.iter().map(Vec::capacity).sum::<usize>()
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
