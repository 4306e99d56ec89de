use burn::tensor::Tensor;
use monai_networks::{GroupNorm, InstanceNorm, RunningNorm};

use super::weights::Uploads;
use crate::Error;

/// A running norm as a scale and a shift.
pub(super) fn running(norm: &RunningNorm, uploads: &mut Uploads<'_, '_, '_>) -> Result<(Tensor<5>, Tensor<5>), Error> {
    let (scale, shift) = uploads.weights.running(norm)?;
    Ok((uploads.channels(scale), uploads.channels(shift)))
}

/// Normalisation by the statistics of groups of channels.
pub(super) struct Standardise {
    /// Groups; `None`: as many as channels.
    groups: Option<usize>,
    scale: Option<Tensor<5>>,
    shift: Option<Tensor<5>>,
    epsilon: f64,
}

impl Standardise {
    pub(super) fn instance(norm: &InstanceNorm, uploads: &mut Uploads<'_, '_, '_>) -> Result<Self, Error> {
        let (scale, shift) = (uploads.per_channel(norm.weight)?, uploads.per_channel(norm.bias)?);
        Ok(Self { groups: None, scale, shift, epsilon: norm.epsilon })
    }

    pub(super) fn group(norm: &GroupNorm, uploads: &mut Uploads<'_, '_, '_>) -> Result<Self, Error> {
        let (scale, shift) = (uploads.per_channel(norm.weight)?, uploads.per_channel(norm.bias)?);
        Ok(Self { groups: Some(norm.groups), scale, shift, epsilon: norm.epsilon })
    }

    /// Summed axis by axis: partial sums stay short, so single precision suffices for whole volumes.
    pub(super) fn run(&self, input: Tensor<5>) -> Tensor<5> {
        let shape @ [batch, channels, x, y, z] = input.dims();
        let groups = self.groups.unwrap_or(channels);
        let mean = |values: Tensor<5>| values.mean_dim(4).mean_dim(3).mean_dim(2);
        let grouped = input.reshape([batch, groups, channels / groups * x, y, z]);
        let centred = grouped.clone() - mean(grouped);
        let variance = mean(centred.clone() * centred.clone());
        let output = (centred * (variance + self.epsilon).sqrt().recip()).reshape(shape);
        learned(output, &self.scale, &self.shift)
    }
}

/// Normalisation by the statistics of the channels of each voxel.
pub(super) struct LayerNorm {
    scale: Option<Tensor<5>>,
    shift: Option<Tensor<5>>,
    epsilon: f64,
}

impl LayerNorm {
    pub(super) fn new(norm: &monai_networks::LayerNorm, uploads: &mut Uploads<'_, '_, '_>) -> Result<Self, Error> {
        let (scale, shift) = (uploads.per_channel(norm.weight)?, uploads.per_channel(norm.bias)?);
        Ok(Self { scale, shift, epsilon: norm.epsilon })
    }

    pub(super) fn run(&self, input: Tensor<5>) -> Tensor<5> {
        let centred = input.clone() - input.mean_dim(1);
        let variance = (centred.clone() * centred.clone()).mean_dim(1);
        learned(centred * (variance + self.epsilon).sqrt().recip(), &self.scale, &self.shift)
    }
}

fn learned(output: Tensor<5>, scale: &Option<Tensor<5>>, shift: &Option<Tensor<5>>) -> Tensor<5> {
    let output = match scale {
        Some(scale) => output * scale.clone(),
        None => output,
    };
    match shift {
        Some(shift) => output + shift.clone(),
        None => output,
    }
}
