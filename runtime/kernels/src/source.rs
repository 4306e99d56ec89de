use crate::activation::Activation;
use crate::map::Layout;

/// A map, or some of the channels of a map that is not put together in memory.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The numbers.
    pub data: &'a [f32],
    /// How they lie.
    pub layout: Layout,
    /// Channels.
    pub channels: usize,
    /// What is done to each number when it is read.
    pub prologue: Option<&'a Prologue>,
}

/// A normalisation that is not applied before its result is read: `activation(x * scale + shift)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Prologue {
    /// One per channel, filled up to whole blocks.
    pub scale: Vec<f32>,
    /// One per channel, filled up to whole blocks.
    pub shift: Vec<f32>,
    /// What comes after it.
    pub activation: Activation,
}

/// What is done to a result before it is written.
#[derive(Debug, Clone, Copy)]
pub struct Epilogue<'a> {
    /// A blocked map that is added first.
    pub add: Option<Source<'a>>,
    /// The function.
    pub activation: &'a Activation,
    /// Whether mean and variance of each channel of the result are wanted.
    pub statistics: bool,
}

impl Epilogue<'_> {
    /// Nothing.
    pub const NONE: Self = Self { add: None, activation: &Activation::Identity, statistics: false };
}
