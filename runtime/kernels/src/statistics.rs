use rayon::prelude::*;

use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};

/// Count, mean and sum of squared deviations of numbers; parts are put together in a fixed order (Chan, Golub and LeVeque 1979).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    /// How many.
    pub count: f64,
    /// Their mean.
    pub mean: f64,
    /// Sum of the squares of their deviations from it.
    pub deviations: f64,
}

impl Moments {
    /// Takes more numbers.
    pub fn merge(&mut self, other: &Self) {
        let count = self.count + other.count;
        if count == 0.0 {
            return;
        }
        let distance = other.mean - self.mean;
        self.mean += distance * other.count / count;
        self.deviations += other.deviations + distance * distance * self.count * other.count / count;
        self.count = count;
    }

    /// The biased variance.
    pub fn variance(&self) -> f64 {
        if self.count == 0.0 { 0.0 } else { self.deviations / self.count }
    }
}

/// The moments of the sixteen channels of a row of voxels.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
pub(crate) unsafe fn of_row<L: Lanes>(row: &[f32]) -> [Moments; LANES] {
    let (mut sums, mut squares, mut pivots) = ([0.0_f32; LANES], [0.0_f32; LANES], [0.0_f32; LANES]);
    // SAFETY: as for this function; a row is whole blocks.
    unsafe {
        // Deviations from a number near the mean: squares of the numbers themselves would lose what the variance is. That of the
        // voxel after a third, for the ends of rows are often the padded edge of the image, and halves are ends of rows.
        let third = row.len() / LANES / 3 * LANES;
        let pivot = L::load(row[third..][..LANES].as_ptr());
        let (mut sum, mut square) = (L::zero(), L::zero());
        for voxel in row.chunks_exact(LANES) {
            let value = L::load(voxel.as_ptr()).sub(pivot);
            sum = sum.add(value);
            square = value.mul_add(value, square);
        }
        sum.store(sums.as_mut_ptr());
        square.store(squares.as_mut_ptr());
        pivot.store(pivots.as_mut_ptr());
    }
    let count = (row.len() / LANES) as f64;
    std::array::from_fn(|lane| {
        let shift = f64::from(sums[lane]) / count;
        Moments {
            count,
            mean: f64::from(pivots[lane]) + shift,
            deviations: (f64::from(squares[lane]) - shift * shift * count).max(0.0),
        }
    })
}

/// Numbers of a part of a channel's block that are taken together.
const PART: usize = 512 * LANES;

/// The moments of each channel of a blocked map of so many blocks.
pub fn moments(level: Level, map: &[f32], blocks: usize) -> Vec<Moments> {
    let block = map.len() / blocks;
    let of_block = |block: &[f32]| {
        let parts: Vec<_> = block.par_chunks(PART).map(|part| level.run(Row(part))).collect();
        let mut all = [Moments::default(); LANES];
        for part in &parts {
            all.iter_mut().zip(part).for_each(|(all, part)| all.merge(part));
        }
        all
    };
    map.par_chunks_exact(block).flat_map_iter(of_block).collect()
}

struct Row<'a>(&'a [f32]);

impl Kernel for Row<'_> {
    type Output = [Moments; LANES];

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) -> Self::Output {
        // SAFETY: the caller's promise about the processor.
        unsafe { of_row::<L>(self.0) }
    }
}
