//! How much memory and work an answer takes, known before there is an image: what `monai check --shape` prints, a session
//! holds to, and a plan says.

use monai_imaging::nifti::PLANES;
use monai_imaging::{Affine, Volume};
use monai_networks::{Arena, LANES, Layouts, Network, ValueId};
use monai_transforms::{Image, Sample, Transform, TypeName, groups};

use crate::{AnswerKind, Cells, Pipeline, WindowLayout};

/// Bytes of a number.
const NUMBER: u64 = 4;
/// One part in so many is added for what the system's allocator keeps.
const MARGIN: u64 = 20;
/// One part in so many of the cells' sums is added for the holes that cells of other sizes leave.
const HOLES: u64 = 16;
/// Bytes that each thread works in.
const THREAD: u64 = 6 << 20;
/// Voxels of all channels that an inversion makes at once, before and after its last step, and the like.
const SLAB: u64 = 2 << 21;
/// Voxels of a window that all threads of a processor share; of smaller ones each thread takes its own.
const SHARED: usize = 64 * 64 * 64;

/// An image that is to be answered, before it is there.
#[derive(Debug, Clone)]
pub struct Study {
    /// Channels, of all files together.
    pub channels: usize,
    /// Voxels along each spatial axis, 1 where there is none.
    pub shape: [usize; 3],
    /// Where it lies: the size of its voxels decides on what grid the network sees it.
    pub affine: Affine,
    /// Bytes of its files.
    pub files: u64,
    /// Voxels along each spatial axis once the transforms before the network were applied, where they were; none: as many as
    /// their arguments tell.
    pub preprocessed: Option<[usize; 3]>,
}

impl Study {
    /// An image for a bundle, of so many voxels along each spatial axis and of that size in mm, in files that are not compressed.
    ///
    /// # Errors
    /// [`EstimateError::Form`]: the bundle's images have other axes, or there are none of that size.
    pub fn for_bundle(pipeline: &Pipeline, shape: &[usize], spacing: Option<&[f64]>) -> Result<Study, EstimateError> {
        let rank = pipeline.spatial_dims();
        let unit = vec![1.0; rank];
        let spacing = spacing.unwrap_or(&unit);
        let good = shape.len() == rank && shape.iter().all(|extent| *extent > 0);
        if !good || spacing.len() != rank || !spacing.iter().all(|size| *size > 0.0 && size.is_finite()) {
            let found = format!("a shape of {shape:?} and voxels of {spacing:?} mm");
            return Err(EstimateError::Form {
                found,
                expected: format!("{rank} spatial axes, each of at least one voxel"),
            });
        }
        let mut extents = [1; 3];
        extents[..rank].copy_from_slice(shape);
        let mut matrix = *Affine::IDENTITY.matrix();
        spacing.iter().enumerate().for_each(|(axis, size)| matrix[axis][axis] = *size);
        let affine = Affine::new(matrix).map_err(|error| EstimateError::Form {
            found: format!("voxels of {spacing:?} mm, {error}"),
            expected: "voxels of a size that can be".to_owned(),
        })?;
        let study = |channels| Study { affine, ..Study::of(channels, extents) };
        let expected = pipeline.network().in_channels;
        // Of what guides the network, transforms make channels: the file has fewer, the fewest that will do.
        let fits = |study: &Study| {
            let traced = pipeline.preprocess(study);
            traced.is_ok_and(|(sample, _)| sample.images[&pipeline.input.key].volume.channels == expected)
        };
        Ok((1..=expected).map(study).find(fits).unwrap_or_else(|| study(expected)))
    }

    /// A decoded image, or the form of one, whose files have so many bytes.
    pub fn of_image(image: &Volume, files: u64) -> Study {
        let Volume { channels, shape, affine, .. } = *image;
        Study { channels, shape, affine, files, preprocessed: None }
    }

    /// An image with voxels of 1 mm, in files that are not compressed.
    pub fn of(channels: usize, shape: [usize; 3]) -> Study {
        let voxels = channels as u64 * shape.iter().map(|extent| *extent as u64).product::<u64>();
        Study { channels, shape, affine: Affine::IDENTITY, files: voxels * NUMBER, preprocessed: None }
    }
}

