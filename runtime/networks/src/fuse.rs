//! From a graph to a [`Program`]: which operations become part of others.
//!
//! A value is put off as long as it can be: norms, functions and concatenations are done when their result is read. What cannot be
//! put off any longer is written by a step of its own.

use crate::graph::{Graph, Node, ValueId};
use crate::layers::Activation;
use crate::op::Op;
use crate::program::{Input, Norm, Program, Step, Work};

impl Graph {
    /// Puts the operations together. `channels` of a value are those of [`Graph::shapes`], which do not depend on the size.
    pub fn fuse(&self) -> Program {
        let mut readers = vec![0; self.values()];
        self.nodes.iter().flat_map(|node| &node.inputs).for_each(|value| readers[value.index()] += 1);
        readers[self.output.index()] += 1;
        let mut fusion = Fusion {
            channels: self.channels(),
            readers,
            views: vec![Vec::new(); self.values()],
            producers: vec![None; self.values()],
            steps: Vec::new(),
        };
        fusion.views[0] = vec![Input::plain(ValueId::INPUT)];
        self.nodes.iter().for_each(|node| fusion.take(node));
        fusion.write(self.output);
        Program { steps: fusion.steps, output: self.output, values: self.values() }
    }

    /// Channels of every value, where they do not depend on the input's size; zero for a flattened map.
    pub fn channels(&self) -> Vec<usize> {
        let mut channels = vec![self.in_channels];
        for node in &self.nodes {
            let of = |at: usize| channels[node.inputs[at].index()];
            channels.push(match &node.op {
                Op::Convolution(op) => op.out_channels,
                Op::ConvolutionTranspose(op) => op.out_channels,
                Op::Linear(op) => op.out_channels,
                Op::Concatenate => node.inputs.iter().map(|value| channels[value.index()]).sum(),
                Op::WindowAttention(_) => of(0) / 3,
                Op::PatchMerging(op) => of(0) * op.offsets.len(),
                Op::PadChannels(op) => op.channels,
                Op::PixelShuffle(op) => of(0) / op.factor.pow(self.spatial_dims as u32),
                Op::Flatten => 0,
                _ => of(0),
            });
        }
        channels
    }
}

struct Fusion {
    channels: Vec<usize>,
    /// How often each value of the graph is read.
    readers: Vec<usize>,
    /// What each value of the graph is: values in memory, read in some way, one after the other as channels.
    views: Vec<Vec<Input>>,
    /// The step that writes a value.
    producers: Vec<Option<usize>>,
    steps: Vec<Step>,
}

impl Fusion {
    fn take(&mut self, node: &Node) {
        let input = node.inputs[0];
        match &node.op {
            Op::RunningNorm(norm) => {
                if let Some(step) = self.sole_producer(input).filter(|step| self.is_linear(*step)) {
                    self.steps[step].fold = Some(norm.clone());
                    return self.redirect(step, node.output);
                }
                self.norm(node, Norm::Running(norm.clone()));
            }
            Op::Affine(norm) => self.norm(node, Norm::Affine(norm.clone())),
            Op::InstanceNorm(norm) => self.norm(node, Norm::Instance(norm.clone())),
            Op::GroupNorm(norm) => {
                if self.views[input.index()].len() > 1 {
                    // A group may reach over several parts.
                    self.write(input);
                }
                self.norm(node, Norm::Group(norm.clone()));
            }
            Op::Activation(function) => self.activation(node, *function),
            Op::Add => self.add(node),
            Op::Concatenate => {
                let parts = node.inputs.iter().flat_map(|value| self.views[value.index()].clone()).collect();
                self.views[node.output.index()] = parts;
            }
            Op::Convolution(op) if op.groups == 1 => self.step(node, self.views[input.index()].clone()),
            Op::ConvolutionTranspose(op) if op.groups == 1 => self.step(node, self.views[input.index()].clone()),
            Op::Linear(_) => self.step(node, self.views[input.index()].clone()),
            Op::Multiply => {
                let inputs = node.inputs.iter().map(|value| self.single(*value)).collect();
                self.step(node, inputs);
            }
            Op::LayerNorm(_) | Op::WindowAttention(_) | Op::PixelShuffle(_) | Op::Flatten => {
                self.write(input);
                self.step(node, vec![Input::plain(input)]);
            }
            // Of a second input only the shape is read.
            _ => {
                let inputs = vec![self.single(input)];
                self.step(node, inputs);
            }
        }
    }

