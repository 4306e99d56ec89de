//! Arguments as bundles write them: which forms are one, and what is refused by name.

use monai_imaging::{Affine, Volume};
use monai_transforms::{Sample, Transform, TypeName};
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

#[test]
fn bad_clicks_are_refused_by_their_key_and_never_shown() {
    let check = |target: &str, arguments: Value, key: &str, clicks: Value, words: &[&str]| {
        let volume = Volume::new(1, [9, 8, 7], vec![0.5; 504], Affine::IDENTITY).unwrap();
        let mut sample = Sample::of("image", volume);
        sample.values.insert(key.to_owned(), clicks.clone());
        let error = Transform::parse(target, arguments).unwrap().apply(&mut sample).unwrap_err().to_string();
        for word in words.iter().chain([&target, &key]) {
            assert!(error.contains(word), "{clicks}: {error:?} lacks {word:?}");
        }
        assert!(!error.contains("321") && !error.contains("secret"), "{error}");
    };
    let points = || json!({ "ref_image": "image", "label_names": { "spleen": 1 } });
    let from = |clicks, words: &[&str]| check("AddGuidanceFromPointsDeepEditd", points(), "spleen", clicks, words);
    from(json!("secret"), &["a list of points", "found a text"]);
    from(json!(null), &["found null"]);
    from(json!([321, 3, 4]), &["found a number among the points"]);
    from(json!([[321, 3]]), &["points of 3 coordinates", "one of 2"]);
    from(json!([[1, 2, 3], []]), &["one of 0"]);
    from(json!([["secret", 1, 2]]), &["a text as a coordinate"]);
    from(json!([[1e300, 1, 2]]), &["beyond all images"]);
    let signal = || json!({ "keys": "image" });
    let signal = |clicks, words: &[&str]| check("AddGuidanceSignalDeepEditd", signal(), "guidance", clicks, words);
    signal(json!([[1, 2, 3]]), &["an object with the clicks of each label", "found a list"]);
    signal(json!({ "spleen": [[321, 2]] }), &["points of 3 coordinates", "one of 2"]);
    signal(json!({ "spleen": "secret" }), &["a list of points"]);
    let resize = json!({ "ref_image": "image", "guidance": "guidance" });
    check("ResizeGuidanceMultipleLabelDeepEditd", resize, "guidance", json!({ "a": [[1]] }), &["one of 1"]);
    refused("AddGuidanceSignalDeepEditd", json!({ "keys": "scan" }), &["keys", "scan", "`image`"]);
    refused("AddGuidanceSignalDeepEditd", json!({ "keys": "image", "sigma": -1 }), &["sigma", "-1"]);
    refused("AddGuidanceFromPointsDeepEditd", json!({ "ref_image": ["a", "b"] }), &["ref_image", "one key"]);
    refused("AddClickSignalsd", json!({ "bb_size": 0 }), &["bb_size"]);
    refused("AddClickSignalsd", json!({ "truncated": 0 }), &["truncated"]);
    refused("AddLabelAsGuidanced", json!({ "keys": "image", "allow_missing_keys": true }), &["allow_missing_keys"]);
}

