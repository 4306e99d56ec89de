//! Numbers that need no file: the same counter-based function of (key, index) as in `tests/parity/counter.py`.

use monai_engine::{Device, Executor, Precision};
use monai_networks::{Network, Parameter};

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

fn fnv1a64(key: &str) -> u64 {
    key.bytes().fold(0xCBF2_9CE4_8422_2325, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// Numbers in [-1, 1).
pub(crate) fn uniform(key: &str, count: usize) -> impl Iterator<Item = f64> + use<> {
    let start = fnv1a64(key);
    (1..=count as u64).map(move |index| {
        let z = start.wrapping_add(index.wrapping_mul(GOLDEN));
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 * 2.0_f64.powi(-52) - 1.0
    })
}

/// The numbers of one parameter of the case `prefix`.
pub(crate) fn parameter(prefix: &str, parameter: &Parameter) -> Vec<f32> {
    let Parameter { name, shape, .. } = parameter;
    let module = name.rsplit('.').nth(1).unwrap_or_default();
    let (offset, scale) = if name.ends_with("running_var") {
        (1.0, 0.5)
    } else if name.ends_with(".bias") || name.ends_with("running_mean") {
        (0.0, 0.1)
    } else if name.ends_with(".conv3.adn.N.weight")
        || name.ends_with(".weight") && (matches!(module, "A" | "lrelu") || module.starts_with("act"))
    {
        (0.25, 0.1)
    } else if shape.len() == 1 {
        (1.0, 0.25)
    } else {
        (0.0, (6.0 / shape[1..].iter().product::<usize>() as f64).sqrt())
    };
    let noise = uniform(&format!("{prefix}/{name}"), shape.iter().product());
    noise.map(|noise| (offset + scale * noise) as f32).collect()
}

/// Noise over slow waves, `[channels, spatial...]` with a batch axis of one in front of it in Python.
pub(crate) fn image(key: &str, shape: &[usize]) -> Vec<f32> {
    let count: usize = shape.iter().product();
    uniform(key, count)
        .enumerate()
        .map(|(index, noise)| {
            let mut rest = index;
            let wave: usize = shape
                .iter()
                .rev()
                .map(|size| {
                    let at = rest % size;
                    rest /= size;
                    at % 17
                })
                .sum();
            (noise + wave as f64 / 16.0 - 0.75) as f32
        })
        .collect()
}

/// An executor with the weights of the case `prefix`.
pub(crate) fn executor(network: &Network, prefix: &str, device: Device) -> Executor {
    let single = Precision::default();
    Executor::prepare(network, device, single, |entry| Ok(parameter(prefix, entry))).expect("the network is supported")
}
