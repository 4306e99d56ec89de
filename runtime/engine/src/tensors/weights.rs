use burn::tensor::{Device, Tensor, TensorData};
use monai_networks::{Network, ParameterId};

use crate::Error;
use crate::plan::{Reader, read};

/// Reads parameters onto a device.
pub(super) struct Weights<'a, 'r> {
    pub(super) network: &'a Network,
    pub(super) device: Device,
    pub(super) read: &'a mut Reader<'r>,
}

impl Weights<'_, '_> {
    /// The numbers of a parameter.
    pub(super) fn numbers(&mut self, id: ParameterId) -> Result<Vec<f32>, Error> {
        read(self.network, id, self.read)
    }

    /// A parameter in this shape.
    pub(super) fn tensor<const D: usize>(&mut self, id: ParameterId, shape: [usize; D]) -> Result<Tensor<D>, Error> {
        let numbers = self.numbers(id)?;
        Ok(self.upload(numbers, shape))
    }

    /// One number per channel, `[1, C, 1, 1, 1]`.
    pub(super) fn per_channel(&mut self, id: ParameterId) -> Result<Tensor<5>, Error> {
        let numbers = self.numbers(id)?;
        let length = numbers.len();
        Ok(self.upload(numbers, [1, length, 1, 1, 1]))
    }

    /// A vector `[C]`, where there is one.
    pub(super) fn bias(&mut self, id: Option<ParameterId>) -> Result<Option<Tensor<1>>, Error> {
        let read = |id| {
            let numbers = self.numbers(id)?;
            let length = numbers.len();
            Ok(self.upload(numbers, [length]))
        };
        id.map(read).transpose()
    }

    /// [`per_channel`](Self::per_channel), where there is one.
    pub(super) fn optional(&mut self, id: Option<ParameterId>) -> Result<Option<Tensor<5>>, Error> {
        id.map(|id| self.per_channel(id)).transpose()
    }

    /// Numbers as a tensor.
    pub(super) fn upload<const D: usize>(&self, numbers: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(numbers, shape), &self.device)
    }
}
