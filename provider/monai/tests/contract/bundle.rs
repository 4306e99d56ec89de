//! The data source `monai_bundle` on the bundle of the examples.

use std::path::Path;

use serde_json::{Value as Json, json};
use terraform_provider_monai::Monai;
use tfplugin_rust::Value;
use tfplugin_rust::testing::{Core, Failure, Step, Steps, UNKNOWN, planned, state};

const BRAIN: &str = "data.monai_bundle.brain";

fn bundle(body: Json) -> Json {
    json!({ BRAIN: body })
}

fn steps() -> Steps<Monai> {
    let source =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/bundles/brain_tissue").display().to_string();
    let is_digest = |value: &Value| matches!(value, Value::String(text) if text.starts_with("sha256:"));
    let another = format!("sha256:{}", "0".repeat(64));
    Steps::new([
        Step::apply(bundle(json!({ "source": source })))
            .holds(state(BRAIN, "name").equals("Brain tissue segmentation of T1 MRI"))
            .holds(state(BRAIN, "digest").satisfies("a digest", is_digest))
            .holds(state(BRAIN, "labels").has_length(4))
            .holds(state(BRAIN, "parameters").equals(151_617)),
        Step::plan(bundle(json!({ "source": UNKNOWN }))).holds(planned(BRAIN, "digest").is_unknown()),
        Step::fails(bundle(json!({ "source": source, "digest": another })), &another),
        Step::fails(bundle(json!({ "source": "/nowhere/at/all" })), "/nowhere/at/all"),
    ])
}

#[tokio::test]
async fn a_bundle_is_read_in_process() -> Result<(), Failure> {
    steps().run_in_process().await
}

#[tokio::test]
async fn a_bundle_is_read_under_a_core() -> Result<(), Failure> {
    steps().run_with(&Core::find()?).await
}
