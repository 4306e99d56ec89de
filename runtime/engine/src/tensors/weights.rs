use burn::tensor::{Device, Tensor, TensorData};
use monai_networks::ParameterId;

use crate::Error;
use crate::weights::Weights;

/// Reads parameters onto a device.
pub(super) struct Uploads<'a, 'b, 'r> {
    pub(super) weights: &'a mut Weights<'b, 'r>,
    pub(super) device: Device,
}

impl Uploads<'_, '_, '_> {
    /// A parameter in this shape.
    pub(super) fn tensor<const D: usize>(&mut self, id: ParameterId, shape: [usize; D]) -> Result<Tensor<D>, Error> {
        let numbers = self.weights.get(id)?;
        Ok(self.upload(numbers, shape))
    }

    /// A vector `[C]`, where there is one.
    pub(super) fn vector(&mut self, id: Option<ParameterId>) -> Result<Option<Tensor<1>>, Error> {
        let numbers = self.weights.optional(id)?;
        Ok(numbers.map(|numbers| {
            let length = numbers.len();
            self.upload(numbers, [length])
        }))
    }

    /// One number per channel, `[1, C, 1, 1, 1]`, where there are any.
    pub(super) fn per_channel(&mut self, id: Option<ParameterId>) -> Result<Option<Tensor<5>>, Error> {
        let numbers = self.weights.optional(id)?;
        Ok(numbers.map(|numbers| self.channels(numbers)))
    }

    /// Numbers as `[1, C, 1, 1, 1]`.
    pub(super) fn channels(&self, numbers: Vec<f32>) -> Tensor<5> {
        let length = numbers.len();
        self.upload(numbers, [1, length, 1, 1, 1])
    }

    /// Numbers in this shape.
    pub(super) fn upload<const D: usize>(&self, numbers: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(numbers, shape), &self.device)
    }
}
