//! What the tests of single networks share: refusals, the cases of MONAI's own tests, and the sizes that MONAI accepts.

use std::path::Path;

use monai_networks::{Network, ParameterKind};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// `arguments` with one of them replaced, or left out where `value` is `None`.
pub(crate) fn with(mut arguments: Value, argument: &str, value: impl Into<Option<Value>>) -> Value {
    let map = arguments.as_object_mut().expect("a map");
    match value.into() {
        Some(value) => map.insert(argument.into(), value),
        None => map.remove(argument),
    };
    arguments
}

/// Fails unless the network is refused with all these words.
pub(crate) fn refused(target: &str, arguments: Value, words: &[&str]) {
    let found = arguments.to_string();
    let Err(error) = Network::parse(target, arguments) else { panic!("{found} is accepted") };
    let error = error.to_string();
    for word in words {
        assert!(error.contains(word), "`{error}` lacks `{word}`");
    }
}

/// Fails unless this size is refused with all these words.
pub(crate) fn size_refused(network: &Network, size: &[usize], words: &[&str]) {
    let error = network.output_shape(size).expect_err("refused").to_string();
    for word in words {
        assert!(error.contains(word), "`{error}` lacks `{word}`");
    }
}

/// Runs the cases of MONAI's tests of a network: state dict and output shape. `refusal` names the argument for which a case is
/// refused here. Returns how many are as in MONAI and how many are refused.
pub(crate) fn monai(target: &str, refusal: impl Fn(&Value) -> Option<&'static str>) -> (usize, usize) {
    let (mut equal, mut refusals) = (0, 0);
    for case in fixture(target)["cases"].as_array().expect("cases") {
        let arguments = case["arguments"].clone();
        if let Some(argument) = refusal(&arguments) {
            refused(target, arguments, &[argument]);
            refusals += 1;
            continue;
        }
        let name = format!("{target} {arguments}");
        let network = Network::parse(target, arguments).unwrap_or_else(|error| panic!("{name}: {error}"));
        let shape = network.output_shape(&sizes(&case["spatial"])).unwrap_or_else(|error| panic!("{name}: {error}"));
        let ours = [&[shape.channels], shape.spatial.as_slice()].concat();
        assert_eq!(
            (sizes(&case["output_shape"]), json!(network.in_channels)),
            (ours, case["channels"].clone()),
            "{name}"
        );
        assert_eq!(case["parameters_sha256"], digest(&network), "{name}");
        equal += 1;
    }
    (equal, refusals)
}

/// Fails unless every set of arguments that MONAI's tests want refused is refused. Returns how many there are.
pub(crate) fn ill(target: &str) -> usize {
    let fixture = fixture(target);
    let ill = fixture["ill"].as_array().expect("sets of arguments");
    ill.iter().for_each(|arguments| refused(target, arguments.clone(), &[]));
    ill.len()
}

/// Compares which square or cubic inputs fit, and the edge of the output. Sizes that only PyTorch's broadcasting lets through, so
/// that the output has another size than the input, are refused here.
pub(crate) fn edges(target: &str) {
    for row in fixture(target)["edges"].as_array().expect("rows") {
        let network = Network::parse(target, row["arguments"].clone()).expect("MONAI builds it");
        for (at, theirs) in row["outputs"].as_array().expect("edges").iter().enumerate() {
            let edge = at + 1;
            let ours = network.output_shape(&vec![edge; network.spatial_dims]).ok();
            let ours = ours.map(|shape| shape.spatial.first().copied().unwrap_or(0));
            if ours.is_none() && *theirs != 0 && theirs.as_u64().is_some_and(|output| output as usize > edge) {
                continue;
            }
            assert_eq!(*theirs, json!(ours), "{target} {} at {edge}", row["arguments"]);
        }
    }
}

fn fixture(target: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/monai_cases/networks");
    let bytes = std::fs::read(folder.join(format!("{target}.json"))).expect("the fixture is committed");
    serde_json::from_slice(&bytes).expect("it is JSON")
}

fn sizes(value: &Value) -> Vec<usize> {
    serde_json::from_value(value.clone()).expect("a list of sizes")
}

/// The digest of the state dict, as `tests/parity/network.py` makes it.
fn digest(network: &Network) -> String {
    let row = |parameter: &monai_networks::Parameter| {
        let dtype = match parameter.kind {
            ParameterKind::Float => "torch.float32",
            ParameterKind::Counter | ParameterKind::Index => "torch.int64",
        };
        (parameter.name.clone(), json!([parameter.name, parameter.shape, dtype]))
    };
    let rows: std::collections::BTreeMap<String, Value> = network.parameters.iter().map(row).collect();
    assert_eq!(rows.len(), network.parameters.len(), "a name occurs twice");
    let table = Value::from_iter(rows.into_values()).to_string();
    Sha256::digest(&table).iter().map(|byte| format!("{byte:02x}")).collect()
}
