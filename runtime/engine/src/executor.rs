use monai_kernels::Level;
use monai_networks::{Graph, Network, Parameter};
use monai_pipeline::windows_at_once;
use rayon::prelude::*;

use crate::cpu::CpuPlan;
use crate::tensors::{self, TensorPlan};
use crate::{Absence, Device, Error, Features, Precision};

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
    ///
    /// Fails where this machine lacks the device, or the device the precision; [`Device::find`] also says what it has.
    pub fn prepare(
        network: &Network,
        device: Device,
        precision: Precision,
        mut read: impl FnMut(&Parameter) -> Result<Vec<f32>, Box<dyn std::error::Error + Send + Sync>>,
    ) -> Result<Self, Error> {
        let level = precision.level(device)?;
        if device == Device::Cpu {
            return Self::prepare_at(level, network, read);
        }
        let absent = |absence: Absence| Error::OpenDevice { device, absence };
        let (opened, _) = tensors::open(device).map_err(absent)?;
        let plan = Prepared::Tensors(TensorPlan::prepare(network, opened, &mut read)?);
        Ok(Self { plan, graph: network.graph.clone(), in_channels: network.in_channels })
    }

    /// As [`Executor::prepare`] on the processor, with the kernels of `level` and no better ones: what is left to
    /// an older processor must be right too.
    ///
    /// # Errors
    /// As [`Executor::prepare`].
    pub fn prepare_at(
        level: Level,
        network: &Network,
        mut read: impl FnMut(&Parameter) -> Result<Vec<f32>, Box<dyn std::error::Error + Send + Sync>>,
    ) -> Result<Self, Error> {
        let plan = Prepared::Cpu(CpuPlan::prepare(level, network, &mut read)?);
        Ok(Self { plan, graph: network.graph.clone(), in_channels: network.in_channels })
    }

    /// Gives back the memory that runs keep for the next one, all but so many numbers of it. Worth calling after the last window of
    /// an image.
    pub fn release(&self, kept: usize) {
        match &self.plan {
            Prepared::Cpu(plan) => plan.release(kept),
            Prepared::Tensors(plan) => plan.release(),
        }
    }

    /// How many windows of so many voxels are best run together: on the processor one, of which all threads take a part,
    /// unless it is too small to be shared; on a GPU as many as the bundle says.
    pub(crate) fn at_once(&self, voxels: usize, sw_batch_size: usize) -> usize {
        match self.plan {
            Prepared::Cpu(_) => windows_at_once(voxels, rayon::current_num_threads()),
            Prepared::Tensors(_) => sw_batch_size,
        }
    }

    /// Runs the network on one sample and returns its logits.
    ///
    /// Fails before any work when channels or size do not fit the network.
    pub fn run(&self, input: Features) -> Result<Features, Error> {
        let mut outputs = self.run_batch(vec![input])?;
        Ok(outputs.remove(0))
    }

    /// Runs the network on several samples of one size and returns the logits of each, in order: together on a GPU, side
    /// by side on the processor. How many fit a GPU's memory is up to the caller.
    ///
    /// Fails before any work when channels or size do not fit the network, or the samples have several sizes.
    pub fn run_batch(&self, inputs: Vec<Features>) -> Result<Vec<Features>, Error> {
        let Some(first) = inputs.first() else { return Ok(Vec::new()) };
        let (spatial, [x, y, z]) = (first.spatial().to_vec(), first.spatial3());
        for input in &inputs {
            if input.channels() != self.in_channels {
                return Err(Error::AcceptChannels { found: input.channels(), expected: self.in_channels });
            }
            if input.spatial() != spatial {
                return Err(Error::AcceptBatch { found: input.spatial().to_vec(), expected: spatial });
            }
        }
        let mut shapes = self.graph.shapes(&spatial)?;
        let shape = shapes.swap_remove(self.graph.output().index());
        let output = |data: Vec<f32>| Features::new(shape.channels, &shape.spatial, data);
        match &self.plan {
            Prepared::Cpu(plan) => {
                let run = |input: Features| Ok(output(plan.run(&spatial, input.into_data())?));
                inputs.into_par_iter().map(run).collect()
            }
            Prepared::Tensors(plan) => {
                let samples = inputs.len();
                let data = inputs.iter().flat_map(Features::data).copied().collect();
                let data = plan.run([samples, self.in_channels, x, y, z], data)?;
                Ok(data.chunks_exact(data.len() / samples).map(|sample| output(sample.to_vec())).collect())
            }
        }
    }
}
