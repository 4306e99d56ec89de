//! PyTorch's `interpolate` along one axis. Positions are computed in 32 bit as there, for they decide which voxels count.

use crate::gaussian_filter::gaussian_1d;
use crate::kernel::Windows;
use crate::resize::{Mode, Scaling};

/// What of `old` positions makes each of `new`.
pub(crate) fn windows(old: usize, new: usize, scaling: Scaling) -> Windows {
    let Scaling { mode, align_corners } = scaling;
    if old == new {
        return Windows::pick(0..old);
    }
    let factor = old as f32 / new as f32;
    let last = old - 1;
    let centre = |index: usize| factor * (index as f32 + 0.5) - 0.5;
    let corner = if new > 1 { last as f32 / (new - 1) as f32 } else { 0.0 };
    match mode {
        Mode::Nearest => Windows::pick((0..new).map(|index| ((index as f32 * factor) as usize).min(last))),
        Mode::NearestExact => Windows::pick((0..new).map(|index| (((index as f32 + 0.5) * factor) as usize).min(last))),
        Mode::Area => {
            let mut out = Windows::new();
            for index in 0..new {
                let (first, end) = (index * old / new, ((index + 1) * old).div_ceil(new));
                out.push(first, &vec![1.0 / (end - first) as f64; end - first]);
            }
            out
        }
        Mode::Linear => {
            let mut out = Windows::new();
            for index in 0..new {
                let at = if align_corners { index as f32 * corner } else { centre(index).max(0.0) };
                let first = (at as usize).min(last);
                let part = f64::from(at - first as f32);
                if part == 0.0 || first == last {
                    out.push(first, &[1.0])
                } else {
                    out.push(first, &[1.0 - part, part])
                }
            }
            out
        }
        Mode::Bicubic => {
            let mut out = Windows::new();
            for index in 0..new {
                let at = if align_corners { index as f32 * corner } else { centre(index) };
                let low = at.floor();
                let taps = cubic(at - low).into_iter().enumerate().map(|(tap, weight)| {
                    ((low as i64 + tap as i64 - 1).clamp(0, last as i64) as usize, f64::from(weight))
                });
                out.push_taps(&taps.collect::<Vec<_>>());
            }
            out
        }
    }
}

/// The weights of four neighbours around a part of the way between the middle two.
fn cubic(part: f32) -> [f32; 4] {
    const A: f32 = -0.75;
    let near = |x: f32| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
    let far = |x: f32| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
    [far(part + 1.0), near(part), near(1.0 - part), far(2.0 - part)]
}

impl Windows {
    /// These windows of an axis of `extent` positions after a Gaussian of `deviation` positions smoothed it, with zeros
    /// outside.
    pub(crate) fn smoothed(&self, deviation: f64, extent: usize) -> Windows {
        if deviation == 0.0 {
            return self.clone();
        }
        let kernel = gaussian_1d(deviation, 4.0, extent);
        let mut out = Windows::new();
        for index in 0..self.len() {
            let (first, weights) = self.get(index);
            let mut taps = Vec::new();
            for (offset, outer) in weights.iter().enumerate() {
                for &(x, inner) in &kernel {
                    let at = (first + offset) as i64 + x;
                    if (0..extent as i64).contains(&at) {
                        taps.push((at as usize, outer * inner));
                    }
                }
            }
            out.push_taps(&taps);
        }
        out
    }

    /// Adds a window of positions in any order, some perhaps more than once.
    fn push_taps(&mut self, taps: &[(usize, f64)]) {
        let first = taps.iter().map(|tap| tap.0).min().unwrap_or(0);
        let end = taps.iter().map(|tap| tap.0 + 1).max().unwrap_or(0);
        let mut weights = vec![0.0; end - first];
        taps.iter().for_each(|&(position, weight)| weights[position - first] += weight);
        self.push(first, &weights);
    }
}
