use crate::graph::ValueId;
use crate::op::Op;
use crate::program::{Program, Step, Work};
use crate::shapes::Shape;

/// Channels that stand together in a blocked value.
pub const LANES: usize = 16;
/// Most channels of a value that lies planar: blocked, most of its lanes would be empty.
pub const NARROW: usize = 4;

/// How the values of a program lie in memory: planar, `[channels, voxels]`, or in blocks of [`LANES`] channels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layouts {
    planar: Vec<bool>,
}

impl Layouts {
    /// A value of few channels lies planar where a convolution writes it and only convolutions read it, as it is; so does
    /// the network's input where convolutions alone read it.
    pub fn of(program: &Program) -> Layouts {
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
                None => return Layouts { planar },
            }
        }
    }

    /// Whether a value lies planar. The network's input then needs no memory of the program's own.
    pub fn is_planar(&self, value: ValueId) -> bool {
        self.planar[value.index()]
    }

    /// Numbers that a value of this shape takes in memory.
    pub fn length(&self, value: ValueId, shape: &Shape) -> usize {
        let channels = if self.is_planar(value) { shape.channels } else { shape.channels.next_multiple_of(LANES) };
        channels * shape.voxels()
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
    let narrow = |channels: usize| channels <= NARROW && !step.statistics && is_convolution(step);
    match &step.work {
        Work::Op(Op::Convolution(op)) => narrow(op.out_channels) && op.stride.last() == Some(&1),
        Work::Op(Op::ConvolutionTranspose(op)) => narrow(op.out_channels),
        _ => false,
    }
}
