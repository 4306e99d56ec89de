use pulp::{Simd, WithSimd};

/// Output channels that one row computes together.
pub(crate) const BLOCK: usize = 4;

/// Rows are computed in whole vectors of the widest kind; what lies beyond the run is thrown away.
pub(crate) const WIDEST: usize = 16;

/// One row of [`BLOCK`] output channels: for each tap a packed row of the input times one weight per channel.
pub(crate) struct Row<'a> {
    pub(crate) packed: &'a [f32],
    /// Place of the row in `packed`; `taps` are relative to it.
    pub(crate) base: usize,
    pub(crate) taps: &'a [usize],
    /// `[taps, BLOCK]`.
    pub(crate) weights: &'a [f32],
    /// `[BLOCK]`.
    pub(crate) bias: &'a [f32],
    /// `[BLOCK, length]`, `length` a multiple of [`WIDEST`].
    pub(crate) out: &'a mut [f32],
    pub(crate) length: usize,
}

impl WithSimd for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let vectors = self.length / S::F32_LANES;
        let mut at = 0;
        while at < vectors {
            at += match vectors - at {
                1 => self.tile::<S, 1>(simd, at),
                2 | 4 => self.tile::<S, 2>(simd, at),
                _ => self.tile::<S, 3>(simd, at),
            };
        }
    }
}

impl Row<'_> {
    /// Computes `V` vectors of each channel, all in registers. Taps are added in their order.
    #[inline(always)]
    fn tile<S: Simd, const V: usize>(&mut self, simd: S, at: usize) -> usize {
        let mut sums = [[simd.splat_f32s(0.0); V]; BLOCK];
        for (channel, sums) in sums.iter_mut().enumerate() {
            *sums = [simd.splat_f32s(self.bias[channel]); V];
        }
        let from = self.base + at * S::F32_LANES;
        for (tap, weights) in self.taps.iter().zip(self.weights.chunks_exact(BLOCK)) {
            let (values, _) = S::as_simd_f32s(&self.packed[from + tap..][..V * S::F32_LANES]);
            for (sums, weight) in sums.iter_mut().zip(weights) {
                let weight = simd.splat_f32s(*weight);
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum = simd.mul_add_e_f32s(*value, weight, *sum);
                }
            }
        }
        for (out, sums) in self.out.chunks_exact_mut(self.length).zip(sums) {
            let (out, _) = S::as_mut_simd_f32s(&mut out[at * S::F32_LANES..][..V * S::F32_LANES]);
            out.copy_from_slice(&sums);
        }
        V
    }
}
