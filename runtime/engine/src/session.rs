use std::time::{Duration, Instant};

use monai_imaging::{Affine, Dtype, Volume, nifti};
use monai_pipeline::{Inferer, Pipeline};
use monai_transforms::{Image, Sample, Transform, TypeName};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::{Device, Error, Executor, Features, simple, sliding_window};

/// Farthest that a corner of the result may lie from that of the input, in mm.
const TOLERANCE: f64 = 1e-3;

/// A pipeline with its weights in memory and its own threads: bytes of an image in, bytes of the result out.
///
/// [`Session::predict`] is all of it; its three parts in the middle can be called one by one.
pub struct Session {
    pipeline: Pipeline,
    executor: Executor,
    pool: ThreadPool,
    postprocessing: Vec<Transform>,
    dtype: Dtype,
}

/// The answer to one image.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// A `.nii.gz` file on the input's own grid.
    pub body: Vec<u8>,
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
        let saved = pipeline.postprocessing.iter().find_map(|transform| match transform {
            Transform::SaveImaged(save) => save.output_dtype,
            _ => None,
        });
        let dtype = saved.map_or(Dtype::Float32, stored);
        let mut postprocessing = pipeline.postprocessing.clone();
        let restores = |transform: &Transform| match transform {
            Transform::Invertd(_) => true,
            Transform::SaveImaged(save) => save.resample.0,
            _ => false,
        };
        if !postprocessing.iter().any(restores) {
            let arguments = serde_json::json!({
                "keys": pipeline.prediction_key, "transform": "preprocessing", "orig_keys": pipeline.image_key,
                "nearest_interp": true,
            });
            postprocessing.push(Transform::parse("Invertd", arguments)?);
        }
        Ok(Self { pipeline, executor, pool, postprocessing, dtype })
    }

    /// The pipeline that runs.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Segments one NIfTI image that takes at most `limit` bytes in memory, as it is decoded and on the grid to which the
    /// transforms before the network bring it. The same image gives the same answer, bit for bit,
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
        stage("decode");

        let sample = self.preprocess(decoded.volume, limit)?;
        stage("preprocess");

        let logits = self.infer(&sample)?;
        stage("infer");

        let mut labels = self.postprocess(sample, logits)?;
        if labels.shape != shape {
            return Err(Error::RestoreGrid { found: labels.shape, expected: shape });
        }
        let distance = farthest_corner(&labels.affine, &affine, shape);
        if distance > TOLERANCE {
            return Err(Error::RestorePlace { distance });
        }
        (labels.rank, labels.affine) = (rank, affine);
        stage("postprocess");

        let body =
            nifti::encode(&labels, self.dtype, decoded.facts.frame).map_err(|source| Error::EncodeImage { source })?;
        stage("encode");
        Ok(Prediction { body, stages })
    }

    /// Applies the transforms before the network. The image lies under the pipeline's
    /// [`image_key`](Pipeline::image_key), with the records by which it can be taken back onto its grid. None of them may
    /// make more than `limit` bytes of it.
    pub fn preprocess(&self, image: Volume, limit: u64) -> Result<Sample, Error> {
        let (found, expected) = (usize::from(image.rank), self.pipeline.network.spatial_dims);
        if found != expected {
            return Err(Error::AcceptAxes { found, expected });
        }
        let mut sample = Sample::of(&self.pipeline.image_key, image);
        sample.most_voxels = usize::try_from(limit / size_of::<f32>() as u64).unwrap_or(usize::MAX);
        let transforms = &self.pipeline.preprocessing;
        self.pool.install(|| transforms.iter().try_for_each(|transform| transform.apply(&mut sample)))?;
        Ok(sample)
    }

    /// Runs the network over a preprocessed image: the stitched logits, on that image's grid.
    pub fn infer(&self, sample: &Sample) -> Result<Volume, Error> {
        let image = &self.image(sample)?.volume;
        let spatial = &image.shape[..usize::from(image.rank)];
        let input = Features::new(image.channels, spatial, image.data.clone());
        let network = |window| self.executor.run(window);
        let logits = self.pool.install(|| match &self.pipeline.inferer {
            Inferer::Simple => simple(input, network),
            Inferer::SlidingWindow(settings) => sliding_window(settings, input, network),
        });
        self.executor.release();
        let logits = logits?;
        if logits.spatial() != spatial {
            let (found, expected) = (logits.spatial().to_vec(), spatial.to_vec());
            return Err(Error::StitchWindow { found, expected });
        }
        let channels = logits.channels();
        Ok(Volume { channels, data: logits.into_data(), shape: image.shape, rank: image.rank, affine: image.affine })
    }

    /// Applies the transforms after the network to the logits of a preprocessed image. As in MONAI, they carry the
    /// image's records.
    pub fn postprocess(&self, mut sample: Sample, logits: Volume) -> Result<Volume, Error> {
        let records = self.image(&sample)?.records.clone();
        let key = &self.pipeline.prediction_key;
        sample.images.insert(key.clone(), Image { records, ..Image::new(logits) });
        let transforms = &self.postprocessing;
        self.pool.install(|| transforms.iter().try_for_each(|transform| transform.apply(&mut sample)))?;
        let prediction = sample.images.remove(key).ok_or(Error::LoseImage { key: key.clone() })?;
        Ok(prediction.volume)
    }

    fn image<'a>(&self, sample: &'a Sample) -> Result<&'a Image, Error> {
        let key = &self.pipeline.image_key;
        sample.get(key).ok_or_else(|| Error::LoseImage { key: key.clone() })
    }
}

/// The largest distance in mm between the places where two affines put a corner of a grid.
fn farthest_corner(left: &Affine, right: &Affine, shape: [usize; 3]) -> f64 {
    let corners = (0..8).map(|corner| {
        let voxel: [f64; 3] =
            std::array::from_fn(|axis| if corner >> axis & 1 == 1 { shape[axis] as f64 - 1.0 } else { 0.0 });
        let along = |row: usize| {
            let (left, right) = (left.matrix()[row], right.matrix()[row]);
            (0..3).map(|axis| (left[axis] - right[axis]) * voxel[axis]).sum::<f64>() + left[3] - right[3]
        };
        (0..3).map(|row| along(row).powi(2)).sum::<f64>().sqrt()
    });
    corners.fold(0.0, f64::max)
}

/// The type in a file that holds what `SaveImaged` asks for.
fn stored(name: TypeName) -> Dtype {
    match name {
        TypeName::Bool | TypeName::Uint8 => Dtype::Uint8,
        TypeName::Int8 => Dtype::Int8,
        TypeName::Uint16 => Dtype::Uint16,
        TypeName::Int16 => Dtype::Int16,
        TypeName::Uint32 => Dtype::Uint32,
        TypeName::Int32 => Dtype::Int32,
        TypeName::Uint64 => Dtype::Uint64,
        TypeName::Int64 => Dtype::Int64,
        TypeName::Float16 | TypeName::Bfloat16 | TypeName::Float32 => Dtype::Float32,
        TypeName::Float64 => Dtype::Float64,
    }
}
