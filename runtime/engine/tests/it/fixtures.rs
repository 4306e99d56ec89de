//! Reading fixtures and comparing with them.

use std::path::{Path, PathBuf};

use monai_engine::{Error, Executor, Features, sliding_window};
use monai_imaging::{Affine, Volume};
use monai_networks::{Network, Parameter, ParameterKind};
use monai_pipeline::SlidingWindow;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn folder(name: &str) -> PathBuf {
    root().join("tests/fixtures/parity").join(name)
}

pub(crate) fn manifest(name: &str) -> Value {
    let bytes = std::fs::read(folder(name).join("manifest.json")).expect("the fixture is committed");
    serde_json::from_slice(&bytes).expect("the manifest is JSON")
}

pub(crate) fn cases(manifest: &Value) -> &[Value] {
    manifest["cases"].as_array().expect("cases")
}

pub(crate) fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_else(|| panic!("{key} is text"))
}

pub(crate) fn sizes(value: &Value) -> Vec<usize> {
    value.as_array().expect("a list").iter().map(|size| size.as_u64().expect("a size") as usize).collect()
}

pub(crate) fn floats(name: &str, file: &str) -> Vec<f32> {
    let bytes = std::fs::read(folder(name).join(file)).expect("the fixture is committed");
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().expect("four bytes"))).collect()
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The case's input, after comparing it with the hash that Python recorded.
pub(crate) fn input(case: &Value, channels: usize) -> Features {
    let name = text(case, "name");
    let spatial = sizes(&case["spatial"]);
    let data = crate::counter::image(&format!("{name}/input"), &[&[channels], spatial.as_slice()].concat());
    let bytes: Vec<u8> = data.iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(sha256(&bytes), text(case, "input_sha256"), "input of {name}");
    Features::new(channels, &spatial, data)
}

/// The network of a case of the manifest.
pub(crate) fn network(manifest: &Value, case: &Value) -> Network {
    let mut arguments = case["arguments"].clone();
    let class = arguments.as_object_mut().expect("a map").remove("_target_");
    let class = class.as_ref().unwrap_or(&manifest["target"]).as_str().expect("a name");
    Network::parse(class, arguments).expect("MONAI builds it")
}

/// The smallest case of the manifest.
pub(crate) fn smallest(manifest: &Value) -> &Value {
    let voxels = |case: &&Value| sizes(&case["spatial"]).iter().product::<usize>();
    cases(manifest).iter().min_by_key(voxels).expect("a family has cases")
}

/// Fails when a number differs by more than the manifest's share of the standard deviation, or a channel's mean by more than
/// that. Returns the largest share.
pub(crate) fn compare(group: &str, manifest: &Value, case: &Value, ours: &Features) -> f64 {
    let name = text(case, "name");
    let worst = errors(group, case, ours).into_iter().fold(0.0, f64::max);
    let tolerance = manifest["tolerance_of_std"].as_f64().expect("a tolerance");
    assert!(
        worst <= tolerance && ours.data().iter().all(|value| value.is_finite()),
        "{name}: {worst:e} of the deviation"
    );
    worst
}

/// By how much of the standard deviation each number of the fixture differs, and the mean of each channel.
pub(crate) fn errors(group: &str, case: &Value, ours: &Features) -> Vec<f64> {
    let name = text(case, "name");
    let theirs = floats(group, &format!("{name}.f32"));
    let shape = [&[ours.channels()], ours.spatial()].concat();
    assert_eq!(shape, sizes(&case["output_shape"]), "{name}");
    // Fixtures of few numbers have all of them, and no means.
    let step = case["output_step"].as_u64().unwrap_or(1) as usize;
    assert_eq!(ours.data().len().div_ceil(step), theirs.len(), "{name}");
    let std = case["output_std"].as_f64().expect("a number");
    assert!(std > 0.0, "{name}: the fixture is flat");
    let ours_thin = ours.data().iter().step_by(step);
    let numbers = ours_thin.zip(&theirs).map(|(a, b)| f64::from((a - b).abs()) / std);
    let means = case["output_means"].as_array().into_iter().flatten().map(|mean| mean.as_f64().expect("a number"));
    let voxels = ours.data().len() / ours.channels();
    let shift = ours.data().chunks_exact(voxels).zip(means).map(|(channel, theirs)| {
        let mean = channel.iter().map(|value| f64::from(*value)).sum::<f64>() / voxels as f64;
        (mean - theirs).abs() / std
    });
    numbers.chain(shift).collect()
}