    fn norm(&mut self, node: &Node, norm: Norm) {
        let input = node.inputs[0];
        if !self.views[input.index()].iter().all(Input::is_plain) {
            self.write(input);
        }
        let mut first = 0;
        let mut parts = self.views[input.index()].clone();
        for part in &mut parts {
            let measures = matches!(norm, Norm::Instance(_) | Norm::Group(_));
            let producer = self.producers[part.value.index()].filter(|_| measures);
            if let Some(step) = producer.filter(|step| self.has_epilogue(*step)) {
                self.steps[step].statistics = true;
            }
            (part.norm, part.first) = (Some(norm.clone()), first);
            first += self.channels[part.value.index()];
        }
        self.views[node.output.index()] = parts;
    }

    fn activation(&mut self, node: &Node, function: Activation) {
        let input = node.inputs[0];
        let fits = |step: &usize| self.has_epilogue(*step) && self.steps[*step].activation.is_none();
        if let Some(step) = self.sole_producer(input).filter(fits) {
            self.steps[step].activation = Some(function);
            return self.redirect(step, node.output);
        }
        if self.views[input.index()].iter().any(|part| part.activation.is_some()) {
            self.write(input);
        }
        let mut first = 0;
        let mut parts = self.views[input.index()].clone();
        for part in &mut parts {
            (part.activation, part.first) = (Some(function), first);
            first += self.channels[part.value.index()];
        }
        self.views[node.output.index()] = parts;
        if self.readers[node.output.index()] > 1 && !is_cheap(function) {
            self.write(node.output);
        }
    }

    fn add(&mut self, node: &Node) {
        let [left, right] = node.inputs[..] else { unreachable!("an addition has two inputs") };
        for (own, other) in [(left, right), (right, left)] {
            let fits = |step: &usize| {
                let Step { add, activation, statistics, .. } = &self.steps[*step];
                self.has_epilogue(*step) && add.is_none() && activation.is_none() && !statistics
            };
            let Some(step) = self.sole_producer(own).filter(fits) else { continue };
            let [part] = &self.views[other.index()][..] else { continue };
            // What is added must be there when the step runs.
            if own != other && self.producers[part.value.index()].is_none_or(|earlier| earlier < step) {
                self.steps[step].add = Some(part.clone());
                return self.redirect(step, node.output);
            }
        }
        let inputs = vec![self.single(left), self.single(right)];
        self.step(node, inputs);
    }

    /// The step that writes a value which is read once and as it is.
    fn sole_producer(&self, value: ValueId) -> Option<usize> {
        match &self.views[value.index()][..] {
            [part] if part.is_plain() && self.readers[value.index()] == 1 => self.producers[part.value.index()],
            _ => None,
        }
    }

    /// Whether a norm may be folded into a step's weights.
    fn is_linear(&self, step: usize) -> bool {
        let Step { work, fold, add, activation, statistics, .. } = &self.steps[step];
        let linear = matches!(work, Work::Op(Op::Convolution(_) | Op::ConvolutionTranspose(_) | Op::Linear(_)));
        linear && fold.is_none() && add.is_none() && activation.is_none() && !statistics
    }

    /// Whether a step can add and apply a function before it writes.
    fn has_epilogue(&self, step: usize) -> bool {
        match &self.steps[step].work {
            Work::Op(op) => {
                matches!(op, Op::Convolution(_) | Op::ConvolutionTranspose(_) | Op::Linear(_) | Op::Add | Op::Multiply)
            }
            Work::Copy => self.steps[step].inputs.len() == 1,
        }
    }

    /// Lets a step write another value of the graph.
    fn redirect(&mut self, step: usize, output: ValueId) {
        self.steps[step].output = output;
        self.producers[output.index()] = Some(step);
        self.views[output.index()] = vec![Input::plain(output)];
    }

    /// The value as one input, written first where it is several.
    fn single(&mut self, value: ValueId) -> Input {
        if self.views[value.index()].len() > 1 {
            self.write(value);
        }
        self.views[value.index()][0].clone()
    }

    /// Puts a value into memory as it is.
    fn write(&mut self, value: ValueId) {
        let parts = std::mem::take(&mut self.views[value.index()]);
        if let [part] = &parts[..]
            && part.is_plain()
            && part.value == value
        {
            self.views[value.index()] = parts;
            return;
        }
        self.push("copy", Work::Copy, parts, value);
    }

    fn step(&mut self, node: &Node, inputs: Vec<Input>) {
        self.push(&node.name, Work::Op(node.op.clone()), inputs, node.output);
    }

    fn push(&mut self, name: &str, work: Work, inputs: Vec<Input>, output: ValueId) {
        self.steps.push(Step {
            name: name.to_owned(),
            work,
            inputs,
            fold: None,
            add: None,
            activation: None,
            statistics: false,
            output,
        });
        self.redirect(self.steps.len() - 1, output);
    }
}

/// Whether a function costs less than writing its result.
fn is_cheap(function: Activation) -> bool {
    matches!(function, Activation::Relu | Activation::Relu6 | Activation::LeakyRelu { .. } | Activation::Prelu { .. })
}
