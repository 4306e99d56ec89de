use crate::plan::{Kernel, Operation, Plan, Step};

/// Moves every affine step into the convolution whose output only it reads, so that batch norm costs nothing.
pub(crate) fn fold_affine(plan: &mut Plan) {
    let mut readers = vec![0_usize; plan.values];
    for input in plan.steps.iter().flat_map(|step| &step.inputs) {
        readers[*input] += 1;
    }
    readers[plan.output] += 1;

    let mut steps: Vec<Step> = Vec::with_capacity(plan.steps.len());
    for step in plan.steps.drain(..) {
        let producer = steps.iter().rposition(|earlier| earlier.output == step.inputs[0]);
        let folded = match (&step.operation, producer) {
            (Operation::Affine { scale, shift }, Some(at)) if readers[step.inputs[0]] == 1 => {
                fold(&mut steps[at].operation, scale, shift).then_some(at)
            }
            _ => None,
        };
        match folded {
            Some(at) => steps[at].output = step.output,
            None => steps.push(step),
        }
    }
    plan.steps = steps;
}

/// False where the operation is no convolution.
fn fold(operation: &mut Operation, scale: &[f32], shift: &[f32]) -> bool {
    let (kernel, out_axis) = match operation {
        Operation::Convolution(kernel) => (kernel, 0),
        Operation::ConvolutionTranspose { kernel, .. } => (kernel, 1),
        _ => return false,
    };
    let Kernel { shape, weight, bias, .. } = kernel;
    let inner: usize = shape[out_axis + 1..].iter().product();
    for (block, weights) in weight.chunks_exact_mut(inner).enumerate() {
        let channel = block % shape[out_axis];
        weights.iter_mut().for_each(|weight| *weight *= scale[channel]);
    }
    let bias = bias.get_or_insert_with(|| vec![0.0; shape[out_axis]]);
    for (channel, bias) in bias.iter_mut().enumerate() {
        *bias = bias.mul_add(scale[channel], shift[channel]);
    }
    true
}
