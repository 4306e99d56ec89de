use std::ops::Range;

use super::{Extents, Kernel, Part, Region, Windows, each_block};

/// Weighs neighbouring voxels along each axis by itself, in 64 bit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Blend {
    channels: usize,
    source: [usize; 3],
    axes: [Windows; 3],
    /// Whether lines are blended along Z before Y, because there are fewer of them then.
    lines_first: bool,
}

impl Blend {
    /// `source` is the shape of each of the `channels`; each of `axes` makes one axis of the result.
    pub(crate) fn new(channels: usize, source: [usize; 3], axes: [Windows; 3]) -> Blend {
        let lines_first = axes[1].len() > source[1];
        Blend { channels, source, axes, lines_first }
    }

    /// The same for planes, whose Z is 1: memory is the same with X and Y as Y and Z.
    fn as_plane(&self, source: Part, target: &Region) -> Option<(Blend, Region, Region)> {
        let [xs, ys, zs] = &self.axes;
        if self.source[2] != 1 || *zs != Windows::pick([0]) {
            return None;
        }
        let turn = |region: &Region| {
            let [(c, c_end), (x, x_end), (y, y_end)] = [0, 1, 2].map(|axis| (region.start[axis], region.end[axis]));
            Region { start: [c, 0, x, y], end: [c_end, 1, x_end, y_end] }
        };
        let [width, height, _] = self.source;
        let blend = Blend::new(self.channels, [1, width, height], [zs.clone(), xs.clone(), ys.clone()]);
        Some((blend, turn(&source.region), turn(target)))
    }

    fn pick(&self, source: Part, target: &Region, out: &mut [f32]) {
        let [xs, ys, zs] = &self.axes;
        let depth = target.extents()[3];
        let needed = zs.needs(target.range(3));
        // Where a voxel needs none, one behind the line.
        let from = |z: usize| position(zs, z).map_or(needed.len(), |from| from - needed.start);
        let from: Vec<usize> = target.range(3).map(from).collect();
        let straight = from.iter().copied().eq(0..needed.len());
        let full = from.iter().all(|&from| from < needed.len());
        each_block(target, out, |channel, x, rows, block| {
            let Some(x) = position(xs, x) else { return };
            for (y, row) in rows.zip(block.chunks_exact_mut(depth)) {
                let Some(y) = position(ys, y) else { continue };
                let line = source.line(channel, x, y, needed.clone());
                if straight {
                    row.copy_from_slice(line);
                } else if full {
                    row.iter_mut().zip(&from).for_each(|(voxel, &from)| *voxel = line[from]);
                } else {
                    row.iter_mut().zip(&from).for_each(|(voxel, &from)| *voxel = *line.get(from).unwrap_or(&0.0));
                }
            }
        });
    }
}

fn position(windows: &Windows, index: usize) -> Option<usize> {
    let (first, weights) = windows.get(index);
    (!weights.is_empty()).then_some(first)
}

impl Kernel for Blend {
    fn extents(&self) -> Extents {
        [self.channels, self.axes[0].len(), self.axes[1].len(), self.axes[2].len()]
    }

    fn needs(&self, target: &Region) -> Region {
        let span = |axis: usize| self.axes[axis].needs(target.range(axis + 1));
        Region::of([target.range(0), span(0), span(1), span(2)])
    }

    fn fill(&self, source: Part, target: &Region, out: &mut [f32]) {
        let needed = self.axes[2].needs(target.range(3));
        if out.is_empty() || source.data.is_empty() || needed.is_empty() {
            return;
        }
        if self.axes.iter().all(Windows::picks) {
            return self.pick(source, target, out);
        }
        if let Some((blend, region, target)) = self.as_plane(source, target) {
            return blend.fill(Part { region, data: source.data }, &target, out);
        }
        let [xs, ys, _] = &self.axes;
        let depth = target.extents()[3];
        let across = Across::new(&self.axes[2], target.range(3), &needed);
        let length = if self.lines_first { depth } else { needed.len() + 1 };
        let slots = ys.longest();
        each_block(target, out, |channel, x, rows, block| {
            let (first, weights) = xs.get(x);
            let mut raw = vec![0f64; needed.len() + 1];
            let mut mixed = vec![0f64; needed.len() + 1];
            // Lines that are ready, each in the slot of its Y; windows along Y are no longer than there are slots.
            let mut lines = vec![0f64; slots * length];
            let mut held = vec![usize::MAX; slots];
            for (y, row) in rows.zip(block.chunks_exact_mut(depth)) {
                let (start, blend) = ys.get(y);
                if blend.is_empty() || weights.is_empty() {
                    continue;
                }
                for y in start..start + blend.len() {
                    let (slot, line) = (y % slots, |x: usize| source.line(channel, x, y, needed.clone()));
                    if std::mem::replace(&mut held[slot], y) == y {
                        continue;
                    }
                    let into = &mut lines[slot * length..][..length];
                    if self.lines_first {
                        mix(first, weights, line, &mut raw[..needed.len()]);
                        across.blend(&raw, into, |value| value);
                    } else {
                        mix(first, weights, line, &mut into[..needed.len()]);
                    }
                }
                let line = |y: usize| &lines[y % slots * length..][..length];
                if self.lines_first {
                    blend_into(start, blend, line, row, |value| value as f32);
                } else {
                    blend_into(start, blend, line, &mut mixed[..], |value| value);
                    across.blend(&mixed, row, |value| value as f32);
                }
            }
        });
    }
}

