//! MONAI networks as graphs: a bundle's network arguments become coarse operations, a parameter table and shape inference.
//!
//! Nothing is computed here and no tensor library is linked, so that a plan can check a checkpoint against a network.

mod arena;
mod arguments;
mod blocks;
mod builder;
mod error;
mod fuse;
mod graph;
mod layers;
mod layouts;
mod liveness;
mod nets;
mod network;
mod op;
mod parameter;
mod program;
mod shapes;

pub use arena::Arena;
pub use error::Error;
pub use graph::{Graph, Node, ValueId};
pub use layers::{Activation, GroupNorm, InstanceNorm, LayerNorm, RunningNorm};
pub use layouts::{LANES, Layouts, NARROW};
pub use liveness::Liveness;
pub use network::Network;
pub use op::{
    AdaptiveAveragePool, Affine, Convolution, ConvolutionTranspose, Linear, Op, Pad, PadChannels, PadMode,
    PadToWindows, PatchMerging, PixelShuffle, Pool, PoolKind, Resize, ResizeMode, WindowAttention,
};
pub use parameter::{Parameter, ParameterId, ParameterKind};
pub use program::{Input, Norm, Program, Step, Work};
pub use shapes::Shape;
