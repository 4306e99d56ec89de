//! Forward passes with random weights: networks beside PyTorch, its compiler, ONNX Runtime and OpenVINO, and convolutions
//! beside what the processor can do.

use std::fs;
use std::path::Path;
use std::process::Command;

use lab::root;
use serde_json::{Value, json};

use crate::engine::{Bench, Setting, THREADS, alone};
use crate::error::Error;
use crate::measure::{Contender, Patience, least, median, patiently};
use crate::programs::{RUNTIME, file, place};
use crate::report::{Goal, Row, Rows};
use crate::warm::Warm;

/// The most that our output may differ from PyTorch's, as a share of its deviation.
const TOLERANCE: f64 = 1e-3;
/// The most that another engine's may: OpenVINO is off by 2e-3 in DynUNet, for the same work.
const PEERS_TOLERANCE: f64 = 1e-2;

/// Of the runs of one network; each engine has run it once before.
const PATIENCE: Patience = Patience { all: 60.0, short: 3.0, long: 2.0 };

/// The row of all convolutions.
const CONVOLUTIONS: &str = "convolutions";

/// A network as a bundle has it, and what its time should be beside the fastest peer's.
struct Network {
    name: &'static str,
    class: &'static str,
    arguments: &'static str,
    channels: usize,
    spatial: &'static [usize],
    /// Passes of one run.
    repeats: usize,
    goal: f64,
}

const NETWORKS: [Network; 6] = [
    // spleen_ct_segmentation, its window.
    Network {
        name: "unet",
        class: "UNet",
        arguments: r#"{"spatial_dims": 3, "in_channels": 1, "out_channels": 2, "channels": [16, 32, 64, 128, 256],
            "strides": [2, 2, 2, 2], "num_res_units": 2, "norm": "batch"}"#,
        channels: 1,
        spatial: &[96; 3],
        repeats: 1,
        goal: 0.65,
    },
    // brats_mri_segmentation, a smaller window than its own.
    Network {
        name: "segresnet16",
        class: "SegResNet",
        arguments: r#"{"spatial_dims": 3, "init_filters": 16, "in_channels": 4, "out_channels": 3,
            "blocks_down": [1, 2, 2, 4], "blocks_up": [1, 1, 1], "dropout_prob": 0.2}"#,
        channels: 4,
        spatial: &[128; 3],
        repeats: 1,
        goal: 0.65,
    },
    // wholeBody_ct_segmentation, its window.
    Network {
        name: "segresnet32",
        class: "SegResNet",
        arguments: r#"{"spatial_dims": 3, "init_filters": 32, "in_channels": 1, "out_channels": 105,
            "blocks_down": [1, 2, 2, 4], "blocks_up": [1, 1, 1], "dropout_prob": 0.2}"#,
        channels: 1,
        spatial: &[96; 3],
        repeats: 1,
        goal: 0.65,
    },
    // pediatric_abdominal_ct_segmentation, a larger window than its own.
    Network {
        name: "dynunet",
        class: "DynUNet",
        arguments: r#"{"spatial_dims": 3, "in_channels": 1, "out_channels": 4, "kernel_size": [3, 3, 3, 3, 3, 3],
            "strides": [1, 2, 2, 2, 2, [2, 2, 1]], "upsample_kernel_size": [2, 2, 2, 2, [2, 2, 1]],
            "norm_name": "instance", "deep_supervision": false, "res_block": true}"#,
        channels: 1,
        spatial: &[128; 3],
        repeats: 1,
        goal: 0.65,
    },
    Network {
        name: "densenet121",
        class: "DenseNet121",
        arguments: r#"{"spatial_dims": 2, "in_channels": 3, "out_channels": 4}"#,
        channels: 3,
        spatial: &[224; 2],
        repeats: 5,
        goal: 0.8,
    },
    // swin_unetr_btcv_segmentation, its window.
    Network {
        name: "swin_unetr",
        class: "SwinUNETR",
        arguments: r#"{"spatial_dims": 3, "in_channels": 1, "out_channels": 14, "feature_size": 48}"#,
        channels: 1,
        spatial: &[96; 3],
        repeats: 1,
        goal: 0.9,
    },
];

/// Convolutions of 3 x 3 x 3 taps: input and output channels, edge of the input, stride, and the share of the processor's peak
/// that is wanted, in percent.
const LAYERS: [(usize, usize, usize, usize, f64); 11] = [
    (32, 32, 24, 1, 85.0),
    (32, 32, 96, 1, 85.0),
    (48, 48, 96, 1, 85.0),
    (64, 64, 48, 1, 85.0),
    (64, 64, 24, 1, 85.0),
    (128, 128, 24, 1, 85.0),
    (16, 16, 96, 1, 60.0),
    (16, 32, 96, 2, 60.0),
    (32, 64, 48, 2, 60.0),
    (64, 128, 48, 2, 60.0),
    (128, 256, 24, 2, 60.0),
];

