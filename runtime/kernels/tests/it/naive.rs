//! The same things as plain loops in double precision, and numbers to feed them.

use monai_kernels::{Axis, LANES};

/// Numbers from -1 to 1 that look random.
pub(crate) fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
        })
        .collect()
}

/// A planar map, blocked.
pub(crate) fn block(planar: &[f32], channels: usize) -> Vec<f32> {
    let voxels = planar.len() / channels;
    let mut blocked = vec![0.0; channels.div_ceil(LANES) * voxels * LANES];
    for (channel, values) in planar.chunks_exact(voxels).enumerate() {
        for (voxel, value) in values.iter().enumerate() {
            blocked[(channel / LANES * voxels + voxel) * LANES + channel % LANES] = *value;
        }
    }
    blocked
}

/// A blocked map, planar.
pub(crate) fn unblock(blocked: &[f32], channels: usize) -> Vec<f32> {
    let voxels = blocked.len() / LANES / channels.div_ceil(LANES);
    let at = |channel: usize, voxel: usize| blocked[(channel / LANES * voxels + voxel) * LANES + channel % LANES];
    (0..channels).flat_map(|channel| (0..voxels).map(move |voxel| at(channel, voxel))).collect()
}

/// A convolution or transposed convolution of planar maps.
pub(crate) struct Convolution<'a> {
    pub(crate) axes: [Axis; 3],
    pub(crate) kernel: [usize; 3],
    pub(crate) groups: usize,
    pub(crate) channels: [usize; 2],
    pub(crate) weights: &'a [f32],
    pub(crate) bias: &'a [f32],
}

impl Convolution<'_> {
    pub(crate) fn run(&self, input: &[f32], size: [usize; 3]) -> Vec<f64> {
        let out: [usize; 3] = std::array::from_fn(|axis| self.axes[axis].output(size[axis]));
        let voxels: usize = out.iter().product();
        let [inputs, outputs] = self.channels.map(|channels| channels / self.groups);
        let mut output: Vec<f64> =
            self.bias.iter().flat_map(|bias| std::iter::repeat_n(f64::from(*bias), voxels)).collect();
        let in_voxels: usize = size.iter().product();
        for (o, values) in output.chunks_exact_mut(voxels).enumerate() {
            for i in (0..inputs).map(|i| o / outputs * inputs + i) {
                self.taps(|tap, flat| {
                    let transposed = matches!(self.axes[0], Axis::Transposed { .. });
                    let pair = if transposed { i * outputs + o % outputs } else { o * inputs + i % inputs };
                    let weight = f64::from(self.weights[pair * self.kernel.iter().product::<usize>() + flat]);
                    // Which input each output reads by this tap, axis by axis.
                    let [xs, ys, zs]: [Vec<Option<usize>>; 3] = std::array::from_fn(|axis| {
                        (0..out[axis]).map(|at| source(self.axes[axis], at, tap[axis], size[axis])).collect()
                    });
                    for (row, values) in values.chunks_exact_mut(out[2]).enumerate() {
                        let (Some(x), Some(y)) = (xs[row / out[1]], ys[row % out[1]]) else { continue };
                        let from = &input[i * in_voxels + (x * size[1] + y) * size[2]..][..size[2]];
                        for (value, z) in values.iter_mut().zip(&zs) {
                            if let Some(z) = z {
                                *value += weight * f64::from(from[*z]);
                            }
                        }
                    }
                });
            }
        }
        output
    }

    fn taps(&self, mut act: impl FnMut([usize; 3], usize)) {
        let [x, y, z] = self.kernel;
        for flat in 0..x * y * z {
            act([flat / z / y, flat / z % y, flat % z], flat);
        }
    }
}

/// The input that an output reads by a tap.
fn source(axis: Axis, output: usize, tap: usize, size: usize) -> Option<usize> {
    let at = match axis {
        Axis::Strided { stride, dilation, before, .. } => (output * stride + tap * dilation).checked_sub(before)?,
        Axis::Transposed { stride, padding, .. } => {
            let from = (output + padding).checked_sub(tap)?;
            from.is_multiple_of(stride).then_some(from / stride)?
        }
    };
    (at < size).then_some(at)
}

/// The largest difference as a share of the deviation of what is expected.
pub(crate) fn worst(found: &[f32], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let mean = expected.iter().sum::<f64>() / expected.len() as f64;
    let deviation = (expected.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / expected.len() as f64).sqrt();
    let worst = found.iter().zip(expected).map(|(found, expected)| (f64::from(*found) - expected).abs());
    worst.fold(0.0, f64::max) / deviation.max(1e-6)
}
