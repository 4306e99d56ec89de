use super::{Extents, Kernel, Part, Region, each_block};
use crate::resample::{Grid, Interpolation, Padding};

/// Samples each channel on a grid that may lie askew to the source's.
#[derive(Debug, Clone)]
pub(crate) struct Oblique {
    pub(crate) channels: usize,
    pub(crate) grid: Grid,
    pub(crate) mode: Interpolation,
    pub(crate) padding: Padding,
}

impl Kernel for Oblique {
    fn extents(&self) -> Extents {
        let [x, y, z] = self.grid.extents();
        [self.channels, x, y, z]
    }

    fn needs(&self, target: &Region) -> Region {
        if target.voxels() == 0 {
            return *target;
        }
        // The outermost coordinates are those of corners; one voxel more covers both taps and the last bit.
        let corners = (0..8).map(|corner: usize| {
            let at: [usize; 3] = std::array::from_fn(|axis| match corner >> axis & 1 {
                0 => target.start[axis + 1],
                _ => target.end[axis + 1] - 1,
            });
            self.grid.coordinates(at)
        });
        let corners: Vec<[f64; 3]> = corners.collect();
        let span = |axis: usize| {
            let extent = self.grid.source()[axis];
            let bound = |pick: fn(f64, f64) -> f64| corners.iter().map(|corner| corner[axis]).reduce(pick);
            let (low, high) = (bound(f64::min).unwrap_or(0.0), bound(f64::max).unwrap_or(0.0));
            if self.padding == Padding::Reflection && (low < 0.0 || high > extent as f64 - 1.0) {
                return 0..extent;
            }
            let start = ((low.floor() - 1.0).max(0.0) as usize).min(extent - 1);
            let end = ((high.ceil() + 2.0).max(0.0) as usize).clamp(start + 1, extent);
            start..end
        };
        Region::of([target.range(0), span(0), span(1), span(2)])
    }

    fn fill(&self, source: Part, target: &Region, out: &mut [f32]) {
        if out.is_empty() {
            return;
        }
        let depth = target.extents()[3];
        let (held, first) = (source.region.extents(), source.region.start);
        let shape = self.grid.source();
        let along = |axis: usize| -> Vec<f64> { target.range(3).map(|z| self.grid.along(axis, z)).collect() };
        let along = [along(0), along(1), along(2)];
        each_block(target, out, |channel, x, rows, block| {
            let data = &source.data[source.offset(channel, first[1], first[2])..];
            for (y, row) in rows.zip(block.chunks_exact_mut(depth)) {
                for (z, voxel) in row.iter_mut().enumerate() {
                    let at = |axis: usize| self.grid.coordinate(axis, x, y, along[axis][z]);
                    let line = |axis: usize| tap(at(axis), shape[axis], first[axis + 1], self.padding);
                    *voxel = match self.mode {
                        Interpolation::Bilinear => {
                            let [a, b, c] = [line(0), line(1), line(2)];
                            let mut sum = 0.0;
                            for (i, wx) in a.weighed() {
                                for (j, wy) in b.weighed() {
                                    let start = (i * held[2] + j) * held[3];
                                    for (k, wz) in c.weighed() {
                                        let weight = wx * wy * wz;
                                        if weight != 0.0 {
                                            sum += weight * f64::from(data[start + k]);
                                        }
                                    }
                                }
                            }
                            sum as f32
                        }
                        Interpolation::Nearest => {
                            let near = |axis: usize| {
                                self.padding.nearest(at(axis), shape[axis]).map(|index| index - first[axis + 1])
                            };
                            match (near(0), near(1), near(2)) {
                                (Some(i), Some(j), Some(k)) => data[(i * held[2] + j) * held[3] + k],
                                _ => 0.0,
                            }
                        }
                    };
                }
            }
        });
    }
}

/// Two neighbours along an axis and the weight of each.
#[derive(Clone, Copy)]
struct Tap {
    index: [usize; 2],
    weight: [f64; 2],
}

impl Tap {
    fn weighed(self) -> [(usize, f64); 2] {
        [(self.index[0], self.weight[0]), (self.index[1], self.weight[1])]
    }
}

fn tap(coordinate: f64, extent: usize, first: usize, padding: Padding) -> Tap {
    let [(i, a), (j, b)] = padding.neighbours(coordinate, extent);
    Tap { index: [i - first.min(i), j - first.min(j)], weight: [a, b] }
}
