use monai_engine::Device;
use rayon::prelude::*;
use serde_json::Value;

use crate::{counter, fixtures};

#[test]
fn logits_of_every_network_are_those_of_monai() {
    let manifests = fixtures::manifests("networks");
    let cases: Vec<_> = manifests
        .iter()
        .flat_map(|(group, manifest)| fixtures::cases(manifest).iter().map(move |case| (group, manifest, case)))
        .flat_map(|(group, manifest, case)| [Device::Cpu, Device::Flex].map(|device| (group, manifest, case, device)))
        .collect();
    assert!(!cases.is_empty());
    cases.into_par_iter().for_each(|(group, manifest, case, device)| check(group, manifest, case, device));
}

fn check(group: &str, manifest: &Value, case: &Value, device: Device) {
    let (target, name) = (fixtures::text(manifest, "target"), fixtures::text(case, "name"));
    let network = fixtures::network(manifest, case);
    let input = fixtures::input(case, network.in_channels);
    let logits = counter::executor(&network, name, device).run(input).expect("MONAI runs it");
    let worst = fixtures::compare(group, manifest, case, &logits);
    println!("{target} {name} by {device:?}: {worst:.1e} of the standard deviation");
}
