use crate::graph::ValueId;
use crate::layers::{Activation, GroupNorm, InstanceNorm, RunningNorm};
use crate::op::{Affine, Op};

/// A graph whose cheap operations are part of the expensive ones: what an executor runs on which every pass through memory counts.
///
/// Values have the ids and shapes that they have in the graph; those that are never put into memory have no step.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    pub(crate) steps: Vec<Step>,
    pub(crate) output: ValueId,
    pub(crate) values: usize,
}

impl Program {
    /// The steps in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The value that is the network's output.
    pub fn output(&self) -> ValueId {
        self.output
    }

    /// Number of ids, of which only those of steps' outputs and of the input are in memory.
    pub fn values(&self) -> usize {
        self.values
    }

    /// For each step the values that no later step reads; the output is never among them.
    pub fn dropped_after(&self) -> Vec<Vec<ValueId>> {
        let mut seen = vec![false; self.values];
        seen[self.output.index()] = true;
        let ends = |step: &Step| {
            let fresh = |value: &ValueId| !std::mem::replace(&mut seen[value.index()], true);
            step.reads().filter(fresh).collect::<Vec<_>>()
        };
        let mut dropped: Vec<_> = self.steps.iter().rev().map(ends).collect();
        dropped.reverse();
        dropped
    }

    /// Whether the network's input is read by convolutions alone, as it is.
    pub fn convolves_input(&self) -> bool {
        let reads = self.steps.iter().filter(|step| step.reads().any(|value| value == ValueId::INPUT));
        let mut plain = reads.map(|step| {
            let convolves = matches!(step.work, Work::Op(Op::Convolution(_) | Op::ConvolutionTranspose(_)));
            let other = step.add.as_ref().is_some_and(|input| input.value == ValueId::INPUT);
            let as_it_is = step.inputs.iter().all(|input| input.value != ValueId::INPUT || input.is_plain());
            convolves && as_it_is && !other
        });
        plain.all(|plain| plain) && self.output != ValueId::INPUT
    }
}

/// One operation with what is done on reading and on writing. In this order: the inputs' norms and functions, the operation, `fold`,
/// `add`, `activation`.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The PyTorch module of the operation.
    pub name: String,
    /// The operation.
    pub work: Work,
    /// What it reads: the channels of several inputs count as those of one, except where the operation has two.
    pub inputs: Vec<Input>,
    /// Applied to the result; belongs into the weights.
    pub fold: Option<RunningNorm>,
    /// Added to the result.
    pub add: Option<Input>,
    /// Applied to the result.
    pub activation: Option<Activation>,
    /// Whether mean and variance of the result's channels are read.
    pub statistics: bool,
    /// The value it produces.
    pub output: ValueId,
}

impl Step {
    /// All values that it reads.
    pub fn reads(&self) -> impl Iterator<Item = ValueId> {
        self.inputs.iter().chain(&self.add).map(|input| input.value)
    }
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// An operation of the graph.
    Op(Op),
    /// Writes its inputs, one after the other as channels.
    Copy,
}

/// A value with what is done when it is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The value.
    pub value: ValueId,
    /// Applied first.
    pub norm: Option<Norm>,
    /// Applied after it.
    pub activation: Option<Activation>,
    /// Which number of the parameters of `norm` and `activation` belongs to the value's first channel.
    pub first: usize,
}

impl Input {
    pub(crate) fn plain(value: ValueId) -> Self {
        Self { value, norm: None, activation: None, first: 0 }
    }

    /// Whether nothing is done when it is read.
    pub fn is_plain(&self) -> bool {
        self.norm.is_none() && self.activation.is_none()
    }
}

/// A normalisation that is a scale and a shift per channel once the statistics are known.
#[derive(Debug, Clone, PartialEq)]
pub enum Norm {
    /// By recorded statistics.
    Running(RunningNorm),
    /// By those of each channel.
    Instance(InstanceNorm),
    /// By those of groups of channels.
    Group(GroupNorm),
    /// By none: scale and shift are the architecture's.
    Affine(Affine),
}
