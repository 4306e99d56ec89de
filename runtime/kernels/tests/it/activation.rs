use monai_kernels::{Activation, Combination, Epilogue, Extent, LANES, Layout, Level, Source, combine};

use crate::naive::block;

/// The error function by its series and its continued fraction.
fn erf(x: f64) -> f64 {
    if x.abs() > 3.0 {
        let mut fraction = 0.0;
        for n in (1..=60).rev() {
            fraction = n as f64 / 2.0 / (x.abs() + fraction);
        }
        return x.signum() * (1.0 - (-x * x).exp() / (x.abs() + fraction) / std::f64::consts::PI.sqrt());
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..60 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * 2.0 / std::f64::consts::PI.sqrt()
}

#[test]
fn functions_are_those_of_the_standard_library() {
    let leaky = |x: f64, slope: f64| if x < 0.0 { x * slope } else { x };
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    type Expected = Box<dyn Fn(f64) -> f64>;
    let cases: Vec<(Activation, Expected)> = vec![
        (Activation::Identity, Box::new(|x| x)),
        (Activation::Relu, Box::new(|x: f64| x.max(0.0))),
        (Activation::Relu6, Box::new(|x: f64| x.clamp(0.0, 6.0))),
        (Activation::LeakyRelu { slope: 0.25 }, Box::new(move |x| leaky(x, 0.25))),
        (Activation::Prelu { slopes: vec![0.125; LANES] }, Box::new(move |x| leaky(x, 0.125))),
        (
            Activation::Elu { alpha: 1.5, steepness: 2.0, scale: 1.25 },
            Box::new(|x: f64| 1.25 * (x.max(0.0) + 1.5 * (x.min(0.0) / 2.0).exp_m1())),
        ),
        (Activation::Gelu, Box::new(|x| x * 0.5 * (1.0 + erf(x / 2.0_f64.sqrt())))),
        (
            Activation::GeluTanh,
            Box::new(|x| {
                let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3));
                0.5 * x * (1.0 + inner.tanh())
            }),
        ),
        (Activation::Sigmoid, Box::new(sigmoid)),
        (Activation::Tanh, Box::new(f64::tanh)),
        (Activation::Swish { alpha: 1.5 }, Box::new(move |x| x * sigmoid(1.5 * x))),
        (Activation::Mish, Box::new(|x: f64| x * x.exp().ln_1p().tanh())),
    ];
    let mut inputs: Vec<f32> = (-2000..2000).map(|i| i as f32 / 100.0).collect();
    inputs.extend([0.0, -0.0, 1e-6, -1e-6, 1e-30, 60.0, -60.0, 120.0, -120.0, 1e30, -1e30]);
    let extent = Extent { channels: 1, size: [1, 1, inputs.len()] };
    let data = block(&inputs, 1);
    for level in Level::available() {
        for (activation, expected) in &cases {
            let source = Source { data: &data, layout: Layout::Blocked, channels: 1, prologue: None };
            let mut output = vec![f32::NAN; extent.blocked()];
            let epilogue = Epilogue { add: None, activation, statistics: false };
            combine(level, Combination::Copy, &[source], extent, &mut output, &epilogue);
            for (input, found) in inputs.iter().zip(output.chunks_exact(LANES)) {
                let expected = expected(f64::from(*input));
                let error = (f64::from(found[0]) - expected).abs();
                assert!(
                    error <= 2e-7 * f64::from(*input).abs().max(2.0) || error <= 1e-6 * expected.abs(),
                    "{level}, {activation:?} of {input}: {} and {expected}",
                    found[0]
                );
            }
        }
    }
}
