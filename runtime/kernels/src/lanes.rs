//! Sixteen numbers at once, as each kind of processor holds them.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

#[cfg(target_arch = "x86_64")]
pub(crate) use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) use avx512::Avx512;
pub(crate) use portable::Portable;

use crate::tile::Product;

/// Channels of a block: one vector.
pub const LANES: usize = 16;

/// Sixteen 32-bit floats.
///
/// # Safety
/// Every method needs a processor with the features of the implementation, which [`Level`](crate::Level) sees to. Loads and
/// stores need sixteen numbers behind the pointer.
pub(crate) trait Lanes: Copy {
    /// Most rows of a tile of one block, of two, and so on, so that its sums stay in registers; there are no wider tiles.
    const ROWS: &'static [usize];
    /// Factors of a product in 32 bits: one, or two in bf16.
    const FACTORS: usize;
    /// The same lanes with one factor in 32 bits.
    type Single: Lanes;

    unsafe fn splat(value: f32) -> Self;
    unsafe fn load(from: *const f32) -> Self;
    unsafe fn store(self, to: *mut f32);
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn sub(self, other: Self) -> Self;
    unsafe fn mul(self, other: Self) -> Self;
    unsafe fn div(self, other: Self) -> Self;
    unsafe fn max(self, other: Self) -> Self;
    unsafe fn min(self, other: Self) -> Self;
    /// `self * factor + term`.
    unsafe fn mul_add(self, factor: Self, term: Self) -> Self;
    /// `self * factor + sum` of factors as [`Lanes::store_factors`] stores them; of two in each lane both products are added.
    unsafe fn add_product(self, factor: Self, sum: Self) -> Self;
    /// Stores sixteen numbers as factors, which takes `LANES / FACTORS` times 32 bits.
    unsafe fn store_factors(self, to: *mut f32);
    /// The nearest whole numbers.
    unsafe fn round(self) -> Self;
    /// Two to the power of whole numbers from -126 to 127.
    unsafe fn exp2(self) -> Self;
    /// Computes a [`Product`] by tiles of `T` rows and `N` blocks, whose rows lie `S` numbers apart. Lanes with features of their own
    /// do so in a function of its own: within another it may find too few registers, and a single sum that lies in memory halves
    /// its speed. The compiler does not keep a function with features apart, even where it says `inline(never)`, but cannot put it
    /// into one without them.
    unsafe fn tiles<const T: usize, const N: usize, const S: usize>(product: &Product<'_>);

    /// Sixteen rows as sixteen columns.
    #[inline(always)]
    unsafe fn transpose(rows: &mut [Self; LANES]) {
        let mut numbers = [[0.0_f32; LANES]; LANES];
        // SAFETY: as for this method; each row has sixteen numbers.
        unsafe {
            for (row, numbers) in rows.iter().zip(&mut numbers) {
                row.store(numbers.as_mut_ptr());
            }
            for first in 0..LANES {
                for second in 0..first {
                    (numbers[first][second], numbers[second][first]) = (numbers[second][first], numbers[first][second]);
                }
            }
            for (row, numbers) in rows.iter_mut().zip(&numbers) {
                *row = Self::load(numbers.as_ptr());
            }
        }
    }

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: as for this method.
        unsafe { Self::splat(0.0) }
    }
}
