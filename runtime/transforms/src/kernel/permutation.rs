use rayon::prelude::*;

use super::{Extents, Kernel, Part, Region};

/// Planes along X that are written together where X runs along the source's Z, so that they share cache lines.
const TILE: usize = 32;

/// Permutes and mirrors axes: output axis `i` is source axis `from[i]`, mirrored where `flip[i]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Permutation {
    pub(crate) source: Extents,
    pub(crate) from: [usize; 4],
    pub(crate) flip: [bool; 4],
}

impl Permutation {
    /// The one that changes nothing.
    pub(crate) fn identity(source: Extents) -> Permutation {
        Permutation { source, from: [0, 1, 2, 3], flip: [false; 4] }
    }

    /// Whether it changes nothing.
    pub(crate) fn is_identity(&self) -> bool {
        self.from == [0, 1, 2, 3] && self.flip == [false; 4]
    }

    /// Mirrors spatial axes in place, where they are not permuted; false where they are.
    pub(crate) fn mirror(&self, data: &mut [f32]) -> bool {
        if self.from != [0, 1, 2, 3] || self.flip[0] {
            return false;
        }
        let [_, width, height, depth] = self.source;
        if data.is_empty() || self.is_identity() {
            return true;
        }
        let [_, x, y, z] = self.flip;
        let rows = |plane: &mut [f32]| match (y, z) {
            (true, true) => plane.reverse(),
            (true, false) => {
                let (low, high) = plane.split_at_mut(height / 2 * depth);
                let pairs = low.chunks_exact_mut(depth).zip(high.chunks_exact_mut(depth).rev());
                pairs.for_each(|(a, b)| a.swap_with_slice(b));
            }
            (false, true) => plane.chunks_exact_mut(depth).for_each(<[f32]>::reverse),
            (false, false) => {}
        };
        let plane = height * depth;
        if !x {
            data.par_chunks_mut(plane).for_each(rows);
            return true;
        }
        for channel in data.chunks_exact_mut(width * plane) {
            let (low, high) = channel.split_at_mut(width / 2 * plane);
            let (middle, high) = high.split_at_mut(width % 2 * plane);
            low.par_chunks_mut(plane).zip(high.par_chunks_mut(plane).rev()).for_each(|(a, b)| {
                swap(a, b, height, depth, y, z);
            });
            if !middle.is_empty() {
                rows(middle);
            }
        }
        true
    }
}

/// Exchanges two planes, each mirrored.
fn swap(a: &mut [f32], b: &mut [f32], height: usize, depth: usize, y: bool, z: bool) {
    for row in 0..height {
        let other = if y { height - 1 - row } else { row };
        let (a, b) = (&mut a[row * depth..][..depth], &mut b[other * depth..][..depth]);
        if z {
            a.iter_mut().zip(b.iter_mut().rev()).for_each(|(a, b)| std::mem::swap(a, b));
        } else {
            a.swap_with_slice(b);
        }
    }
}

impl Kernel for Permutation {
    fn extents(&self) -> Extents {
        self.from.map(|axis| self.source[axis])
    }

    fn needs(&self, target: &Region) -> Region {
        let mut out = Region { start: [0; 4], end: [0; 4] };
        for axis in 0..4 {
            let (extent, range) = (self.source[self.from[axis]], target.range(axis));
            (out.start[self.from[axis]], out.end[self.from[axis]]) =
                if self.flip[axis] { (extent - range.end, extent - range.start) } else { (range.start, range.end) };
        }
        out
    }

    fn fill(&self, source: Part, target: &Region, out: &mut [f32]) {
        let (data, held) = (source.data, source.region.extents());
        let strides = [held[1] * held[2] * held[3], held[2] * held[3], held[3], 1].map(|stride| stride as isize);
        let mut origin = 0isize;
        let mut step = [0isize; 4];
        for axis in 0..4 {
            let (from, first) = (self.from[axis], target.start[axis]);
            let first = if self.flip[axis] { self.source[from] - 1 - first } else { first };
            origin += (first - source.region.start[from]) as isize * strides[from];
            step[axis] = if self.flip[axis] { -strides[from] } else { strides[from] };
        }
        let [_, width, height, depth] = target.extents();
        let plane = height * depth;
        if out.is_empty() {
            return;
        }
        let start = |index: usize, x: usize, y: usize| {
            origin + index as isize * step[0] + x as isize * step[1] + y as isize * step[2]
        };
        if step[1].abs() == 1 && step[3].abs() != 1 {
            for (index, channel) in out.chunks_exact_mut(width * plane).enumerate() {
                channel.par_chunks_mut(TILE * plane).enumerate().for_each(|(tile, planes)| {
                    let count = planes.len() / plane;
                    let mut lines = [[0f32; TILE]; TILE];
                    let mut rows = [[0f32; TILE]; TILE];
                    for (z0, y) in (0..depth).step_by(TILE).flat_map(|z0| (0..height).map(move |y| (z0, y))) {
                        let length = TILE.min(depth - z0);
                        // Whole lines are read and written: what lies between them is often a power of two, of which caches
                        // hold few, and always another page of memory.
                        for (z, line) in lines.iter_mut().enumerate().take(length) {
                            let at = start(index, tile * TILE, y) + (z0 + z) as isize * step[3];
                            let first = if step[1] == 1 { at as usize } else { at as usize + 1 - count };
                            line[..count].copy_from_slice(&data[first..first + count]);
                            if step[1] != 1 {
                                line[..count].reverse();
                            }
                        }
                        for (z, line) in lines.iter().enumerate() {
                            line.iter().zip(&mut rows).for_each(|(&voxel, row)| row[z] = voxel);
                        }
                        for x in 0..count {
                            planes[x * plane + y * depth + z0..][..length].copy_from_slice(&rows[x][..length]);
                        }
                    }
                });
            }
            return;
        }
        out.par_chunks_mut(plane).enumerate().for_each(|(index, out)| {
            let (index, x) = (index / width, index % width);
            if step[3].abs() == 1 {
                for (y, row) in out.chunks_exact_mut(depth).enumerate() {
                    let at = start(index, x, y);
                    if step[3] == 1 {
                        row.copy_from_slice(&data[at as usize..at as usize + depth]);
                    } else {
                        let line = &data[at as usize + 1 - depth..at as usize + 1];
                        row.iter_mut().zip(line.iter().rev()).for_each(|(out, &voxel)| *out = voxel);
                    }
                }
                return;
            }
            // Where the innermost axis strides, a block of neighbouring rows shares the cache lines that it reads.
            for z0 in (0..depth).step_by(TILE) {
                for (y, row) in out.chunks_exact_mut(depth).enumerate() {
                    let at = start(index, x, y);
                    for (z, voxel) in row.iter_mut().enumerate().take(z0 + TILE).skip(z0) {
                        *voxel = data[(at + z as isize * step[3]) as usize];
                    }
                }
            }
        });
    }
}