/// The rows that there are.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    NETWORKS.iter().map(|network| network.name).chain([CONVOLUTIONS])
}

/// Measures the rows that are wanted.
pub(crate) fn run(bench: &Bench<'_>) -> Result<(Vec<Setting>, Vec<Row>), Error> {
    let program = bench.programs.program(&RUNTIME, "peers-forward")?;
    let (mut rows, mut peak, mut level) = (Rows::default(), 0.0_f64, String::new());
    for network in NETWORKS.iter().filter(|network| bench.wants(network.name)) {
        let measured = network.model().measure(bench, &program, ["torch", "compile", "onnxruntime", "openvino"])?;
        (peak, level) = (peak.max(measured.peak), measured.level.clone());
        rows.add(network.rows(&measured));
    }
    if bench.wants(CONVOLUTIONS) {
        for layer in &LAYERS {
            let measured = layer_model(layer).measure(bench, &program, ["torch"])?;
            (peak, level) = (peak.max(measured.peak), measured.level.clone());
            rows.add([layer_row(layer, &measured)]);
        }
    }
    let settings = vec![
        (
            "forward",
            format!(
                "one window, in memory, {THREADS} threads, fp32, random weights; ours: peers-forward, {}, {level}",
                bench.programs.described()
            ),
        ),
        (
            "",
            format!(
                "before any is timed, outputs within {TOLERANCE} (ours) and {PEERS_TOLERANCE} (engines) of the deviation \
                 of PyTorch's"
            ),
        ),
        ("peers", "inference_mode; torch.compile with freezing; ONNX of opset 17; OpenVINO for latency".to_owned()),
        ("peak", format!("{:.0} GFLOP/s of {THREADS} threads in registers, measured between the runs", peak / 1e9)),
    ];
    Ok((settings, rows.0))
}

/// What both sides are told to run.
struct Model {
    name: String,
    target: String,
    arguments: Value,
    channels: usize,
    spatial: Vec<usize>,
    repeats: usize,
}

