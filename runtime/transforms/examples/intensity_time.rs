//! Prints how long each transform that leaves an image on its grid takes, at least of three runs.
//!
//! Run: `cargo run -p monai-transforms --example intensity_time -- 512x512x300 [THREADS] [PART OF A NAME]`

use std::time::{Duration, Instant};

use monai_imaging::{Affine, Volume};
use monai_transforms::{Image, Sample, Transform};
use serde_json::{Value, json};

const RUNS: usize = 3;

/// What the voxels of an image are.
#[derive(Clone, Copy)]
enum Voxels {
    Noise,
    Labels,
    Ones,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let size = arguments.next().unwrap_or_else(|| "256x256x150".to_owned());
    let extents: Vec<usize> = size.split('x').filter_map(|extent| extent.parse().ok()).collect();
    let Ok(shape) = <[usize; 3]>::try_from(extents) else { panic!("{size} is no size such as 512x512x300") };
    let threads = arguments.next().and_then(|threads| threads.parse().ok()).unwrap_or(2);
    let wanted = arguments.next().unwrap_or_default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
    println!("{size}, {threads} threads");
    for (name, voxels, channels, target, arguments) in cases() {
        let shown = format!("{target} {name}");
        if shown.contains(&wanted) {
            println!(
                "{shown:48} {:8.1} ms",
                1e3 * time(&pool, image(voxels, channels, shape), target, arguments).as_secs_f64()
            );
        }
    }
}

fn cases() -> Vec<(&'static str, Voxels, usize, &'static str, Value)> {
    use Voxels::{Labels, Noise, Ones};
    let brats = "lambda x: torch.where(x[[2]] > 0, 4, torch.where(x[[0]] > 0, 1, torch.where(x[[1]] > 0, 2, 0)))";
    vec![
        (
            "",
            Noise,
            1,
            "ScaleIntensityRanged",
            json!({ "a_min": -57, "a_max": 164, "b_min": 0, "b_max": 1, "clip": true }),
        ),
        ("", Noise, 1, "ScaleIntensityd", json!({})),
        (
            "",
            Noise,
            1,
            "ScaleIntensityRangePercentilesd",
            json!({ "lower": 1, "upper": 99, "b_min": 0, "b_max": 1, "clip": true }),
        ),
        ("", Noise, 1, "ClipIntensityPercentilesd", json!({ "lower": 1, "upper": 99 })),
        ("", Noise, 1, "NormalizeIntensityd", json!({})),
        ("nonzero, channel_wise", Noise, 1, "NormalizeIntensityd", json!({ "nonzero": true, "channel_wise": true })),
        ("", Noise, 1, "ThresholdIntensityd", json!({ "threshold": 0 })),
        ("int16", Noise, 1, "CastToTyped", json!({ "dtype": "torch.int16" })),
        ("float16", Noise, 1, "CastToTyped", json!({ "dtype": "torch.float16" })),
        ("sigmoid", Noise, 1, "Activationsd", json!({ "sigmoid": true })),
        ("softmax of 2", Noise, 2, "Activationsd", json!({ "softmax": true })),
        ("argmax of 2", Noise, 2, "AsDiscreted", json!({ "argmax": true })),
        ("threshold", Noise, 1, "AsDiscreted", json!({ "threshold": 0.5 })),
        ("to_onehot 2", Ones, 1, "AsDiscreted", json!({ "to_onehot": 2 })),
        ("rounding", Noise, 1, "AsDiscreted", json!({ "rounding": "torchrounding" })),
        ("x > 0", Noise, 1, "Lambdad", json!({ "func": "lambda x: x > 0" })),
        ("x[1:]", Noise, 2, "Lambdad", json!({ "func": "lambda x: x[1:]" })),
        ("of BraTS", Noise, 3, "Lambdad", json!({ "func": brats })),
        ("", Labels, 1, "LabelFilterd", json!({ "applied_labels": [1, 3] })),
        ("", Labels, 1, "KeepLargestConnectedComponentd", json!({})),
        ("[1]", Labels, 1, "KeepLargestConnectedComponentd", json!({ "applied_labels": [1] })),
        ("of noise", Ones, 1, "KeepLargestConnectedComponentd", json!({ "connectivity": 1 })),
        ("", Labels, 1, "RemoveSmallObjectsd", json!({})),
        ("", Labels, 1, "FillHolesd", json!({})),
        ("", Ones, 1, "MaskIntensityd", json!({ "mask_key": "other" })),
        ("of 2", Noise, 1, "MeanEnsembled", json!({ "keys": ["image", "other"], "output_key": "image" })),
        (
            "of 2, weighted",
            Noise,
            1,
            "MeanEnsembled",
            json!({ "keys": ["image", "other"], "output_key": "image", "weights": [1, 2] }),
        ),
        ("of 2", Ones, 1, "VoteEnsembled", json!({ "keys": ["image", "other"], "output_key": "image" })),
        (
            "of 2 labels",
            Labels,
            1,
            "VoteEnsembled",
            json!({ "keys": ["image", "other"], "output_key": "image", "num_classes": 4 }),
        ),
        ("of 2", Noise, 1, "ConcatItemsd", json!({ "keys": ["image", "other"], "name": "image" })),
        ("", Noise, 1, "CopyItemsd", json!({ "names": "copy" })),
        ("2", Noise, 1, "RepeatChanneld", json!({ "repeats": 2 })),
        ("uint8", Labels, 1, "SaveImaged", json!({ "output_dtype": "uint8" })),
    ]
}

fn image(voxels: Voxels, channels: usize, shape: [usize; 3]) -> Image {
    let [nx, ny, nz] = shape;
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let place = |index: usize| [index / (ny * nz) % nx, index / nz % ny, index % nz];
    // Balls of three labels, 40 voxels apart.
    let label = |index: usize| {
        let place = place(index);
        let distance: usize = place.iter().map(|&at| (at % 40).abs_diff(20).pow(2)).sum();
        if distance < 240 { (1 + place.iter().map(|at| at / 40).sum::<usize>() % 3) as f32 } else { 0.0 }
    };
    let data = (0..channels * nx * ny * nz).map(|index| match voxels {
        Voxels::Noise => 600.0 * noise(),
        Voxels::Labels => label(index),
        Voxels::Ones => f32::from(u8::from(noise() > 0.0)),
    });
    Image::new(Volume::new(channels, shape, data.collect(), Affine::IDENTITY).expect("it has so many voxels"))
}

fn time(pool: &rayon::ThreadPool, image: Image, target: &str, mut arguments: Value) -> Duration {
    if arguments.get("keys").is_none() {
        arguments["keys"] = "image".into();
    }
    let needs_other = ["mask_key", "output_key", "name"].iter().any(|name| arguments.get(name).is_some());
    let transform = Transform::parse(target, arguments).expect("the arguments are right");
    let run = || {
        let mut sample = Sample::default();
        sample.images.insert("image".to_owned(), image.clone());
        if needs_other {
            sample.images.insert("other".to_owned(), image.clone());
        }
        let since = Instant::now();
        pool.install(|| transform.apply(&mut sample)).expect("the image fits");
        since.elapsed()
    };
    (0..RUNS).map(|_| run()).min().unwrap_or_default()
}
