use std::collections::BTreeMap;
use std::path::Path;

use monai_cli::model_card;
use monai_pipeline::Pipeline;
use monai_spec::{Auth, Settings};

#[test]
fn the_card_says_what_the_bundle_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/bundles/brain_tissue");
    let pipeline = Pipeline::open(&folder).expect("the bundle can be served");
    let texts = [("max_volume", "1MiB"), ("precision", "bf16"), ("mirror", "0,2")];
    let texts: BTreeMap<_, _> = texts.map(|(key, text)| (key.to_owned(), text.to_owned())).into();
    let settings = Settings::from_texts(&texts, Auth::Anonymous).expect("good settings");
    let card = model_card(&pipeline, &settings).expect("the digest has its form");
    let metadata = std::fs::read(folder.join("configs/metadata.json")).expect("it is there");
    let metadata: serde_json::Value = serde_json::from_slice(&metadata).expect("it is JSON");
    assert_eq!(card.version, metadata["version"]);
    assert_eq!(card.intended_use.as_deref(), metadata["intended_use"].as_str());
    assert_eq!((card.inputs.len(), card.inputs[0].channels, card.inputs[0].spatial_dims), (1, 1, 3));
    let labels = metadata["network_data_format"]["outputs"]["pred"]["channel_def"].as_object().expect("labels");
    assert_eq!(card.labels.len(), labels.len());
    for (value, name) in &card.labels {
        assert_eq!(labels[&value.to_string()], *name);
    }
    assert_eq!(card.limits.max_volume_bytes, 1 << 20);
    assert_eq!((card.compute.precision.as_str(), card.compute.mirror.as_slice()), ("bf16", &[0, 2][..]));
}
