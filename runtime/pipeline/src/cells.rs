use std::ops::Range;

/// The parts of an image that the same windows cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    /// Where cells begin and end along each axis.
    cuts: [Vec<usize>; 3],
}

impl Cells {
    /// The cells of an image of this size under windows of one size at these places.
    pub fn new(size: [usize; 3], window: [usize; 3], starts: &[[usize; 3]]) -> Cells {
        let cuts = std::array::from_fn(|axis| {
            let ends = starts.iter().flat_map(|start| [start[axis], start[axis] + window[axis]]);
            let mut cuts: Vec<usize> = ends.chain([0, size[axis]]).collect();
            cuts.sort_unstable();
            cuts.dedup();
            cuts
        });
        Cells { cuts }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.cuts.iter().map(|cuts| cuts.len() - 1).product()
    }

    /// The numbers of those that a window covers.
    ///
    /// # Panics
    /// Where the window is none of those that the cells were made for.
    pub fn covered(&self, start: &[usize; 3], window: [usize; 3]) -> impl Iterator<Item = usize> + use<> {
        let [x, y, z]: [Range<usize>; 3] = std::array::from_fn(|axis| {
            let at = |place: usize| self.cuts[axis].binary_search(&place).expect("a window begins and ends at cuts");
            at(start[axis])..at(start[axis] + window[axis])
        });
        let [height, depth] = [self.cuts[1].len() - 1, self.cuts[2].len() - 1];
        x.flat_map(move |i| {
            let z = z.clone();
            y.clone().flat_map(move |j| z.clone().map(move |k| (i * height + j) * depth + k))
        })
    }

    /// Where a cell lies.
    pub fn place(&self, cell: usize) -> [Range<usize>; 3] {
        let [height, depth] = [self.cuts[1].len() - 1, self.cuts[2].len() - 1];
        let at = [cell / (height * depth), cell / depth % height, cell % depth];
        std::array::from_fn(|axis| self.cuts[axis][at[axis]]..self.cuts[axis][at[axis] + 1])
    }

    /// How many windows cover each.
    pub fn windows(&self, window: [usize; 3], starts: &[[usize; 3]]) -> Vec<usize> {
        let mut counts = vec![0; self.count()];
        starts.iter().for_each(|start| self.covered(start, window).for_each(|cell| counts[cell] += 1));
        counts
    }

    /// The most voxels in cells that some window has covered and that one or another is still to cover, where windows come in this
    /// order.
    pub fn most_pending(&self, window: [usize; 3], starts: &[[usize; 3]]) -> usize {
        let mut awaited = self.windows(window, starts);
        let mut begun = vec![false; awaited.len()];
        let (mut pending, mut most) = (0, 0);
        for start in starts {
            let voxels = |cell: usize| self.place(cell).iter().map(ExactSizeIterator::len).product::<usize>();
            let covered: Vec<usize> = self.covered(start, window).collect();
            for &cell in covered.iter().filter(|cell| !std::mem::replace(&mut begun[**cell], true)) {
                pending += voxels(cell);
            }
            most = most.max(pending);
            for cell in covered {
                awaited[cell] -= 1;
                pending -= if awaited[cell] == 0 { voxels(cell) } else { 0 };
            }
        }
        most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voxels_wait_from_their_first_window_to_their_last() {
        let most = |size, window, starts: &[[usize; 3]]| Cells::new(size, window, starts).most_pending(window, starts);
        assert_eq!(most([4, 4, 4], [4, 4, 4], &[[0; 3]]), 64, "one window");
        assert_eq!(most([6, 1, 1], [4, 1, 1], &[[0; 3], [2, 0, 0]]), 4, "two that overlap");
        assert_eq!(most([8, 1, 1], [4, 1, 1], &[[0; 3], [4, 0, 0]]), 4, "two side by side");
        // Of the first row of windows, two wait for the second row while that row's first comes.
        let starts = [[0, 0, 0], [0, 2, 0], [1, 0, 0], [1, 2, 0]];
        assert_eq!(most([3, 4, 1], [2, 2, 1], &starts), 6, "two rows of two");
    }
}