#[test]
fn clicks_fit_their_picture_and_masks_theirs() {
    let check = |target: &str, arguments: Value, sample: &mut Sample, words: &[&str]| {
        let error = Transform::parse(target, arguments).unwrap().apply(sample).unwrap_err().to_string();
        for word in words.iter().chain([&target]) {
            assert!(error.contains(word), "{error:?} lacks {word:?}");
        }
    };
    let picture = |shape: [usize; 2]| {
        let [rows, columns] = shape;
        let volume = Volume::new(1, [rows, columns, 1], vec![0.0; rows * columns], Affine::IDENTITY).unwrap();
        Sample::of("image", Volume { rank: 2, ..volume })
    };
    let clicked = |shape, clicks| {
        let mut sample = picture(shape);
        sample.values.insert("foreground".to_owned(), clicks);
        sample
    };
    let size = || json!({ "bb_size": 8 });
    check("AddClickSignalsd", size(), &mut clicked([7, 9], json!([[3, 3]])), &["8 by 8", "[7, 9]"]);
    check("AddClickSignalsd", size(), &mut clicked([9, 9], json!([[9, 0]])), &["a click on the picture", "1 points"]);
    check("AddClickSignalsd", size(), &mut clicked([9, 9], json!([])), &["a click on the picture"]);
    check("AddClickSignalsd", size(), &mut picture([9, 9]), &["foreground"]);
    let mut located = clicked([9, 9], json!([[3, 3]]));
    located.values.insert("location".to_owned(), json!("here"));
    check("AddClickSignalsd", size(), &mut located, &["location"]);
    let mut bounded = clicked([9, 9], json!([[3, 3], [4, 4]]));
    bounded.most_voxels = 2 * 3 * 64 - 1;
    check("AddClickSignalsd", size(), &mut bounded, &["the limit is 383 voxels"]);
    let mut whole = clicked([9, 9], json!([[3, 3]]));
    whole.images.get_mut("image").unwrap().dtype = TypeName::Uint8;
    let gaussian = json!({ "bb_size": 8, "gaussian": true });
    check("AddClickSignalsd", gaussian, &mut whole, &["floating point", "gaussian", "Uint8"]);
    let label = || json!({ "keys": "image" });
    let mut masked = picture([9, 9]);
    masked.images.insert("label".to_owned(), picture([9, 8]).images["image"].clone());
    check("AddLabelAsGuidanced", label(), &mut masked, &["[9, 9, 1]", "[9, 8, 1]"]);
    check("AddLabelAsGuidanced", label(), &mut picture([9, 9]), &["label"]);
    let mut deep = sample(vec![0.0; 4]);
    deep.images.insert("label".to_owned(), deep.images["image"].clone());
    check("AddLabelAsGuidanced", label(), &mut deep, &["two spatial axes"]);
}

