use monai_kernels::{
    Activation, Axis, Epilogue, Filter, Geometry, Layout, Level, Moments, Narrow, Prologue, Source, Winograd, fill_up,
};

use crate::naive::{Convolution, block, numbers, unblock, worst};

fn strided(kernel: usize, stride: usize, dilation: usize, before: usize, behind: usize) -> Axis {
    Axis::Strided { kernel, stride, dilation, before, behind }
}

fn transposed(kernel: usize, stride: usize, padding: usize, output_padding: usize) -> Axis {
    Axis::Transposed { kernel, stride, padding, output_padding }
}

fn kernel(axes: [Axis; 3]) -> [usize; 3] {
    axes.map(|axis| match axis {
        Axis::Strided { kernel, .. } | Axis::Transposed { kernel, .. } => kernel,
    })
}

struct Case {
    axes: [Axis; 3],
    inputs: Vec<usize>,
    out: usize,
    groups: usize,
    size: [usize; 3],
}

fn case(axes: [Axis; 3], inputs: &[usize], out: usize, groups: usize, size: [usize; 3]) -> Case {
    Case { axes, inputs: inputs.to_vec(), out, groups, size }
}

fn cases() -> Vec<Case> {
    let (same, half, point) = (strided(3, 1, 1, 1, 1), strided(3, 2, 1, 1, 1), strided(1, 1, 1, 0, 0));
    vec![
        case([same; 3], &[16], 32, 1, [5, 6, 29]),
        case([same; 3], &[32], 16, 1, [3, 9, 17]),
        case([same; 3], &[20], 40, 1, [4, 3, 5]),
        case([same; 3], &[16, 8, 5], 48, 1, [4, 5, 15]),
        case([half; 3], &[16], 32, 1, [7, 8, 33]),
        case([strided(3, 3, 1, 1, 1); 3], &[16], 16, 1, [7, 8, 20]),
        case([strided(3, 1, 2, 2, 2); 3], &[16], 16, 1, [6, 7, 18]),
        case([strided(5, 1, 1, 2, 1), same, strided(2, 2, 1, 0, 1)], &[17], 3, 1, [6, 5, 21]),
        case([point; 3], &[48], 33, 1, [3, 4, 31]),
        case([point; 3], &[32], 48, 1, [1, 50, 7]),
        case([strided(3, 2, 1, 1, 1), point, point], &[16], 16, 1, [4, 90, 14]),
        case([same; 3], &[1], 16, 1, [5, 6, 40]),
        case([half; 3], &[1], 32, 1, [6, 7, 61]),
        case([half; 3], &[4], 16, 1, [6, 7, 9]),
        case([same; 3], &[2], 2, 1, [5, 6, 30]),
        case([same; 3], &[3], 24, 1, [1, 9, 64]),
        case([transposed(3, 2, 1, 1); 3], &[32], 16, 1, [3, 4, 15]),
        case([transposed(2, 2, 0, 0); 3], &[16, 16], 20, 1, [3, 4, 29]),
        case([transposed(4, 2, 1, 0), transposed(1, 2, 0, 1), transposed(3, 3, 0, 0)], &[18], 32, 1, [3, 4, 6]),
        case([transposed(3, 2, 1, 1); 3], &[2], 2, 1, [3, 4, 30]),
        case([same; 3], &[32], 32, 4, [3, 5, 15]),
        case([same; 3], &[24], 24, 24, [3, 5, 9]),
        case([transposed(2, 2, 0, 0); 3], &[32], 16, 8, [2, 3, 9]),
        case([same; 3], &[64], 64, 2, [3, 3, 16]),
        case([same; 3], &[48], 80, 1, [9, 12, 24]),
        case([point, same, same], &[32], 32, 1, [1, 17, 50]),
        case([point; 3], &[16, 5], 3, 1, [3, 4, 70]),
        case([strided(3, 2, 1, 1, 1), strided(3, 1, 2, 2, 2), same], &[20], 4, 1, [6, 7, 33]),
        case([transposed(3, 2, 1, 1); 3], &[16, 16], 1, 1, [3, 2, 41]),
        case([same, strided(3, 1, 1, 0, 2), strided(3, 1, 1, 2, 1)], &[16], 16, 1, [4, 7, 10]),
    ]
}

/// Largest error as a share of the deviation: of plain sums, and by points.
type Bounds = [f64; 2];

/// Single precision rounds to 24 bits; points cost a bit more (docs/decisions/winograd.md).
const SINGLE: Bounds = [1e-5, 2e-5];
/// bf16 rounds both factors to 8 bits, each by up to 2^-9 of itself: sums of many products are off by 0.0023 of their deviation,
/// and by 0.0066 where factors are points (docs/decisions/precision.md). The largest of ten thousand is five times that, and
/// twice as much of the deviation where the mean of the inputs is as large.
const BF16: Bounds = [0.025, 0.07];

fn each(mut act: impl FnMut(usize, &Case, Layout, bool)) {
    for (index, case) in cases().into_iter().enumerate() {
        act(index, &case, Layout::Blocked, false);
        act(index, &case, Layout::Planar, false);
        act(index, &case, Layout::Blocked, true);
    }
}

#[test]
fn filters_are_plain_sums() {
    for level in Level::available() {
        each(|index, case, layout, around| drop(check(level, SINGLE, index, case, layout, around)));
    }
}

