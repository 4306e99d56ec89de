//! The shape cases of MONAI's own tests of its classifiers; `tests/parity/monai_cases/classifiers.py` takes them from there.

use std::path::Path;

use monai_networks::Network;
use serde_json::Value;

use crate::table;

/// Files with the numbers of cases that apply and that must be refused.
const FILES: [(&str, usize, usize); 4] =
    [("densenet", 10, 4), ("resnet", 21, 21), ("senet", 8, 0), ("torchvision_fc_model", 15, 1)];

#[test]
fn cases_of_monai_have_the_expected_shape_or_are_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/monai_cases/networks");
    for (file, applies, refused) in FILES {
        let bytes = std::fs::read(folder.join(format!("{file}.json"))).expect("the cases are committed");
        let cases: Vec<Value> = serde_json::from_slice(&bytes).expect("they are a list");
        let outcomes: Vec<bool> = cases.iter().map(check).collect();
        let passed = outcomes.iter().filter(|passed| **passed).count();
        assert_eq!((passed, outcomes.len() - passed), (applies, refused), "{file}");
    }
}

/// True when the network has MONAI's parameters and shape, false when it is refused as the case says.
fn check(case: &Value) -> bool {
    let name = format!("{} {}", case["test"], case["arguments"]);
    let target = case["target"].as_str().expect("a class");
    let network = Network::parse(target, case["arguments"].clone());
    if let Some(word) = case["refused"].as_str() {
        let error = network.expect_err(&name).to_string();
        assert!(error.contains(word), "{name}: `{error}` lacks `{word}`");
        return false;
    }
    let network = network.unwrap_or_else(|error| panic!("{name}: {error}"));
    table::check(&name, &network, case);
    let sizes = |key: &str| serde_json::from_value::<Vec<usize>>(case[key].clone()).expect("a list of sizes");
    let input = sizes("input");
    assert_eq!(input[0], network.in_channels, "{name}");
    let shape = network.output_shape(&input[1..]).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(sizes("output"), [&[shape.channels], shape.spatial.as_slice()].concat(), "{name}");
    true
}
