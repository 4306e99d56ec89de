//! What is done to a row of a result while it is still in the cache.

use crate::activation::{Function, Visit};
use crate::lanes::{LANES, Lanes};
use crate::source::{Epilogue, Source};
use crate::statistics::{Moments, of_row};

/// Adds, applies the function and, where wanted, gives the moments of a row of one block; `at` is where the row lies in its map.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
pub(crate) unsafe fn row<L: Lanes>(
    row: &mut [f32],
    epilogue: &Epilogue<'_>,
    block: usize,
    at: usize,
) -> Option<[Moments; LANES]> {
    // SAFETY: as for this function.
    unsafe {
        if let Some(source) = &epilogue.add {
            add::<L>(row, source, block, at);
        }
        if !matches!(epilogue.activation, crate::Activation::Identity) {
            epilogue.activation.with::<L>(block, InPlace(row));
        }
        epilogue.statistics.then(|| of_row::<L>(row))
    }
}

/// Applies a function to a row.
pub(crate) struct InPlace<'a>(pub(crate) &'a mut [f32]);

impl<L: Lanes> Visit<L> for InPlace<'_> {
    #[inline(always)]
    unsafe fn visit(self, function: impl Function<L>) {
        for voxel in self.0.chunks_exact_mut(LANES) {
            // SAFETY: as for this method; a voxel is sixteen numbers.
            unsafe { function.of(L::load(voxel.as_ptr())).store(voxel.as_mut_ptr()) }
        }
    }
}

/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
unsafe fn add<L: Lanes>(row: &mut [f32], source: &Source<'_>, block: usize, at: usize) {
    let other = &source.data[at..][..row.len()];
    // SAFETY: as for this function.
    unsafe {
        match source.prologue {
            None => {
                for (voxel, other) in row.chunks_exact_mut(LANES).zip(other.chunks_exact(LANES)) {
                    L::load(voxel.as_ptr()).add(L::load(other.as_ptr())).store(voxel.as_mut_ptr());
                }
            }
            Some(prologue) => {
                let scale = L::load(prologue.scale[block * LANES..][..LANES].as_ptr());
                let shift = L::load(prologue.shift[block * LANES..][..LANES].as_ptr());
                prologue.activation.with::<L>(block, Adding { row, other, scale, shift });
            }
        }
    }
}

struct Adding<'a, L> {
    row: &'a mut [f32],
    other: &'a [f32],
    scale: L,
    shift: L,
}

impl<L: Lanes> Visit<L> for Adding<'_, L> {
    #[inline(always)]
    unsafe fn visit(self, function: impl Function<L>) {
        for (voxel, other) in self.row.chunks_exact_mut(LANES).zip(self.other.chunks_exact(LANES)) {
            // SAFETY: as for this method; a voxel is sixteen numbers.
            unsafe {
                let other = function.of(L::load(other.as_ptr()).mul_add(self.scale, self.shift));
                L::load(voxel.as_ptr()).add(other).store(voxel.as_mut_ptr());
            }
        }
    }
}