#[test]
fn bad_boxes_and_prompts_are_refused_by_their_key() {
    let check = |target: &str, arguments: Value, values: Value, words: &[&str]| {
        let volume = Volume::new(2, [4, 4, 4], vec![1.0; 128], Affine::IDENTITY).unwrap();
        let mut sample = Sample::of("image", volume);
        let Value::Object(given) = values.clone() else { panic!("{values}") };
        sample.values.extend(given);
        let error = Transform::parse(target, arguments).unwrap().apply(&mut sample).unwrap_err().to_string();
        for word in words.iter().chain([&target]) {
            assert!(error.contains(word), "{values}: {error:?} lacks {word:?}");
        }
    };
    let convert = |boxes: Value, words: &[&str]| {
        check("ConvertBoxModed", json!({ "box_keys": "box" }), json!({ "box": boxes }), &[&["`box`"], words].concat());
    };
    convert(json!({}), &["found an object"]);
    convert(json!([[1, 2, 3]]), &["boxes of 4 numbers each, or of 6", "one of 3"]);
    convert(json!([[1, 2, 3, 4], [1, 2, 3, 4, 5, 6]]), &["one of 6"]);
    convert(json!([[1, 2, 3, "4"]]), &["a text as a coordinate"]);
    check("ConvertBoxModed", json!({ "box_keys": "box" }), json!({}), &["needs the key `box`"]);
    refused("ConvertBoxModed", json!({ "box_keys": "box", "src_mode": "zyx" }), &["src_mode", "zyx"]);
    refused("ConvertBoxModed", json!({ "box_keys": "box", "dst_mode": 3 }), &["dst_mode", "3"]);
    refused("ConvertBoxModed", json!({ "box_keys": "box", "dst_mode": "CenterSizeMode" }), &["CenterSizeMode"]);
    refused("ConvertBoxModed", json!({ "box_keys": "box", "dst_mode": "monai.ccwh" }), &["monai.ccwh"]);
    let class = "monai.data.box_utils.CenterSizeMode";
    for mode in [json!("ccwh"), json!(class), json!({ "_target_": class }), json!({ "_target_": "CenterSizeMode" })] {
        let mut sample = sample(vec![1.0]);
        sample.values.insert("box".to_owned(), json!([[0, 2, 4, 6]]));
        let convert = Transform::parse("ConvertBoxModed", json!({ "box_keys": "box", "dst_mode": mode })).unwrap();
        convert.apply(&mut sample).unwrap();
        assert_eq!(sample.values["box"], json!([[2.0, 4.0, 4.0, 4.0]]), "{mode}");
    }
    let clip = || json!({ "box_keys": "box", "label_keys": "label", "box_ref_image_keys": "image" });
    let boxes = || json!([[0, 0, 0, 2, 2, 2]]);
    check("ClipBoxToImaged", clip(), json!({ "box": boxes() }), &["label"]);
    check("ClipBoxToImaged", clip(), json!({ "box": boxes(), "label": [1, 2] }), &["each of 1 boxes", "one of 2"]);
    check("ClipBoxToImaged", clip(), json!({ "box": boxes(), "label": 1 }), &["a number"]);
    check("ClipBoxToImaged", clip(), json!({ "box": [[0, 0, 2, 2]], "label": [1] }), &["6 numbers", "some of 4"]);
    let several = json!({ "box_keys": ["a", "b"], "label_keys": "label", "box_ref_image_keys": "image" });
    refused("ClipBoxToImaged", several, &["box_keys", "one key"]);
    let mut lenient = clip();
    lenient["allow_missing_keys"] = json!(true);
    check("ClipBoxToImaged", lenient, json!({}), &["needs the key `box`"]);
    let world = json!({ "box_keys": "box", "box_ref_image_keys": "image" });
    check("AffineBoxToWorldCoordinated", world, json!({ "box": [[0, 0, 2, 2]] }), &["6 numbers", "some of 4"]);

    let pre = || json!({ "keys": "image" });
    check("VistaPreTransformd", pre(), json!({ "label_prompt": "lung" }), &["label_prompt", "a text"]);
    check("VistaPreTransformd", pre(), json!({ "label_prompt": [[1]] }), &["label_prompt", "a list"]);
    check("VistaPreTransformd", pre(), json!({ "label_prompt": [25], "point_labels": ["x"] }), &["point_labels"]);
    refused("VistaPreTransformd", json!({ "keys": "image", "subclass": { "lung": [1] } }), &["subclass", "lung"]);
    check(
        "VistaPreTransformd",
        pre(),
        json!({ "label_prompt": ["99999999999999999999"] }),
        &["label_prompt", "a text"],
    );
    refused("VistaPreTransformd", json!({ "keys": "image", "labels_dict": { "1": 2 } }), &["labels_dict", "2"]);
    let post = |values, words: &[&str]| check("VistaPostTransformd", json!({ "keys": "image" }), values, words);
    post(json!({ "points": [[[1, 1, 1]]] }), &["point_labels"]);
    post(json!({ "points": [[[1, 1, 1]]], "point_labels": [] }), &["labels for 1 objects", "some for 0"]);
    post(json!({ "points": [[[1, 1, 1]]], "point_labels": [[1, 0]] }), &["labels for 1 points", "found 2"]);
    post(json!({ "points": [[[1, 1]]], "point_labels": [[1]] }), &["3 coordinates"]);
    post(json!({ "points": [[[1, 1, 4]]], "point_labels": [[1]] }), &["an image of [4, 4, 4]", "one beside it"]);
    post(json!({ "points": [[[-1, 1, 1]]], "point_labels": [[1]] }), &["one beside it"]);
    post(json!({ "points": [[], [], [[1, 1, 1]]], "point_labels": [[], [], [1]] }), &["2 objects", "more"]);
    post(json!({ "label_prompt": [3] }), &["a label for each of 2 objects", "found 1"]);
    post(json!({ "label_prompt": {} }), &["label_prompt"]);
    refused("FromMetaTensord", json!({ "keys": "image", "data_type": "cupy" }), &["data_type", "cupy"]);
}

