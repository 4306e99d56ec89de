use monai_networks::{Activation, Graph, Network, Op, Parameter, ParameterId, RunningNorm};

use crate::Error;
use crate::features::lift;

/// A graph with its weights, after the passes: what an executor runs, step by step.
///
/// Two-dimensional networks have a first axis of one voxel here.
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    pub(crate) output: usize,
    pub(crate) values: usize,
}

pub(crate) struct Step {
    pub(crate) operation: Operation,
    pub(crate) inputs: Vec<usize>,
    pub(crate) output: usize,
}

pub(crate) enum Operation {
    Convolution(Kernel),
    ConvolutionTranspose {
        kernel: Kernel,
        output_padding: [usize; 3],
    },
    /// One scale and one shift per channel.
    Affine {
        scale: Vec<f32>,
        shift: Vec<f32>,
    },
    /// Mean 0 and variance 1 over each group of channels, then [`Operation::Affine`] if learned.
    Standardise {
        groups: usize,
        scale: Option<Vec<f32>>,
        shift: Option<Vec<f32>>,
        epsilon: f64,
    },
    Relu,
    LeakyRelu {
        slope: f32,
    },
    /// One slope per channel.
    Prelu {
        slopes: Vec<f32>,
    },
    Add,
    Concatenate,
}

pub(crate) struct Kernel {
    /// `[out, in, kernel...]`, transposed convolutions `[in, out, kernel...]`.
    pub(crate) shape: [usize; 5],
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Option<Vec<f32>>,
    pub(crate) stride: [usize; 3],
    pub(crate) padding: [usize; 3],
}

/// What reads the numbers of one parameter from a checkpoint.
pub(crate) type Reader<'a> = dyn FnMut(&Parameter) -> Result<Vec<f32>, Box<dyn std::error::Error + Send + Sync>> + 'a;

impl Plan {
    /// Reads the weights that the graph uses and runs the passes.
    pub(crate) fn compile(network: &Network, read: &mut Reader<'_>) -> Result<Self, Error> {
        let graph = &network.graph;
        let mut weights = Weights { network, read };
        let mut channels = vec![network.in_channels];
        let mut steps = Vec::with_capacity(graph.nodes().len());
        for node in graph.nodes() {
            let input = channels[node.inputs[0].index()];
            let (operation, output) = match &node.op {
                Op::Convolution(conv) => {
                    let padding: Vec<usize> = conv.padding.iter().map(|[before, _]| *before).collect();
                    let even = conv.padding.iter().all(|[before, behind]| before == behind);
                    if !even || conv.groups != 1 || conv.dilation.iter().any(|distance| *distance != 1) {
                        return Err(Error::PrepareNode { node: node.name.clone() });
                    }
                    let kernel = Kernel {
                        shape: shape([conv.out_channels, input], &conv.kernel),
                        weight: weights.get(conv.weight)?,
                        bias: weights.optional(conv.bias)?,
                        stride: lift(&conv.stride, 1),
                        padding: lift(&padding, 0),
                    };
                    (Operation::Convolution(kernel), conv.out_channels)
                }
                Op::ConvolutionTranspose(conv) => {
                    let kernel = Kernel {
                        shape: shape([input, conv.out_channels], &conv.kernel),
                        weight: weights.get(conv.weight)?,
                        bias: weights.optional(conv.bias)?,
                        stride: lift(&conv.stride, 1),
                        padding: lift(&conv.padding, 0),
                    };
                    let output_padding = lift(&conv.output_padding, 0);
                    (Operation::ConvolutionTranspose { kernel, output_padding }, conv.out_channels)
                }
                Op::RunningNorm(norm) => {
                    let (scale, shift) = running(norm, |id| weights.get(id))?;
                    (Operation::Affine { scale, shift }, input)
                }
                Op::InstanceNorm(norm) => {
                    let (scale, shift) = (weights.optional(norm.weight)?, weights.optional(norm.bias)?);
                    (Operation::Standardise { groups: input, scale, shift, epsilon: norm.epsilon }, input)
                }
                Op::GroupNorm(norm) => {
                    let (scale, shift) = (weights.optional(norm.weight)?, weights.optional(norm.bias)?);
                    (Operation::Standardise { groups: norm.groups, scale, shift, epsilon: norm.epsilon }, input)
                }
                Op::Activation(Activation::Relu) => (Operation::Relu, input),
                Op::Activation(Activation::LeakyRelu { negative_slope }) => {
                    (Operation::LeakyRelu { slope: *negative_slope as f32 }, input)
                }
                Op::Activation(Activation::Prelu { slope }) => {
                    let slopes = weights.get(*slope)?;
                    match slopes[..] {
                        [slope] => (Operation::LeakyRelu { slope }, input),
                        _ => (Operation::Prelu { slopes }, input),
                    }
                }
                Op::Add => (Operation::Add, input),
                Op::Concatenate => (Operation::Concatenate, input + channels[node.inputs[1].index()]),
                _ => return Err(Error::PrepareNode { node: node.name.clone() }),
            };
            channels.push(output);
            let inputs = node.inputs.iter().map(|value| value.index()).collect();
            steps.push(Step { operation, inputs, output: node.output.index() });
        }
        Ok(Self { steps, output: graph.output().index(), values: Graph::values(graph) })
    }

