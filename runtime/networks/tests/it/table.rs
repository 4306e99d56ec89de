//! The parameter table of a network as `tests/parity/network.py` writes it.

use monai_networks::{Network, ParameterKind};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Compares number, names, shapes and types with what the case recorded of MONAI's state dict.
pub(crate) fn check(name: &str, network: &Network, case: &Value) {
    let mut ours: Vec<(&str, Value)> = network
        .parameters
        .iter()
        .map(|parameter| {
            let dtype = match parameter.kind {
                ParameterKind::Float => "torch.float32",
                ParameterKind::Counter | ParameterKind::Index => "torch.int64",
            };
            (parameter.name.as_str(), json!([parameter.name, parameter.shape, dtype]))
        })
        .collect();
    ours.sort_by(|left, right| left.0.cmp(right.0));
    let table = Value::from_iter(ours.into_iter().map(|(_, row)| row)).to_string();
    let digest: String = Sha256::digest(&table).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(case["parameters"], network.parameters.len(), "{name}: {table}");
    assert_eq!(case["parameters_sha256"], digest, "{name}: {table}");
}
