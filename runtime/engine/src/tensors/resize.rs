use burn::tensor::Tensor;
use burn::tensor::module::interpolate;
use burn::tensor::ops::{InterpolateMode, InterpolateOptions};
use monai_networks::ResizeMode;

/// Interpolation of three axes as two interpolations of two: Burn has none in three dimensions.
pub(super) struct Resize {
    pub(super) factor: [usize; 3],
    pub(super) mode: ResizeMode,
}

impl Resize {
    pub(super) fn run(&self, input: Tensor<5>) -> Tensor<5> {
        let [batch, channels, x, y, z] = input.dims();
        let [by_x, by_y, by_z] = self.factor;
        let plane = self.two(input.reshape([batch, channels * x, y, z]), [y * by_y, z * by_z]);
        let (y, z) = (y * by_y, z * by_z);
        if by_x == 1 {
            return plane.reshape([batch, channels, x, y, z]);
        }
        let column = self.two(plane.reshape([batch, channels, x, y * z]), [x * by_x, y * z]);
        column.reshape([batch, channels, x * by_x, y, z])
    }

    fn two(&self, input: Tensor<4>, size: [usize; 2]) -> Tensor<4> {
        let options = match self.mode {
            ResizeMode::Nearest => InterpolateOptions::new(InterpolateMode::Nearest),
            ResizeMode::Linear { align_corners } => {
                InterpolateOptions { align_corners, ..InterpolateOptions::new(InterpolateMode::Bilinear) }
            }
        };
        interpolate(input, options.with_output_size(size))
    }
}
