use super::{LANES, Lanes};
use crate::bf16;
use crate::tile::{self, Product};

/// An array, which the compiler turns into what the target has.
#[derive(Clone, Copy)]
pub(crate) struct Portable<const BF16: bool = false>([f32; LANES]);

impl<const BF16: bool> Portable<BF16> {
    #[inline(always)]
    fn zip(self, other: Self, function: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|lane| function(self.0[lane], other.0[lane])))
    }
}

impl<const BF16: bool> Lanes for Portable<BF16> {
    const ROWS: &'static [usize] = &[4];
    const FACTORS: usize = if BF16 { 2 } else { 1 };
    type Single = Portable;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; LANES])
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: sixteen numbers lie there, by the trait's condition; arrays of floats need no alignment beyond a float's.
        Self(unsafe { from.cast::<[f32; LANES]>().read() })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: as for `load`.
        unsafe { to.cast::<[f32; LANES]>().write(self.0) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        self.zip(other, |a, b| a / b)
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, term: Self) -> Self {
        // Two roundings: without the instruction, one rounding is a function call.
        Self(std::array::from_fn(|lane| self.0[lane] * factor.0[lane] + term.0[lane]))
    }
    #[inline(always)]
    unsafe fn add_product(self, factor: Self, sum: Self) -> Self {
        if !BF16 {
            // SAFETY: as for this method.
            return unsafe { self.mul_add(factor, sum) };
        }
        Self(std::array::from_fn(|lane| {
            let ([low, high], [low_factor, high_factor]) = (bf16::halves(self.0[lane]), bf16::halves(factor.0[lane]));
            // The products are exact.
            low * low_factor + (high * high_factor + sum.0[lane])
        }))
    }
    #[inline(always)]
    unsafe fn store_factors(self, to: *mut f32) {
        if !BF16 {
            // SAFETY: as for this method.
            return unsafe { self.store(to) };
        }
        let pairs: [f32; LANES / 2] = std::array::from_fn(|pair| bf16::pair(self.0[2 * pair], self.0[2 * pair + 1]));
        // SAFETY: there is room for eight times 32 bits, by the method's condition.
        unsafe { to.cast::<[f32; LANES / 2]>().write(pairs) }
    }
    #[inline(always)]
    unsafe fn round(self) -> Self {
        // Adding and taking away 1.5 * 2^23 rounds what is smaller than 2^22.
        const MAGIC: f32 = 12_582_912.0;
        Self(self.0.map(|value| (value + MAGIC) - MAGIC))
    }
    #[inline(always)]
    unsafe fn exp2(self) -> Self {
        Self(self.0.map(|value| f32::from_bits(((value as i32 + 127) as u32) << 23)))
    }
    #[inline(always)]
    unsafe fn tiles<const T: usize, const N: usize, const S: usize>(product: &Product<'_>) {
        // SAFETY: as for this method.
        unsafe { tile::run::<Self, T, N, S>(product) }
    }
}
