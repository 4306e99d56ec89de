//! Every network of the fixtures against MONAI's own state dict and output shapes.

use std::path::Path;

use monai_networks::Network;
use serde_json::Value;

use crate::table;

/// The manifests of all networks.
fn manifests() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/parity/networks");
    let folders = std::fs::read_dir(folder).expect("the fixtures are committed");
    let read = |folder: std::fs::DirEntry| std::fs::read(folder.path().join("manifest.json")).expect("a manifest");
    folders.map(|folder| serde_json::from_slice(&read(folder.expect("readable"))).expect("it is JSON")).collect()
}

fn each_case(mut check: impl FnMut(&str, &Network, &Value)) {
    let manifests = manifests();
    assert!(!manifests.is_empty());
    for manifest in manifests {
        let (target, cases) = (manifest["target"].as_str().expect("a class"), manifest["cases"].as_array());
        let cases = cases.expect("cases");
        assert!(cases.len() >= 5, "{target}");
        for case in cases {
            let name = format!("{target} {}", case["name"]);
            let mut arguments = case["arguments"].clone();
            let class = arguments.as_object_mut().expect("a map").remove("_target_");
            let class = class.as_ref().map_or(target, |class| class.as_str().expect("a name"));
            let network = Network::parse(class, arguments).unwrap_or_else(|error| panic!("{name}: {error}"));
            check(&name, &network, case);
        }
    }
}

#[test]
fn parameters_are_those_of_monai_in_name_shape_and_type() {
    each_case(table::check);
}

#[test]
fn output_shapes_are_those_of_monai() {
    each_case(|name, network, case| {
        let sizes = |value: &Value| serde_json::from_value::<Vec<usize>>(value.clone()).expect("a list of sizes");
        let shape = network.output_shape(&sizes(&case["spatial"])).unwrap_or_else(|error| panic!("{name}: {error}"));
        let ours = [&[shape.channels], shape.spatial.as_slice()].concat();
        assert_eq!(sizes(&case["output_shape"]), ours, "{name}");
        assert_eq!(
            (case["channels"].as_u64(), network.out_channels),
            (Some(network.in_channels as u64), ours[0]),
            "{name}"
        );
    });
}
