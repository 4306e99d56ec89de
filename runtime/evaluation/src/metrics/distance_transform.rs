//! The exact Euclidean distance transform in linear time: distances along X by counting, then along Z and Y by the lower
//! envelope of parabolas (Felzenszwalb and Huttenlocher 2012).

use rayon::prelude::*;

/// A column along X without a site.
const NONE: u16 = u16::MAX;

/// Voxels that one task counts along X.
const STRIP: usize = 1 << 14;

/// For each voxel with the bit `from`, in order, the distance to the nearest voxel with the bit `to`, in the units of
/// `spacing`; infinite where there is none. `flags` holds X, Y, Z, Z fastest; no axis is longer than 65535.
pub(crate) fn distances(shape: [usize; 3], spacing: [f64; 3], flags: &[u8], from: u8, to: u8) -> Vec<f32> {
    let [_, ny, nz] = shape;
    let steps = steps(ny * nz, flags, to);
    let planes = steps.par_chunks(ny * nz).zip(flags.par_chunks(ny * nz));
    let planes = planes.map_init(Plane::default, |plane, (steps, flags)| {
        if flags.iter().any(|flag| flag & from != 0) {
            plane.distances(steps, flags, from, nz, spacing)
        } else {
            vec![]
        }
    });
    planes.flatten_iter().collect()
}

/// For each voxel, how many steps along X are between it and the nearest site.
fn steps(plane: usize, flags: &[u8], to: u8) -> Vec<u16> {
    let mut steps: Vec<u16> = flags.par_iter().map(|flag| if flag & to != 0 { 0 } else { NONE }).collect();
    let planes = flags.len() / plane;
    let approach = |here: &mut [u16], before: &[u16]| {
        here.par_chunks_mut(STRIP).zip(before.par_chunks(STRIP)).for_each(|(here, before)| {
            here.iter_mut().zip(before).for_each(|(here, before)| *here = (*here).min(before.saturating_add(1)));
        });
    };
    for x in 1..planes {
        let (done, rest) = steps.split_at_mut(x * plane);
        approach(&mut rest[..plane], &done[(x - 1) * plane..]);
    }
    for x in (1..planes).rev() {
        let (rest, done) = steps.split_at_mut(x * plane);
        approach(&mut rest[(x - 1) * plane..], &done[..plane]);
    }
    steps
}

/// The squares of one plane across X, and what its lines need.
#[derive(Default)]
struct Plane {
    squares: Vec<f64>,
    line: Vec<f64>,
    envelope: Vec<Parabola>,
}

/// Part of a lower envelope: the parabola over `apex` is the lowest one from `start` on, in voxels.
struct Parabola {
    apex: usize,
    height: f64,
    start: f64,
}

impl Plane {
    fn distances(&mut self, steps: &[u16], flags: &[u8], from: u8, nz: usize, spacing: [f64; 3]) -> Vec<f32> {
        let square =
            |steps: &u16| if *steps == NONE { f64::INFINITY } else { (f64::from(*steps) * spacing[0]).powi(2) };
        self.squares.clear();
        self.squares.extend(steps.iter().map(square));
        for row in self.squares.chunks_mut(nz) {
            lower(row, &mut self.envelope, spacing[2]);
        }
        for z in 0..nz {
            if flags[z..].iter().step_by(nz).all(|flag| flag & from == 0) {
                continue;
            }
            self.line.clear();
            self.line.extend(self.squares[z..].iter().step_by(nz));
            lower(&mut self.line, &mut self.envelope, spacing[1]);
            self.squares[z..].iter_mut().step_by(nz).zip(&self.line).for_each(|(square, found)| *square = *found);
        }
        let asked = self.squares.iter().zip(flags).filter(|(_, flag)| *flag & from != 0);
        asked.map(|(square, _)| square.sqrt() as f32).collect()
    }
}

/// Lowers each value of a line to the smallest sum of another one and the square of the distance to it.
fn lower(line: &mut [f64], envelope: &mut Vec<Parabola>, spacing: f64) {
    envelope.clear();
    for (apex, &height) in line.iter().enumerate() {
        if height == f64::INFINITY {
            continue;
        }
        let start = loop {
            let Some(last) = envelope.last() else { break f64::NEG_INFINITY };
            let rise =
                (height - last.height) / (spacing * spacing) + (apex * apex) as f64 - (last.apex * last.apex) as f64;
            let crossing = rise / (2 * (apex - last.apex)) as f64;
            if crossing > last.start {
                break crossing;
            }
            envelope.pop();
        };
        envelope.push(Parabola { apex, height, start });
    }
    let mut parts = envelope.iter().peekable();
    let Some(mut part) = parts.next() else { return };
    for (place, value) in line.iter_mut().enumerate() {
        while let Some(next) = parts.next_if(|next| next.start < place as f64) {
            part = next;
        }
        *value = ((place as f64 - part.apex as f64) * spacing).powi(2) + part.height;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against all pairs, over sites that are many, few, one and none.
    #[test]
    fn distances_are_exact() {
        let check = |shape: [usize; 3], spacing: [f64; 3], every: u64| {
            let place = |index: usize| [index / (shape[1] * shape[2]), index / shape[2] % shape[1], index % shape[2]];
            let mut state = every;
            let flags: Vec<u8> = (0..shape.iter().product::<usize>())
                .map(|_| {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    u8::from((state >> 33).is_multiple_of(3)) | (u8::from((state >> 40).is_multiple_of(every)) << 1)
                })
                .collect();
            let sites: Vec<[usize; 3]> = (0..flags.len()).filter(|index| flags[*index] & 2 != 0).map(place).collect();
            let expected: Vec<f32> = (0..flags.len())
                .filter(|index| flags[*index] & 1 != 0)
                .map(|index| {
                    let here = place(index);
                    let square = |site: &[usize; 3]| -> f64 {
                        (0..3).map(|axis| (here[axis].abs_diff(site[axis]) as f64 * spacing[axis]).powi(2)).sum()
                    };
                    sites.iter().map(square).fold(f64::INFINITY, f64::min).sqrt() as f32
                })
                .collect();
            let found = distances(shape, spacing, &flags, 1, 2);
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                let close = found == expected || (found - expected).abs() <= 2.0 * f32::EPSILON * expected;
                assert!(close, "{shape:?} {spacing:?} {every}: {found} {expected}");
            }
        };
        for every in [2, 40, 700, u64::MAX] {
            check([9, 11, 13], [1.0, 1.0, 1.0], every);
            check([14, 7, 10], [0.7, 2.5, 1.3], every);
            check([17, 23, 1], [3.0, 0.4, 9.0], every);
            check([1, 1, 31], [1.0, 1.0, 0.3], every);
        }
    }
}
