//! Connected parts of equal voxels, by runs along the last axis and a union of those that touch.
//!
//! The runs of an image are found twice, strip by strip: to join them, and to paint parts. What is held of the whole image is a few
//! numbers for each run that touches none before it, so that memory hardly depends on how torn the image is.

use std::collections::VecDeque;

use rayon::prelude::*;

/// Voxels of a strip, and of what one thread searches of it.
const STRIP: usize = 1 << 19;
const PIECE: usize = 1 << 14;
/// No label yet.
const NONE: u32 = u32::MAX;

/// Rows of voxels: those of an image, or of a box in it.
pub(crate) struct Rows<S> {
    /// The extents of the axes before the last.
    pub(crate) shape: [usize; 3],
    /// Voxels of a row.
    pub(crate) length: usize,
    /// The first voxel of a row.
    pub(crate) start: S,
}

/// A piece of a row whose voxels are of one class.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) class: f32,
}

/// The runs of some rows.
#[derive(Default)]
struct Strip {
    /// Where each row's runs start, and behind the last one their end.
    starts: Vec<usize>,
    runs: Vec<Run>,
    labels: Vec<u32>,
}

/// A connected part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) class: f32,
    /// Voxels.
    pub(crate) size: u64,
    /// Whether one of its runs was marked.
    pub(crate) marked: bool,
}

/// The connected parts of the voxels whose class is not 0.
pub(crate) struct Parts<S, C> {
    rows: Rows<S>,
    class: C,
    connectivity: usize,
    /// The part of each label.
    part: Vec<u32>,
    /// In the order of their first voxels.
    pub(crate) parts: Vec<Part>,
}

/// The rows of an image of so many channels.
pub(crate) fn rows(channels: usize, [width, height, depth]: [usize; 3]) -> Rows<impl Fn(usize) -> usize + Sync> {
    Rows { shape: [channels, width, height], length: depth, start: move |row| row * depth }
}

impl<S: Fn(usize) -> usize + Sync> Rows<S> {
    fn count(&self) -> usize {
        self.shape.iter().product()
    }

    fn per_strip(&self) -> usize {
        (STRIP / self.length.max(1)).max(1)
    }

    /// Calls `visit` with each run of a class that is not 0 and the number of its row.
    pub(crate) fn each(&self, data: &[f32], class: impl Fn(f32) -> f32 + Sync, mut visit: impl FnMut(usize, Run)) {
        for first in (0..self.count()).step_by(self.per_strip()) {
            self.strip(data, first, &class).iter().for_each(|(row, run, _)| visit(first + row, *run));
        }
    }

    /// Finds the runs of the strip that begins with the row `first`.
    fn strip(&self, data: &[f32], first: usize, class: &(impl Fn(f32) -> f32 + Sync)) -> Strip {
        let rows: Vec<usize> = (first..(first + self.per_strip()).min(self.count())).collect();
        let pieces = rows.par_chunks((PIECE / self.length.max(1)).max(1));
        let found: Vec<Strip> = pieces.map(|rows| self.search(data, rows, class)).collect();
        let mut strip = Strip::default();
        for piece in found {
            strip.starts.extend(piece.starts.iter().map(|start| strip.runs.len() + start));
            strip.runs.extend(piece.runs);
        }
        strip.starts.push(strip.runs.len());
        strip.labels = vec![NONE; strip.runs.len()];
        strip
    }

    fn search(&self, data: &[f32], rows: &[usize], class: &impl Fn(f32) -> f32) -> Strip {
        let mut strip = Strip::default();
        // The class of the voxel before, so that it is asked for only where the voxels change.
        let (mut last, mut of_last) = (0f32, class(0.0));
        for row in rows {
            strip.starts.push(strip.runs.len());
            let mut open: Option<Run> = None;
            for (index, &value) in data[(self.start)(*row)..][..self.length].iter().enumerate() {
                if value.to_bits() != last.to_bits() {
                    (last, of_last) = (value, class(value));
                }
                match &mut open {
                    Some(run) if run.class == of_last => run.end += 1,
                    _ => {
                        strip.runs.extend(open.take());
                        let start = index as u32;
                        open = (of_last != 0.0).then_some(Run { start, end: start + 1, class: of_last });
                    }
                }
            }
            strip.runs.extend(open);
        }
        strip
    }
}

