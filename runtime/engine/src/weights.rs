//! Numbers of a network's parameters.

use monai_networks::{Network, Parameter, ParameterId, RunningNorm};

use crate::Error;

/// What reads the numbers of one parameter from a checkpoint.
pub(crate) type Reader<'a> = dyn FnMut(&Parameter) -> Result<Vec<f32>, Box<dyn std::error::Error + Send + Sync>> + 'a;

/// The parameters of a network as a checkpoint has them.
pub(crate) struct Weights<'a, 'r> {
    pub(crate) network: &'a Network,
    pub(crate) read: &'a mut Reader<'r>,
}

impl Weights<'_, '_> {
    /// The shape of a parameter.
    pub(crate) fn shape(&self, id: ParameterId) -> &[usize] {
        &self.network.parameters[id.index()].shape
    }

    /// The numbers of a parameter, as many as its shape says.
    pub(crate) fn get(&mut self, id: ParameterId) -> Result<Vec<f32>, Error> {
        let parameter = &self.network.parameters[id.index()];
        let name = || parameter.name.clone();
        let data = (self.read)(parameter).map_err(|source| Error::ReadWeights { name: name(), source })?;
        let expected = parameter.shape.iter().product();
        if data.len() != expected {
            return Err(Error::CountWeights { name: name(), found: data.len(), expected });
        }
        Ok(data)
    }

    /// The same, where there is one.
    pub(crate) fn optional(&mut self, id: Option<ParameterId>) -> Result<Option<Vec<f32>>, Error> {
        id.map(|id| self.get(id)).transpose()
    }

    /// A running norm as one scale and one shift per channel.
    pub(crate) fn running(&mut self, norm: &RunningNorm) -> Result<(Vec<f32>, Vec<f32>), Error> {
        let (mean, variance) = (self.get(norm.mean)?, self.get(norm.variance)?);
        let weight = self.optional(norm.weight)?.unwrap_or_else(|| vec![1.0; mean.len()]);
        let bias = self.optional(norm.bias)?.unwrap_or_else(|| vec![0.0; mean.len()]);
        let scale: Vec<f64> =
            (0..mean.len()).map(|c| f64::from(weight[c]) / (f64::from(variance[c]) + norm.epsilon).sqrt()).collect();
        let shift = (0..mean.len()).map(|c| (f64::from(bias[c]) - f64::from(mean[c]) * scale[c]) as f32).collect();
        Ok((scale.into_iter().map(|scale| scale as f32).collect(), shift))
    }
}
