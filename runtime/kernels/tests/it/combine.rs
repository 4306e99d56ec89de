use monai_kernels::{
    Activation, Combination, Epilogue, Extent, Layout, Level, Prologue, Source, combine, fill_up, moments,
};

use crate::naive::{block, numbers, unblock, worst};

#[test]
fn combinations_are_plain_sums_and_products() {
    let extent = Extent { channels: 19, size: [2, 3, 7] };
    let voxels = extent.voxels();
    let (first, second) = (numbers(extent.planar(), 1), numbers(extent.planar(), 2));
    let gate = numbers(extent.channels, 3);
    let (scale, shift) = (numbers(extent.channels, 4), numbers(extent.channels, 5));
    let prologue = Prologue {
        scale: fill_up(scale.clone(), 0.0),
        shift: fill_up(shift.clone(), 0.0),
        activation: Activation::Relu,
    };
    let blocked = [block(&first, 19), block(&second, 19), block(&gate, 19)];
    for level in Level::available() {
        for (combination, other) in
            [(Combination::Copy, 1), (Combination::Add, 1), (Combination::Multiply, 1), (Combination::Gate, 2)]
        {
            let source =
                |at: usize, prologue| Source { data: &blocked[at], layout: Layout::Blocked, channels: 19, prologue };
            let sources = [source(0, Some(&prologue)), source(other, None)];
            let activation = Activation::LeakyRelu { slope: 0.5 };
            let epilogue =
                Epilogue { add: Some(source(1, Some(&prologue))), activation: &activation, statistics: true };
            let mut output = vec![f32::NAN; extent.blocked()];
            let found = combine(level, combination, &sources, extent, &mut output, &epilogue);
            let read = |channel: usize, value: f32| f64::from((value * scale[channel] + shift[channel]).max(0.0));
            let expected: Vec<f64> = (0..extent.planar())
                .map(|at| {
                    let channel = at / voxels;
                    let first = read(channel, first[at]);
                    let made = match combination {
                        Combination::Copy => first,
                        Combination::Add => first + f64::from(second[at]),
                        Combination::Multiply => first * f64::from(second[at]),
                        Combination::Gate => first * f64::from(gate[channel]),
                    };
                    let sum = made + read(channel, second[at]);
                    if sum < 0.0 { sum * 0.5 } else { sum }
                })
                .collect();
            let worst = worst(&unblock(&output, 19), &expected);
            assert!(worst < 1e-6, "{level}, {combination:?}: {worst:e}");
            // What the epilogue measures is what measuring the result gives.
            let again = moments(level, &output, extent.blocks());
            for (channel, (epilogue, again)) in found.expect("they are wanted").iter().zip(&again).enumerate() {
                let close = |a: f64, b: f64| (a - b).abs() <= 1e-5 * b.abs().max(0.1);
                assert!(
                    epilogue.count == again.count
                        && close(epilogue.mean, again.mean)
                        && close(epilogue.variance(), again.variance()),
                    "{level}, {combination:?}, channel {channel}: {epilogue:?} and {again:?}"
                );
            }
        }
    }
}
