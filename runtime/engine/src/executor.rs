use monai_networks::{Graph, Network, Parameter};
use rayon::prelude::*;

use crate::cpu::CpuPlan;
use crate::tensors::TensorPlan;
use crate::{Error, Features};

/// Where and by what a network runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Device {
    /// The processor, by our own operations.
    #[default]
    Cpu,
    /// The processor, by Burn's `flex` backend: the same code path as on a GPU, slower here.
    Flex,
}

/// A network with its weights on a device, ready to run.
///
/// Work is spread over the current rayon pool; the result does not depend on the size of that pool.
pub struct Executor {
    plan: Prepared,
    graph: Graph,
    in_channels: usize,
}

enum Prepared {
    Cpu(CpuPlan),
    Tensors(TensorPlan),
}

impl Executor {
    /// Reads the weights that inference needs through `read`, which gives a parameter's numbers in C order, and lays them
    /// out for the device.
    pub fn prepare(
        network: &Network,
        device: Device,
        mut read: impl FnMut(&Parameter) -> Result<Vec<f32>, Box<dyn std::error::Error + Send + Sync>>,
    ) -> Result<Self, Error> {
        let plan = match device {
            Device::Cpu => Prepared::Cpu(CpuPlan::prepare(network, &mut read)?),
            Device::Flex => Prepared::Tensors(TensorPlan::prepare(network, burn::tensor::Device::flex(), &mut read)?),
        };
        Ok(Self { plan, graph: network.graph.clone(), in_channels: network.in_channels })
    }

    /// Gives back the memory that runs keep for the next one. Worth calling after the last window of an image.
    pub fn release(&self) {
        match &self.plan {
            Prepared::Cpu(plan) => plan.release(),
            Prepared::Tensors(_) => {}
        }
    }

    /// How many windows of so many voxels are best run together: on the processor one, of which all threads take a part,
    /// unless it is too small to be shared.
    pub fn at_once(&self, voxels: usize) -> usize {
        const SHARED: usize = 64 * 64 * 64;
        if voxels < SHARED { rayon::current_num_threads() } else { 1 }
    }

    /// Runs the network on several samples of one size, each as [`Executor::run`] does.
    ///
    /// # Errors
    /// As [`Executor::run`].
    pub fn run_batch(&self, inputs: Vec<Features>) -> Result<Vec<Features>, Error> {
        inputs.into_par_iter().map(|input| self.run(input)).collect()
    }

    /// Runs the network on one sample and returns its logits.
    ///
    /// Fails before any work when channels or size do not fit the network.
    pub fn run(&self, input: Features) -> Result<Features, Error> {
        if input.channels() != self.in_channels {
            return Err(Error::AcceptChannels { found: input.channels(), expected: self.in_channels });
        }
        let mut shapes = self.graph.shapes(input.spatial())?;
        let shape = shapes.swap_remove(self.graph.output().index());
        let (size, spatial) = (input.spatial3(), input.spatial().to_vec());
        let data = match &self.plan {
            Prepared::Cpu(plan) => plan.run(&spatial, input.into_data())?,
            Prepared::Tensors(plan) => plan.run(self.in_channels, size, input.into_data())?,
        };
        Ok(Features::new(shape.channels, &shape.spatial, data))
    }
}
