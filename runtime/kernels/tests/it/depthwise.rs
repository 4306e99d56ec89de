use monai_kernels::{Activation, Axis, Depthwise, Epilogue, Layout, Level, Source};

use crate::naive::{Convolution, block, numbers, unblock, worst};

#[test]
fn each_channel_sees_only_itself() {
    let axis = |kernel, stride, dilation, before, behind| Axis::Strided { kernel, stride, dilation, before, behind };
    for (index, (axes, channels, size)) in [
        ([axis(1, 1, 1, 0, 0), axis(3, 1, 1, 1, 1), axis(3, 1, 1, 1, 1)], 33, [1, 9, 12]),
        ([axis(1, 1, 1, 0, 0), axis(5, 2, 1, 1, 2), axis(5, 2, 1, 2, 1)], 16, [1, 11, 14]),
        ([axis(3, 2, 1, 1, 1), axis(3, 1, 2, 2, 2), axis(2, 3, 1, 0, 1)], 7, [6, 7, 10]),
    ]
    .into_iter()
    .enumerate()
    {
        let kernel = axes.map(|axis| match axis {
            Axis::Strided { kernel, .. } | Axis::Transposed { kernel, .. } => kernel,
        });
        let weights = numbers(channels * kernel.iter().product::<usize>(), 1);
        let (bias, input) = (numbers(channels, 2), numbers(channels * size.iter().product::<usize>(), 3));
        let plain =
            Convolution { axes, kernel, groups: channels, channels: [channels; 2], weights: &weights, bias: &bias };
        let expected: Vec<f64> = plain.run(&input, size).into_iter().map(|value| value.max(0.0)).collect();
        let data = block(&input, channels);
        for level in Level::available() {
            let depthwise = Depthwise::new(level, axes, channels, &weights, Some(&bias));
            let source = Source { data: &data, layout: Layout::Blocked, channels, prologue: None };
            let extent = depthwise.output(size);
            let mut output = vec![f32::NAN; extent.blocked()];
            let epilogue = Epilogue { add: None, activation: &Activation::Relu, statistics: true };
            let moments = depthwise.run(&source, size, &mut output, &epilogue).expect("they are wanted");
            let worst = worst(&unblock(&output, channels), &expected);
            assert!(worst < 1e-5, "{level}, case {index}: {worst:e}");
            let mean = expected[..extent.voxels()].iter().sum::<f64>() / extent.voxels() as f64;
            assert!((moments[0].mean - mean).abs() < 1e-6, "{level}, case {index}");
        }
    }
}
