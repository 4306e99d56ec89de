use burn::tensor::Tensor;
use burn::tensor::module::{avg_pool2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};
use monai_networks::PoolKind;

use crate::features::lift;

/// Pooling of three axes as two poolings of two: Burn has none in three dimensions.
pub(super) struct Pool {
    kind: PoolKind,
    kernel: [usize; 3],
    stride: [usize; 3],
    padding: [usize; 3],
    ceil: bool,
}

impl Pool {
    pub(super) fn new(op: &monai_networks::Pool) -> Self {
        let (kernel, stride, padding) = (lift(&op.kernel, 1), lift(&op.stride, 1), lift(&op.padding, 0));
        Self { kind: op.kind, kernel, stride, padding, ceil: op.ceil }
    }

    pub(super) fn run(&self, input: Tensor<5>) -> Tensor<5> {
        let [batch, channels, x, y, z] = input.dims();
        let plane = self.two(input.reshape([batch, channels * x, y, z]), [1, 2]);
        let [_, _, y, z] = plane.dims();
        if (self.kernel[0], self.stride[0]) == (1, 1) {
            return plane.reshape([batch, channels, x, y, z]);
        }
        let column = self.two(plane.reshape([batch, channels, x, y * z]), [0, 3]);
        let x = column.dims()[2];
        column.reshape([batch, channels, x, y, z])
    }

    /// Pools the last two axes, which are these axes of the map; 3 is none.
    fn two(&self, input: Tensor<4>, axes: [usize; 2]) -> Tensor<4> {
        let of = |values: [usize; 3], none: usize| axes.map(|axis| values.get(axis).copied().unwrap_or(none));
        let (kernel, stride) = (of(self.kernel, 1), of(self.stride, 1));
        let padding = of(self.padding, 0).map(|size| (size, size));
        match self.kind {
            PoolKind::Maximum => {
                let mut options = MaxPoolOptions::new(kernel);
                (options.stride, options.padding, options.ceil_mode) = (stride, padding, self.ceil);
                max_pool2d(input, options)
            }
            PoolKind::Average { count_include_pad } => {
                let mut options = AvgPoolOptions::new(kernel);
                (options.stride, options.padding, options.ceil_mode) = (stride, padding, self.ceil);
                options.count_include_pad = count_include_pad;
                avg_pool2d(input, options)
            }
        }
    }
}
