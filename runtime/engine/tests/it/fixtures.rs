//! Reading fixtures and comparing with them.

use std::path::{Path, PathBuf};

use monai_engine::Features;
use serde_json::Value;
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

/// Fails when a number differs by more than the manifest's share of the standard deviation. Returns the largest share.
pub(crate) fn compare(group: &str, manifest: &Value, case: &Value, ours: &Features) -> f64 {
    let name = text(case, "name");
    let theirs = floats(group, &format!("{name}.f32"));
    let shape = [&[ours.channels()], ours.spatial()].concat();
    assert_eq!(shape, sizes(&case["output_shape"]), "{name}");
    assert_eq!(ours.data().len(), theirs.len(), "{name}");
    let mean = theirs.iter().map(|value| f64::from(*value)).sum::<f64>() / theirs.len() as f64;
    let variance = theirs.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>() / theirs.len() as f64;
    let std = variance.sqrt();
    assert!(std > 0.0, "{name}: the fixture is flat");
    let worst = ours.data().iter().zip(&theirs).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max) / std;
    let tolerance = manifest["tolerance_of_std"].as_f64().expect("a tolerance");
    assert!(
        worst <= tolerance && ours.data().iter().all(|value| value.is_finite()),
        "{name}: {worst:e} of the deviation"
    );
    worst
}