impl<S: Fn(usize) -> usize + Sync, C: Fn(f32) -> f32 + Sync> Parts<S, C> {
    /// Finds the parts of `data`, where neighbours differ along at most `connectivity` of the axes and `class` says what voxels
    /// belong together, those of the class 0 to none. A part is marked where `mark` is true of a run of it and the number of its row.
    pub(crate) fn find(
        data: &[f32],
        rows: Rows<S>,
        connectivity: usize,
        class: C,
        mark: impl Fn(usize, &Run) -> bool,
    ) -> Self {
        let mut union = Union::default();
        let mut walk = Walk::new(&rows, connectivity);
        while let Some((first, strip)) = walk.advance(data, &class, Some(&mut union)) {
            for (row, run, label) in strip.iter() {
                let part = &mut union.parts[label as usize];
                part.size += u64::from(run.end - run.start);
                part.marked |= mark(first + row, run);
            }
        }
        let (part, parts) = union.number();
        Self { rows, class, connectivity, part, parts }
    }

    /// Gives `value` to the voxels of the parts that are `chosen`, in the data in which they were found.
    pub(crate) fn paint(&self, data: &mut [f32], chosen: &[bool], value: f32) {
        let mut walk = Walk::new(&self.rows, self.connectivity);
        while let Some((first, strip)) = walk.advance(data, &self.class, None) {
            for (row, run, _) in strip.iter().filter(|(_, _, label)| chosen[self.part[*label as usize] as usize]) {
                let start = (self.rows.start)(first + row);
                data[start + run.start as usize..start + run.end as usize].fill(value);
            }
        }
    }

    /// The number of each voxel's part, from 1 on; 0 where it is of none.
    pub(crate) fn numbers(&self, data: &[f32]) -> Vec<f32> {
        let mut numbers = vec![0.0; data.len()];
        let mut walk = Walk::new(&self.rows, self.connectivity);
        while let Some((first, strip)) = walk.advance(data, &self.class, None) {
            for (row, run, label) in strip.iter() {
                let start = (self.rows.start)(first + row);
                let number = self.part[label as usize] + 1;
                numbers[start + run.start as usize..start + run.end as usize].fill(number as f32);
            }
        }
        numbers
    }
}

impl Strip {
    /// Each run with the number of its row in the strip and its label.
    fn iter(&self) -> impl Iterator<Item = (usize, &Run, u32)> {
        self.starts.windows(2).enumerate().flat_map(|(row, ends)| {
            let range = ends[0]..ends[1];
            self.runs[range.clone()].iter().zip(&self.labels[range]).map(move |(run, label)| (row, run, *label))
        })
    }
}

/// A way through the strips of an image. Each gives the same labels to the same runs.
struct Walk<'a, S> {
    rows: &'a Rows<S>,
    connectivity: usize,
    steps: Vec<([isize; 3], usize)>,
    /// Rows that lie between a row and the first that touches it.
    reach: usize,
    /// The first row of the next strip.
    next: usize,
    /// The strips before it that its rows may touch.
    strips: VecDeque<Strip>,
    labels: u32,
}

impl<'a, S: Fn(usize) -> usize + Sync> Walk<'a, S> {
    fn new(rows: &'a Rows<S>, connectivity: usize) -> Self {
        let mut steps = earlier(connectivity);
        // Along an axis of one voxel nothing lies before.
        steps.retain(|(step, _)| step.iter().zip(rows.shape).all(|(step, extent)| *step == 0 || extent > 1));
        let [_, height, depth] = rows.shape;
        let strides = [height * depth, depth, 1];
        let reach = |(step, _): &([isize; 3], usize)| {
            let back: isize = step.iter().zip(strides).map(|(step, stride)| -step * stride as isize).sum();
            back.max(0) as usize
        };
        let reach = steps.iter().map(reach).max().unwrap_or(0);
        Self { rows, connectivity, steps, reach, next: 0, strips: VecDeque::new(), labels: 0 }
    }

