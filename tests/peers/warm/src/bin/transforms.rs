//! `peers-transforms FOLDER THREADS`: our side of the transforms, in the words of `transforms.py`.
//!
//! `cases.json` of a folder lists transforms, each with the image that it works on. Prints a line of settings, then answers each
//! line of standard input, the index of a case, with `{"seconds": …}` of that transform alone on a copy of its input. After
//! the word `write`, it writes the voxels of the result to `ours.bin` too, and says its shape and affine.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead as _, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use monai_imaging::nifti::{self, Frame};
use monai_imaging::{Dtype, Volume};
use monai_transforms::{Image, Sample, Transform, apply_all};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The key of the image that the result is read from.
const KEY: &str = "image";

/// The types in which an image is saved here.
const SAVED: [Dtype; 2] = [Dtype::Uint8, Dtype::Float32];

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, threads] = arguments.as_slice() else {
        return Err("usage: peers-transforms FOLDER THREADS".into());
    };
    let (folder, threads) = (Path::new(folder), threads.parse()?);
    let pool = monai_engine::start_threads(threads)?;
    let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(folder.join("cases.json"))?)?;
    say(&json!({ "threads": threads, "version": env!("CARGO_PKG_VERSION") }))?;
    let mut prepared: Option<(usize, Case)> = None;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (index, write) = line.split_once(' ').map_or((&*line, false), |(index, _)| (index, true));
        let index: usize = index.parse()?;
        if prepared.as_ref().is_none_or(|(known, _)| *known != index) {
            // The memory of the one before goes first.
            prepared = None;
        }
        let (_, case) = match &mut prepared {
            Some(case) => case,
            none => none.insert((index, pool.install(|| Case::prepare(folder, &cases[index]))?)),
        };
        let (seconds, image) = pool.install(|| case.run())?;
        let mut answer = json!({ "seconds": seconds });
        if write {
            let Volume { channels, shape, data, affine, .. } = &image.volume;
            let mut file = BufWriter::with_capacity(1 << 20, std::fs::File::create(folder.join("ours.bin"))?);
            data.iter().try_for_each(|value| file.write_all(&value.to_le_bytes()))?;
            file.flush()?;
            answer["shape"] = json!([*channels, shape[0], shape[1], shape[2]]);
            answer["affine"] = json!(affine.matrix());
        }
        say(&answer)?;
    }
    Ok(())
}

/// A transform with what it works on.
struct Case {
    transform: Transform,
    sample: Sample,
    frame: Frame,
    /// The file that is loaded or written within the time.
    path: PathBuf,
}

impl Case {
    fn prepare(folder: &Path, case: &Value) -> Outcome<Self> {
        let transform = parse(&case["transform"])?;
        let input = folder.join(case["input"].as_str().ok_or("`input` is a file's name")?);
        let others = case["others"].as_object().into_iter().flatten();
        let others = others.map(|(key, name)| (key.clone(), folder.join(name.as_str().unwrap_or_default())));
        let mut sample = Sample::default();
        let (first, frame) = load(&input)?;
        let path = if let Transform::LoadImaged(_) = transform { input } else { folder.join("ours.nii.gz") };
        for (key, path) in others {
            sample.images.insert(key, load(&path)?.0);
        }
        sample.images.insert(KEY.to_owned(), first);
        let keys: Vec<&String> = sample.images.keys().collect();
        let first = parse(&json!({ "_target_": "LoadImaged", "keys": keys, "ensure_channel_first": true }))?;
        let before = case["before"].as_array().into_iter().flatten().map(parse);
        let before: Vec<Transform> = std::iter::once(Ok(first)).chain(before).collect::<Outcome<_>>()?;
        apply_all(&before, &mut sample)?;
        Ok(Self { transform, sample, frame, path })
    }

    /// The time of the transform, and its image.
    fn run(&self) -> Outcome<(f64, Image)> {
        let transform = std::slice::from_ref(&self.transform);
        if let Transform::LoadImaged(_) = self.transform {
            let start = Instant::now();
            let mut sample =
                Sample { images: BTreeMap::from([(KEY.to_owned(), load(&self.path)?.0)]), ..Sample::default() };
            apply_all(transform, &mut sample)?;
            return Ok((start.elapsed().as_secs_f64(), taken(sample)?));
        }
        let mut sample = self.sample.clone();
        let start = Instant::now();
        apply_all(transform, &mut sample)?;
        if let Transform::SaveImaged(_) = self.transform {
            let Image { volume, dtype, .. } = &sample.images[KEY];
            let stored = SAVED.into_iter().find(|stored| *dtype == (*stored).into());
            std::fs::write(
                &self.path,
                nifti::encode(volume, stored.ok_or("a type that is not saved here")?, self.frame)?,
            )?;
        }
        let seconds = start.elapsed().as_secs_f64();
        let image = if let Transform::SaveImaged(_) = self.transform { load(&self.path)?.0 } else { taken(sample)? };
        Ok((seconds, image))
    }
}

/// A file as a session decodes it.
fn load(path: &Path) -> Outcome<(Image, Frame)> {
    let decoded = nifti::decode_within(&std::fs::read(path)?, u64::MAX)?;
    let mut image = Image::new(decoded.volume);
    image.dtype = decoded.facts.dtype.into();
    Ok((image, decoded.facts.frame))
}

fn parse(config: &Value) -> Outcome<Transform> {
    let mut arguments = config.as_object().ok_or("a transform is an object")?.clone();
    let target = arguments.remove("_target_").ok_or("a transform has a `_target_`")?;
    Ok(Transform::parse(target.as_str().unwrap_or_default(), Value::Object(arguments))?)
}

fn taken(mut sample: Sample) -> Outcome<Image> {
    Ok(sample.images.remove(KEY).ok_or("the transform leaves no image")?)
}

fn say(answer: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{answer}")?;
    out.flush()
}