/// The instruction gives what plain loops give with the same factors, but for the order of a sum. They are the same where the
/// input is not computed first: a number that is off by its last bit may be rounded the other way.
#[test]
fn bf16_is_off_by_the_rounding_of_its_factors() {
    each(|index, case, layout, around| {
        let expected = check(Level::portable_bf16(), BF16, index, case, layout, around);
        let Some(level) = Level::detect_bf16() else { return };
        let found = check(level, BF16, index, case, layout, around);
        if !around {
            let expected: Vec<f64> = expected.iter().map(|value| f64::from(*value)).collect();
            let worst = worst(&found, &expected);
            assert!(worst < SINGLE[0], "case {index}: {worst:e} from the same sums without the instruction");
        }
    });
    if Level::detect_bf16().is_none() {
        println!("not run: this processor lacks AVX-512 BF16");
    }
}

/// Gives the output of plain sums.
fn check(level: Level, bounds: Bounds, index: usize, case: &Case, layout: Layout, around: bool) -> Vec<f32> {
    let channels: usize = case.inputs.iter().sum();
    let kernel = kernel(case.axes);
    let voxels: usize = case.size.iter().product();
    let weights = numbers(channels * case.out / case.groups * kernel.iter().product::<usize>(), 1 + index as u64);
    let bias = numbers(case.out, 2);
    let input = numbers(channels * voxels, 3);

    // What is done on reading, channel by channel.
    let (scale, shift) = (numbers(channels, 4), numbers(channels, 5));
    let read = |channel: usize, value: f32| match around {
        true => (value * scale[channel] + shift[channel]).max(0.0),
        false => value,
    };
    let seen: Vec<f32> = input.iter().enumerate().map(|(at, value)| read(at / voxels, *value)).collect();
    let naive = Convolution {
        axes: case.axes,
        kernel,
        groups: case.groups,
        channels: [channels, case.out],
        weights: &weights,
        bias: &bias,
    };
    let mut expected = naive.run(&seen, case.size);

    let geometry =
        Geometry { axes: case.axes, inputs: case.inputs.clone(), out_channels: case.out, groups: case.groups };
    let filter = Filter::new(level, geometry.clone(), kernel, &weights, Some(&bias));
    let narrow = Narrow::fits(&geometry).then(|| Narrow::new(level, geometry.clone(), kernel, &weights, Some(&bias)));
    let winograd = Winograd::fits(&geometry).then(|| Winograd::new(level, geometry, &weights, Some(&bias)));
    let extent = filter.output(case.size);
    let mut first = 0;
    let (mut parts, mut prologues) = (Vec::new(), Vec::new());
    for count in &case.inputs {
        let planar = &input[first * voxels..(first + count) * voxels];
        parts.push(if layout == Layout::Blocked { block(planar, *count) } else { planar.to_vec() });
        prologues.push(Prologue {
            scale: fill_up(scale[first..first + count].to_vec(), 0.0),
            shift: fill_up(shift[first..first + count].to_vec(), 0.0),
            activation: Activation::Relu,
        });
        first += count;
    }
    let sources: Vec<Source<'_>> = (0..parts.len())
        .map(|at| Source {
            data: &parts[at],
            layout,
            channels: case.inputs[at],
            prologue: around.then_some(&prologues[at]),
        })
        .collect();
    let other = numbers(extent.planar(), 6);
    let blocked = block(&other, case.out);
    let slopes: Vec<f32> = (0..case.out).map(|channel| 0.1 + channel as f32 * 0.01).collect();
    let activation = Activation::Prelu { slopes: fill_up(slopes.clone(), 0.0) };
    let add = Source { data: &blocked, layout: Layout::Blocked, channels: case.out, prologue: None };
    let epilogue = match around {
        true => Epilogue { add: Some(add), activation: &activation, statistics: true },
        false => Epilogue::NONE,
    };
    if around {
        for (at, (value, other)) in expected.iter_mut().zip(&other).enumerate() {
            *value += f64::from(*other);
            *value = if *value < 0.0 { *value * f64::from(slopes[at / extent.voxels()]) } else { *value };
        }
    }
    let compare = |way: &str, bound: f64, run: &dyn Fn(&mut [f32]) -> Option<Vec<Moments>>| {
        let of = format!("{level}, case {index} by {way}, {layout:?}");
        let mut output = vec![f32::NAN; extent.blocked()];
        let moments = run(&mut output);
        let output = unblock(&output, case.out);
        let worst = worst(&output, &expected);
        println!("{of}: {worst:.1e}");
        assert!(worst < bound, "{of}: {worst:e}");
        assert_eq!(moments.is_some(), around);
        for (channel, moments) in moments.into_iter().flatten().enumerate().take(case.out) {
            let values = &expected[channel * extent.voxels()..][..extent.voxels()];
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
            assert!((moments.mean - mean).abs() < bound * variance.sqrt(), "{of}: mean of channel {channel}");
            assert!((moments.variance() - variance).abs() < bound * variance, "{of}: variance of channel {channel}");
        }
        output
    };
    let output = compare("sums", bounds[0], &|output| filter.run(&sources, case.size, output, &epilogue));
    if let Some(winograd) = &winograd {
        compare("points", bounds[1], &|output| winograd.run(&sources, case.size, output, &epilogue));
    }
    if let Some(narrow) = &narrow {
        let add = Source { data: &other, layout: Layout::Planar, channels: case.out, prologue: None };
        let epilogue = Epilogue { add: around.then_some(add), statistics: false, ..epilogue };
        let mut output = vec![f32::NAN; extent.planar()];
        narrow.run(&sources, case.size, &mut output, &epilogue);
        let worst = worst(&output, &expected);
        assert!(worst < SINGLE[0], "{level}, case {index}, narrow, {layout:?}: {worst:e}");
    }
    output
}
