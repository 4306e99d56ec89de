//! Prints how long geometric transforms and their inverses take on one image, best of three, and how long its threads are
//! busy meanwhile, which other programs on the machine disturb less.
//!
//! Run by hand: `cargo run -p monai-transforms --example time -- 512 512 300 [words of names]`, with `RAYON_NUM_THREADS=2`.

use std::time::{Duration, Instant};

use monai_imaging::{Affine, Volume};
use monai_transforms::{Image, Inversion, Sample, Transform};
use serde_json::{Value, json};

fn image(shape: [usize; 3], sheared: bool) -> Volume {
    let [nx, ny, nz] = shape;
    let mut data = vec![0f32; nx * ny * nz];
    for (row, line) in data.chunks_exact_mut(nz).enumerate() {
        let (x, y) = (row / ny, row % ny);
        if x >= nx / 5 && y >= ny / 6 {
            line.iter_mut().enumerate().for_each(|(z, voxel)| *voxel = ((x * 7 + y * 3 + z * 5) % 101) as f32 + 1.0);
        }
    }
    let skew = if sheared { 0.05 } else { 0.0 };
    let affine = [[-0.8, skew, 0.0, 0.0], [0.4 * skew, 0.8, 2.0 * skew, 0.0], [0.0, 0.6 * skew, 1.0, 0.0], [0.0; 4]];
    Volume::new(1, shape, data, Affine::new(affine).expect("it is regular")).expect("it is full")
}

/// Time passed and time of all threads.
type Times = (Duration, Duration);

/// The time that all threads of this process have run, where the system tells it.
fn busy() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let times = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("schedstat")).ok());
    Duration::from_nanos(times.filter_map(|times| times.split(' ').next()?.parse::<u64>().ok()).sum())
}

fn measure<T>(run: impl FnOnce() -> T) -> (Times, T) {
    let (since, before) = (Instant::now(), busy());
    let out = run();
    ((since.elapsed(), busy().saturating_sub(before)), out)
}

/// The shortest of three runs, each on its own copy.
fn best(run: impl Fn(Sample) -> Sample, sample: &Sample) -> (Times, Sample) {
    let once = || {
        let copy = sample.clone();
        measure(|| run(copy))
    };
    (1..3).fold(once(), |best, _| {
        let next = once();
        let times = (best.0.0.min(next.0.0), best.0.1.min(next.0.1));
        (times, next.1)
    })
}

