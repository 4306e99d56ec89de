//! Transforms applied piece by piece: which of them can be, that any slab comes out as the whole does, bit for bit, and
//! which keys they leave.

use std::collections::BTreeSet;

use monai_imaging::{Affine, Volume};
use monai_transforms::{Block, Image, Sample, Transform, TypeName};
use serde_json::{Value, json};

const SHAPE: [usize; 3] = [7, 41, 47];

/// `channels` of noise between -4 and 4, some of it 0.
fn noise(channels: usize) -> Volume {
    let mut state = 7u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if state >> 28 == 0 { 0.0 } else { (state >> 8) as f32 / 2_097_152.0 - 4.0 }
    };
    let count = channels * SHAPE.iter().product::<usize>();
    Volume::new(channels, SHAPE, (0..count).map(|_| next()).collect(), Affine::IDENTITY).unwrap()
}

fn parse(target: &str, mut arguments: Value) -> Transform {
    if arguments.get("keys").is_none() {
        arguments["keys"] = "image".into();
    }
    Transform::parse(target, arguments).unwrap()
}

fn whole(transform: &Transform, volume: &Volume, dtype: TypeName) -> Image {
    let mut image = Image::new(volume.clone());
    image.dtype = dtype;
    let mut sample = Sample { images: [("image".to_owned(), image)].into(), ..Sample::default() };
    transform.apply(&mut sample).unwrap();
    sample.images.remove("image").unwrap()
}

/// The result put together from slabs of so many voxels of every channel.
fn by_slabs(transform: &Transform, volume: &Volume, dtype: TypeName, size: usize) -> Block {
    let mut out: Vec<Vec<f32>> = Vec::new();
    let mut form = (0, dtype);
    for start in (0..volume.voxels()).step_by(size) {
        let end = volume.voxels().min(start + size);
        let data = (0..volume.channels).flat_map(|channel| volume.channel(channel)[start..end].to_vec()).collect();
        let mut block = Block { channels: volume.channels, dtype, data };
        transform.apply_to_block("image", &mut block).unwrap();
        out.resize(block.channels, Vec::new());
        out.iter_mut().zip(block.data.chunks(end - start)).for_each(|(channel, part)| channel.extend_from_slice(part));
        form = (block.channels, block.dtype);
    }
    Block { channels: form.0, dtype: form.1, data: out.concat() }
}

fn check(target: &str, arguments: Value, channels: usize, dtype: TypeName) {
    let transform = parse(target, arguments.clone());
    assert!(transform.is_voxelwise(), "{target} {arguments}");
    let volume = if channels == 1 && arguments.get("to_onehot").is_some() { labels() } else { noise(channels) };
    let expected = whole(&transform, &volume, dtype);
    for size in [1, 37, 41 * 47, 2 * 41 * 47, 4096, 5000, usize::MAX / 2] {
        if size == 1 && channels > 2 {
            continue;
        }
        let found = by_slabs(&transform, &volume, dtype, size);
        let bits = |data: &[f32]| data.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let same = bits(&found.data) == bits(&expected.volume.data);
        assert!(same, "{target} {arguments}: slabs of {size} voxels differ from the whole");
        assert_eq!((found.channels, found.dtype), (expected.volume.channels, expected.dtype), "{target} {arguments}");
    }
}

fn labels() -> Volume {
    let mut volume = noise(1);
    volume.data.iter_mut().for_each(|value| *value = value.abs().min(3.0).trunc());
    volume
}

