use monai_kernels::{Level, moments};

use crate::naive::{block, numbers};

/// The edge of a padded image beside an inside that hardly varies: what a norm divides by is the deviation of few voxels.
#[test]
fn a_voxel_at_the_edge_does_not_hide_how_the_others_vary() {
    let (channels, voxels) = (19, 4096);
    let mut map: Vec<f32> = numbers(channels * voxels, 1).into_iter().map(|number| 3.0 + 0.01 * number).collect();
    map.iter_mut().step_by(256).for_each(|edge| *edge = 0.0);
    for level in Level::available() {
        let found = moments(level, &block(&map, channels), channels.div_ceil(16));
        for (channel, (found, values)) in found.iter().zip(map.chunks_exact(voxels)).enumerate() {
            let mean = values.iter().copied().map(f64::from).sum::<f64>() / voxels as f64;
            let variance = values.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / voxels as f64;
            let [of_mean, of_variance] = [found.mean / mean - 1.0, found.variance() / variance - 1.0];
            assert!(of_mean.abs() < 1e-6, "{level}, mean of channel {channel}: {of_mean:e}");
            assert!(of_variance.abs() < 1e-6, "{level}, variance of channel {channel}: {of_variance:e}");
        }
    }
}
