//! Times one window of usual networks in single precision and in bf16, in turn, and says how far the logits are apart: `cargo run
//! --release -p monai-engine --example precision [PASSES]`. Times are of one thread on its processor, the least of all passes, so
//! that other load adds little.

use monai_engine::{Device, Executor, Features, Precision};
use monai_networks::{Network, Parameter};
use serde_json::Value;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Name, class, arguments, channels and edge of the input, as `cargo peers engine` has them.
const NETWORKS: [(&str, &str, &str, usize, usize); 5] = [
    (
        "unet",
        "UNet",
        r#"{"spatial_dims": 3, "in_channels": 1, "out_channels": 2, "channels": [16, 32, 64, 128, 256],
            "strides": [2, 2, 2, 2], "num_res_units": 2, "norm": "batch"}"#,
        1,
        96,
    ),
    (
        "segresnet16",
        "SegResNet",
        r#"{"spatial_dims": 3, "init_filters": 16, "in_channels": 4, "out_channels": 3,
            "blocks_down": [1, 2, 2, 4], "blocks_up": [1, 1, 1], "dropout_prob": 0.2}"#,
        4,
        128,
    ),
    (
        "segresnet32",
        "SegResNet",
        r#"{"spatial_dims": 3, "init_filters": 32, "in_channels": 1, "out_channels": 105,
            "blocks_down": [1, 2, 2, 4], "blocks_up": [1, 1, 1], "dropout_prob": 0.2}"#,
        1,
        96,
    ),
    (
        "dynunet",
        "DynUNet",
        r#"{"spatial_dims": 3, "in_channels": 1, "out_channels": 4, "kernel_size": [3, 3, 3, 3, 3, 3],
            "strides": [1, 2, 2, 2, 2, [2, 2, 1]], "upsample_kernel_size": [2, 2, 2, 2, [2, 2, 1]],
            "norm_name": "instance", "deep_supervision": false, "res_block": true}"#,
        1,
        128,
    ),
    (
        "swin_unetr",
        "SwinUNETR",
        r#"{"spatial_dims": 3, "in_channels": 1, "out_channels": 14, "feature_size": 48}"#,
        1,
        96,
    ),
];

fn main() -> Result<(), Fault> {
    let passes: usize = std::env::args().nth(1).map_or(Ok(5), |text| text.parse())?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    println!("{:<12} {:>8} {:>8} {:>6}  error of the deviation", "network", "fp32 ms", "bf16 ms", "ratio");
    NETWORKS.iter().try_for_each(|network| pool.install(|| measure(network, passes)))
}

fn measure(
    (name, class, arguments, channels, edge): &(&str, &str, &str, usize, usize),
    passes: usize,
) -> Result<(), Fault> {
    let network = Network::parse(class, serde_json::from_str::<Value>(arguments)?)?;
    let mut executors = Vec::new();
    for precision in Precision::NAMED {
        executors.push(Executor::prepare(&network, Device::Cpu, precision, |parameter| Ok(weights(parameter)))?);
    }
    let input = Features::new(*channels, &[*edge; 3], numbers(*edge as u64, channels * edge.pow(3)));
    let mut best = [f64::INFINITY; 2];
    let mut logits = [Vec::new(), Vec::new()];
    for _ in 0..passes {
        for ((executor, best), logits) in executors.iter().zip(&mut best).zip(&mut logits) {
            let input = input.clone();
            let start = processor_time()?;
            *logits = executor.run(input)?.into_data();
            *best = best.min(processor_time()? - start);
        }
    }
    let [single, bf16] = &logits;
    let root_mean = |values: &mut dyn Iterator<Item = f64>| {
        (values.map(|value| value * value).sum::<f64>() / single.len() as f64).sqrt()
    };
    let mean = single.iter().map(|value| f64::from(*value)).sum::<f64>() / single.len() as f64;
    let deviation = root_mean(&mut single.iter().map(|value| f64::from(*value) - mean));
    let error = root_mean(&mut single.iter().zip(bf16).map(|(single, bf16)| f64::from(single - bf16))) / deviation;
    let [fp32_ms, bf16_ms] = best.map(|seconds| seconds * 1e3);
    println!("{name:<12} {fp32_ms:>8.1} {bf16_ms:>8.1} {:>6.2}  {error:.4}", bf16_ms / fp32_ms);
    Ok(())
}

/// Seconds that the current thread had a processor.
fn processor_time() -> Result<f64, Fault> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: u64 = text.split(' ').next().unwrap_or_default().parse()?;
    Ok(nanoseconds as f64 / 1e9)
}

/// Random weights as networks begin with; norms as they are before training.
fn weights(parameter: &Parameter) -> Vec<f32> {
    let count = parameter.shape.iter().product();
    let fan = parameter.shape.iter().skip(1).product::<usize>() as f32;
    let name = &parameter.name;
    match parameter.shape.len() {
        0 | 1 if name.ends_with("bias") || name.ends_with("mean") => vec![0.0; count],
        0 | 1 => vec![1.0; count],
        _ => numbers(name.len() as u64, count).into_iter().map(|value| value * (6.0 / fan).sqrt()).collect(),
    }
}

/// Numbers from -1 to 1 that look random.
fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}
