//! Arguments as bundles write them: which forms are one, and what is refused by name.

use monai_imaging::{Affine, Volume};
use monai_transforms::{Sample, Transform};
use serde_json::{Value, json};

fn refused(target: &str, arguments: Value, words: &[&str]) {
    let message = match Transform::parse(target, arguments.clone()) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("{target} took {arguments}"),
    };
    for word in words.iter().chain([&target]) {
        assert!(message.contains(word), "{message:?} lacks {word:?}");
    }
}

fn sample(data: Vec<f32>) -> Sample {
    let shape = [1, 1, data.len()];
    Sample::of("image", Volume::new(1, shape, data, Affine::IDENTITY).unwrap())
}

fn applied(target: &str, arguments: Value, data: &[f32]) -> Vec<f32> {
    let mut sample = sample(data.to_vec());
    Transform::parse(target, arguments).unwrap().apply(&mut sample).unwrap();
    sample.images["image"].volume.data.clone()
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    let scale = json!({ "keys": "image", "a_min": 0, "a_max": 1, "colour": 3 });
    refused("RandAffined", json!({ "keys": "image" }), &["not supported"]);
    refused("ScaleIntensityRanged", scale, &["colour"]);
    refused("ScaleIntensityRanged", json!({ "keys": "image", "a_min": "low", "a_max": 1 }), &["low", "number"]);
    refused("ScaleIntensityRanged", json!({ "keys": [], "a_min": 0, "a_max": 1 }), &["keys"]);
    refused("ScaleIntensityRanged", json!({ "keys": "image", "a_min": 0 }), &["a_max"]);
    refused("Orientationd", json!({ "keys": "image", "axcodes": "RAR" }), &["axcodes", "RAR"]);
    refused("Orientationd", json!({ "keys": "image", "axcodes": "RAS", "lazy": "perhaps" }), &["lazy", "perhaps"]);
    let recomputed = json!({ "keys": "image", "pixdim": 1, "lazy": true, "recompute_affine": true });
    refused("Spacingd", recomputed, &["recompute_affine", "lazy"]);
    let smoothed = json!({ "keys": "image", "spatial_size": [2, 2, 2], "lazy": true, "anti_aliasing": true });
    refused("Resized", smoothed, &["anti_aliasing", "lazy"]);
    refused("Spacingd", json!({ "keys": "image", "pixdim": 1, "mode": "bicubic" }), &["bicubic"]);
    refused("Spacingd", json!({ "keys": "image", "pixdim": 1, "mode": ["nearest", "nearest"] }), &["mode", "2"]);
    refused("Spacingd", json!({ "keys": "image", "pixdim": 1, "padding_mode": "beyond" }), &["beyond"]);
    refused("LoadImaged", json!({ "keys": "image", "reader": "WSIReader" }), &["reader", "WSIReader"]);
    refused("CastToTyped", json!({ "keys": "image", "dtype": "torch.complex64" }), &["torch.complex64"]);
    refused("Lambdad", json!({ "keys": "image", "func": "$__import__('os').system('true')" }), &["not known"]);
    refused("Invertd", json!({ "keys": "pred", "transform": "@pre", "post_func": "lambda x: x" }), &["post_func"]);
    refused("Activationsd", json!({ "keys": "pred", "softmax": true, "sigmoid": true }), &["sigmoid"]);
    refused("ScaleIntensityRangePercentilesd", json!({ "keys": "image", "lower": -1, "upper": 98 }), &["lower", "-1"]);
}

#[test]
fn an_image_gets_no_more_axes_lazily() {
    let plane = Volume { rank: 2, ..Volume::new(1, [2, 3, 1], vec![0.0; 6], Affine::IDENTITY).unwrap() };
    let resized = json!({ "keys": "image", "spatial_size": [2, 3, 4], "mode": "trilinear", "lazy": true });
    let resized = Transform::parse("Resized", resized).unwrap();
    let message = resized.apply(&mut Sample::of("image", plane)).unwrap_err().to_string();
    assert!(message.contains("Resized") && message.contains("2 axes throughout where it is lazy"), "{message}");
}

#[test]
fn names_of_one_dtype_are_one() {
    for name in ["uint8", "torch.uint8", "numpy.uint8", "np.uint8"] {
        assert_eq!(applied("CastToTyped", json!({ "keys": "image", "dtype": name }), &[1.9, 300.0]), [1.0, 44.0]);
    }
    for name in ["float32", "torch.float32", "numpy.float32", "torch.float"] {
        let arguments = json!({ "keys": ["image"], "dtype": name });
        assert_eq!(applied("monai.transforms.CastToTyped", arguments, &[1.9]), [1.9]);
    }
}

#[test]
fn a_missing_key_is_an_error_unless_it_may_be_missing() {
    let parse = |allow| {
        let arguments = json!({ "keys": ["image", "label"], "allow_missing_keys": allow });
        Transform::parse("ScaleIntensityd", arguments).unwrap()
    };
    let message = parse(false).apply(&mut sample(vec![1.0, 2.0])).unwrap_err().to_string();
    assert!(message.contains("label"), "{message}");
    parse(true).apply(&mut sample(vec![1.0, 2.0])).unwrap();
}

#[test]
fn an_image_without_foreground_is_refused() {
    let crop = Transform::parse("CropForegroundd", json!({ "keys": "image", "source_key": "image" })).unwrap();
    let message = crop.apply(&mut sample(vec![0.0; 9])).unwrap_err().to_string();
    assert!(message.contains("foreground"), "{message}");
}
