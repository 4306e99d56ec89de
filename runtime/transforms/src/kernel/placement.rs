use std::ops::Range;

use super::{Extents, Kernel, Part, Region, each_block};

/// What lies outside a source that is cut or padded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fill {
    /// A number for each side of X, Y and Z: low, high. In corners, that of the later axis.
    Constant([[f32; 2]; 3]),
    /// The nearest voxel.
    Edge,
    /// Mirrored at the centre of the outer voxel.
    Reflect,
    /// Mirrored at the border of the outer voxel.
    Symmetric,
    /// The other end.
    Wrap,
}

impl Fill {
    pub(crate) const ZERO: Fill = Fill::Constant([[0.0; 2]; 3]);
}

/// Cuts a box out of each channel; it may reach beyond the source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placement {
    pub(crate) source: Extents,
    /// First voxel of the box.
    pub(crate) start: [isize; 3],
    /// Extents of the box.
    pub(crate) shape: [usize; 3],
    pub(crate) fill: Fill,
}

impl Placement {
    /// The source's index for an index in the box along a spatial axis.
    fn index(&self, axis: usize, index: usize) -> Option<usize> {
        let (at, extent) = (self.start[axis] + index as isize, self.source[axis + 1] as isize);
        if (0..extent).contains(&at) {
            return Some(at as usize);
        }
        let index = match self.fill {
            Fill::Constant(_) => return None,
            Fill::Edge => at.clamp(0, extent - 1),
            Fill::Wrap => at.rem_euclid(extent),
            Fill::Reflect if extent == 1 => 0,
            Fill::Reflect => {
                let at = at.rem_euclid(2 * extent - 2);
                at.min(2 * extent - 2 - at)
            }
            Fill::Symmetric => {
                let at = at.rem_euclid(2 * extent);
                at.min(2 * extent - 1 - at)
            }
        };
        Some(index as usize)
    }

    /// Indices in the box, within `range`, that lie inside the source.
    fn inside(&self, axis: usize, range: Range<usize>) -> Range<usize> {
        let bound = |at: isize| (at - self.start[axis]).clamp(range.start as isize, range.end as isize) as usize;
        bound(0)..bound(self.source[axis + 1] as isize)
    }

    /// The number outside along a spatial axis.
    fn constant(&self, axis: usize, index: usize) -> f32 {
        match self.fill {
            Fill::Constant(numbers) => numbers[axis][usize::from(self.start[axis] + index as isize >= 0)],
            _ => 0.0,
        }
    }
}

impl Kernel for Placement {
    fn extents(&self) -> Extents {
        [self.source[0], self.shape[0], self.shape[1], self.shape[2]]
    }

    fn needs(&self, target: &Region) -> Region {
        let span = |axis: usize| {
            let indices = target.range(axis + 1).filter_map(|index| self.index(axis, index));
            indices.fold(0..0, |out, index| {
                if out.is_empty() { index..index + 1 } else { out.start.min(index)..out.end.max(index + 1) }
            })
        };
        Region::of([target.range(0), span(0), span(1), span(2)])
    }

    fn fill(&self, source: Part, target: &Region, out: &mut [f32]) {
        let (range, depth) = (target.range(3), target.extents()[3]);
        let inside = self.inside(2, range.clone());
        let (low, high) = (inside.start - range.start, inside.end - range.start);
        // Places in a row that lie outside, with the source's place for them or the number that is there.
        let outside: Vec<(usize, Option<usize>, f32)> = (0..low)
            .chain(high..depth)
            .map(|z| (z, self.index(2, range.start + z), self.constant(2, range.start + z)))
            .collect();
        let zero = self.fill == Fill::ZERO;
        each_block(target, out, |channel, x, ys, block| {
            let plane_x = self.index(0, x);
            for (y, row) in ys.zip(block.chunks_exact_mut(depth)) {
                let (Some(from_x), Some(from_y)) = (plane_x, self.index(1, y)) else {
                    if !zero {
                        let number = if self.index(1, y).is_none() { self.constant(1, y) } else { self.constant(0, x) };
                        row.fill(number);
                        outside.iter().for_each(|&(z, _, number)| row[z] = number);
                    }
                    continue;
                };
                if !inside.is_empty() {
                    let first = (self.start[2] + inside.start as isize) as usize;
                    row[low..high].copy_from_slice(source.line(channel, from_x, from_y, first..first + inside.len()));
                }
                if !zero {
                    let line = &source.data[source.offset(channel, from_x, from_y)..];
                    for &(z, from, number) in &outside {
                        row[z] = from.map_or(number, |from| line[from - source.region.start[3]]);
                    }
                }
            }
        });
    }
}
