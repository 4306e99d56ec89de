use std::arch::x86_64::{
    __m256, _MM_FROUND_NO_EXC, _MM_FROUND_TO_NEAREST_INT, _mm256_add_epi32, _mm256_add_ps, _mm256_castpd_ps,
    _mm256_castps_pd, _mm256_castsi256_ps, _mm256_cvtps_epi32, _mm256_div_ps, _mm256_fmadd_ps, _mm256_loadu_ps,
    _mm256_max_ps, _mm256_min_ps, _mm256_mul_ps, _mm256_permute2f128_ps, _mm256_round_ps, _mm256_set1_epi32,
    _mm256_set1_ps, _mm256_slli_epi32, _mm256_storeu_ps, _mm256_sub_ps, _mm256_unpackhi_pd, _mm256_unpackhi_ps,
    _mm256_unpacklo_pd, _mm256_unpacklo_ps,
};

use super::{LANES, Lanes};
use crate::tile::{self, Product};

/// Two registers of a processor with AVX2 and FMA.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(__m256, __m256);

const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

// SAFETY of every block: the trait's own condition, a processor with AVX2 and FMA and sixteen numbers behind pointers.
#[allow(clippy::undocumented_unsafe_blocks)]
impl Lanes for Avx2 {
    // 16 registers: 12 sums, two vectors of weights, one input.
    const ROWS: &'static [usize] = &[6];
    const FACTORS: usize = 1;
    type Single = Self;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        unsafe { Self(_mm256_set1_ps(value), _mm256_set1_ps(value)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { Self(_mm256_loadu_ps(from), _mm256_loadu_ps(from.add(8))) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe {
            _mm256_storeu_ps(to, self.0);
            _mm256_storeu_ps(to.add(8), self.1);
        }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { Self(_mm256_add_ps(self.0, other.0), _mm256_add_ps(self.1, other.1)) }
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        unsafe { Self(_mm256_sub_ps(self.0, other.0), _mm256_sub_ps(self.1, other.1)) }
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        unsafe { Self(_mm256_mul_ps(self.0, other.0), _mm256_mul_ps(self.1, other.1)) }
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        unsafe { Self(_mm256_div_ps(self.0, other.0), _mm256_div_ps(self.1, other.1)) }
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        unsafe { Self(_mm256_max_ps(self.0, other.0), _mm256_max_ps(self.1, other.1)) }
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        unsafe { Self(_mm256_min_ps(self.0, other.0), _mm256_min_ps(self.1, other.1)) }
    }
    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, term: Self) -> Self {
        unsafe { Self(_mm256_fmadd_ps(self.0, factor.0, term.0), _mm256_fmadd_ps(self.1, factor.1, term.1)) }
    }
    #[inline(always)]
    unsafe fn add_product(self, factor: Self, sum: Self) -> Self {
        unsafe { self.mul_add(factor, sum) }
    }
    #[inline(always)]
    unsafe fn store_factors(self, to: *mut f32) {
        unsafe { self.store(to) }
    }
    #[inline(always)]
    unsafe fn round(self) -> Self {
        unsafe { Self(_mm256_round_ps::<NEAREST>(self.0), _mm256_round_ps::<NEAREST>(self.1)) }
    }
    #[inline(always)]
    unsafe fn exp2(self) -> Self {
        unsafe {
            let power = |value| {
                let exponent = _mm256_add_epi32(_mm256_cvtps_epi32(value), _mm256_set1_epi32(127));
                _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent))
            };
            Self(power(self.0), power(self.1))
        }
    }
    #[inline(always)]
    unsafe fn transpose(rows: &mut [Self; LANES]) {
        unsafe {
            // Each quarter changes its rows for its columns, and two quarters change places.
            let mut quarters = [[rows[0].0; LANES / 2]; 4];
            for row in 0..LANES / 2 {
                let (above, below) = (rows[row], rows[LANES / 2 + row]);
                for (quarter, part) in quarters.iter_mut().zip([above.0, below.0, above.1, below.1]) {
                    quarter[row] = part;
                }
            }
            for quarter in &mut quarters {
                turn(quarter);
            }
            for column in 0..LANES / 2 {
                rows[column] = Self(quarters[0][column], quarters[1][column]);
                rows[LANES / 2 + column] = Self(quarters[2][column], quarters[3][column]);
            }
        }
    }
    #[inline(always)]
    unsafe fn tiles<const T: usize, const N: usize, const S: usize>(product: &Product<'_>) {
        #[target_feature(enable = "avx2,fma")]
        unsafe fn run<const T: usize, const N: usize, const S: usize>(product: &Product<'_>) {
            unsafe { tile::run::<Avx2, T, N, S>(product) }
        }
        #[inline(never)]
        unsafe fn alone<const T: usize, const N: usize, const S: usize>(product: &Product<'_>) {
            unsafe { run::<T, N, S>(product) }
        }
        unsafe { alone::<T, N, S>(product) }
    }
}

/// Eight rows as eight columns.
///
/// # Safety
/// The processor has AVX2.
#[inline(always)]
unsafe fn turn(rows: &mut [__m256; LANES / 2]) {
    const LOW: i32 = 0x20;
    const HIGH: i32 = 0x31;
    // SAFETY: as for this function.
    unsafe {
        // Half `l` of row `4 * i + j` becomes column `4 * l + j` of rows `4 * i` to `4 * i + 3`.
        for four in rows.as_chunks_mut::<4>().0 {
            let [a, b, c, d] = *four;
            let (low, high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
            let (low_behind, high_behind) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
            let (low, low_behind) = (_mm256_castps_pd(low), _mm256_castps_pd(low_behind));
            let (high, high_behind) = (_mm256_castps_pd(high), _mm256_castps_pd(high_behind));
            four[0] = _mm256_castpd_ps(_mm256_unpacklo_pd(low, low_behind));
            four[1] = _mm256_castpd_ps(_mm256_unpackhi_pd(low, low_behind));
            four[2] = _mm256_castpd_ps(_mm256_unpacklo_pd(high, high_behind));
            four[3] = _mm256_castpd_ps(_mm256_unpackhi_pd(high, high_behind));
        }
        for j in 0..4 {
            let (front, behind) = (rows[j], rows[4 + j]);
            rows[j] = _mm256_permute2f128_ps::<LOW>(front, behind);
            rows[4 + j] = _mm256_permute2f128_ps::<HIGH>(front, behind);
        }
    }
}
