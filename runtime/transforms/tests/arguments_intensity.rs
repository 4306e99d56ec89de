//! Arguments of the transforms that leave an image on its grid: what is refused by name, and what is taken without effect.

use monai_imaging::{Affine, Volume};
use monai_transforms::{Format, Sample, Transform};
use serde_json::{Value, json};

fn with_key(mut arguments: Value) -> Value {
    if arguments.get("keys").is_none() {
        arguments["keys"] = "image".into();
    }
    arguments
}

/// The arguments are refused, with words that name which one and why.
fn refused(target: &str, arguments: Value, words: &[&str]) {
    let message = match Transform::parse(target, with_key(arguments.clone())) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("{target} took {arguments}"),
    };
    for word in words.iter().chain([&target]) {
        assert!(message.contains(word), "{message:?} lacks {word:?}");
    }
}

fn taken(target: &str, arguments: Value) -> Transform {
    Transform::parse(target, with_key(arguments.clone())).unwrap_or_else(|error| panic!("{arguments}: {error}"))
}

fn sample(channels: usize, data: Vec<f32>) -> Sample {
    let shape = [1, 1, data.len() / channels];
    Sample::of("image", Volume::new(channels, shape, data, Affine::IDENTITY).unwrap())
}

/// The image is refused, with words that say why.
fn fails(target: &str, arguments: Value, channels: usize, data: &[f32], words: &[&str]) {
    let transform = taken(target, arguments.clone());
    let message = match transform.apply(&mut sample(channels, data.to_vec())) {
        Err(error) => error.to_string(),
        Ok(()) => panic!("{target} of {arguments} took the image"),
    };
    words.iter().for_each(|word| assert!(message.contains(word), "{message:?} lacks {word:?}"));
}

#[test]
fn loading_takes_what_decides_nothing_and_refuses_what_would_turn_the_image() {
    for arguments in [
        json!({ "reader": "ITKReader", "affine_lps_to_ras": true, "reverse_indexing": false, "series_name": "", "series_meta": false }),
        json!({ "reader": "itkreader" }),
        json!({ "reader": "$monai.data.PILReader", "converter": "$lambda x: x.convert('RGB')", "reverse_indexing": true }),
        json!({ "reader": ["NumpyReader", "PydicomReader"], "to_gpu": false, "mmap": false }),
        json!({ "meta_keys": ["m"], "meta_key_postfix": "dict", "overwriting": true, "image_only": "true", "simple_keys": true }),
        json!({ "prune_meta_pattern": ".*", "prune_meta_sep": " ", "expanduser": false, "ensure_channel_first": true }),
    ] {
        taken("LoadImaged", arguments);
    }
    refused("LoadImaged", json!({ "affine_lps_to_ras": false }), &["affine_lps_to_ras", "true"]);
    refused("LoadImaged", json!({ "reader": "PILReader", "reverse_indexing": false }), &["reverse_indexing"]);
    refused("LoadImaged", json!({ "reader": "ITKReader", "reverse_indexing": true }), &["reverse_indexing"]);
    refused("LoadImaged", json!({ "channel_dim": 0 }), &["channel_dim", "0"]);
    refused("LoadImaged", json!({ "converter": "lambda x: x.convert('HSV')" }), &["converter", "HSV"]);
    refused("LoadImaged", json!({ "raeder": "ITKReader" }), &["raeder", "reader"]);
    fails("LoadImaged", json!({ "channel_dim": "no_channel" }), 2, &[0.0; 4], &["NoChannel", "2 channels"]);
    fails("LoadImaged", json!({ "channel_dim": -1 }), 1, &[0.0; 4], &["Last", "1 channels"]);
    fails(
        "LoadImaged",
        json!({ "converter": "lambda x: x.convert('RGB')" }),
        1,
        &[0.0; 4],
        &["converter", "1 channels"],
    );
}

#[test]
fn intensities() {
    refused("ScaleIntensityRanged", json!({ "a_min": 0, "a_max": 1, "clip": true }), &["clip", "b_min"]);
    refused("ScaleIntensityRanged", json!({ "a_min": 0, "a_max": 1, "dtype": "colour" }), &["dtype", "colour"]);
    refused("ScaleIntensityRangePercentilesd", json!({ "lower": 1, "upper": 101 }), &["upper", "101"]);
    refused("ScaleIntensityRangePercentilesd", json!({ "lower": 1, "upper": 9, "relative": true }), &["relative"]);
    refused("ClipIntensityPercentilesd", json!({ "lower": null, "upper": null }), &["lower", "none"]);
    refused("ClipIntensityPercentilesd", json!({ "lower": 9 }), &["upper"]);
    refused("ClipIntensityPercentilesd", json!({ "lower": 9, "upper": 8 }), &["upper", "8"]);
    refused(
        "ClipIntensityPercentilesd",
        json!({ "lower": 9, "upper": 80, "sharpness_factor": 0 }),
        &["sharpness_factor"],
    );
    refused("NormalizeIntensityd", json!({ "subtrahend": [1, 2] }), &["subtrahend", "channel_wise"]);
    refused("MaskIntensityd", json!({ "mask_key": "mask", "mask_data": [[1]] }), &["mask_data"]);
    refused("MaskIntensityd", json!({}), &["mask_key"]);
    fails("NormalizeIntensityd", json!({ "divisor": [1], "channel_wise": true }), 2, &[0.0; 4], &["2 channels", "1"]);
    fails(
        "NormalizeIntensityd",
        json!({ "divisor": [1], "subtrahend": [1], "channel_wise": true }),
        2,
        &[0.0; 4],
        &["2"],
    );
}

