use burn::tensor::{Device, Tensor, TensorData};
use monai_networks::{Graph, Network, Parameter};

use crate::operations::Prepared;
use crate::plan::Plan;
use crate::{Error, Features, passes};

/// A network with its weights on a device, ready to run.
///
/// Steps run on the calling thread and on the current rayon pool; the result does not depend on the size of that pool.
pub struct Executor {
    device: Device,
    steps: Vec<(Prepared, Vec<usize>, usize)>,
    dropped: Vec<Vec<usize>>,
    values: usize,
    output: usize,
    graph: Graph,
    in_channels: usize,
}

impl Executor {
    /// Reads the weights that inference needs through `read`, which gives a parameter's numbers in C order, and lays them
    /// out for the CPU.
    pub fn prepare(
        network: &Network,
        mut read: impl FnMut(&Parameter) -> Result<Vec<f32>, Box<dyn std::error::Error + Send + Sync>>,
    ) -> Result<Self, Error> {
        let device = Device::flex();
        let mut plan = Plan::compile(network, &mut read)?;
        passes::fold_affine(&mut plan);
        let dropped = plan.dropped_after();
        let (values, output) = (plan.values, plan.output);
        let steps = plan
            .steps
            .into_iter()
            .map(|step| (Prepared::new(step.operation, &device), step.inputs, step.output))
            .collect();
        let (graph, in_channels) = (network.graph.clone(), network.in_channels);
        Ok(Self { device, steps, dropped, values, output, graph, in_channels })
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

        let [x, y, z] = input.spatial3();
        let data = TensorData::new(input.into_data(), [1, self.in_channels, x, y, z]);
        let mut values: Vec<Option<Tensor<5>>> = vec![None; self.values];
        values[0] = Some(Tensor::from_data(data, &self.device));
        for ((operation, inputs, output), dropped) in self.steps.iter().zip(&self.dropped) {
            let read = inputs.iter().enumerate().map(|(at, value)| {
                let last = dropped.contains(value) && !inputs[at + 1..].contains(value);
                let tensor = if last { values[*value].take() } else { values[*value].clone() };
                tensor.expect("steps run in order and values live until their last reader")
            });
            let read = read.collect();
            values[*output] = Some(operation.run(read));
        }
        let result = values[self.output].take().expect("the last step gives the output");
        let failed = |reason: String| Error::ReadDevice { reason };
        let data = result.try_into_data().map_err(|error| failed(error.to_string()))?;
        let data = data.try_into_vec::<f32>().map_err(|error| failed(error.to_string()))?;
        Ok(Features::new(shape.channels, &shape.spatial, data))
    }
}
