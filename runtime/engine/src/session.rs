use std::time::{Duration, Instant};

use monai_imaging::Volume;
use monai_kernels::{give_back, keep_large_blocks_apart};
use monai_pipeline::{AnswerKind, Estimate, EstimateError, Inferer, Pipeline, Study};
use monai_transforms::{Block, Image, Sample, Transform, TypeName, apply_all};
use rayon::ThreadPool;

use crate::prediction::Answer;
use crate::request::{self, Original, TOLERANCE};
use crate::threads::start_threads;
use crate::{
    Device, Error, Executor, Features, Finish, Part, Precision, Prediction, mirrored, simple, slice, sliding_window,
};

/// Voxels of an image up to which memory is kept for the next one: all that a picture takes is little, and fresh memory from the system
/// would take a fifth longer.
const PICTURE: usize = 1 << 21;
/// Numbers that each network then keeps at most.
const KEPT: usize = 12 << 20;

/// How a session runs its pipeline.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Threads; 0: one per core.
    pub threads: usize,
    /// Where the networks run.
    pub device: Device,
    /// How the factors of their products are held.
    pub precision: Precision,
    /// Bytes of memory that one answer may take, beside the weights; none: any. An image whose answer would take more is
    /// refused as soon as it is decoded.
    pub memory: Option<u64>,
    /// Spatial axes along which the image is mirrored, in every combination; the outputs are averaged.
    pub mirror: Vec<usize>,
}

impl Options {
    /// So many threads, and nothing else that is not usual.
    pub fn threads(threads: usize) -> Options {
        Options { threads, ..Options::default() }
    }
}

/// A pipeline with its weights in memory and its own threads: files of an image in, an answer out.
///
/// [`Session::predict`] is all of it; its three parts in the middle can be called one by one.
pub struct Session {
    pipeline: Pipeline,
    executors: Vec<Executor>,
    pool: ThreadPool,
    mirror: Vec<usize>,
    memory: Option<u64>,
}

impl Session {
    /// Reads the weights and starts the threads.
    ///
    /// # Errors
    /// [`Error::StartThreads`], and as [`Executor::prepare`].
    pub fn prepare(pipeline: Pipeline, options: Options) -> Result<Self, Error> {
        let pool = start_threads(options.threads).map_err(|error| Error::StartThreads { reason: error.to_string() })?;
        let rank = pipeline.spatial_dims();
        if rank == 3 {
            keep_large_blocks_apart();
        }
        if let Some(&axis) = options.mirror.iter().find(|axis| **axis >= rank) {
            return Err(Error::MirrorAxis { axis, rank });
        }
        let executors = pipeline.members.iter().map(|member| {
            Executor::prepare(&member.network, options.device, options.precision, |parameter| {
                let entry = member.checkpoint.get(&parameter.name).ok_or("the checkpoint lacks it")?;
                Ok(member.checkpoint.read(entry)?)
            })
        });
        let executors = executors.collect::<Result<_, _>>()?;
        Ok(Self { pipeline, executors, pool, mirror: options.mirror, memory: options.memory })
    }