#[test]
fn labels_and_scores() {
    refused("Activationsd", json!({ "sigmoid": true, "softmax": true }), &["sigmoid", "softmax"]);
    refused("Activationsd", json!({ "other": "torch.erf" }), &["torch.erf"]);
    refused("AsDiscreted", json!({ "rounding": "up" }), &["rounding", "up"]);
    refused("AsDiscreted", json!({ "to_onehot": true }), &["to_onehot"]);
    refused("AsDiscreted", json!({ "to_onehot": 0 }), &["to_onehot", "0"]);
    refused("AsDiscreted", json!({ "threshold": true }), &["threshold"]);
    refused("AsDiscreted", json!({ "argmax": true, "dim": 1, "keepdim": false }), &["keepdim"]);
    refused("AsDiscreted", json!({ "keys": ["image", "b"], "argmax": [true, false, true] }), &["argmax", "3"]);
    fails("AsDiscreted", json!({ "to_onehot": 3 }), 1, &[0.0, 3.0], &["0 to 2"]);
    fails("AsDiscreted", json!({ "to_onehot": 3 }), 2, &[0.0, 1.0], &["2 channels"]);
    fails("AsDiscreted", json!({ "argmax": true, "dim": 4 }), 1, &[0.0], &["4"]);
    refused("KeepLargestConnectedComponentd", json!({ "connectivity": 4 }), &["connectivity", "4"]);
    fails("KeepLargestConnectedComponentd", json!({ "is_onehot": false }), 2, &[0.0; 4], &["2 channels"]);
    fails("KeepLargestConnectedComponentd", json!({ "applied_labels": 5 }), 2, &[0.0; 4], &["channel 5", "2 channels"]);
    refused("RemoveSmallObjectsd", json!({ "connectivity": 0 }), &["connectivity", "0"]);
    fails("RemoveSmallObjectsd", json!({ "min_size": 3 }), 1, &[2.0, -1.0], &["negative"]);
    fails("FillHolesd", json!({ "applied_labels": 5 }), 2, &[0.0; 4], &["channel 5", "2 channels"]);
    refused("LabelFilterd", json!({}), &["applied_labels"]);
    refused("MeanEnsembled", json!({ "output_key": "mean" }), &["keys", "one"]);
    refused("MeanEnsembled", json!({ "keys": ["a", "b"] }), &["output_key"]);
    refused("MeanEnsembled", json!({ "keys": ["a", "b"], "output_key": "c", "weights": [[1], [2, 3]] }), &["weights"]);
    refused("MeanEnsembled", json!({ "keys": ["a", "b"], "output_key": "c", "weights": 2 }), &["weights"]);
    refused("VoteEnsembled", json!({ "keys": ["a", "b"], "output_key": "c", "allow_missing_keys": true }), &["allow"]);
}

#[test]
fn functions() {
    for text in [
        "lambda x: x[0]",
        "lambda x: x[:, 1:]",
        "lambda x: x.mean()",
        "lambda x: 3",
        "lambda x: y + x",
        "lambda x: open('/etc/passwd')",
        "lambda x, y: x",
        "lambda x: torch.where(x > 0, 1)",
        "lambda x: x if True else 0",
        "lambda x: x >",
        "print",
        "torch.save",
        &format!("lambda x: {}x{}", "(".repeat(5000), ")".repeat(5000)),
        &format!("lambda x: {}x", "-".repeat(5000)),
    ] {
        refused("Lambdad", json!({ "func": text }), &["not known"]);
    }
    refused("Lambdad", json!({ "func": "lambda x: x", "inv_func": "lambda x: x" }), &["inv_func"]);
    refused("Lambdad", json!({ "func": "lambda x: x", "overwrite": 3 }), &["overwrite", "3"]);
    fails("Lambdad", json!({ "func": "lambda x: x[2:]" }), 2, &[0.0; 4], &["[2:]", "2 channels"]);
    fails("Lambdad", json!({ "func": "lambda x: x[[2]]" }), 2, &[0.0; 4], &["[2]", "2 channels"]);
    fails("Lambdad", json!({ "func": "lambda x: x + x[1:]" }), 3, &[0.0; 6], &["3", "2"]);
}

