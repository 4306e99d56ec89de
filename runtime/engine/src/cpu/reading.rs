//! What is done to a value when it is read.

use std::ops::Range;

use monai_kernels::{Activation, LANES, Moments, Prologue, fill_up};
use monai_networks::{Activation as Function, Input, Norm, ParameterId, ValueId};

use crate::Error;
use crate::weights::Weights;

/// An input of a step.
pub(super) struct Reading {
    pub(super) value: ValueId,
    done: Done,
}

enum Done {
    Nothing,
    /// The same for every image.
    Fixed(Prologue),
    /// A norm by the value's own statistics.
    Measured {
        /// Channels that share their statistics.
        together: usize,
        channels: usize,
        weight: Option<Vec<f32>>,
        bias: Option<Vec<f32>>,
        epsilon: f64,
        activation: Activation,
    },
}

/// What is done, with what was measured.
pub(super) enum Found<'a> {
    Nothing,
    Fixed(&'a Prologue),
    Measured(Prologue),
}

impl Found<'_> {
    pub(super) fn get(&self) -> Option<&Prologue> {
        match self {
            Self::Nothing => None,
            Self::Fixed(prologue) => Some(prologue),
            Self::Measured(prologue) => Some(prologue),
        }
    }
}

impl Reading {
    pub(super) fn new(input: &Input, channels: &[usize], weights: &mut Weights<'_, '_>) -> Result<Self, Error> {
        let count = channels[input.value.index()];
        let range = input.first..input.first + count;
        let activation = activation(input.activation, range.clone(), weights)?;
        let part = |id: Option<ParameterId>, weights: &mut Weights<'_, '_>| -> Result<Option<Vec<f32>>, Error> {
            Ok(weights.optional(id)?.map(|numbers| numbers[range.clone()].to_vec()))
        };
        let done = match &input.norm {
            None if input.activation.is_none() => Done::Nothing,
            None => {
                let (scale, shift) = (vec![1.0; count], vec![0.0; count]);
                Done::Fixed(Prologue { scale: fill_up(scale, 0.0), shift: fill_up(shift, 0.0), activation })
            }
            Some(Norm::Running(norm)) => {
                let (scale, shift) = weights.running(norm)?;
                let of = |numbers: Vec<f32>| fill_up(numbers[range.clone()].to_vec(), 0.0);
                Done::Fixed(Prologue { scale: of(scale), shift: of(shift), activation })
            }
            Some(Norm::Affine(norm)) => {
                let of = |numbers: &[f32]| fill_up(numbers[range.clone()].to_vec(), 0.0);
                Done::Fixed(Prologue { scale: of(&norm.scale), shift: of(&norm.shift), activation })
            }
            Some(Norm::Instance(norm)) => Done::Measured {
                together: 1,
                channels: count,
                weight: part(norm.weight, weights)?,
                bias: part(norm.bias, weights)?,
                epsilon: norm.epsilon,
                activation,
            },
            Some(Norm::Group(norm)) => Done::Measured {
                together: count / norm.groups,
                channels: count,
                weight: part(norm.weight, weights)?,
                bias: part(norm.bias, weights)?,
                epsilon: norm.epsilon,
                activation,
            },
        };
        Ok(Self { value: input.value, done })
    }

    /// Whether the value's own statistics are needed.
    pub(super) fn measures(&self) -> bool {
        matches!(self.done, Done::Measured { .. })
    }

    /// What is done, with the moments of the value's channels.
    pub(super) fn prologue(&self, moments: &[Option<Vec<Moments>>]) -> Found<'_> {
        match &self.done {
            Done::Nothing => Found::Nothing,
            Done::Fixed(prologue) => Found::Fixed(prologue),
            Done::Measured { together, channels, weight, bias, epsilon, activation } => {
                let moments = moments[self.value.index()].as_ref().expect("what is needed was measured");
                let filled = channels.next_multiple_of(LANES);
                let (mut scale, mut shift) = (vec![0.0; filled], vec![0.0; filled]);
                for first in (0..*channels).step_by(*together) {
                    let group = first..first + together;
                    let mut all = Moments::default();
                    moments[group.clone()].iter().for_each(|channel| all.merge(channel));
                    let inverse = 1.0 / (all.variance() + epsilon).sqrt();
                    for channel in group {
                        let weight = weight.as_ref().map_or(1.0, |weight| f64::from(weight[channel]));
                        let bias = bias.as_ref().map_or(0.0, |bias| f64::from(bias[channel]));
                        scale[channel] = (weight * inverse) as f32;
                        shift[channel] = (bias - all.mean * weight * inverse) as f32;
                    }
                }
                Found::Measured(Prologue { scale, shift, activation: activation.clone() })
            }
        }
    }
}

/// A function as the kernels know it, for a range of its channels.
pub(super) fn activation(
    function: Option<Function>,
    channels: Range<usize>,
    weights: &mut Weights<'_, '_>,
) -> Result<Activation, Error> {
    let Some(function) = function else { return Ok(Activation::Identity) };
    Ok(match function {
        Function::Relu => Activation::Relu,
        Function::Relu6 => Activation::Relu6,
        Function::LeakyRelu { negative_slope } => Activation::LeakyRelu { slope: negative_slope as f32 },
        Function::Prelu { slope } => match weights.get(slope)?[..] {
            [slope] => Activation::LeakyRelu { slope },
            ref slopes => Activation::Prelu { slopes: fill_up(slopes[channels].to_vec(), 0.0) },
        },
        Function::Elu { alpha, steepness, scale } => {
            Activation::Elu { alpha: alpha as f32, steepness: steepness as f32, scale: scale as f32 }
        }
        Function::Gelu { tanh: false } => Activation::Gelu,
        Function::Gelu { tanh: true } => Activation::GeluTanh,
        Function::Sigmoid => Activation::Sigmoid,
        Function::Tanh => Activation::Tanh,
        Function::Swish { alpha } => Activation::Swish { alpha: alpha as f32 },
        Function::Mish => Activation::Mish,
        _ => unreachable!("the graph has no other function"),
    })
}