#[test]
fn maps_that_hold_no_nuclei_are_refused() {
    let plane = |channels: usize, shape: [usize; 2], value: fn(usize) -> f32| {
        let [rows, columns] = shape;
        let data = (0..channels * rows * columns).map(value).collect();
        let volume = Volume::new(channels, [rows, columns, 1], data, Affine::IDENTITY).unwrap();
        Sample::of("image", Volume { rank: 2, ..volume }).images["image"].clone()
    };
    let ramp: fn(usize) -> f32 = |index| (index % 7) as f32;
    let check = |nuclei, hover, arguments: Value, words: &[&str]| {
        let mut sample = Sample::default();
        sample.images.insert("nucleus_prediction".to_owned(), nuclei);
        sample.images.insert("horizontal_vertical".to_owned(), hover);
        let transform = Transform::parse("HoVerNetInstanceMapPostProcessingd", arguments).unwrap();
        let error = transform.apply(&mut sample).unwrap_err().to_string();
        words.iter().for_each(|word| assert!(error.contains(word), "{error:?} lacks {word:?}"));
    };
    let size = [9, 8];
    check(plane(2, size, ramp), plane(3, size, ramp), json!({}), &["`horizontal_vertical` of 2 channels", "3"]);
    check(plane(2, size, ramp), plane(2, [8, 9], ramp), json!({}), &["on the grid [9, 8, 1]", "[8, 9, 1]"]);
    check(plane(2, size, ramp), plane(2, size, |_| 1.0), json!({}), &["distances that differ"]);
    check(plane(2, size, ramp), plane(2, size, |_| f32::NAN), json!({}), &["distances that differ"]);
    check(plane(2, [2, 9], ramp), plane(2, [2, 9], ramp), json!({}), &["more than 2 pixels", "[2, 9]"]);
    check(plane(2, size, ramp), plane(2, size, ramp), json!({ "activation": "sigmoid" }), &["one channel", "2"]);
    check(
        plane(2, size, ramp),
        plane(2, size, ramp),
        json!({ "instance_map_key": "horizontal_vertical" }),
        &["already"],
    );
    let deep = sample(vec![0.0; 4]).images["image"].clone();
    check(deep.clone(), deep, json!({}), &["two spatial axes"]);
    let argument = |name: &str, value: Value, word: &str| {
        refused("HoVerNetInstanceMapPostProcessingd", json!({ (name): value }), &[name, word]);
    };
    argument("activation", json!("relu"), "softmax");
    argument("distance_smooth_fn", json!("lambda x: x"), "lambda x: x");
    argument("marker_postprocess_fn", json!("lambda x: x"), "none");
    argument("sobel_kernel_size", json!(4), "odd");
    argument("marker_threshold", json!(0), "more than 0");
    argument("watershed_connectivity", json!(0), "1 or more");

    let types = |info: Value, words: &[&str]| {
        let mut sample = Sample::default();
        sample.images.insert("type_prediction".to_owned(), plane(3, size, ramp));
        sample.images.insert("instance_map".to_owned(), plane(1, size, |index| f32::from(u8::from(index < 4))));
        sample.values.insert("instance_info".to_owned(), info);
        let transform = Transform::parse("HoVerNetNuclearTypePostProcessingd", json!({})).unwrap();
        let error = transform.apply(&mut sample).unwrap_err().to_string();
        words.iter().for_each(|word| assert!(error.contains(word), "{error:?} lacks {word:?}"));
    };
    types(json!([]), &["`instance_info`", "a list"]);
    types(json!({ "one": {} }), &["each number of a nucleus"]);
    types(json!({ "1": {} }), &["found null"]);
    types(json!({ "1": { "bounding_box": [[0, 1, 0]] } }), &["4 coordinates", "one of 3"]);
    types(json!({ "1": { "bounding_box": [] } }), &["one box for each nucleus"]);
    types(json!({ "1": { "bounding_box": [[5, 1e12, 0, 3]] } }), &["one without its nucleus"]);
    types(json!({ "2": { "bounding_box": [[0, 9, 0, 8]] } }), &["one without its nucleus"]);
}

#[test]
fn what_comes_out_of_a_dictionary_must_be_there_and_new() {
    let check = |arguments: Value, words: &[&str]| {
        let mut sample = sample(vec![1.0]);
        let image = sample.images["image"].clone();
        sample.images.insert("pred::image".to_owned(), image.clone());
        sample.images.insert("pred::map".to_owned(), image);
        let error = Transform::parse("FlattenSubKeysd", arguments).unwrap().apply(&mut sample).unwrap_err().to_string();
        words.iter().for_each(|word| assert!(error.contains(word), "{error:?} lacks {word:?}"));
    };
    check(json!({ "keys": "pred" }), &["`image`", "already"]);
    check(json!({ "keys": "pred", "sub_keys": "none" }), &["`pred::none`"]);
    check(json!({ "keys": "other" }), &["`other`"]);
    check(json!({ "keys": "image" }), &["`image`"]);
    refused("FlattenSubKeysd", json!({ "keys": "pred", "allow_missing_keys": true }), &["allow_missing_keys"]);
    let keys = |arguments: Value, after: &[&str]| {
        let mut keys = ["image", "pred::a", "pred::b"].map(str::to_owned).into();
        Transform::parse("FlattenSubKeysd", arguments).unwrap().change_keys(&mut keys);
        assert_eq!(keys.iter().map(String::as_str).collect::<Vec<_>>(), after);
    };
    keys(json!({ "keys": "pred" }), &["a", "b", "image"]);
    keys(json!({ "keys": "pred", "sub_keys": "b", "prefix": "out" }), &["image", "out_b"]);
    keys(json!({ "keys": "pred", "sub_keys": "a", "delete_keys": false }), &["a", "image", "pred::a", "pred::b"]);
}