    /// Labels the next strip: the number of its first row, and its runs.
    fn advance(
        &mut self,
        data: &[f32],
        class: &(impl Fn(f32) -> f32 + Sync),
        union: Option<&mut Union>,
    ) -> Option<(usize, &Strip)> {
        let (first, count) = (self.next, self.rows.per_strip());
        if first >= self.rows.count() {
            return None;
        }
        let mut strip = self.rows.strip(data, first, class);
        self.label(first, &mut strip, union);
        self.strips.push_back(strip);
        self.next += count;
        while self.strips.len() > self.reach.div_ceil(count).max(1) {
            self.strips.pop_front();
        }
        self.strips.back().map(|strip| (first, strip))
    }

    fn label(&mut self, first: usize, strip: &mut Strip, mut union: Option<&mut Union>) {
        let Strip { starts, runs, labels } = strip;
        let [width, height, depth] = self.rows.shape;
        for row in 0..starts.len() - 1 {
            let (from, to) = (starts[row], starts[row + 1]);
            if from == to {
                continue;
            }
            let (before, own) = labels[..to].split_at_mut(from);
            let at = first + row;
            let place = [at / (height * depth), at / depth % height, at % depth];
            for &(step, axes) in &self.steps {
                let there: [Option<usize>; 3] = std::array::from_fn(|axis| {
                    let extent = [width, height, depth][axis];
                    place[axis].checked_add_signed(step[axis]).filter(|&index| index < extent)
                });
                let [Some(x), Some(y), Some(z)] = there else { continue };
                let other = (x * height + y) * depth + z;
                let (others, theirs) = match other.checked_sub(first) {
                    Some(other) => {
                        let range = starts[other]..starts[other + 1];
                        (&runs[range.clone()], &before[range])
                    }
                    None => self.row(other),
                };
                let reach = u32::from(axes < self.connectivity);
                link((&runs[from..to], own), (others, theirs), reach, union.as_deref_mut());
            }
            for (run, label) in runs[from..to].iter().zip(own).filter(|(_, label)| **label == NONE) {
                *label = self.labels;
                self.labels += 1;
                if let Some(union) = union.as_deref_mut() {
                    union.add(run.class);
                }
            }
        }
    }

    /// The runs of a row of the strips before.
    fn row(&self, row: usize) -> (&[Run], &[u32]) {
        let count = self.rows.per_strip();
        let strip = &self.strips[self.strips.len() - (self.next - row).div_ceil(count)];
        let range = strip.starts[row % count]..strip.starts[row % count + 1];
        (&strip.runs[range.clone()], &strip.labels[range])
    }
}

/// Gives the labels of a row's runs to those of another row that overlap them, or would within `reach` more voxels, and joins labels
/// that meet.
fn link(
    (runs, labels): (&[Run], &mut [u32]),
    (others, theirs): (&[Run], &[u32]),
    reach: u32,
    mut union: Option<&mut Union>,
) {
    let mut low = 0;
    for (run, label) in runs.iter().zip(labels) {
        while low < others.len() && others[low].end + reach <= run.start {
            low += 1;
        }
        for (other, their) in others.iter().zip(theirs).skip(low) {
            if other.start >= run.end + reach {
                break;
            }
            if other.class != run.class {
                continue;
            }
            if *label == NONE {
                *label = *their;
            } else if let Some(union) = union.as_deref_mut() {
                union.join(*label, *their);
            }
        }
    }
}

/// Which labels are one part.
#[derive(Default)]
struct Union {
    parent: Vec<u32>,
    parts: Vec<Part>,
}

impl Union {
    fn add(&mut self, class: f32) {
        self.parent.push(self.parent.len() as u32);
        self.parts.push(Part { class, size: 0, marked: false });
    }

    fn root(&mut self, mut label: u32) -> u32 {
        while self.parent[label as usize] != label {
            self.parent[label as usize] = self.parent[self.parent[label as usize] as usize];
            label = self.parent[label as usize];
        }
        label
    }

    fn join(&mut self, left: u32, right: u32) {
        let (left, right) = (self.root(left), self.root(right));
        self.parent[left.max(right) as usize] = left.min(right);
    }