/// What an answer takes, beside the weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// Bytes of memory at most.
    pub memory: u64,
    /// Multiplications and additions of the networks.
    pub flops: u64,
    /// How often a network runs.
    pub runs: u64,
    /// Voxels that the network sees.
    pub grid: Vec<usize>,
}

/// The image does not fit the bundle.
#[derive(Debug, thiserror::Error)]
pub enum EstimateError {
    /// A transform refuses it.
    #[error("the bundle's transforms do not take the image: {0}")]
    Transform(#[from] monai_transforms::Error),
    /// The network refuses it.
    #[error("the network does not take the image: {0}")]
    Network(#[from] monai_networks::Error),
    /// It has other channels or axes.
    #[error("the image has {found}, the network takes {expected}")]
    Form {
        /// What it has.
        found: String,
        /// What the network takes.
        expected: String,
    },
}

/// How many windows of so many voxels a processor runs together.
pub fn windows_at_once(voxels: usize, threads: usize) -> usize {
    if voxels < SHARED { threads } else { 1 }
}

impl Pipeline {
    /// What the answer to an image takes on this many threads, its axes mirrored in `passes` ways.
    ///
    /// # Errors
    /// The image does not fit the bundle.
    pub fn estimate(&self, study: &Study, threads: usize, passes: u64) -> Result<Estimate, EstimateError> {
        let rank = self.spatial_dims();
        let (mut sample, mut peak) = self.preprocess(study)?;
        let volume = &sample.images[&self.input.key].volume;
        let network = self.network();
        if volume.channels != network.in_channels {
            let (found, expected) = (volume.channels, network.in_channels);
            let (found, expected) = (format!("{found} channels"), format!("{expected}"));
            return Err(EstimateError::Form { found, expected });
        }
        let grid = volume.shape[..rank].to_vec();
        let inference = self.inference(network, &grid, threads)?;

        // The outputs, with what is done to them while they are stitched.
        let (first, rest) = self.fused();
        let input = held(&sample);
        // A copy of the image for the next network or pass, or for what reads it afterwards.
        let again = if self.members.len() > 1 || passes > 1 || self.keeps_image() { input } else { 0 };
        let mut outputs = 0;
        for member in &self.members {
            let mut image = sample.images[&self.input.key].clone();
            (image.volume.channels, image.dtype) = (member.network.out_channels, TypeName::Float32);
            if inference.vector {
                (image.volume.shape, image.volume.rank) = ([1; 3], 0);
            }
            // The mean of the passes and one of them, mirrored and not.
            let mirrored = if passes > 1 { 3 * bytes(&image) } else { 0 };
            let mut one = Sample::default();
            one.images.insert(member.key.clone(), image);
            first.iter().try_for_each(|transform| transform.trace(&mut one))?;
            outputs += held(&one);
            // Where windows reach beyond the image, a larger one takes its place.
            let image = inference.image.unwrap_or(input);
            let padding = input + inference.image.unwrap_or(0);
            let run = padding.max(image + outputs + mirrored + inference.memory);
            peak = peak.max(study.files + again + run);
            sample.images.extend(one.images);
        }
        if !self.keeps_image() {
            // Its voxels are given away.
            sample.images.get_mut(&self.input.key).expect("it is there").volume.channels = 0;
        }
        if !inference.vector {
            peak = peak.max(study.files + self.postprocess(rest, &mut sample, study, threads)?);
        }
        let runs = inference.windows * self.members.len() as u64 * passes;
        Ok(Estimate { memory: with_margin(peak, threads), flops: inference.flops * runs, runs, grid })
    }

    /// Whether it depends on an image's voxels how many of them the network sees. As long as these are not there, the whole image
    /// is reckoned with.
    pub fn crops_to_content(&self) -> bool {
        self.preprocessing.iter().any(|transform| matches!(transform, Transform::CropForegroundd(_)))
    }

    /// Bytes of memory at most until the transforms before the network were applied.
    ///
    /// # Errors
    /// The image does not fit the transforms.
    pub fn estimate_preprocessing(&self, study: &Study, threads: usize) -> Result<u64, EstimateError> {
        Ok(with_margin(self.preprocess(study)?.1, threads))
    }

    /// What the transforms before the network make of an image, and the bytes at most until then.
    fn preprocess(&self, study: &Study) -> Result<(Sample, u64), EstimateError> {
        let volume = Volume {
            channels: study.channels,
            shape: study.shape,
            rank: self.spatial_dims() as u8,
            data: Vec::new(),
            affine: study.affine,
        };
        let mut sample = Sample::of(&self.input.key, volume.clone());
        for key in self.input.images() {
            sample.images.insert(key.clone(), Image::new(Volume { channels: 1, ..volume.clone() }));
        }
        let mut peak = study.files + held(&sample);
        for (transform, then) in groups(&self.preprocessing) {
            peak = peak.max(study.files + step(transform, then, &mut sample)?);
        }
        if let Some((shape, image)) = study.preprocessed.zip(sample.images.get_mut(&self.input.key)) {
            image.volume.shape = shape;
        }
        Ok((sample, peak))
    }

    /// Bytes at most from the networks' outputs to the answer's file.
    fn postprocess(
        &self,
        rest: &[Transform],
        sample: &mut Sample,
        study: &Study,
        threads: usize,
    ) -> Result<u64, EstimateError> {
        let mut peak = held(sample);
        for (transform, then) in groups(rest) {
            let Transform::Invertd(invert) = transform else {
                peak = peak.max(step(transform, then, sample)?);
                continue;
            };
            let (before, keys) = (held(sample), invert.keys.as_slice());
            keys.iter().for_each(|key| restore(sample, key, study));
            then.iter().try_for_each(|transform| transform.trace(sample))?;
            peak = peak.max(match keys {
                [key] => before + sample.images.get(key).map_or(0, bytes) + SLAB * NUMBER,
                _ => before.max(held(sample)) * 2,
            });
        }
        let Some(answer) = sample.images.get(&self.answer.key) else { return Ok(peak) };
        let stored: u64 = match (self.answer.kind, answer.dtype) {
            (AnswerKind::Scores, _) => 0,
            (_, TypeName::Bool | TypeName::Uint8 | TypeName::Int8) => 1,
            (_, TypeName::Uint16 | TypeName::Int16) => 2,
            (_, TypeName::Uint64 | TypeName::Int64 | TypeName::Float64) => 8,
            _ => 4,
        };
        let [width, height, depth] = study.shape.map(|extent| extent as u64);
        let plane = answer.volume.channels as u64 * width * height;
        // Planes are brought into the file's order and packed by each thread, its parts then joined. Labels pack well.
        let packed = if self.gives_labels() { stored / 4 } else { 2 * stored };
        let slabs = threads as u64 * width * height * depth.min(PLANES as u64) * stored;
        Ok(peak.max(plane * depth * (NUMBER + packed.max(1)) + slabs))
    }

    /// Whether voxels of the answer are decisions.
    fn gives_labels(&self) -> bool {
        let decides =
            |transform: &Transform| matches!(transform, Transform::AsDiscreted(_) | Transform::VoteEnsembled(_));
        self.postprocessing.iter().any(decides)
    }

    fn inference(&self, network: &Network, grid: &[usize], threads: usize) -> Result<Inference, EstimateError> {
        let Some(settings) = self.inferer.windows() else {
            let run = Run::of(network, grid)?;
            // The image itself is the network's input.
            let memory = run.values + run.output;
            return Ok(Inference { image: None, memory, windows: 1, flops: run.flops, vector: run.vector });
        };
        let layout = WindowLayout::new(settings, grid);
        let seen = self.inferer.seen(grid);
        let run = Run::of(network, &seen)?;
        let at_once = windows_at_once(seen.iter().product(), threads).min(layout.starts.len()) as u64;
        let lift = |axes: &[usize], filler: usize| {
            let mut out = [filler; 3];
            out[3 - axes.len()..].copy_from_slice(axes);
            out
        };
        let starts: Vec<[usize; 3]> = layout.starts.iter().map(|start| lift(start, 0)).collect();
        let window = lift(&layout.window, 1);
        let padded: usize = layout.padded.iter().product();
        let cells = Cells::new(lift(&layout.padded, 1), window, &starts);
        let channels = network.out_channels as u64 + 1;
        let sums = cells.most_pending(window, &starts) as u64 * channels * NUMBER;
        // Before the first windows are through there are no sums.
        let meanwhile = if starts.len() as u64 > at_once { at_once * run.input } else { 0 };
        let sums = sums + sums / HOLES + meanwhile;
        let padded = (padded * network.in_channels) as u64 * NUMBER;
        Ok(Inference {
            image: (layout.padded != grid).then_some(padded),
            memory: at_once * (run.values + run.output) + sums.max(at_once * run.input),
            windows: starts.len() as u64,
            flops: run.flops,
            vector: false,
        })
    }
}

/// What the networks take.
struct Inference {
    /// Bytes of the image with what windows reach beyond it, where they do.
    image: Option<u64>,
    /// Bytes beside the image and the stitched output.
    memory: u64,
    windows: u64,
    /// Of one window.
    flops: u64,
    vector: bool,
}

/// One run of a network.
struct Run {
    /// Bytes of the values within the network.
    values: u64,
    /// Bytes of what it is given, and of what it gives beside the values.
    input: u64,
    output: u64,
    flops: u64,
    vector: bool,
}

impl Run {
    fn of(network: &Network, spatial: &[usize]) -> Result<Run, monai_networks::Error> {
        let shapes = network.graph.shapes(spatial)?;
        let program = network.graph.fuse();
        let layouts = Layouts::of(&program);
        let length = |value: ValueId| layouts.length(value, &shapes[value.index()]);
        let arena = Arena::plan(&program, !layouts.is_planar(ValueId::INPUT), length);
        let last = program.output();
        let output = &shapes[last.index()];
        let bytes = |numbers: usize| numbers as u64 * NUMBER;
        // An output that fills its slot is given away with it, taken apart in another one, else it is copied.
        let more = if !arena.fills(last, length(last)) {
            output.elements()
        } else {
            let block = if layouts.is_planar(last) { 0 } else { LANES * output.voxels() };
            let place = arena.places[last.index()];
            let mut slots = arena.slots.iter().enumerate();
            if slots.any(|(slot, length)| place != Some(slot) && *length >= block) { 0 } else { block }
        };
        Ok(Run {
            values: bytes(arena.total()),
            input: bytes(shapes[0].elements()),
            output: bytes(more),
            flops: network.graph.flops(&shapes),
            vector: output.spatial.is_empty(),
        })
    }
}

/// Bytes with what the allocator keeps and the threads work in.
fn with_margin(bytes: u64, threads: usize) -> u64 {
    bytes + bytes / MARGIN + threads as u64 * THREAD
}

/// Bytes of an image.
fn bytes(image: &Image) -> u64 {
    (image.volume.channels as u64).saturating_mul(image.volume.shape.iter().product::<usize>() as u64) * NUMBER
}

/// Bytes of all images.
fn held(sample: &Sample) -> u64 {
    sample.images.values().map(bytes).sum()
}

/// Traces one transform and those that are done together with it: the bytes at most while they run.
fn step(transform: &Transform, then: &[Transform], sample: &mut Sample) -> Result<u64, monai_transforms::Error> {
    let before = held(sample);
    transform.trace(sample)?;
    then.iter().try_for_each(|transform| transform.trace(sample))?;
    let after = held(sample);
    let work = match transform {
        // Some numbers for each run of voxels that touches none before it.
        Transform::KeepLargestConnectedComponentd(_) | Transform::RemoveSmallObjectsd(_) | Transform::FillHolesd(_) => {
            before / 4
        }
        // The new channels beside the old ones, then each of them twice while it is smoothed.
        Transform::AddGuidanceSignalDeepEditd(_) => after,
        // The map's decision, and as many planes as its steps hold at once, six of them for the pixels that are yet to be flooded.
        Transform::HoVerNetInstanceMapPostProcessingd(_) | Transform::HoVerNetNuclearTypePostProcessingd(_) => {
            let plane = |image: &Image| bytes(image) / (image.volume.channels as u64).max(1);
            2 * before + 20 * sample.images.values().map(plane).max().unwrap_or(0)
        }
        // What belongs to each object, as one channel, and its runs.
        Transform::VistaPostTransformd(_) => after + before / 4,
        _ if before != after => before.min(after),
        _ => 0,
    };
    Ok(before.max(after) + work)
}

/// Takes an image back onto the study's grid.
fn restore(sample: &mut Sample, key: &str, study: &Study) {
    if let Some(image) = sample.images.get_mut(key) {
        (image.volume.shape, image.volume.affine) = (study.shape, study.affine);
    }
}
