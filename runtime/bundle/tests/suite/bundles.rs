//! The settings of twelve bundles of the model zoo: everything that serving reads has a value.

use monai_bundle::{Bundle, Component, Config, Node, Value};

use crate::fixtures;

fn component(config: &Config, id: &str) -> Component {
    match config.resolve_all(id) {
        Ok(Value::Component(component)) => component,
        other => panic!("{id}: {other:?}"),
    }
}

fn transforms(config: &Config, id: &str) -> Vec<Component> {
    let compose = component(config, id);
    assert_eq!(compose.target, "Compose", "{id}");
    let Some(Value::List(transforms)) = compose.args.get("transforms") else { panic!("{id}: {compose:?}") };
    let transforms = transforms.iter().map(|transform| match transform {
        Value::Component(transform) => transform.clone(),
        other => panic!("{id}: {other:?}"),
    });
    transforms.collect()
}

fn loader(node: &Node, id: &str) -> Option<String> {
    if node.get("_target_").and_then(Node::as_str) == Some("CheckpointLoader") {
        return Some(id.to_owned());
    }
    let join = |key: String| if id.is_empty() { key } else { format!("{id}::{key}") };
    node.children().into_iter().find_map(|(key, item)| loader(item, &join(key)))
}

#[test]
fn the_serving_roots_of_the_zoo_resolve() {
    let check = |name: &str, network: &str, before: &str, inferer: &str, after: &str, weights: &str| {
        let folder = fixtures("bundles").join(name);
        let bundle = Bundle::open(&folder).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(bundle.errors().is_empty(), "{name}: {:?}", bundle.errors());
        assert_eq!(bundle.metadata().inputs.len() * bundle.metadata().outputs.len(), 1, "{name}");
        let config = bundle.config();
        for id in ["network_def", "network"] {
            let found = component(config, id);
            assert_eq!((found.id.as_str(), found.name()), ("network_def", network), "{name}");
        }
        assert_eq!(component(config, "inferer").target, inferer, "{name}");
        for (id, expected) in [("preprocessing", before), ("postprocessing", after)] {
            let names: Vec<String> = transforms(config, id).iter().map(|found| found.target.clone()).collect();
            assert_eq!(names.join(" "), expected, "{name}, {id}");
        }
        let root = config.get("").unwrap();
        let loader = loader(root, "").expect(name);
        match config.resolve_all(&loader) {
            // The template says itself that it needs none.
            Ok(Value::Null) => assert!(weights.is_empty(), "{name}"),
            Ok(Value::Component(found)) => {
                assert_eq!(found.args["load_path"], Value::Str(weights.to_owned()), "{name}");
                let Value::Map(keys) = &found.args["load_dict"] else { panic!("{name}: {found:?}") };
                assert!(matches!(&keys["model"], Value::Component(model) if model.id == "network_def"), "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
    };
    let (model, sliding, simple) = ("./models/model.pt", "SlidingWindowInferer", "SimpleInferer");
    check(
        "spleen_ct_segmentation",
        "UNet",
        "LoadImaged EnsureChannelFirstd Orientationd Spacingd ScaleIntensityRanged EnsureTyped",
        sliding,
        "Activationsd Invertd AsDiscreted SaveImaged",
        model,
    );
    check(
        "prostate_mri_anatomy",
        "UNet",
        "LoadImaged EnsureChannelFirstd Orientationd Spacingd ScaleIntensityd NormalizeIntensityd EnsureTyped",
        sliding,
        "AsDiscreted KeepLargestConnectedComponentd Invertd SaveImaged",
        model,
    );
    check(
        "segmentation_template",
        "UNet",
        "LoadImaged EnsureChannelFirstd ScaleIntensityd",
        simple,
        "Activationsd AsDiscreted SaveImaged",
        "",
    );
    check(
        "ventricular_short_axis_3label",
        "UNet",
        "LoadImaged EnsureChannelFirstd ScaleIntensityd EnsureTyped",
        "SliceInferer",
        "Activationsd Invertd AsDiscreted SaveImaged",
        model,
    );
    check(
        "brats_mri_segmentation",
        "SegResNet",
        "LoadImaged NormalizeIntensityd",
        sliding,
        "Activationsd Invertd AsDiscreted Lambdad SaveImaged",
        model,
    );
    check(
        "wholeBody_ct_segmentation",
        "SegResNet",
        "LoadImaged EnsureTyped EnsureChannelFirstd Orientationd Spacingd NormalizeIntensityd ScaleIntensityd",
        sliding,
        "Activationsd AsDiscreted Invertd SaveImaged",
        model,
    );
    check(
        "pediatric_abdominal_ct_segmentation",
        "DynUNet",
        "LoadImaged EnsureChannelFirstd Orientationd Spacingd ScaleIntensityRanged CropForegroundd EnsureTyped \
         CastToTyped",
        sliding,
        "Activationsd Invertd AsDiscreted SaveImaged",
        "./models/dynunet_FT.pt",
    );
    check(
        "swin_unetr_btcv_segmentation",
        "SwinUNETR",
        "LoadImaged EnsureChannelFirstd Orientationd Spacingd ScaleIntensityRanged EnsureTyped",
        sliding,
        "Activationsd Invertd AsDiscreted SaveImaged",
        model,
    );
    check(
        "classification_template",
        "DenseNet121",
        "LoadImaged EnsureChannelFirstd ScaleIntensityd",
        simple,
        "Activationsd AsDiscreted ToTensord",
        "",
    );
    check(
        "endoscopic_inbody_classification",
        "SEResNet50",
        "LoadImaged EnsureChannelFirstd Resized CastToTyped NormalizeIntensityd EnsureTyped",
        simple,
        "AsDiscreted SaveClassificationd",
        model,
    );
    check(
        "endoscopic_tool_segmentation",
        "FlexibleUNet",
        "LoadImaged EnsureChannelFirstd Resized ScaleIntensityd",
        simple,
        "Invertd AsDiscreted Lambdad SaveImaged",
        model,
    );
    check(
        "breast_density_classification",
        "TorchVisionFCModel",
        "LoadImaged EnsureChannelFirstd ScaleIntensityd Resized",
        simple,
        "Activationsd",
        model,
    );
}

#[test]
fn expressions_arrive_as_what_a_transform_reads() {
    let check = |name: &str, id: &str, expected: serde_json::Value| {
        let bundle = Bundle::open(&fixtures("bundles").join(name)).unwrap();
        let found = bundle.config().resolve(id).unwrap_or_else(|error| panic!("{name}, {id}: {error}"));
        assert_eq!(found.to_json(), expected, "{name}, {id}");
    };
    let nested = "lambda x: torch.where(x[[2]] > 0, 4, torch.where(x[[0]] > 0, 1, torch.where(x[[1]] > 0, 2, 0)))";
    check("brats_mri_segmentation", "postprocessing::transforms::3::func", nested.into());
    check("endoscopic_tool_segmentation", "postprocessing::transforms::2::func", "lambda x: x[1:]".into());
    check("wholeBody_ct_segmentation", "preprocessing::transforms::4::pixdim", serde_json::json!([1.5, 1.5, 1.5]));
    check("wholeBody_ct_segmentation", "inferer::overlap", 0.25.into());
    check("pediatric_abdominal_ct_segmentation", "network_def::spatial_dims", 3.into());
    check("pediatric_abdominal_ct_segmentation", "preprocessing::transforms::7::dtype", "torch.float32".into());
    check("segmentation_template", "postprocessing::transforms::2::output_dtype", serde_json::Value::Null);
    check("segmentation_template", "transforms::0::keys", "image".into());
    check("classification_template", "postprocessing::transforms::1::keys", serde_json::json!(["pred", "label"]));
    check("endoscopic_inbody_classification", "postprocessing::transforms::1::meta_keys", "image_meta_dict".into());
    check("prostate_mri_anatomy", "handlers::0::map_location::device", "cpu".into());
}