/// The manifests below a folder of fixtures, each with its folder's name.
pub(crate) fn manifests(group: &str) -> Vec<(String, Value)> {
    let folders = std::fs::read_dir(folder(group)).expect("the fixtures are committed");
    let mut names: Vec<String> = folders
        .map(|entry| entry.expect("readable").file_name().into_string().expect("a plain name"))
        .map(|name| format!("{group}/{name}"))
        .collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), manifest(&name))).collect()
}

/// The stitched output of the network over all windows of an image.
pub(crate) fn stitched(
    settings: &SlidingWindow,
    image: Features,
    at_once: usize,
    executor: &Executor,
) -> Result<Features, Error> {
    let network = |windows: Vec<Features>| executor.run_batch(windows);
    sliding_window(settings, image, at_once, network, &|channels, data| Ok((channels, data)))
}

/// The weights of a network as a file of safetensors, with these numbers for each of floating point and 0 for others.
pub(crate) fn safetensors(network: &Network, numbers: impl Fn(&Parameter) -> Vec<f32>) -> Vec<u8> {
    let (mut header, mut data) = (Map::new(), Vec::<u8>::new());
    for parameter in &network.parameters {
        let start = data.len();
        let dtype = match parameter.kind {
            ParameterKind::Float => {
                data.extend(numbers(parameter).into_iter().flat_map(f32::to_le_bytes));
                "F32"
            }
            ParameterKind::Counter | ParameterKind::Index => {
                let count: usize = parameter.shape.iter().product();
                data.extend(std::iter::repeat_n(0_i64.to_le_bytes(), count).flatten());
                "I64"
            }
        };
        let entry = json!({"dtype": dtype, "shape": parameter.shape, "data_offsets": [start, data.len()]});
        header.insert(parameter.name.clone(), entry);
    }
    let header = Value::Object(header).to_string();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat()
}

/// The greatest distance between every `step`-th voxel of each axis and the samples of the fixture.
pub(crate) fn farthest(what: &str, ours: &Volume, theirs: &[f32], step: usize) -> f64 {
    let mut rest = theirs.iter();
    let mut worst = 0.0_f64;
    let [nx, ny, nz] = ours.shape;
    for channel in 0..ours.channels {
        let voxels = ours.channel(channel);
        for x in (0..nx).step_by(step) {
            for y in (0..ny).step_by(step) {
                for z in (0..nz).step_by(step) {
                    let theirs = rest.next().unwrap_or_else(|| panic!("{what} has fewer samples"));
                    let distance = f64::from((voxels[(x * ny + y) * nz + z] - theirs).abs());
                    assert!(distance.is_finite(), "{what} is not finite at {x}, {y}, {z}");
                    worst = worst.max(distance);
                }
            }
        }
    }
    assert!(rest.next().is_none(), "{what} has more samples");
    worst
}

/// Fails when an affine has another entry than the fixture.
pub(crate) fn compare_affine(what: &str, manifest: &Value, ours: &Affine, theirs: &Value) {
    let tolerance = manifest["tolerance_of_affine"].as_f64().expect("a number");
    for row in 0..4 {
        for column in 0..4 {
            let theirs = theirs[row][column].as_f64().expect("a number");
            let distance = (ours.matrix()[row][column] - theirs).abs();
            assert!(distance <= tolerance, "affine of {what} at {row}, {column} is off by {distance:e}");
        }
    }
}
