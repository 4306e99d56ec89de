//! The CPU executor: every operation of a plan on planar `[C, X, Y, Z]` arrays, without a tensor library.

mod arena;
mod axis;
mod elementwise;
mod filter;
mod map;
mod tile;

use arena::Arena;
use filter::Filter;
use map::Map;

use crate::plan::{Operation, Plan};

/// A plan with its kernels packed for [`tile`].
pub(crate) struct CpuPlan {
    steps: Vec<(Prepared, Vec<usize>, usize)>,
    dropped: Vec<Vec<usize>>,
    values: usize,
    output: usize,
    arena: Arena,
}

enum Prepared {
    Filter(Filter),
    Other(Operation),
}

impl CpuPlan {
    pub(crate) fn new(plan: Plan) -> Self {
        let dropped = plan.dropped_after();
        let (values, output) = (plan.values, plan.output);
        let prepare = |operation| match operation {
            Operation::Convolution(kernel) => Prepared::Filter(Filter::convolution(&kernel)),
            Operation::ConvolutionTranspose { kernel, output_padding } => {
                Prepared::Filter(Filter::transposed(&kernel, output_padding))
            }
            other => Prepared::Other(other),
        };
        let steps = plan.steps.into_iter().map(|step| (prepare(step.operation), step.inputs, step.output)).collect();
        Self { steps, dropped, values, output, arena: Arena::default() }
    }

    /// Gives back the memory that runs hand to each other.
    pub(crate) fn release(&self) {
        self.arena.clear();
    }

    /// Runs on `[channels, size...]` in C order and returns the output in the same order.
    pub(crate) fn run(&self, channels: usize, size: [usize; 3], data: Vec<f32>) -> Vec<f32> {
        let mut values: Vec<Option<Map>> = std::iter::repeat_with(|| None).take(self.values).collect();
        values[0] = Some(Map { channels, size, data });
        for ((operation, inputs, output), dropped) in self.steps.iter().zip(&self.dropped) {
            let result = match operation {
                Prepared::Filter(filter) => filter.run(alive(&values[inputs[0]]), &self.arena),
                Prepared::Other(Operation::Concatenate) => {
                    elementwise::concatenate(alive(&values[inputs[0]]), alive(&values[inputs[1]]), &self.arena)
                }
                Prepared::Other(operation) => {
                    let last = dropped.contains(&inputs[0]) && !inputs[1..].contains(&inputs[0]);
                    let mut map = match &mut values[inputs[0]] {
                        value if last => value.take().expect("alive until its last reader"),
                        value => elementwise::copy(alive(value), &self.arena),
                    };
                    let other = inputs.get(1).map(|value| alive(&values[*value]));
                    elementwise::apply(operation, &mut map, other);
                    map
                }
            };
            let ended = dropped.iter().filter_map(|value| values[*value].take());
            ended.for_each(|map| self.arena.give(map.data));
            values[*output] = Some(result);
        }
        values[self.output].take().expect("the last step gives the output").data
    }
}

fn alive(value: &Option<Map>) -> &Map {
    value.as_ref().expect("steps run in order and values live until their last reader")
}
