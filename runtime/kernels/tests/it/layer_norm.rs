use monai_kernels::{Extent, Layout, Level, Source, fill_up, layer_norm};

use crate::naive::{block, numbers, unblock, worst};

#[test]
fn each_voxel_is_normalised_over_its_channels() {
    for channels in [3, 16, 40] {
        let extent = Extent { channels, size: [2, 3, 7] };
        let voxels = extent.voxels();
        let input: Vec<f32> = numbers(extent.planar(), 1).into_iter().map(|value| value * 2.0 + 3.0).collect();
        let (scale, shift) = (numbers(channels, 2), numbers(channels, 3));
        let mut expected = vec![0.0; extent.planar()];
        for voxel in 0..voxels {
            let of = |channel: usize| f64::from(input[channel * voxels + voxel]);
            let mean = (0..channels).map(of).sum::<f64>() / channels as f64;
            let variance = (0..channels).map(|channel| (of(channel) - mean).powi(2)).sum::<f64>() / channels as f64;
            for channel in 0..channels {
                let value = (of(channel) - mean) / (variance + 1e-5).sqrt();
                expected[channel * voxels + voxel] = value * f64::from(scale[channel]) + f64::from(shift[channel]);
            }
        }
        let data = block(&input, channels);
        let (scale, shift) = (fill_up(scale, 0.0), fill_up(shift, 0.0));
        for level in Level::available() {
            let source = Source { data: &data, layout: Layout::Blocked, channels, prologue: None };
            let mut output = vec![f32::NAN; extent.blocked()];
            layer_norm(level, &source, extent, [&scale, &shift], 1e-5, &mut output);
            let worst = worst(&unblock(&output, channels), &expected);
            assert!(worst < 1e-5, "{level}, {channels} channels: {worst:e}");
        }
    }
}