#[test]
fn items() {
    refused("CopyItemsd", json!({ "times": 0 }), &["times", "0"]);
    refused("CopyItemsd", json!({ "times": 2, "names": ["a"] }), &["names", "1"]);
    refused("ConcatItemsd", json!({ "name": "b", "dim": 1 }), &["dim", "1"]);
    refused("DeleteItemsd", json!({ "keys": "(", "use_re": true }), &["keys", "regular"]);
    refused("RepeatChanneld", json!({ "repeats": 0 }), &["repeats", "0"]);
    refused("SplitDimd", json!({ "dim": 1 }), &["dim", "1"]);
    refused("SplitDimd", json!({ "list_output": true }), &["list_output"]);
    fails("CopyItemsd", json!({ "names": "image" }), 1, &[0.0], &["image", "already"]);
    fails("SplitDimd", json!({ "output_postfixes": ["a"] }), 2, &[0.0; 2], &["1 channels", "2"]);
    fails("SelectItemsd", json!({ "keys": ["image", "label"] }), 1, &[0.0], &["label"]);
}

#[test]
fn saving() {
    for (ext, format) in [(".nii", Format::Nifti), ("nii.gz", Format::NiftiGz), (".PNG", Format::Png)] {
        let Transform::SaveImaged(save) = taken("SaveImaged", json!({ "output_ext": ext })) else { panic!("{ext}") };
        assert_eq!(save.format(), Ok(format));
    }
    taken("SaveImaged", json!({ "output_ext": "", "output_format": "png", "writer": "PILWriter" }));
    let nowhere = json!({
        "output_dir": "/", "output_postfix": "", "separate_folder": false, "data_root_dir": "", "print_log": false,
        "meta_keys": ["m"], "meta_key_postfix": null, "savepath_in_metadict": true, "squeeze_end_dims": false,
        "output_name_formatter": null, "folder_layout": null, "dtype": "float64", "mode": "bicubic", "padding_mode": "zeros",
    });
    taken("SaveImaged", nowhere);
    refused("SaveImaged", json!({ "output_ext": ".nrrd" }), &["output_ext", ".nrrd"]);
    refused("SaveImaged", json!({ "output_ext": ".json" }), &["output_ext", ".json"]);
    refused("SaveImaged", json!({ "output_ext": "png", "scale": 100 }), &["scale", "100"]);
    refused("SaveImaged", json!({ "writer": "ITKWriter" }), &["writer", "ITKWriter"]);
    refused("SaveImaged", json!({ "output_dtype": "float16" }), &["output_dtype"]);
    refused("SaveImaged", json!({ "resample": true, "mode": "bicubic" }), &["mode", "bicubic"]);
    refused("SaveImaged", json!({ "resample": true, "padding_mode": "mean" }), &["padding_mode", "mean"]);
    let picture = json!({ "resample": true, "output_ext": ".png", "mode": "bilinear" });
    refused("SaveImaged", picture, &["mode", "bilinear", "nearest for .png"]);
    refused("SaveImaged", json!({ "channel_dim": 0 }), &["channel_dim"]);
    refused("SaveImaged", json!({ "output_name_formatter": "f" }), &["output_name_formatter", "f"]);
    refused("SaveImaged", json!({ "folder_layout": {} }), &["folder_layout", "{}"]);
    fails("SaveImaged", json!({ "output_ext": "png", "output_dtype": null }), 1, &[0.5], &["8 or 16 bit", "Float32"]);
    refused("SaveClassificationd", json!({ "keys": ["a", "b"] }), &["keys", "2"]);
    refused("SaveClassificationd", json!({ "saver": "mine" }), &["saver", "mine"]);
}

#[test]
fn saving_with_resample_takes_the_image_back_onto_its_grid() {
    let labels: Vec<f32> = (0..24).map(|voxel| (voxel % 5) as f32).collect();
    let before = Volume::new(1, [4, 3, 2], labels, Affine::IDENTITY).unwrap();
    let mut sample = Sample::of("image", before.clone());
    taken("Orientationd", json!({ "axcodes": "LIP" })).apply(&mut sample).unwrap();
    assert_ne!(sample.images["image"].volume.shape, before.shape);
    let mut form = sample.clone();
    form.images.values_mut().for_each(|image| image.volume.data.clear());
    let save = taken("SaveImaged", json!({ "resample": true, "output_dtype": "uint8" }));
    save.apply(&mut sample).unwrap();
    assert_eq!(sample.images["image"].volume, before);
    // So much is known without the voxels.
    save.trace(&mut form).unwrap();
    let (traced, saved) = (&form.images["image"], &sample.images["image"]);
    assert_eq!((traced.volume.shape, traced.dtype), (before.shape, saved.dtype));
}

#[test]
fn results_may_not_grow_beyond_the_limit() {
    for (target, arguments) in [
        ("AsDiscreted", json!({ "to_onehot": 5 })),
        ("RepeatChanneld", json!({ "repeats": 5 })),
        ("Lambdad", json!({ "func": "lambda x: x[[0, 0, 0, 0, 0]]" })),
        ("ConcatItemsd", json!({ "keys": ["image", "image", "image", "image", "image"], "name": "image" })),
    ] {
        let mut sample = sample(1, vec![0.0; 4]);
        sample.most_voxels = 19;
        let message = taken(target, arguments).apply(&mut sample).unwrap_err().to_string();
        assert!(message.contains("5 channels") && message.contains("19 voxels"), "{message}");
    }
}