fn main() {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let filter = words.split_off(words.len().min(3));
    let shape: Vec<usize> = words.iter().map(|word| word.parse().expect("three extents")).collect();
    let [nx, ny, nz] = shape[..] else { panic!("three extents") };
    let part = |of: usize, to: usize| [nx * to / of, ny * to / of, nz * to / of];
    let names: Vec<(&str, &str, Value)> = vec![
        ("orientation, mirrored", "Orientationd", json!({ "axcodes": "RAS" })),
        ("orientation, turned", "Orientationd", json!({ "axcodes": "SAL" })),
        ("orientation, y and z", "Orientationd", json!({ "axcodes": "LSA" })),
        ("flip, all axes", "Flipd", json!({})),
        ("transposed", "Transposed", json!({ "indices": [0, 3, 2, 1] })),
        ("spacing, coarser", "Spacingd", json!({ "pixdim": [1.5, 1.5, 2.0] })),
        ("spacing, coarser, nearest", "Spacingd", json!({ "pixdim": [1.5, 1.5, 2.0], "mode": "nearest" })),
        ("spacing, finer", "Spacingd", json!({ "pixdim": [0.7, 0.7, 0.9] })),
        ("resize to half, linear", "Resized", json!({ "spatial_size": part(2, 1), "mode": "trilinear" })),
        ("resize longer, linear", "Resized", json!({ "spatial_size": [nx, ny, nz * 4 / 3], "mode": "trilinear" })),
        ("resize to half, area", "Resized", json!({ "spatial_size": part(2, 1), "mode": "area" })),
        ("resize to 2/5, area", "Resized", json!({ "spatial_size": part(5, 2), "mode": "area" })),
        ("resize to half, nearest", "Resized", json!({ "spatial_size": part(2, 1), "mode": "nearest" })),
        (
            "resize to half, smoothed",
            "Resized",
            json!({ "spatial_size": part(2, 1), "mode": "trilinear", "anti_aliasing": true }),
        ),
        ("crop foreground", "CropForegroundd", json!({ "source_key": "image" })),
        ("crop foreground, margin", "CropForegroundd", json!({ "source_key": "image", "margin": 10 })),
        ("spatial pad", "SpatialPadd", json!({ "spatial_size": [nx + 32, ny + 32, nz + 20] })),
        ("spatial pad, edge", "SpatialPadd", json!({ "spatial_size": [nx + 32, ny + 32, nz + 20], "mode": "edge" })),
        ("divisible pad", "DivisiblePadd", json!({ "k": 32 })),
        ("pad or crop", "ResizeWithPadOrCropd", json!({ "spatial_size": [nx - 32, ny + 32, nz + 20] })),
        ("center crop", "CenterSpatialCropd", json!({ "roi_size": part(5, 4) })),
    ];
    let wanted = |name: &str| filter.is_empty() || filter.iter().any(|word| name.contains(word.as_str()));
    let show = |name: &str, (passed, busy): Times, shape: [usize; 3]| {
        println!("{name:34} {:9.1} ms {:9.1} ms busy  {shape:?}", passed.as_secs_f64() * 1e3, busy.as_secs_f64() * 1e3);
    };
    let plain = Sample::of("image", image([nx, ny, nz], false));
    let parse = |target: &str, mut arguments: Value| {
        arguments["keys"] = json!("image");
        Transform::parse(target, arguments).expect("it is well formed")
    };
    let time = |name: &str, transform: &Transform, sample: &Sample| {
        let run = |mut sample: Sample| {
            transform.apply(&mut sample).expect("it applies");
            sample
        };
        let (time, out) = best(run, sample);
        show(name, time, out.images["image"].volume.shape);
    };
    for (name, target, arguments) in names.into_iter().filter(|(name, ..)| wanted(name)) {
        time(name, &parse(target, arguments), &plain);
    }
    if wanted("spacing, sheared") {
        let sheared = Sample::of("image", image([nx, ny, nz], true));
        time("spacing, sheared", &parse("Spacingd", json!({ "pixdim": [1.5, 1.5, 2.0] })), &sheared);
    }
    if wanted("inversion") {
        let mut sample = plain.clone();
        let chain = [
            ("Orientationd", json!({ "axcodes": "RAS" })),
            ("Spacingd", json!({ "pixdim": [1.5, 1.5, 2.0] })),
            ("CropForegroundd", json!({ "source_key": "image" })),
        ];
        chain.into_iter().for_each(|(target, arguments)| {
            parse(target, arguments).apply(&mut sample).expect("it applies");
        });
        for nearest in [true, false] {
            let run = |mut sample: Sample| {
                let Image { volume, records, .. } = sample.images.get_mut("image").expect("it is there");
                let inversion = Inversion::new(volume, records, nearest).expect("it inverts");
                inversion.whole(volume).expect("it inverts");
                sample
            };
            let (time, out) = best(run, &sample);
            show(
                if nearest { "inversion, nearest" } else { "inversion, linear" },
                time,
                out.images["image"].volume.shape,
            );
        }
        let Image { volume, records, .. } = &sample.images["image"];
        let inversion = Inversion::new(volume, records, false).expect("it inverts");
        let slab = |x: usize| inversion.slab(volume, x..nx.min(x + 16)).expect("it inverts");
        let (times, ()) = measure(|| (0..nx).step_by(16).for_each(|x| drop(slab(x))));
        show("inversion, linear, by slabs", times, inversion.shape());
    }
}
