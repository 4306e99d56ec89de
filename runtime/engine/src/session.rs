use std::time::{Duration, Instant};

use monai_imaging::{Affine, Dtype, Volume, nifti};
use monai_pipeline::{Inferer, Pipeline};
use monai_transforms::{Image, Sample, Transform, TypeName};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::{Blend, Device, Error, Executor, Features, Padding, PerAxis, SlidingWindow, simple};

/// A pipeline with its weights in memory and its own threads: bytes of an image in, bytes of the result out.
pub struct Session {
    pipeline: Pipeline,
    executor: Executor,
    pool: ThreadPool,
    image_key: String,
    prediction_key: String,
    postprocessing: Vec<Transform>,
    dtype: Dtype,
}

/// The answer to one image.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// A `.nii.gz` file on the input's own grid.
    pub body: Vec<u8>,
    /// What the file holds.
    pub labels: Volume,
    /// What was done and how long it took, in order.
    pub stages: Vec<(&'static str, Duration)>,
}

impl Session {
    /// Reads the weights and starts `threads` threads (0: one per core).
    ///
    /// Where postprocessing has no `Invertd`, one is added at its end: the answer always lies on the input's grid.
    pub fn prepare(pipeline: Pipeline, threads: usize) -> Result<Self, Error> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("inference-{index}"))
            .build()
            .map_err(|error| Error::StartThreads { reason: error.to_string() })?;
        let checkpoint = &pipeline.checkpoint;
        let executor = Executor::prepare(&pipeline.network, Device::Cpu, |parameter| {
            let entry = checkpoint.get(&parameter.name).ok_or("the checkpoint lacks it")?;
            Ok(checkpoint.read(entry)?)
        })?;
        let first_key = |transforms: &[Transform], default: &str| {
            let keys = transforms.first().map(|transform| transform.keys().as_slice());
            keys.and_then(|keys| keys.first()).map_or(default, |key| key).to_owned()
        };
        let image_key = first_key(&pipeline.preprocessing, "image");
        let prediction_key = first_key(&pipeline.postprocessing, "pred");
        let saved = pipeline.postprocessing.iter().rev().find_map(|transform| match transform {
            Transform::SaveImaged(save) => save.output_dtype,
            _ => None,
        });
        let dtype = saved.map_or(Dtype::Float32, stored);
        let mut postprocessing = pipeline.postprocessing.clone();
        if !postprocessing.iter().any(|transform| matches!(transform, Transform::Invertd(_))) {
            let arguments = serde_json::json!({
                "keys": prediction_key, "transform": "preprocessing", "orig_keys": image_key, "nearest_interp": true,
            });
            postprocessing.push(Transform::parse("Invertd", arguments)?);
        }
        Ok(Self { pipeline, executor, pool, image_key, prediction_key, postprocessing, dtype })
    }

    /// What this session runs.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Segments one NIfTI image of at most `limit` bytes in memory. The same image gives the same answer, bit for bit,
    /// whatever the number of threads.
    pub fn predict(&self, image: &[u8], limit: u64) -> Result<Prediction, Error> {
        self.pool.install(|| self.run(image, limit))
    }

    fn run(&self, image: &[u8], limit: u64) -> Result<Prediction, Error> {
        let mut stages = Vec::new();
        let mut since = Instant::now();
        let mut stage = |name| {
            stages.push((name, since.elapsed()));
            since = Instant::now();
        };
        let decoded = nifti::decode_within(image, limit).map_err(|source| Error::DecodeImage { source })?;
        let (shape, rank, affine) = (decoded.volume.shape, decoded.volume.rank, decoded.volume.affine);
        let (axes, expected) = (usize::from(rank), self.pipeline.network.spatial_dims);
        if axes != expected {
            return Err(Error::AcceptAxes { found: axes, expected });
        }
        stage("decode");

        let mut sample = Sample::of(&self.image_key, decoded.volume);
        self.pipeline.preprocessing.iter().try_for_each(|transform| transform.apply(&mut sample))?;
        stage("preprocess");

        let input = &sample.get(&self.image_key).ok_or(Error::LoseImage { key: self.image_key.clone() })?.volume;
        let spatial = &input.shape[..usize::from(input.rank)];
        let (grid, input_affine) = (input.shape, input.affine);
        let logits = self.infer(Features::new(input.channels, spatial, input.data.clone()))?;
        if logits.spatial() != spatial {
            let (found, expected) = (logits.spatial().to_vec(), spatial.to_vec());
            return Err(Error::StitchWindow { found, expected });
        }
        let input_rank = input.rank;
        let volume = Volume {
            channels: logits.channels(),
            shape: grid,
            rank: input_rank,
            data: logits.into_data(),
            affine: input_affine,
        };
        sample.images.insert(self.prediction_key.clone(), Image::new(volume));
        stage("infer");

        self.postprocessing.iter().try_for_each(|transform| transform.apply(&mut sample))?;
        let prediction = sample.images.remove(&self.prediction_key);
        let mut labels = prediction.ok_or(Error::LoseImage { key: self.prediction_key.clone() })?.volume;
        if labels.shape != shape || !same_grid(&labels.affine, &affine) {
            return Err(Error::RestoreGrid { found: labels.shape, expected: shape });
        }
        (labels.rank, labels.affine) = (rank, affine);
        stage("postprocess");

        let body =
            nifti::encode(&labels, self.dtype, decoded.facts.frame).map_err(|source| Error::EncodeImage { source })?;
        stage("encode");
        Ok(Prediction { body, labels, stages })
    }

    fn infer(&self, image: Features) -> Result<Features, Error> {
        let network = |window| self.executor.run(window);
        match &self.pipeline.inferer {
            Inferer::Simple => simple(image, network),
            Inferer::SlidingWindow(settings) => windows(settings).infer(image, network),
        }
    }
}

fn windows(settings: &monai_pipeline::SlidingWindow) -> SlidingWindow {
    SlidingWindow {
        roi_size: PerAxis::Each(settings.roi_size.clone()),
        windows_at_once: settings.sw_batch_size,
        overlap: PerAxis::Each(settings.overlap.clone()),
        blend: match &settings.blend {
            monai_pipeline::Blend::Constant => Blend::Constant,
            monai_pipeline::Blend::Gaussian { sigma_scale } => {
                Blend::Gaussian { sigma_scale: PerAxis::Each(sigma_scale.clone()) }
            }
        },
        padding: match settings.padding {
            monai_pipeline::Padding::Constant(value) => Padding::Constant(value),
            monai_pipeline::Padding::Reflect => Padding::Reflect,
            monai_pipeline::Padding::Replicate => Padding::Replicate,
            monai_pipeline::Padding::Circular => Padding::Circular,
        },
    }
}

/// Whether two affines put every voxel within a thousandth of a millimetre of the same place, for axes of common length.
fn same_grid(left: &Affine, right: &Affine) -> bool {
    let pairs = left.matrix().iter().flatten().zip(right.matrix().iter().flatten());
    pairs.into_iter().all(|(left, right)| (left - right).abs() <= 1e-3)
}

/// The type in a file that holds what `SaveImaged` asks for.
fn stored(name: TypeName) -> Dtype {
    match name {
        TypeName::Bool | TypeName::Uint8 => Dtype::Uint8,
        TypeName::Int8 => Dtype::Int8,
        TypeName::Uint16 => Dtype::Uint16,
        TypeName::Int16 => Dtype::Int16,
        TypeName::Int32 => Dtype::Int32,
        TypeName::Int64 => Dtype::Int64,
        TypeName::Float32 => Dtype::Float32,
        TypeName::Float64 => Dtype::Float64,
    }
}
