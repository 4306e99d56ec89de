//! The CPU executor: a network's program by hand-written kernels on blocked maps, in memory that is planned beforehand.

mod convolution;
mod operation;
mod places;
mod reading;
mod room;

use std::sync::{Arc, Mutex, PoisonError};

use monai_kernels::{
    Epilogue, Extent, LANES, Layout, Level, Moments, Narrow, Source, to_blocked, to_planar, to_planar_within,
};
use monai_networks::{Arena, Layouts, Network, Program, Shape, ValueId};

use self::operation::Operation;
use self::reading::Reading;
use self::room::Room;
use crate::Error;
use crate::features::lift;
use crate::weights::{Reader, Weights};

/// The kernels' sizes are those by which networks plan memory.
const _: () = assert!(LANES == monai_networks::LANES && Narrow::MOST == monai_networks::NARROW);

/// A network's program with its weights ordered for the kernels.
pub(crate) struct CpuPlan {
    level: Level,
    program: Program,
    steps: Vec<Prepared>,
    dropped: Vec<Vec<ValueId>>,
    graph: monai_networks::Graph,
    layouts: Layouts,
    /// What was planned for the size that ran last.
    planned: Mutex<Option<Arc<Planned>>>,
    rooms: Mutex<Vec<Room>>,
}

/// A step of the program.
struct Prepared {
    operation: Operation,
    inputs: Vec<Reading>,
    add: Option<Reading>,
    activation: monai_kernels::Activation,
}

/// Shapes and places of the values for one size of the input.
struct Planned {
    spatial: Vec<usize>,
    shapes: Vec<Shape>,
    arena: Arena,
}

fn extent(shape: &Shape) -> Extent {
    Extent { channels: shape.channels, size: lift(&shape.spatial, 1) }
}

impl CpuPlan {
    /// Reads the weights that the network uses, for a level of the processor.
    pub(crate) fn prepare(level: Level, network: &Network, read: &mut Reader<'_>) -> Result<Self, Error> {
        let program = network.graph.fuse();
        let channels = network.graph.channels();
        let layouts = Layouts::of(&program);
        let mut weights = Weights { network, read };
        let steps = program
            .steps()
            .iter()
            .map(|step| {
                let inputs = step.inputs.iter().map(|input| Reading::new(input, &channels, &mut weights));
                let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
                let add = step.add.as_ref().map(|input| Reading::new(input, &channels, &mut weights)).transpose()?;
                let count = channels[step.output.index()];
                let activation = reading::activation(step.activation, 0..count, &mut weights)?;
                let operation = Operation::new(
                    level,
                    step,
                    &channels,
                    network.spatial_dims,
                    layouts.is_planar(step.output),
                    &mut weights,
                )?;
                Ok(Prepared { operation, inputs, add, activation })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(Self {
            level,
            dropped: program.dropped_after(),
            layouts,
            graph: network.graph.clone(),
            program,
            steps,
            planned: Mutex::default(),
            rooms: Mutex::default(),
        })
    }

    /// Gives back the memory that runs hand to each other, all but so many numbers.
    pub(crate) fn release(&self, kept: usize) {
        let mut numbers = 0;
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).retain(|room| {
            numbers += room.numbers();
            numbers <= kept
        });
    }

    /// Runs on `[channels, spatial...]` in C order and returns the output in the same order.
    pub(crate) fn run(&self, spatial: &[usize], data: Vec<f32>) -> Result<Vec<f32>, Error> {
        let planned = self.planned(spatial)?;
        let mut room = self.rooms.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        room.fit(&planned.arena.slots);
        let shape = |value: ValueId| &planned.shapes[value.index()];
        if !self.layouts.is_planar(ValueId::INPUT) {
            let extent = extent(shape(ValueId::INPUT));
            let slot = planned.arena.places[ValueId::INPUT.index()].expect("the input has a place");
            to_blocked(extent, &data, &mut room.slots[slot][..extent.blocked()]);
        }
        let mut moments: Vec<Option<Vec<Moments>>> = vec![None; self.program.values()];
        for ((step, prepared), dropped) in self.program.steps().iter().zip(&self.steps).zip(&self.dropped) {
            let place = planned.arena.places[step.output.index()].expect("each output has a place");
            let mut output = room.take(place);
            let values = Values { plan: self, planned: &planned, room: &room, input: &data };
            for reading in prepared.inputs.iter().chain(&prepared.add) {
                if reading.measures() && moments[reading.value.index()].is_none() {
                    moments[reading.value.index()] = Some(values.measure(reading.value));
                }
            }
            let prologues: Vec<_> = prepared.inputs.iter().map(|reading| reading.prologue(&moments)).collect();
            let sources: Vec<_> =
                prepared.inputs.iter().zip(&prologues).map(|(reading, found)| values.source(reading, found)).collect();
            let added = prepared.add.as_ref().map(|reading| reading.prologue(&moments));
            let add = prepared.add.as_ref().zip(added.as_ref()).map(|(reading, found)| values.source(reading, found));
            let epilogue = Epilogue { add, activation: &prepared.activation, statistics: step.statistics };
            let extents: Vec<_> = step.inputs.iter().map(|input| extent(shape(input.value))).collect();
            let to = extent(shape(step.output));
            let found = prepared.operation.run(
                &sources,
                &extents,
                &mut output[..self.length(step.output, &planned.shapes)],
                to,
                &epilogue,
            );
            moments[step.output.index()] = found;
            room.give(place, output);
            dropped.iter().for_each(|value| moments[value.index()] = None);
        }
        let result = self.output(&planned, &mut room);
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).push(room);
        Ok(result)
    }