    /// For each step, the values that nothing reads after it.
    pub(crate) fn dropped_after(&self) -> Vec<Vec<usize>> {
        let mut seen = vec![false; self.values];
        seen[self.output] = true;
        let mut dropped: Vec<Vec<usize>> = self
            .steps
            .iter()
            .rev()
            .map(|step| {
                let ends = step.inputs.iter().copied().filter(|value| !std::mem::replace(&mut seen[*value], true));
                ends.collect()
            })
            .collect();
        dropped.reverse();
        dropped
    }
}

fn shape([first, second]: [usize; 2], kernel: &[usize]) -> [usize; 5] {
    let [x, y, z] = lift(kernel, 1);
    [first, second, x, y, z]
}

/// A running norm as one scale and one shift per channel.
pub(crate) fn running(
    norm: &RunningNorm,
    mut get: impl FnMut(ParameterId) -> Result<Vec<f32>, Error>,
) -> Result<(Vec<f32>, Vec<f32>), Error> {
    let (mean, variance) = (get(norm.mean)?, get(norm.variance)?);
    let weight = norm.weight.map(&mut get).transpose()?.unwrap_or_else(|| vec![1.0; mean.len()]);
    let bias = norm.bias.map(&mut get).transpose()?.unwrap_or_else(|| vec![0.0; mean.len()]);
    let scale: Vec<f64> =
        (0..mean.len()).map(|c| f64::from(weight[c]) / (f64::from(variance[c]) + norm.epsilon).sqrt()).collect();
    let shift = (0..mean.len()).map(|c| (f64::from(bias[c]) - f64::from(mean[c]) * scale[c]) as f32).collect();
    Ok((scale.into_iter().map(|scale| scale as f32).collect(), shift))
}

/// The numbers of a parameter, as many as its shape says.
pub(crate) fn read(network: &Network, id: ParameterId, read: &mut Reader<'_>) -> Result<Vec<f32>, Error> {
    let parameter = &network.parameters[id.index()];
    let name = || parameter.name.clone();
    let data = read(parameter).map_err(|source| Error::ReadWeights { name: name(), source })?;
    let expected = parameter.shape.iter().product();
    if data.len() != expected {
        return Err(Error::CountWeights { name: name(), found: data.len(), expected });
    }
    Ok(data)
}

struct Weights<'a, 'r> {
    network: &'a Network,
    read: &'a mut Reader<'r>,
}

impl Weights<'_, '_> {
    fn get(&mut self, id: ParameterId) -> Result<Vec<f32>, Error> {
        read(self.network, id, self.read)
    }

    fn optional(&mut self, id: Option<ParameterId>) -> Result<Option<Vec<f32>>, Error> {
        id.map(|id| self.get(id)).transpose()
    }
}
