//! From numbers along an axis to the points of minimal algorithms, and back.

use crate::lanes::Lanes;

/// From a row of weights to its points, for 2 outputs.
const WEIGHTS_2: [[f64; 3]; 4] = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.0, 0.0, 1.0]];
/// The same for 4 outputs.
const WEIGHTS_4: [[f64; 3]; 6] = [
    [1.0, 0.0, 0.0],
    [-2.0 / 3.0, -SMALL / 1.5, -1.0 / 3.0],
    [-2.0 / 3.0, SMALL / 1.5, -1.0 / 3.0],
    [1.0 / 6.0, LARGE / 6.0, 1.0 / 3.0],
    [1.0 / 6.0, -LARGE / 6.0, 1.0 / 3.0],
    [0.0, 0.0, 1.0],
];
/// Where F(4, 3) evaluates, beside 0 and infinity and the negatives.
const SMALL: f64 = std::f64::consts::FRAC_1_SQRT_2;
const LARGE: f64 = std::f64::consts::SQRT_2;

/// The points of one 3 x 3 of weights for tiles of a height, those along z fastest.
pub(crate) fn points(height: usize, weight: impl Fn(usize, usize) -> f64) -> Vec<f32> {
    let rows = if height == 2 { &WEIGHTS_2[..] } else { &WEIGHTS_4 };
    let point = move |row: &[f64; 3], column: &[f64; 3]| {
        let sum = (0..3).flat_map(|y| (0..3).map(move |z| (y, z))).map(|(y, z)| row[y] * column[z] * weight(y, z));
        sum.sum::<f64>() as f32
    };
    rows.iter().flat_map(|row| WEIGHTS_4.iter().map(|column| point(row, column))).collect()
}

/// Six inputs along an axis as their points.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
pub(crate) unsafe fn six<L: Lanes>([a, b, c, d, e, f]: [L; 6]) -> [L; 6] {
    // SAFETY: as for this function.
    unsafe {
        let (small, large) = (L::splat(SMALL as f32), L::splat(LARGE as f32));
        let (half, two, sum) = (L::splat(-0.5), L::splat(-2.0), L::splat(-2.5));
        let (even_small, odd_small) = (c.mul_add(two, e), b.mul_add(two, d).mul(small));
        let (even_large, odd_large) = (c.mul_add(half, e), b.mul_add(half, d).mul(large));
        [
            c.mul_add(sum, a.add(e)),
            even_small.add(odd_small),
            even_small.sub(odd_small),
            even_large.add(odd_large),
            even_large.sub(odd_large),
            d.mul_add(sum, b.add(f)),
        ]
    }
}

/// Six products along an axis as four outputs.
///
/// # Safety
/// The processor has the features of the lanes.
#[inline(always)]
pub(crate) unsafe fn four<L: Lanes>([a, b, c, d, e, f]: [L; 6]) -> [L; 4] {
    // SAFETY: as for this function.
    unsafe {
        let (near, near_difference, far, far_difference) = (b.add(c), b.sub(c), d.add(e), d.sub(e));
        let of = |small: f64, large: f64| (L::splat(small as f32), L::splat(large as f32));
        let (small, large) = of(SMALL, LARGE);
        let (small_cubed, large_cubed) = of(SMALL / 2.0, 2.0 * LARGE);
        [
            a.add(near.add(far)),
            near_difference.mul_add(small, far_difference.mul(large)),
            near.mul_add(L::splat(0.5), far.add(far)),
            near_difference.mul_add(small_cubed, far_difference.mul_add(large_cubed, f)),
        ]
    }
}
