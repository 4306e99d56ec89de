//! MONAI's `GaussianFilter`, with zeros outside.

use rayon::prelude::*;

/// Smooths one channel along each axis by a Gaussian of so many voxels; an axis with 0 is left alone. `truncated`: how many
/// deviations its tail is long.
pub(crate) fn smooth(data: &mut Vec<f32>, shape: [usize; 3], deviations: [f64; 3], truncated: f64) {
    for axis in 0..3 {
        if deviations[axis] == 0.0 {
            continue;
        }
        let (extent, inner) = (shape[axis], shape[axis + 1..].iter().product::<usize>());
        let kernel: Vec<(i64, f32)> = gaussian_1d(deviations[axis], truncated, extent)
            .into_iter()
            .map(|(x, weight)| (x, weight as f32))
            .collect();
        let mut out = vec![0.0; data.len()];
        if inner == 1 {
            let rows = out.par_chunks_exact_mut(extent).zip(data.par_chunks_exact(extent));
            rows.for_each(|(to, from)| kernel.iter().for_each(|&(x, weight)| add_shifted(to, from, x, weight)));
        } else {
            // What lies at one position of the axis is added up from what lies at its neighbours.
            out.par_chunks_exact_mut(inner).enumerate().for_each(|(chunk, to)| {
                let (block, position) = (chunk / extent, (chunk % extent) as i64);
                let block = &data[block * extent * inner..][..extent * inner];
                for &(x, weight) in &kernel {
                    let at = position + x;
                    if (0..extent as i64).contains(&at) {
                        add(to, &block[at as usize * inner..][..inner], weight);
                    }
                }
            });
        }
        *data = out;
    }
}

/// Adds a row, moved by `x` positions to its beginning.
fn add_shifted(to: &mut [f32], from: &[f32], x: i64, weight: f32) {
    let by = x.unsigned_abs() as usize;
    let rest = to.len() - by;
    if x < 0 { add(&mut to[by..], &from[..rest], weight) } else { add(&mut to[..rest], &from[by..], weight) }
}

fn add(to: &mut [f32], from: &[f32], weight: f32) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += weight * from);
}

/// The weights of the neighbours along an axis of `extent` voxels, each with its distance: those farther away than the axis is
/// long are left out (MONAI's `gaussian_1d`, approximated by the error function).
pub(crate) fn gaussian_1d(deviation: f64, truncated: f64, extent: usize) -> Vec<(i64, f64)> {
    let tail = ((deviation * truncated).max(0.5) + 0.5) as i64;
    let tail = tail.min(extent as i64 - 1);
    // As MONAI, each step is rounded to 32 bit: the last digits decide which of two pixels of nearly one value is the lower.
    let step = std::f32::consts::FRAC_1_SQRT_2 / deviation.abs() as f32;
    let erf = |x: f32| erf(f64::from(step * x)) as f32;
    let weight = |x: f32| f64::from((0.5 * (erf(x + 0.5) - erf(x - 0.5))).max(0.0));
    (-tail..=tail).map(|x| (x, weight(x as f32))).collect()
}

/// The error function to 64 bit: its series near 0, its continued fraction far from it.
fn erf(x: f64) -> f64 {
    let (size, square) = (x.abs(), x * x);
    if size > 6.0 {
        return x.signum();
    }
    if size < 2.5 {
        let mut term = x;
        let mut sum = x;
        let mut n = 0.0;
        while term.abs() > 1e-17 * sum.abs() {
            n += 1.0;
            term *= -square / n;
            sum += term / (2.0 * n + 1.0);
        }
        return sum * std::f64::consts::FRAC_2_SQRT_PI;
    }
    let fraction = (1..=60).rev().fold(0.0, |below, k| f64::from(k) / 2.0 / (size + below));
    let rest = (-square).exp() / (size + fraction) / std::f64::consts::PI.sqrt();
    (1.0 - rest) * x.signum()
}
