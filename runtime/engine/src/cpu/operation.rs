//! The operations of a program by the kernels.

use std::sync::{Arc, Mutex, PoisonError};

use monai_kernels::{
    Attention, Combination, Epilogue, Extent, Gathered, Level, Moments, Pooling, Source, Windows, combine, fill_up,
    gather, layer_norm, pixel_shuffle, pool, resize, to_blocked, to_planar,
};
use monai_networks::{Op, Pad, PadMode, PatchMerging, Pool, PoolKind, Resize, ResizeMode, Step, WindowAttention, Work};

use super::convolution::{self, Prepared};
use super::places;
use crate::Error;
use crate::features::lift;
use crate::weights::Weights;

/// An operation with its weights.
pub(super) struct Operation {
    level: Level,
    kind: Kind,
    /// Spatial axes of the network.
    axes: usize,
}

enum Kind {
    Convolution(Prepared),
    Combine(Combination),
    Concatenate,
    Pool(Pool),
    AdaptiveAveragePool,
    Resize(Resize),
    PixelShuffle {
        factor: usize,
    },
    Pad(Pad),
    /// Lengthens or cuts at the far ends to the size of the output.
    Fit {
        repeat: bool,
    },
    /// Zeros behind the channels.
    PadChannels,
    PatchMerging(PatchMerging),
    LayerNorm {
        scale: Vec<f32>,
        shift: Vec<f32>,
        epsilon: f32,
    },
    Attention(Box<Attending>),
    Flatten,
}

struct Attending {
    op: WindowAttention,
    attention: Attention,
    /// The windows of the size that ran last.
    windows: Mutex<Option<(Vec<usize>, Arc<Windows>)>>,
}

impl Operation {
    /// Reads the weights of a step. `channels` are those of all values; `planar` says whether its output lies so.
    pub(super) fn new(
        level: Level,
        step: &Step,
        channels: &[usize],
        axes: usize,
        planar: bool,
        weights: &mut Weights<'_, '_>,
    ) -> Result<Self, Error> {
        let inputs = || step.inputs.iter().map(|input| channels[input.value.index()]).collect::<Vec<_>>();
        let fold = step.fold.as_ref();
        let kind = match &step.work {
            Work::Copy if step.inputs.len() == 1 => Kind::Combine(Combination::Copy),
            Work::Copy => Kind::Concatenate,
            Work::Op(op) => match op {
                Op::Convolution(op) => {
                    Kind::Convolution(convolution::convolution(level, op, inputs(), fold, planar, weights)?)
                }
                Op::ConvolutionTranspose(op) => {
                    Kind::Convolution(convolution::transposed(level, op, inputs(), fold, planar, weights)?)
                }
                Op::Linear(op) => {
                    // Of a flattened map only the layer knows how many channels there are.
                    let inputs = if step.inputs.len() == 1 { vec![op.in_channels] } else { inputs() };
                    Kind::Convolution(convolution::linear(level, op, inputs, fold, weights)?)
                }
                Op::Add => Kind::Combine(Combination::Add),
                Op::Multiply => Kind::Combine(Combination::Multiply),
                Op::Pool(op) => Kind::Pool(op.clone()),
                Op::AdaptiveAveragePool(_) => Kind::AdaptiveAveragePool,
                Op::Resize(op) => Kind::Resize(op.clone()),
                Op::PixelShuffle(op) => Kind::PixelShuffle { factor: op.factor },
                Op::Pad(op) => Kind::Pad(op.clone()),
                Op::PadLike => Kind::Fit { repeat: true },
                Op::PadChannels(_) => Kind::PadChannels,
                Op::CropLike | Op::PadToWindows(_) => Kind::Fit { repeat: false },
                Op::PatchMerging(op) => Kind::PatchMerging(op.clone()),
                Op::LayerNorm(norm) => {
                    let count = channels[step.output.index()];
                    let scale = weights.optional(norm.weight)?.unwrap_or_else(|| vec![1.0; count]);
                    let shift = weights.optional(norm.bias)?.unwrap_or_else(|| vec![0.0; count]);
                    let epsilon = norm.epsilon as f32;
                    Kind::LayerNorm { scale: fill_up(scale, 0.0), shift: fill_up(shift, 0.0), epsilon }
                }
                Op::WindowAttention(op) => {
                    Kind::Attention(Box::new(Attending::new(level, op, channels, step, weights)?))
                }
                Op::Flatten => Kind::Flatten,
                _ => return Err(Error::PrepareNode { node: step.name.clone() }),
            },
        };
        Ok(Self { level, kind, axes })
    }