#[test]
fn any_slab_is_as_that_part_of_the_whole() {
    let float = TypeName::Float32;
    check("Activationsd", json!({ "softmax": true }), 3, float);
    check("Activationsd", json!({ "sigmoid": true, "dim": 2 }), 2, float);
    check("Activationsd", json!({ "other": "torch.tanh" }), 1, float);
    check("AsDiscreted", json!({ "argmax": true }), 5, float);
    check("AsDiscreted", json!({ "argmax": true, "to_onehot": 6, "dtype": "torch.uint8" }), 5, float);
    check("AsDiscreted", json!({ "to_onehot": 4 }), 1, float);
    check("AsDiscreted", json!({ "threshold": 0.5, "rounding": "torchrounding", "dim": 3 }), 2, float);
    check("CastToTyped", json!({ "dtype": "torch.int8" }), 2, float);
    check("EnsureTyped", json!({ "dtype": "torch.float16" }), 1, float);
    check("LabelFilterd", json!({ "applied_labels": [0, 2] }), 1, float);
    check("Lambdad", json!({ "func": "lambda x: x[1:] * 2 + x[[0]]" }), 3, float);
    check("Lambdad", json!({ "func": "lambda x: x[[0, 1, 0, 1]]" }), 2, float);
    check("NormalizeIntensityd", json!({ "subtrahend": [1, 2], "divisor": [3, 0], "channel_wise": true }), 2, float);
    check("SaveImaged", json!({ "output_ext": "png", "scale": 255 }), 3, float);
    check("ScaleIntensityRanged", json!({ "a_min": -1, "a_max": 2, "b_min": 0, "b_max": 9, "clip": true }), 2, float);
    check("ScaleIntensityRanged", json!({ "a_min": 1, "a_max": 9, "dtype": null }), 1, TypeName::Int16);
    check("ScaleIntensityd", json!({ "minv": null, "maxv": null, "factor": 0.3 }), 2, TypeName::Float16);
    check("ThresholdIntensityd", json!({ "threshold": 1, "cval": -7.5 }), 2, TypeName::Int8);
    check("ToDeviced", json!({ "device": "cpu" }), 1, float);
    check("ToNumpyd", json!({ "dtype": "int16" }), 1, float);
    check("ToTensord", json!({ "dtype": "torch.uint8" }), 1, float);
}

#[test]
fn what_looks_at_more_than_the_voxel_says_so() {
    for (target, arguments) in [
        ("Activationsd", json!({ "softmax": true, "dim": 1 })),
        ("AsDiscreted", json!({ "argmax": true, "dim": 2 })),
        ("ClipIntensityPercentilesd", json!({ "lower": 1, "upper": 9 })),
        ("FillHolesd", json!({})),
        ("KeepLargestConnectedComponentd", json!({})),
        ("Lambdad", json!({ "func": "lambda x: x", "overwrite": "other" })),
        ("MaskIntensityd", json!({ "mask_key": "mask" })),
        ("NormalizeIntensityd", json!({ "subtrahend": 1 })),
        ("Orientationd", json!({ "axcodes": "RAS" })),
        ("SaveImaged", json!({ "resample": true })),
        ("ScaleIntensityRangePercentilesd", json!({ "lower": 1, "upper": 9 })),
        ("ScaleIntensityd", json!({})),
    ] {
        let transform = parse(target, arguments);
        assert!(!transform.is_voxelwise(), "{target}");
        let mut block = Block { channels: 1, dtype: TypeName::Float32, data: vec![0.0] };
        let message = transform.apply_to_block("image", &mut block).unwrap_err().to_string();
        assert!(message.contains(target) && message.contains("the whole image"), "{message}");
    }
}

#[test]
fn a_block_of_another_key_stays_as_it_is() {
    let before = Block { channels: 1, dtype: TypeName::Float32, data: vec![1.5, -2.5] };
    let mut block = before.clone();
    parse("CastToTyped", json!({ "dtype": "torch.uint8" })).apply_to_block("label", &mut block).unwrap();
    assert_eq!(block, before);
}

#[test]
fn keys_after_a_transform_are_those_of_the_sample() {
    for (target, arguments) in [
        ("ConcatItemsd", json!({ "keys": ["image", "label"], "name": "both" })),
        ("CopyItemsd", json!({ "keys": ["image", "label"], "times": 2 })),
        ("CopyItemsd", json!({ "names": "copy" })),
        ("DeleteItemsd", json!({ "keys": "label" })),
        ("DeleteItemsd", json!({ "keys": ["^la", "absent"], "use_re": [true, false] })),
        ("Lambdad", json!({ "func": "lambda x: x > 0", "overwrite": "positive" })),
        ("MeanEnsembled", json!({ "keys": ["image", "label"], "output_key": "mean" })),
        ("SelectItemsd", json!({})),
        ("SplitDimd", json!({ "output_postfixes": ["a", "b"] })),
        ("VoteEnsembled", json!({ "keys": ["image", "label"], "output_key": "vote" })),
        ("ThresholdIntensityd", json!({ "threshold": 0 })),
    ] {
        let transform = parse(target, arguments.clone());
        let image = Image::new(noise(2));
        let images = [("image".to_owned(), image.clone()), ("label".to_owned(), image)];
        let mut sample = Sample { images: images.into(), ..Sample::default() };
        let mut keys: BTreeSet<String> = sample.images.keys().cloned().collect();
        transform.apply(&mut sample).unwrap();
        transform.change_keys(&mut keys);
        assert_eq!(keys, sample.images.keys().cloned().collect(), "{target} {arguments}");
    }
}