/// The seconds of all runs, ours first, then each peer's.
struct Measured {
    ours: Vec<f64>,
    peers: Vec<(&'static str, Vec<f64>)>,
    flops: f64,
    peak: f64,
    level: String,
}

impl Model {
    /// Runs all sides in turn, after their outputs were found to be one.
    fn measure<const N: usize>(
        &self,
        bench: &Bench<'_>,
        program: &Path,
        engines: [&'static str; N],
    ) -> Result<Measured, Error> {
        let folder = place(&format!("engine/forward/{}", self.name))?;
        let path = folder.join("model.json");
        let model = json!({
            "target": self.target, "arguments": self.arguments, "channels": self.channels, "spatial": self.spatial,
            "repeats": self.repeats,
        });
        fs::write(&path, format!("{model:#}\n")).map_err(|source| file("write", &path, source))?;
        // PyTorch is the first: it writes weights and input for ours.
        let mut peers = Vec::new();
        for engine in engines {
            eprintln!("peers: {} by {engine} ...", self.name);
            let mut command = Command::new(&bench.python.program);
            command.arg(root().join("tests/peers/forward.py")).arg(&folder).args([engine, THREADS]);
            alone(&mut command);
            peers.push(Warm::start(&mut command)?);
        }
        eprintln!("peers: {} by ours ...", self.name);
        let mut ours = Warm::start(Command::new(program).arg(&folder).arg(THREADS))?;
        let expected = numbers(&folder.join(format!("{}.bin", engines[0])))?;
        for side in engines[1..].iter().chain([&"ours"]) {
            let found = farthest(&numbers(&folder.join(format!("{side}.bin")))?, &expected);
            // What is no number is no agreement either.
            let most = if *side == "ours" { TOLERANCE } else { PEERS_TOLERANCE };
            if found.is_nan() || found > most {
                return Err(Error::CompareOutputs { side: (*side).to_owned(), pass: self.name.clone(), found });
            }
        }
        eprintln!("peers: {} by all in turn ...", self.name);
        let mut peak = 0.0_f64;
        let mut ours_once = || {
            let answer = ours.answer()?;
            peak = peak.max(answer["peak"].as_f64().unwrap_or_default());
            Ok(answer["seconds"].as_f64().unwrap_or(f64::NAN))
        };
        let mut peers_once: Vec<_> = peers.iter_mut().map(|peer| || peer.work()).collect();
        let contenders = peers_once.iter_mut().map(|once| once as Contender<'_, f64>);
        let mut sides: Vec<Contender<'_, f64>> = std::iter::once(&mut ours_once as _).chain(contenders).collect();
        let mut times = patiently(bench.runs, &PATIENCE, |seconds| seconds * self.repeats as f64, &mut sides)?;
        drop(peers_once);
        let facts = ours.settings.clone();
        ours.end()?;
        peers.into_iter().try_for_each(|peer| peer.end().map(drop))?;
        Ok(Measured {
            ours: times.remove(0),
            peers: engines.into_iter().zip(times).collect(),
            flops: facts["flops"].as_f64().unwrap_or(f64::NAN),
            level: facts["level"].as_str().unwrap_or_default().to_owned(),
            peak,
        })
    }
}

impl Measured {
    /// Seconds of ours beside one peer's.
    fn row(&self, name: String, peer: &[f64]) -> Row {
        let value = |seconds: &f64| *seconds;
        let row = Row::new(name, "s", median(&self.ours, value), median(peer, value));
        row.least(least(&self.ours, value), least(peer, value))
    }

    /// The median of the fastest peer.
    fn best(&self) -> &(&'static str, Vec<f64>) {
        let middle = |(_, seconds): &&(&str, Vec<f64>)| median(seconds, |seconds| *seconds);
        let best = self.peers.iter().min_by(|left, right| middle(left).total_cmp(&middle(right)));
        best.expect("there is a peer")
    }

    /// The rate of both sides at their fastest, in multiplications and additions per second.
    fn rates(&self) -> [f64; 2] {
        [&self.ours, &self.best().1].map(|seconds| self.flops / least(seconds, |seconds| *seconds))
    }

    fn share(&self, name: String) -> Row {
        let [ours, peer] = self.rates().map(|rate| 100.0 * rate / self.peak);
        Row::new(name, "%", ours, peer)
    }
}

impl Network {
    fn model(&self) -> Model {
        Model {
            name: self.name.to_owned(),
            target: format!("monai.networks.nets.{}", self.class),
            arguments: serde_json::from_str(self.arguments).expect("arguments are JSON"),
            channels: self.channels,
            spatial: self.spatial.to_vec(),
            repeats: self.repeats,
        }
    }

    fn rows(&self, measured: &Measured) -> Vec<Row> {
        let name = self.name;
        let mut rows: Vec<Row> =
            measured.peers.iter().map(|(engine, times)| measured.row(format!("{name}, {engine}"), times)).collect();
        let (best, times) = measured.best();
        rows.push(measured.row(format!("{name}, the fastest peer ({best})"), times).goal(Goal::Ratio(self.goal)));
        let [ours, peer] = measured.rates().map(|rate| rate / 1e9);
        rows.push(Row::new(format!("{name}, rate at its fastest"), "GF/s", ours, peer));
        rows.push(measured.share(format!("{name}, share of the peak")));
        rows
    }
}

type Layer = (usize, usize, usize, usize, f64);

fn layer_model((inputs, outputs, edge, stride, _): &Layer) -> Model {
    Model {
        name: format!("convolution-{inputs}-{outputs}-{edge}-{stride}"),
        target: "torch.nn.Conv3d".to_owned(),
        arguments: json!({
            "in_channels": inputs, "out_channels": outputs, "kernel_size": 3, "stride": stride, "padding": 1,
        }),
        channels: *inputs,
        spatial: vec![*edge; 3],
        // Some tenths of a second.
        repeats: (2e10 / (54 * inputs * outputs * (edge / stride).pow(3)) as f64).ceil() as usize,
    }
}

fn layer_row((inputs, outputs, edge, stride, goal): &Layer, measured: &Measured) -> Row {
    let name = format!("{inputs} -> {outputs} channels of {edge}^3, stride {stride}: share of the peak");
    measured.share(name).goal(Goal::AtLeast(*goal))
}

/// 32-bit floats, the lowest byte first.
fn numbers(path: &Path) -> Result<Vec<f64>, Error> {
    let bytes = fs::read(path).map_err(|source| file("read", path, source))?;
    Ok(bytes.as_chunks().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect())
}

/// The largest difference as a share of the deviation of what is expected; not a number where there are not as many.
fn farthest(found: &[f64], expected: &[f64]) -> f64 {
    if found.len() != expected.len() || found.iter().any(|value| value.is_nan()) {
        return f64::NAN;
    }
    let count = expected.len() as f64;
    let mean = expected.iter().sum::<f64>() / count;
    let deviation = (expected.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    let farthest = found.iter().zip(expected).map(|(found, expected)| (found - expected).abs()).fold(0.0, f64::max);
    farthest / deviation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_compared_by_their_deviation() {
        let expected = [0.0, 4.0];
        assert_eq!(farthest(&expected, &expected), 0.0);
        assert_eq!(farthest(&[0.0, 3.0], &expected), 0.5);
        assert!(farthest(&[0.0], &expected).is_nan());
        assert!(farthest(&[0.0, f64::NAN], &expected).is_nan());
        assert!(farthest(&[1.0, 1.0], &[1.0, 1.0]).is_nan());
    }

    #[test]
    fn every_network_has_arguments() {
        for network in &NETWORKS {
            assert!(network.model().arguments.is_object(), "{}", network.name);
        }
    }
}