    /// Runs on sources of these extents. Gives the moments of the output where the epilogue wants them.
    pub(super) fn run(
        &self,
        sources: &[Source<'_>],
        extents: &[Extent],
        output: &mut [f32],
        to: Extent,
        epilogue: &Epilogue<'_>,
    ) -> Option<Vec<Moments>> {
        let (level, from, source) = (self.level, extents[0], sources[0]);
        match &self.kind {
            Kind::Convolution(convolution) => return convolution.run(sources, from, output, epilogue),
            Kind::Combine(Combination::Multiply) if extents[1].voxels() == 1 && from.voxels() > 1 => {
                return combine(level, Combination::Gate, sources, to, output, epilogue);
            }
            Kind::Combine(combination) => return combine(level, *combination, sources, to, output, epilogue),
            Kind::Concatenate => self.gather(sources, extents, output, |extent| {
                std::array::from_fn(|axis| places::straight(extent.size[axis], to.size[axis]))
            }),
            Kind::Pool(op) => {
                let (kernel, stride, padding) = (lift(&op.kernel, 1), lift(&op.stride, 1), lift(&op.padding, 0));
                let (pooling, padding_counts) = match op.kind {
                    PoolKind::Maximum => (Pooling::Maximum, false),
                    PoolKind::Average { count_include_pad } => (Pooling::Mean, count_include_pad),
                };
                let spans = std::array::from_fn(|axis| {
                    let window = [kernel[axis], stride[axis], padding[axis]];
                    places::windows(to.size[axis], from.size[axis], window, padding_counts)
                });
                pool(level, pooling, &source, from.size, &spans, output);
            }
            Kind::AdaptiveAveragePool => {
                let spans = std::array::from_fn(|axis| places::shares(to.size[axis], from.size[axis]));
                pool(level, Pooling::Mean, &source, from.size, &spans, output);
            }
            Kind::Resize(op) => {
                let factor = lift(&op.factor, 1);
                match op.mode {
                    ResizeMode::Nearest => self.gather(sources, extents, output, |extent| {
                        std::array::from_fn(|axis| {
                            (0..extent.size[axis] * factor[axis]).map(|index| Some(index / factor[axis])).collect()
                        })
                    }),
                    ResizeMode::Linear { align_corners } => {
                        let places =
                            std::array::from_fn(|axis| places::between(from.size[axis], factor[axis], align_corners));
                        resize(level, &source, from.size, &places, output);
                    }
                }
            }
            Kind::PixelShuffle { factor } => {
                pixel_shuffle(from, lift(&vec![*factor; self.axes], 1), source.data, output);
            }
            Kind::Pad(op) => {
                let side = |at: usize| lift(&op.amounts.iter().map(|pair| pair[at]).collect::<Vec<_>>(), 0);
                let (before, behind) = (side(0), side(1));
                let (replicate, filler) = match op.mode {
                    PadMode::Replicate => (true, 0.0),
                    PadMode::Constant(value) => (false, value),
                };
                let places = std::array::from_fn(|axis| {
                    places::padded(from.size[axis], [before[axis], behind[axis]], replicate)
                });
                gather(level, &[Gathered { source, size: from.size, places, filler }], output);
            }
            Kind::Fit { repeat } => self.gather(sources, extents, output, |extent| {
                std::array::from_fn(|axis| {
                    let (size, to) = (extent.size[axis], to.size[axis]);
                    if *repeat { places::padded(size, [0, to - size], true) } else { places::straight(size, to) }
                })
            }),
            Kind::PadChannels => {
                let straight = std::array::from_fn(|axis| places::straight(from.size[axis], from.size[axis]));
                let nothing = std::array::from_fn(|axis| vec![None; from.size[axis]]);
                let more = Source { data: &[], channels: to.channels - from.channels, ..source };
                let part = |source, places| Gathered { source, size: from.size, places, filler: 0.0 };
                gather(level, &[part(source, straight), part(more, nothing)], output);
            }
            Kind::PatchMerging(op) => {
                let parts: Vec<_> = op
                    .offsets
                    .iter()
                    .map(|offset| {
                        let (offset, step) = (lift(offset, 0), lift(&vec![2; self.axes], 1));
                        let places = std::array::from_fn(|axis| {
                            let place = |index: usize| index * step[axis] + offset[axis];
                            let inside = |place: &usize| *place < from.size[axis];
                            (0..to.size[axis]).map(|index| Some(place(index)).filter(inside)).collect()
                        });
                        Gathered { source, size: from.size, places, filler: 0.0 }
                    })
                    .collect();
                gather(level, &parts, output);
            }
            Kind::LayerNorm { scale, shift, epsilon } => {
                layer_norm(level, &source, from, [scale, shift], *epsilon, output);
            }
            Kind::Attention(attending) => {
                let windows = attending.windows(&from.size[3 - self.axes..]);
                attending.attention.run(source.data, &windows, output);
            }
            Kind::Flatten => {
                let mut planar = vec![0.0; from.planar()];
                to_planar(level, from, source.data, &mut planar);
                to_blocked(to, &planar, output);
            }
        }
        None
    }

    /// Gathers the sources one after the other as channels, each by the places of its extent.
    fn gather(
        &self,
        sources: &[Source<'_>],
        extents: &[Extent],
        output: &mut [f32],
        places: impl Fn(&Extent) -> [Vec<Option<usize>>; 3],
    ) {
        let pairs = sources.iter().zip(extents);
        let parts: Vec<_> = pairs
            .map(|(source, extent)| Gathered {
                source: *source,
                size: extent.size,
                places: places(extent),
                filler: 0.0,
            })
            .collect();
        gather(self.level, &parts, output);
    }
}

impl Attending {
    fn new(
        level: Level,
        op: &WindowAttention,
        channels: &[usize],
        step: &Step,
        weights: &mut Weights<'_, '_>,
    ) -> Result<Self, Error> {
        let width = channels[step.output.index()] / op.heads;
        let voxels = op.window.iter().product();
        let table = weights.get(op.bias_table)?;
        let attention = Attention::new(level, [op.heads, width], voxels, &table, &op.bias_rows(voxels));
        Ok(Self { op: op.clone(), attention, windows: Mutex::default() })
    }

    fn windows(&self, spatial: &[usize]) -> Arc<Windows> {
        let mut last = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, windows)) = last.as_ref().filter(|(size, _)| size == spatial) {
            return windows.clone();
        }
        let windows = Arc::new(Windows {
            voxels: self.op.windows(spatial).iter().map(|(window, _)| window).product(),
            order: self.op.order(spatial),
            regions: self.op.regions(spatial),
        });
        *last = Some((spatial.to_vec(), windows.clone()));
        windows
    }
}
