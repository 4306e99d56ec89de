//! The Burn executor: every operation of a plan as a functional tensor operation, on any device that Burn has.

mod operations;

use burn::tensor::{Device, Tensor, TensorData};
use operations::Prepared;

use crate::Error;
use crate::plan::Plan;

/// A plan with its weights as tensors.
pub(crate) struct TensorPlan {
    device: Device,
    steps: Vec<(Prepared, Vec<usize>, usize)>,
    dropped: Vec<Vec<usize>>,
    values: usize,
    output: usize,
}

impl TensorPlan {
    pub(crate) fn new(plan: Plan, device: Device) -> Self {
        let dropped = plan.dropped_after();
        let (values, output) = (plan.values, plan.output);
        let steps = plan
            .steps
            .into_iter()
            .map(|step| (Prepared::new(step.operation, &device), step.inputs, step.output))
            .collect();
        Self { device, steps, dropped, values, output }
    }

    /// Runs on `[channels, size...]` in C order and returns the output in the same order.
    pub(crate) fn run(&self, channels: usize, [x, y, z]: [usize; 3], data: Vec<f32>) -> Result<Vec<f32>, Error> {
        let data = TensorData::new(data, [1, channels, x, y, z]);
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
        data.try_into_vec::<f32>().map_err(|error| failed(error.to_string()))
    }
}