/// Weighs lines of the source at `first` and after.
fn mix<'a>(first: usize, weights: &[f64], line: impl Fn(usize) -> &'a [f32], out: &mut [f64]) {
    match *weights {
        [a] => out.iter_mut().zip(line(first)).for_each(|(out, &v)| *out = a * f64::from(v)),
        [a, b] => {
            let lines = line(first).iter().zip(line(first + 1));
            out.iter_mut().zip(lines).for_each(|(out, (&v, &w))| *out = a * f64::from(v) + b * f64::from(w));
        }
        _ => {
            out.fill(0.0);
            for (offset, &weight) in weights.iter().enumerate() {
                out.iter_mut().zip(line(first + offset)).for_each(|(out, &v)| *out += weight * f64::from(v));
            }
        }
    }
}

/// As [`mix`], of lines that are ready.
fn blend_into<'a, T: Copy>(
    first: usize,
    weights: &[f64],
    line: impl Fn(usize) -> &'a [f64],
    out: &mut [T],
    finish: impl Fn(f64) -> T,
) {
    match *weights {
        [a] => out.iter_mut().zip(line(first)).for_each(|(out, &v)| *out = finish(a * v)),
        [a, b] => {
            let lines = line(first).iter().zip(line(first + 1));
            out.iter_mut().zip(lines).for_each(|(out, (&v, &w))| *out = finish(a * v + b * w));
        }
        _ => {
            let length = out.len();
            let lines: Vec<&[f64]> = (0..weights.len()).map(|offset| &line(first + offset)[..length]).collect();
            for (index, out) in out.iter_mut().enumerate() {
                *out = finish(weights.iter().zip(&lines).map(|(weight, line)| weight * line[index]).sum());
            }
        }
    }
}

/// How a line along Z is blended, for a range of the result.
enum Across {
    /// Up to two positions each, in a line that ends with a 0 for those that need none.
    Pairs(Vec<([u32; 2], [f64; 2])>),
    /// Any number of positions each.
    Windows(Vec<(usize, Vec<f64>)>),
}

impl Across {
    fn new(windows: &Windows, target: Range<usize>, needed: &Range<usize>) -> Across {
        if windows.longest() > 2 {
            let window = |z: usize| {
                let (first, weights) = windows.get(z);
                (first.saturating_sub(needed.start), weights.to_vec())
            };
            return Across::Windows(target.map(window).collect());
        }
        let pair = |z: usize| {
            let (first, weights) = windows.get(z);
            let first = first.saturating_sub(needed.start) as u32;
            match *weights {
                // Both halves are of one position, so that nothing is multiplied by 0: it might not be finite.
                [weight] => ([first; 2], [weight / 2.0; 2]),
                [a, b] => ([first, first + 1], [a, b]),
                _ => ([needed.len() as u32; 2], [0.0; 2]),
            }
        };
        Across::Pairs(target.map(pair).collect())
    }

    fn blend<T>(&self, line: &[f64], out: &mut [T], finish: impl Fn(f64) -> T) {
        match self {
            Across::Pairs(pairs) => {
                for (out, ([i, j], [a, b])) in out.iter_mut().zip(pairs) {
                    *out = finish(line[*i as usize] * a + line[*j as usize] * b);
                }
            }
            Across::Windows(windows) => {
                for (out, (first, weights)) in out.iter_mut().zip(windows) {
                    *out = finish(line[*first..].iter().zip(weights).map(|(value, weight)| value * weight).sum());
                }
            }
        }
    }
}