    /// The pipeline that runs.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Answers for one image that takes at most `limit` bytes in memory, as it is decoded and on the grid to which the
    /// transforms before the network bring it. The same image gives the same answer, bit for bit, whatever the number of
    /// threads.
    ///
    /// # Errors
    /// What the parts or the image do not have that the bundle takes; see [`Error`].
    pub fn predict(&self, parts: &[Part<'_>], limit: u64) -> Result<Prediction, Error> {
        self.pool.install(|| self.run(parts, limit))
    }

    fn run(&self, parts: &[Part<'_>], limit: u64) -> Result<Prediction, Error> {
        let mut stages = Vec::new();
        let mut since = Instant::now();
        let mut stage = |name| {
            stages.push((name, since.elapsed()));
            since = Instant::now();
        };
        let (original, mut study) = self.read(parts, limit)?;
        let Original { frame, volume: Volume { shape, rank, affine, .. }, .. } = original;
        self.hold(&study)?;
        stage("decode");

        let mut sample = self.transform(original, limit)?;
        if self.pipeline.crops_to_content() {
            study.preprocessed = self.shape(&sample);
            self.hold(&study)?;
        }
        stage("preprocess");

        let large = sample.images.values().any(|image| is_large(image.volume.voxels()));
        let (first, rest) = self.pipeline.fused();
        let outputs = self.outputs(&mut sample, first)?;
        // What the network left lies between what comes next.
        large.then(give_back);
        stage("infer");

        let mut image = self.finish(sample, outputs, rest)?;
        if self.pipeline.answer.kind != AnswerKind::Scores {
            if image.volume.shape != shape {
                return Err(Error::RestoreGrid { found: image.volume.shape, expected: shape });
            }
            let distance = image.volume.affine.farthest_corner(&affine, shape);
            if distance > TOLERANCE {
                return Err(Error::RestorePlace { distance });
            }
            (image.volume.rank, image.volume.affine) = (rank, affine);
        }
        stage("postprocess");

        let answer = Answer::encode(self.pipeline.answer.kind, image, frame)?;
        large.then(give_back);
        stage("encode");
        Ok(Prediction { answer, stages })
    }

    /// How long the networks take here for the answer to an image of which this is known. Measured on a window, or on the whole
    /// grid where the inferer cuts none, after a run to warm up: each network's first run of an answer takes fresh memory from the
    /// system, the runs behind it take that again.
    ///
    /// # Errors
    /// The network does not take the size.
    pub fn time(&self, estimate: &Estimate) -> Result<Duration, Error> {
        let network = self.pipeline.network();
        let extents = self.pipeline.inferer.seen(&estimate.grid);
        let voxels = extents.iter().product::<usize>();
        let input = Features::new(network.in_channels, &extents, vec![0.5; network.in_channels * voxels]);
        let executor = &self.executors[0];
        let run = || {
            let since = Instant::now();
            self.pool.install(|| executor.run(input.clone())).map(|_| since.elapsed())
        };
        run()?;
        executor.release(0);
        let first = run()?;
        let networks = self.executors.len() as u64;
        let later = estimate.runs.saturating_sub(networks);
        let again = if later > 0 { run() } else { Ok(Duration::ZERO) };
        executor.release(0);
        Ok(first.mul_f64(networks as f64) + again?.mul_f64(later as f64))
    }

    /// What there is to know of an image before its answer: its form, and where the bundle crops it to its content, what that
    /// leaves.
    ///
    /// # Errors
    /// As [`Session::predict`], up to the network.
    pub fn study(&self, parts: &[Part<'_>], limit: u64) -> Result<Study, Error> {
        self.pool.install(|| {
            let (original, mut study) = self.read(parts, limit)?;
            if self.pipeline.crops_to_content() {
                self.hold(&study)?;
                study.preprocessed = self.shape(&self.transform(original, limit)?);
            }
            Ok(study)
        })
    }

    /// What the answer to an image takes, beside the weights.
    ///
    /// # Errors
    /// The image does not fit the bundle.
    pub fn estimate(&self, study: &Study) -> Result<Estimate, EstimateError> {
        self.pipeline.estimate(study, self.pool.current_num_threads(), 1 << self.mirror.len())
    }

    /// Decodes the parts and applies the transforms before the network. The image lies under the input's key, with the records
    /// by which it can be taken back onto its grid. None of them may make more than `limit` bytes of it.
    ///
    /// # Errors
    /// As [`Session::predict`], up to the network.
    pub fn preprocess(&self, parts: &[Part<'_>], limit: u64) -> Result<Sample, Error> {
        self.pool.install(|| self.transform(self.read(parts, limit)?.0, limit))
    }

    fn transform(&self, Original { volume, dtype, beside, .. }: Original, limit: u64) -> Result<Sample, Error> {
        let mut sample = beside;
        sample.images.insert(self.pipeline.input.key.clone(), Image { dtype, ..Image::new(volume) });
        sample.most_voxels = usize::try_from(limit / size_of::<f32>() as u64).unwrap_or(usize::MAX);
        apply_all(&self.pipeline.preprocessing, &mut sample)?;
        Ok(sample)
    }

    /// Runs the networks over a preprocessed image: the stitched output of each, on that image's grid.
    ///
    /// # Errors
    /// What the network does not take of the image.
    pub fn infer(&self, sample: &Sample) -> Result<Vec<Image>, Error> {
        self.pool.install(|| self.outputs(&mut sample.clone(), &[]))
    }

    /// Applies the transforms after the network to its outputs for a preprocessed image. As in MONAI, they carry the image's
    /// records.
    ///
    /// # Errors
    /// [`Error::Transform`], [`Error::LoseImage`].
    pub fn postprocess(&self, sample: Sample, outputs: Vec<Image>) -> Result<Image, Error> {
        self.pool.install(|| self.finish(sample, outputs, &self.pipeline.postprocessing))
    }

    /// The decoded image, and what is known of it.
    fn read(&self, parts: &[Part<'_>], limit: u64) -> Result<(Original, Study), Error> {
        let original = request::read(&self.pipeline.input, parts, limit)?;
        self.accept_axes(&original.volume)?;
        let files = parts.iter().map(|part| part.bytes.len() as u64).sum();
        let study = Study::of_image(&original.volume, files);
        Ok((original, study))
    }

    fn accept_axes(&self, image: &Volume) -> Result<(), Error> {
        let (found, expected) = (usize::from(image.rank), self.pipeline.spatial_dims());
        if found == expected { Ok(()) } else { Err(Error::AcceptAxes { found, expected }) }
    }

    /// Refuses an image whose answer would take more memory than it may. One that is yet to be cropped to its content is held to
    /// what it takes until then.
    fn hold(&self, study: &Study) -> Result<(), Error> {
        let Some(limit) = self.memory else { return Ok(()) };
        let needed = if study.preprocessed.is_none() && self.pipeline.crops_to_content() {
            self.pipeline.estimate_preprocessing(study, self.pool.current_num_threads())
        } else {
            self.estimate(study).map(|estimate| estimate.memory)
        };
        // What does not fit the bundle has its own error, where it is met.
        match needed {
            Ok(needed) if needed > limit => Err(Error::ExceedMemory { needed, limit }),
            _ => Ok(()),
        }
    }

    /// Voxels along each axis of the image that the network sees.
    fn shape(&self, sample: &Sample) -> Option<[usize; 3]> {
        sample.images.get(&self.pipeline.input.key).map(|image| image.volume.shape)
    }

    /// The outputs with `first` applied. Takes the image's voxels where nothing that follows reads them.
    fn outputs(&self, sample: &mut Sample, first: &[Transform]) -> Result<Vec<Image>, Error> {
        let key = &self.pipeline.input.key;
        let image = sample.images.get_mut(key).ok_or_else(|| Error::LoseImage { key: key.clone() })?;
        let data = if self.pipeline.keeps_image() {
            image.volume.data.clone()
        } else {
            std::mem::take(&mut image.volume.data)
        };
        let Volume { channels, shape, rank, affine, .. } = image.volume;
        let records = image.records.clone();
        let input = Features::new(channels, &shape[..usize::from(rank)], data);
        let last = self.executors.len() - 1;
        let mut outputs = Vec::with_capacity(self.executors.len());
        let mut input = Some(input);
        for (index, executor) in self.executors.iter().enumerate() {
            let input = if index == last { input.take() } else { input.clone() };
            let input = input.expect("it is taken by the last");
            let spatial = input.spatial().to_vec();
            let (output, dtype) = self.output(index, executor, input, first)?;
            if !output.spatial().is_empty() && output.spatial() != spatial {
                return Err(Error::StitchWindow { found: output.spatial().to_vec(), expected: spatial });
            }
            let (shape, rank) = if output.spatial().is_empty() { ([1; 3], 0) } else { (shape, rank) };
            let volume = Volume { channels: output.channels(), data: output.into_data(), shape, rank, affine };
            outputs.push(Image { volume, records: records.clone(), dtype });
        }
        Ok(outputs)
    }

    /// One network's output.
    fn output(
        &self,
        member: usize,
        executor: &Executor,
        input: Features,
        first: &[Transform],
    ) -> Result<(Features, TypeName), Error> {
        let key = &self.pipeline.members[member].key;
        let act = |channels: usize, data: Vec<f32>| {
            let mut block = Block { channels, dtype: TypeName::Float32, data };
            first.iter().try_for_each(|transform| transform.apply_to_block(key, &mut block))?;
            Ok::<Block, Error>(block)
        };
        let finish = |channels: usize, data: Vec<f32>| act(channels, data).map(|block| (block.channels, block.data));
        let plain = |channels: usize, data: Vec<f32>| Ok((channels, data));
        let run = |windows: Vec<Features>| executor.run_batch(windows);
        let inferer = &self.pipeline.inferer;
        let large = is_large(input.spatial().iter().product());
        let voxels = inferer.seen(input.spatial()).iter().product();
        let at_once = executor.at_once(voxels, inferer.windows().map_or(1, |windows| windows.sw_batch_size));
        let infer = |image: Features, finish: &Finish<'_>| match inferer {
            Inferer::Simple => simple(image, |image| executor.run(image), finish),
            Inferer::SlidingWindow(settings) => sliding_window(settings, image, at_once, run, finish),
            Inferer::Slice(settings) => slice(settings, image, at_once, run, finish),
        };
        let output = if self.mirror.is_empty() {
            infer(input, &finish)
        } else {
            let mean = mirrored(&self.mirror, input, |image| infer(image, &plain))?;
            simple(mean, Ok, &finish)
        };
        executor.release(if large { 0 } else { KEPT });
        let output = output?;
        // The type does not depend on the voxels.
        let dtype = act(self.pipeline.members[member].network.out_channels, Vec::new())?.dtype;
        Ok((output, dtype))
    }

    fn finish(&self, mut sample: Sample, outputs: Vec<Image>, rest: &[Transform]) -> Result<Image, Error> {
        for (member, output) in self.pipeline.members.iter().zip(outputs) {
            sample.images.insert(member.key.clone(), output);
        }
        apply_all(rest, &mut sample)?;
        let key = &self.pipeline.answer.key;
        sample.images.remove(key).ok_or_else(|| Error::LoseImage { key: key.clone() })
    }
}

/// Whether an image is worth giving its memory back for.
fn is_large(voxels: usize) -> bool {
    voxels > PICTURE
}
