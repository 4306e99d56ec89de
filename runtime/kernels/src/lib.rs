//! Hand-written kernels of the CPU executor: portable, AVX2 and AVX-512, chosen at run time.
//!
//! Maps are blocked: `[channels / 16, x, y, z, 16]`, the last block filled up with zeros. All `unsafe` of the runtime is here.

mod activation;
mod attention;
mod axis;
mod bf16;
mod combine;
mod depthwise;
mod filter;
mod finish;
mod gather;
mod lanes;
mod layer_norm;
mod layout;
mod level;
mod lines;
mod map;
mod memory;
mod narrow;
mod pack;
mod peak;
mod points;
mod pool;
mod resize;
mod rows;
mod shared;
mod source;
mod statistics;
mod tile;
mod weights;
mod winograd;

pub use activation::Activation;
pub use attention::{Attention, Windows};
pub use axis::Axis;
pub use combine::{Combination, combine};
pub use depthwise::Depthwise;
pub use filter::{Filter, Geometry};
pub use gather::{Gathered, gather};
pub use lanes::LANES;
pub use layer_norm::layer_norm;
pub use layout::{pixel_shuffle, to_blocked, to_planar, to_planar_within};
pub use level::Level;
pub use map::{Extent, Layout, fill_up};
pub use memory::{give_back, keep_large_blocks_apart, shorten};
pub use narrow::Narrow;
pub use peak::peak_rate;
pub use pool::{Pooling, Span, pool};
pub use resize::{Between, resize};
pub use source::{Epilogue, Prologue, Source};
pub use statistics::{Moments, moments};
pub use winograd::Winograd;
