//! Connected parts of equal voxels, by runs along the last axis and a union of the runs that touch.

use rayon::prelude::*;

/// A piece of a row whose voxels are of one class.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) class: f32,
}

/// The runs of an image, row by row.
pub(crate) struct Runs {
    /// Voxels of a row.
    length: usize,
    /// Where each row's runs start, and behind the last one their end.
    rows: Vec<usize>,
    runs: Vec<Run>,
}

/// Which runs hang together.
pub(crate) struct Parts {
    runs: Runs,
    /// The part of each run.
    part: Vec<u32>,
    /// Class and number of voxels of each part, in the order of their first voxels.
    pub(crate) parts: Vec<(f32, usize)>,
}

impl Runs {
    /// The runs of rows of `length` voxels. Voxels of the class 0 belong to none.
    pub(crate) fn of(data: &[f32], length: usize, class: impl Fn(f32) -> f32 + Sync) -> Runs {
        const ROWS: usize = 64;
        let found: Vec<(Vec<Run>, Vec<usize>)> =
            data.par_chunks(ROWS * length.max(1)).map(|rows| find_runs(rows, length, &class)).collect();
        let mut runs = Vec::with_capacity(found.iter().map(|(runs, _)| runs.len()).sum());
        let mut rows = Vec::with_capacity(data.len() / length.max(1) + 1);
        for (more, starts) in found {
            rows.extend(starts.into_iter().map(|start| runs.len() + start));
            runs.extend(more);
        }
        rows.push(runs.len());
        Runs { length, rows, runs }
    }

    /// Each run with the number of its row.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, Run)> + '_ {
        (0..self.rows.len() - 1).flat_map(|row| self.of_row(row).iter().map(move |run| (row, *run)))
    }

    fn of_row(&self, row: usize) -> &[Run] {
        &self.runs[self.rows[row]..self.rows[row + 1]]
    }

    /// Joins runs of one class that touch, where neighbours differ along at most `connectivity` of the axes. `shape` are
    /// the extents of the axes before the last.
    pub(crate) fn join(self, shape: [usize; 3], connectivity: usize) -> Parts {
        let mut parent: Vec<u32> = (0..self.runs.len() as u32).collect();
        let steps = earlier(connectivity);
        for row in 0..self.rows.len() - 1 {
            if self.of_row(row).is_empty() {
                continue;
            }
            let place = [row / (shape[1] * shape[2]), row / shape[2] % shape[1], row % shape[2]];
            for &(step, axes) in &steps {
                let there: [Option<usize>; 3] = std::array::from_fn(|axis| {
                    place[axis].checked_add_signed(step[axis]).filter(|&index| index < shape[axis])
                });
                let [Some(a), Some(b), Some(c)] = there else { continue };
                self.link(&mut parent, row, (a * shape[1] + b) * shape[2] + c, u32::from(axes < connectivity));
            }
        }
        self.number(parent)
    }

    /// Joins the runs of two rows that overlap, or would within `reach` more voxels.
    fn link(&self, parent: &mut [u32], here: usize, there: usize, reach: u32) {
        let others = self.of_row(there);
        let (first, first_other) = (self.rows[here], self.rows[there]);
        let mut low = 0;
        for (index, run) in self.of_row(here).iter().enumerate() {
            while low < others.len() && others[low].end + reach <= run.start {
                low += 1;
            }
            for (beside, other) in others.iter().enumerate().skip(low) {
                if other.start >= run.end + reach {
                    break;
                }
                if other.class == run.class {
                    let left = root(parent, (first + index) as u32);
                    let right = root(parent, (first_other + beside) as u32);
                    parent[left.max(right) as usize] = left.min(right);
                }
            }
        }
    }

    /// Gives the parts numbers. A part's root is its first run, which comes before all others of it.
    fn number(self, mut parent: Vec<u32>) -> Parts {
        let mut parts = Vec::new();
        let mut part = vec![0u32; parent.len()];
        for index in 0..parent.len() {
            let run = self.runs[index];
            let root = root(&mut parent, index as u32) as usize;
            if root == index {
                part[index] = parts.len() as u32;
                parts.push((run.class, 0));
            } else {
                part[index] = part[root];
            }
            parts[part[index] as usize].1 += (run.end - run.start) as usize;
        }
        Parts { runs: self, part, parts }
    }
}

fn find_runs(rows: &[f32], length: usize, class: &impl Fn(f32) -> f32) -> (Vec<Run>, Vec<usize>) {
    let (mut runs, mut starts) = (Vec::new(), Vec::new());
    // The class of the voxel before, so that it is asked for only where the voxels change.
    let (mut last, mut of_last) = (0f32, class(0.0));
    for row in rows.chunks(length.max(1)) {
        starts.push(runs.len());
        let mut open: Option<Run> = None;
        for (index, &value) in row.iter().enumerate() {
            if value.to_bits() != last.to_bits() {
                (last, of_last) = (value, class(value));
            }
            match &mut open {
                Some(run) if run.class == of_last => run.end += 1,
                _ => {
                    runs.extend(open.take());
                    let start = index as u32;
                    open = (of_last != 0.0).then_some(Run { start, end: start + 1, class: of_last });
                }
            }
        }
        runs.extend(open);
    }
    (runs, starts)
}

/// The rows before a row that touch it: steps along the three axes, and along how many of them.
fn earlier(connectivity: usize) -> Vec<([isize; 3], usize)> {
    let steps = (0..27).map(|code| [code / 9 - 1, code / 3 % 3 - 1, code % 3 - 1]).take_while(|step| *step != [0; 3]);
    let axes = |step: &[isize; 3]| step.iter().filter(|&&step| step != 0).count();
    steps.map(|step| (step, axes(&step))).filter(|&(_, axes)| axes <= connectivity).collect()
}

fn root(parent: &mut [u32], mut run: u32) -> u32 {
    while parent[run as usize] != run {
        parent[run as usize] = parent[parent[run as usize] as usize];
        run = parent[run as usize];
    }
    run
}

impl Parts {
    /// Each run with the numbers of its row and of its part.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, Run, usize)> + '_ {
        self.runs.iter().zip(&self.part).map(|((row, run), &part)| (row, run, part as usize))
    }

    /// Sets the voxels of the parts that are not `kept` to 0.
    pub(crate) fn erase(&self, data: &mut [f32], kept: &[bool]) {
        for (row, run, part) in self.iter() {
            if !kept[part] {
                let start = row * self.runs.length;
                data[start + run.start as usize..start + run.end as usize].fill(0.0);
            }
        }
    }
}