    /// Numbers the parts: that of each label, and all of them. A part's root is its first label, which comes before all others.
    fn number(self) -> (Vec<u32>, Vec<Part>) {
        let Self { parent: mut part, mut parts } = self;
        let mut count = 0;
        for label in 0..part.len() {
            let Part { size, marked, .. } = parts[label];
            if part[label] as usize == label {
                parts[count] = parts[label];
                part[label] = count as u32;
                count += 1;
            } else {
                part[label] = part[part[label] as usize];
                let whole = &mut parts[part[label] as usize];
                (whole.size, whole.marked) = (whole.size + size, whole.marked || marked);
            }
        }
        parts.truncate(count);
        (part, parts)
    }
}

/// The rows before a row that touch it: steps along the three axes, and along how many of them.
fn earlier(connectivity: usize) -> Vec<([isize; 3], usize)> {
    let steps = (0..27).map(|code| [code / 9 - 1, code / 3 % 3 - 1, code % 3 - 1]).take_while(|step| *step != [0; 3]);
    let axes = |step: &[isize; 3]| step.iter().filter(|&&step| step != 0).count();
    steps.map(|step| (step, axes(&step))).filter(|&(_, axes)| axes <= connectivity).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The voxels of each part by a flood from its first voxel, in the order of those.
    fn flood(data: &[f32], shape: [usize; 3], connectivity: usize) -> Vec<Vec<usize>> {
        let steps = (0..27).map(|code| [code / 9 - 1, code / 3 % 3 - 1, code % 3 - 1]);
        let near = |step: &[isize; 3]| (1..=connectivity).contains(&step.iter().filter(|&&step| step != 0).count());
        let steps: Vec<[isize; 3]> = steps.filter(near).collect();
        let mut seen = vec![false; data.len()];
        let mut parts = Vec::new();
        for first in 0..data.len() {
            if data[first] == 0.0 || std::mem::replace(&mut seen[first], true) {
                continue;
            }
            let mut part = vec![first];
            let mut next = 0;
            while next < part.len() {
                let at = part[next];
                let place = [at / (shape[1] * shape[2]), at / shape[2] % shape[1], at % shape[2]];
                for step in &steps {
                    let there: [Option<usize>; 3] = std::array::from_fn(|axis| {
                        place[axis].checked_add_signed(step[axis]).filter(|&index| index < shape[axis])
                    });
                    let [Some(x), Some(y), Some(z)] = there else { continue };
                    let other = (x * shape[1] + y) * shape[2] + z;
                    if data[other] == data[first] && !std::mem::replace(&mut seen[other], true) {
                        part.push(other);
                    }
                }
                next += 1;
            }
            parts.push(part);
        }
        parts
    }

    fn check(shape: [usize; 3], connectivity: usize, classes: u32) {
        let count: usize = shape.iter().product();
        assert!(count > 2 * STRIP, "the image has several strips");
        // Noise of a fixed seed, torn and yet with parts that reach through many strips.
        let mut state = 1u32;
        let mut draw = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        let data: Vec<f32> = (0..count).map(|_| (draw() % (classes + 1)) as f32).collect();
        let expected = flood(&data, shape, connectivity);
        let parts = Parts::find(&data, rows(1, shape), connectivity, |value| value, |row, _| row == 0);
        let found: Vec<_> = parts.parts.iter().map(|part| (part.class, part.size, part.marked)).collect();
        let of = |part: &Vec<usize>| (data[part[0]], part.len() as u64, part.iter().any(|voxel| *voxel < shape[2]));
        assert_eq!(found, expected.iter().map(of).collect::<Vec<_>>());
        let chosen: Vec<bool> = (0..found.len()).map(|part| part % 3 == 0).collect();
        let (mut painted, mut wanted) = (data.clone(), data);
        parts.paint(&mut painted, &chosen, -1.0);
        expected.iter().step_by(3).flatten().for_each(|voxel| wanted[*voxel] = -1.0);
        assert!(painted == wanted, "the voxels of every third part, and no other");
    }

    #[test]
    fn parts_are_those_of_a_flood() {
        check([150, 100, 75], 1, 3);
        check([150, 100, 75], 2, 6);
        check([12, 300, 300], 3, 4);
        // What touches a row lies several strips before.
        check([2, 300, 4000], 3, 4);
        // A row is longer than a strip.
        check([1, 3, STRIP + 5], 2, 1);
    }
}
