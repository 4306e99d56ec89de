//! The Burn executor: every operation of a graph as functional tensor operations, on any device that Burn has. Maps are
//! `[N, C, X, Y, Z]`, those with two axes have `X = 1`; vectors are `[N, C, 1, 1, 1]`.

mod activation;
mod adapter;
mod attention;
mod norm;
mod operation;
mod pool;
mod rearrange;
mod resize;
mod transposed;
mod weights;

use burn::tensor::{Device, Tensor, TensorData};
use monai_networks::{Graph, Liveness, Network, ValueId};
use operation::Prepared;
use weights::Uploads;

use crate::Error;
use crate::weights::{Reader, Weights};

pub(crate) use adapter::open;

/// A graph with its weights as tensors.
pub(crate) struct TensorPlan {
    device: Device,
    steps: Vec<Step>,
    liveness: Liveness,
    values: usize,
    output: ValueId,
}

struct Step {
    operation: Prepared,
    inputs: Vec<ValueId>,
    output: ValueId,
}

impl TensorPlan {
    /// Reads the weights that the graph uses.
    pub(crate) fn prepare(network: &Network, device: Device, read: &mut Reader<'_>) -> Result<Self, Error> {
        let graph = &network.graph;
        let mut weights = Weights { network, read };
        let mut uploads = Uploads { weights: &mut weights, device: device.clone() };
        let step = |node: &monai_networks::Node| {
            let operation = Prepared::new(node, network.spatial_dims, &mut uploads)?;
            Ok(Step { operation, inputs: node.inputs.clone(), output: node.output })
        };
        let steps = graph.nodes().iter().map(step).collect::<Result<_, Error>>()?;
        let (liveness, values) = (graph.liveness(), Graph::values(graph));
        Ok(Self { device, steps, liveness, values, output: graph.output() })
    }

    /// Runs on `[samples, channels, size...]` in C order and returns the output in the same order.
    pub(crate) fn run(&self, shape: [usize; 5], data: Vec<f32>) -> Result<Vec<f32>, Error> {
        let data = TensorData::new(data, shape);
        let mut values: Vec<Option<Tensor<5>>> = vec![None; self.values];
        values[0] = Some(Tensor::from_data(data, &self.device));
        for (index, step) in self.steps.iter().enumerate() {
            let read = step.inputs.iter().enumerate().map(|(at, value)| {
                let last = self.liveness.ends_at(*value, index) && !step.inputs[at + 1..].contains(value);
                let slot = &mut values[value.index()];
                let tensor = if last { slot.take() } else { slot.clone() };
                tensor.expect("steps run in order and values live until their last reader")
            });
            let read = read.collect();
            values[step.output.index()] = Some(step.operation.run(read));
        }
        let result = values[self.output.index()].take().expect("the last step gives the output");
        let failed = |reason: String| Error::ReadDevice { reason };
        let data = result.try_into_data().map_err(|error| failed(error.to_string()))?;
        data.try_into_vec::<f32>().map_err(|error| failed(error.to_string()))
    }

    /// Gives back the memory that the device keeps for the next run.
    pub(crate) fn release(&self) {
        self.device.memory_cleanup();
    }
}