    /// The output in C order: its own slot where it fills one, else a copy.
    fn output(&self, planned: &Planned, room: &mut Room) -> Vec<f32> {
        let output = self.program.output();
        let (extent, length) = (extent(&planned.shapes[output.index()]), self.length(output, &planned.shapes));
        let slot = planned.arena.places[output.index()].expect("the output has a place");
        let planar = self.layouts.is_planar(output);
        if planned.arena.fills(output, length) {
            let mut data = room.take(slot);
            if !planar {
                to_planar_within(self.level, extent, &mut data, room.scratch(extent.voxels() * LANES));
                data.truncate(extent.planar());
            }
            return data;
        }
        let data = &room.slots[slot][..length];
        if planar {
            return data.to_vec();
        }
        let mut result = vec![0.0; extent.planar()];
        to_planar(self.level, extent, data, &mut result);
        result
    }

    /// Numbers that a value takes in memory.
    fn length(&self, value: ValueId, shapes: &[Shape]) -> usize {
        self.layouts.length(value, &shapes[value.index()])
    }

    fn planned(&self, spatial: &[usize]) -> Result<Arc<Planned>, Error> {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(planned) = planned.as_ref().filter(|planned| planned.spatial == spatial) {
            return Ok(planned.clone());
        }
        let shapes = self.graph.shapes(spatial)?;
        let arena =
            Arena::plan(&self.program, !self.layouts.is_planar(ValueId::INPUT), |value| self.length(value, &shapes));
        let fresh = Arc::new(Planned { spatial: spatial.to_vec(), shapes, arena });
        *planned = Some(fresh.clone());
        Ok(fresh)
    }
}

/// The values that are in memory.
struct Values<'a> {
    plan: &'a CpuPlan,
    planned: &'a Planned,
    room: &'a Room,
    input: &'a [f32],
}

impl<'a> Values<'a> {
    fn data(&self, value: ValueId) -> (&'a [f32], Layout) {
        let layout = if self.plan.layouts.is_planar(value) { Layout::Planar } else { Layout::Blocked };
        if value == ValueId::INPUT && layout == Layout::Planar {
            return (self.input, layout);
        }
        let slot = self.planned.arena.places[value.index()].expect("a value that is read has a place");
        (&self.room.slots[slot][..self.plan.length(value, &self.planned.shapes)], layout)
    }

    fn source<'b>(&self, reading: &Reading, prologue: &'b reading::Found<'b>) -> Source<'b>
    where
        'a: 'b,
    {
        let (data, layout) = self.data(reading.value);
        let channels = self.planned.shapes[reading.value.index()].channels;
        Source { data, layout, channels, prologue: prologue.get() }
    }

    /// The moments of a value whose step did not give them.
    fn measure(&self, value: ValueId) -> Vec<Moments> {
        let (data, _) = self.data(value);
        let blocks = data.len() / LANES / extent(&self.planned.shapes[value.index()]).voxels();
        monai_kernels::moments(self.plan.level, data, blocks)
    }
}
