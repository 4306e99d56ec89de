use rayon::prelude::*;

use super::arena::Arena;
use super::map::Map;
use crate::plan::Operation;

/// Runs an operation that keeps the shape, in place. `other` is the second input of [`Operation::Add`].
pub(crate) fn apply(operation: &Operation, map: &mut Map, other: Option<&Map>) {
    let voxels = map.voxels();
    match operation {
        Operation::Relu => each(&mut map.data, |value| value.max(0.0)),
        Operation::LeakyRelu { slope } => each(&mut map.data, leaky(*slope)),
        Operation::Prelu { slopes } => channels(map, |channel, values| {
            let leaky = leaky(slopes[channel]);
            values.iter_mut().for_each(|value| *value = leaky(*value));
        }),
        Operation::Affine { scale, shift } => channels(map, |channel, values| {
            let (scale, shift) = (scale[channel], shift[channel]);
            values.iter_mut().for_each(|value| *value = *value * scale + shift);
        }),
        Operation::Standardise { groups, scale, shift, epsilon } => {
            let size = map.channels / groups;
            map.data.par_chunks_exact_mut(size * voxels).enumerate().for_each(|(group, values)| {
                let (mean, inverse) = moments(values, *epsilon);
                for (index, values) in values.chunks_exact_mut(voxels).enumerate() {
                    let channel = group * size + index;
                    let scale = scale.as_ref().map_or(1.0, |scale| scale[channel]) * inverse;
                    let shift = shift.as_ref().map_or(0.0, |shift| shift[channel]);
                    values.iter_mut().for_each(|value| *value = (*value - mean) * scale + shift);
                }
            });
        }
        Operation::Add => {
            let other = other.expect("an addition has two inputs");
            map.data.par_chunks_mut(CHUNK).zip(other.data.par_chunks(CHUNK)).for_each(|(values, others)| {
                values.iter_mut().zip(others).for_each(|(value, other)| *value += other);
            });
        }
        Operation::Convolution(_) | Operation::ConvolutionTranspose { .. } | Operation::Concatenate => {
            unreachable!("these change the shape and have their own functions")
        }
    }
}

/// Channels of `first`, then those of `second`.
pub(crate) fn concatenate(first: &Map, second: &Map, arena: &Arena) -> Map {
    let mut data = arena.take(first.data.len() + second.data.len());
    let (head, tail) = data.split_at_mut(first.data.len());
    fill(head, &first.data);
    fill(tail, &second.data);
    Map { channels: first.channels + second.channels, size: first.size, data }
}

/// The same numbers in a buffer of their own.
pub(crate) fn copy(map: &Map, arena: &Arena) -> Map {
    let mut data = arena.take(map.data.len());
    fill(&mut data, &map.data);
    Map { channels: map.channels, size: map.size, data }
}

fn fill(to: &mut [f32], from: &[f32]) {
    to.par_chunks_mut(CHUNK).zip(from.par_chunks(CHUNK)).for_each(|(to, from)| to.copy_from_slice(from));
}

const CHUNK: usize = 1 << 14;

fn leaky(slope: f32) -> impl Fn(f32) -> f32 + Sync {
    move |value| if value >= 0.0 { value } else { slope * value }
}

fn each(data: &mut [f32], function: impl Fn(f32) -> f32 + Sync) {
    data.par_chunks_mut(CHUNK).for_each(|values| values.iter_mut().for_each(|value| *value = function(*value)));
}

fn channels(map: &mut Map, function: impl Fn(usize, &mut [f32]) + Sync) {
    let voxels = map.voxels();
    map.data.par_chunks_exact_mut(voxels).enumerate().for_each(|(channel, values)| function(channel, values));
}

/// Mean and the inverse of the deviation, the biased variance raised by `epsilon`.
fn moments(values: &[f32], epsilon: f64) -> (f32, f32) {
    let count = values.len() as f64;
    let mean = (sum(values, |value| value) / count) as f32;
    let variance = sum(values, |value| (value - mean) * (value - mean)) / count;
    (mean, (1.0 / (variance + epsilon).sqrt()) as f32)
}

/// Single precision in short runs, double precision over them.
fn sum(values: &[f32], term: impl Fn(f32) -> f32) -> f64 {
    let run = |values: &[f32]| {
        let mut lanes = [0.0_f32; 16];
        let whole = values.chunks_exact(16);
        let rest: f32 = whole.remainder().iter().map(|value| term(*value)).sum();
        for chunk in whole {
            for (lane, value) in lanes.iter_mut().zip(chunk) {
                *lane += term(*value);
            }
        }
        f64::from(lanes.iter().sum::<f32>() + rest)
    };
    values.chunks(1024).map(run).sum()
}
