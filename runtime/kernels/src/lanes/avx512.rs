use std::arch::x86_64::{
    __m256bh, __m256i, __m512, __m512bh, _MM_FROUND_NO_EXC, _MM_FROUND_TO_NEAREST_INT, _mm256_storeu_si256,
    _mm512_add_ps, _mm512_castpd_ps, _mm512_castps_pd, _mm512_cvtneps_pbh, _mm512_div_ps, _mm512_dpbf16_ps,
    _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_max_ps, _mm512_min_ps, _mm512_mul_ps, _mm512_roundscale_ps,
    _mm512_scalef_ps, _mm512_set1_ps, _mm512_shuffle_f32x4, _mm512_storeu_ps, _mm512_sub_ps, _mm512_unpackhi_pd,
    _mm512_unpackhi_ps, _mm512_unpacklo_pd, _mm512_unpacklo_ps,
};

use std::mem::transmute;

use super::{LANES, Lanes};
use crate::tile::{self, Product};

/// One register of a processor with AVX-512F, and with AVX-512 BF16 where factors are in bf16.
#[derive(Clone, Copy)]
pub(crate) struct Avx512<const BF16: bool = false>(__m512);

const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

/// Parts 0 and 2 of two vectors of four parts.
const EVEN: i32 = 0b10_00_10_00;
/// Parts 1 and 3.
const ODD: i32 = 0b11_01_11_01;

// SAFETY of every block: the trait's own condition, a processor with the features above and sixteen numbers behind pointers.
#[allow(clippy::undocumented_unsafe_blocks)]
impl<const BF16: bool> Lanes for Avx512<BF16> {
    // 32 registers: at most 28 sums, a vector of weights for each block, one input.
    const ROWS: &'static [usize] = &[28, 14, 9, 6];
    const FACTORS: usize = if BF16 { 2 } else { 1 };
    type Single = Avx512;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        unsafe { Self(_mm512_set1_ps(value)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { Self(_mm512_loadu_ps(from)) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm512_storeu_ps(to, self.0) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { Self(_mm512_add_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        unsafe { Self(_mm512_sub_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        unsafe { Self(_mm512_mul_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        unsafe { Self(_mm512_div_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        unsafe { Self(_mm512_max_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        unsafe { Self(_mm512_min_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, term: Self) -> Self {
        unsafe { Self(_mm512_fmadd_ps(self.0, factor.0, term.0)) }
    }
    #[inline(always)]
    unsafe fn add_product(self, factor: Self, sum: Self) -> Self {
        if !BF16 {
            return unsafe { self.mul_add(factor, sum) };
        }
        // Both are registers of 512 bits, whatever they hold.
        unsafe {
            let (left, right) = (transmute::<__m512, __m512bh>(self.0), transmute::<__m512, __m512bh>(factor.0));
            Self(_mm512_dpbf16_ps(sum.0, left, right))
        }
    }
    #[inline(always)]
    unsafe fn store_factors(self, to: *mut f32) {
        if !BF16 {
            return unsafe { self.store(to) };
        }
        // Both are registers of 256 bits.
        unsafe { _mm256_storeu_si256(to.cast(), transmute::<__m256bh, __m256i>(_mm512_cvtneps_pbh(self.0))) }
    }
    #[inline(always)]
    unsafe fn round(self) -> Self {
        unsafe { Self(_mm512_roundscale_ps::<NEAREST>(self.0)) }
    }
    #[inline(always)]
    unsafe fn exp2(self) -> Self {
        unsafe { Self(_mm512_scalef_ps(_mm512_set1_ps(1.0), self.0)) }
    }
    #[inline(always)]
    unsafe fn transpose(rows: &mut [Self; LANES]) {
        unsafe {
            let mut pairs = *rows;
            for i in 0..LANES / 2 {
                let (a, b) = (rows[2 * i].0, rows[2 * i + 1].0);
                (pairs[2 * i].0, pairs[2 * i + 1].0) = (_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
            }
            // Part `l` of `fours[4 * i + j]` is column `4 * l + j` of rows `4 * i` to `4 * i + 3`.
            let mut fours = pairs;
            for i in 0..LANES / 4 {
                for j in 0..2 {
                    let (a, b) = (_mm512_castps_pd(pairs[4 * i + j].0), _mm512_castps_pd(pairs[4 * i + 2 + j].0));
                    fours[4 * i + 2 * j].0 = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
                    fours[4 * i + 2 * j + 1].0 = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
                }
            }
            for j in 0..4 {
                let [a, b, c, d] = [fours[j].0, fours[4 + j].0, fours[8 + j].0, fours[12 + j].0];
                let (even, odd) = (_mm512_shuffle_f32x4::<EVEN>(a, b), _mm512_shuffle_f32x4::<ODD>(a, b));
                let (even_behind, odd_behind) = (_mm512_shuffle_f32x4::<EVEN>(c, d), _mm512_shuffle_f32x4::<ODD>(c, d));
                rows[j].0 = _mm512_shuffle_f32x4::<EVEN>(even, even_behind);
                rows[4 + j].0 = _mm512_shuffle_f32x4::<EVEN>(odd, odd_behind);
                rows[8 + j].0 = _mm512_shuffle_f32x4::<ODD>(even, even_behind);
                rows[12 + j].0 = _mm512_shuffle_f32x4::<ODD>(odd, odd_behind);
            }
        }
    }
    #[inline(always)]
    unsafe fn tiles<const T: usize, const N: usize, const S: usize>(product: &Product<'_>) {
        #[target_feature(enable = "avx512f")]
        unsafe fn run<const T: usize, const N: usize, const S: usize>(product: &Product<'_>) {
            unsafe { tile::run::<Avx512, T, N, S>(product) }
        }
        #[target_feature(enable = "avx512f,avx512bf16")]
        unsafe fn run_bf16<const T: usize, const N: usize, const S: usize>(product: &Product<'_>) {
            unsafe { tile::run::<Avx512<true>, T, N, S>(product) }
        }
        #[inline(never)]
        unsafe fn alone<const BF16: bool, const T: usize, const N: usize, const S: usize>(product: &Product<'_>) {
            if BF16 { unsafe { run_bf16::<T, N, S>(product) } } else { unsafe { run::<T, N, S>(product) } }
        }
        unsafe { alone::<BF16, T, N, S>(product) }
    }
}
