use burn::tensor::activation::softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};
use monai_networks::WindowAttention;

use super::weights::Uploads;
use crate::Error;

/// What hides voxels of other regions from each other, as in MONAI.
const HIDDEN: f32 = -100.0;

/// How many attention weights are alive at once, unless one window has more: those of a whole map exceed the map by far.
const MOST_WEIGHTS: usize = 1 << 24;

/// Window attention with its table on the device.
pub(super) struct Attention {
    op: WindowAttention,
    axes: usize,
    /// `[rows, heads]`.
    table: Tensor<2>,
    device: Device,
}

impl Attention {
    pub(super) fn new(op: &WindowAttention, uploads: &mut Uploads<'_, '_, '_>) -> Result<Self, Error> {
        let rows = uploads.weights.network.parameters[op.bias_table.index()].shape[0];
        let table = uploads.tensor(op.bias_table, [rows, op.heads])?;
        Ok(Self { op: op.clone(), axes: op.window.len(), table, device: uploads.device.clone() })
    }

    pub(super) fn run(&self, input: Tensor<5>) -> Tensor<5> {
        let [batch, channels, x, y, z] = input.dims();
        let (channels, spatial) = (channels / 3, &[x, y, z][3 - self.axes..]);
        let (heads, width) = (self.op.heads, channels / self.op.heads);
        let order = self.op.order(spatial);
        let voxels: usize = self.op.windows(spatial).iter().map(|(window, _)| window).product();
        let windows = order.len() / voxels;

        let back = {
            let mut back = vec![0; order.len()];
            order.iter().enumerate().for_each(|(slot, voxel)| back[*voxel] = slot);
            self.indices(back)
        };
        let sorted = input.reshape([batch, 3 * channels, x * y * z]).select(2, self.indices(order));
        // The windows of all samples in one row: `[3, windows, heads, voxels, width]`.
        let parts = sorted.reshape([batch, 3, heads, width, windows, voxels]).permute([1, 0, 4, 2, 5, 3]);
        let parts = parts.reshape([3, batch * windows, heads, voxels, width]);
        let (bias, regions) = (self.bias(voxels), self.op.regions(spatial));
        let at_once = (MOST_WEIGHTS / (heads * voxels * voxels)).max(1);
        let seen = (0..batch * windows).step_by(at_once).map(|first| {
            let these = first..(batch * windows).min(first + at_once);
            let part = |at: usize| {
                let part = parts.clone().slice([at..at + 1, these.clone(), 0..heads, 0..voxels, 0..width]);
                part.reshape([these.len(), heads, voxels, width])
            };
            let (queries, keys, values) = (part(0) * (width as f64).powf(-0.5), part(1), part(2));
            let weights = queries.matmul(keys.swap_dims(2, 3)) + bias.clone();
            let weights = match &regions {
                Some(regions) => weights + self.mask(regions, these.map(|window| window % windows), voxels),
                None => weights,
            };
            softmax(weights, 3).matmul(values)
        });
        let seen = Tensor::cat(seen.collect(), 0).reshape([batch, windows, heads, voxels, width]);
        let seen = seen.permute([0, 2, 4, 1, 3]).reshape([batch, channels, windows * voxels]);
        seen.select(2, back).reshape([batch, channels, x, y, z])
    }

    /// `[1, heads, voxels, voxels]`.
    fn bias(&self, voxels: usize) -> Tensor<4> {
        let rows = self.table.clone().select(0, self.indices(self.op.bias_rows(voxels)));
        rows.reshape([1, voxels, voxels, self.op.heads]).permute([0, 3, 1, 2])
    }

    /// `[windows, 1, voxels, voxels]`: what hides the voxels of other regions, for these windows.
    fn mask(&self, regions: &[usize], these: impl ExactSizeIterator<Item = usize>, voxels: usize) -> Tensor<4> {
        let windows = these.len();
        let mut mask = Vec::with_capacity(windows * voxels * voxels);
        for window in these {
            let window = &regions[window * voxels..(window + 1) * voxels];
            for query in window {
                mask.extend(window.iter().map(|key| if key == query { 0.0 } else { HIDDEN }));
            }
        }
        Tensor::from_data(TensorData::new(mask, [windows, 1, voxels, voxels]), &self.device)
    }

    fn indices(&self, places: Vec<usize>) -> Tensor<1, Int> {
        let length = places.len();
        let places: Vec<i32> =
            places.into_iter().map(|place| i32::try_from(place).expect("a window is small")).collect();
        Tensor::from_data(TensorData::new(places, [length]), &self.device)
    }
}
