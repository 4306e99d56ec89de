//! Which values lie planar in memory.

use monai_kernels::Narrow;
use monai_networks::{Op, Program, Step, ValueId, Work};

/// Whether each value lies planar. A value of few channels does where a convolution writes it and only convolutions read it, as it is:
/// blocked, most of its lanes would be empty.
pub(super) fn planar(program: &Program) -> Vec<bool> {
    let mut planar = vec![false; program.values()];
    planar[ValueId::INPUT.index()] = program.convolves_input();
    for step in program.steps() {
        planar[step.output.index()] = is_narrow(step);
    }
    // What is added lies as what it is added to.
    loop {
        let wrong = program.steps().iter().find_map(|step| {
            let output = planar[step.output.index()];
            let read = step.inputs.iter().filter(|input| !(input.is_plain() && is_convolution(step)));
            let added = step.add.as_ref().filter(|input| !(input.is_plain() && output));
            let blocks = read.chain(added).map(|input| input.value).find(|value| planar[value.index()]);
            let alone = step.add.as_ref().is_some_and(|input| output && !planar[input.value.index()]);
            blocks.or_else(|| alone.then_some(step.output))
        });
        match wrong {
            Some(value) => planar[value.index()] = false,
            None => return planar,
        }
    }
}

fn is_convolution(step: &Step) -> bool {
    match &step.work {
        Work::Op(Op::Convolution(op)) => op.groups == 1,
        Work::Op(Op::ConvolutionTranspose(op)) => op.groups == 1,
        _ => false,
    }
}

fn is_narrow(step: &Step) -> bool {
    let narrow = |channels: usize| channels <= Narrow::MOST && !step.statistics && is_convolution(step);
    match &step.work {
        Work::Op(Op::Convolution(op)) => narrow(op.out_channels) && op.stride.last() == Some(&1),
        Work::Op(Op::ConvolutionTranspose(op)) => narrow(op.out_channels),
        _ => false,
    }
}
