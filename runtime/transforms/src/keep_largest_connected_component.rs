use std::collections::BTreeSet;

use monai_imaging::Volume;
use rayon::prelude::*;
use serde::Deserialize;

use crate::{Error, Flag, Keys, PerKey, Sample};

const NAME: &str = "KeepLargestConnectedComponentd";

/// MONAI's `KeepLargestConnectedComponentd`: sets to 0 what does not hang together with the largest part.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeepLargestConnectedComponentd {
    /// Keys of the images.
    pub keys: Keys,
    /// Labels (or channels) to clean; all but 0 without it.
    pub applied_labels: Option<PerKey<usize>>,
    /// Whether channels are classes; without it, where there are several channels.
    pub is_onehot: Option<Flag>,
    /// Whether each label is cleaned by itself, or all together.
    #[serde(default = "yes")]
    pub independent: Flag,
    /// How many axes neighbours may differ along: 1 to 3; all without it.
    pub connectivity: Option<usize>,
    /// How many of the largest parts are kept.
    #[serde(default = "one")]
    pub num_components: usize,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn yes() -> Flag {
    Flag(true)
}

fn one() -> usize {
    1
}

impl KeepLargestConnectedComponentd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.connectivity {
            Some(connectivity) if !(1..=3).contains(&connectivity) => {
                Err(Error::unsupported(NAME, "connectivity", connectivity, "1, 2 or 3"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| self.clean(&mut image.volume))
    }

    fn clean(&self, volume: &mut Volume) -> Result<(), Error> {
        let onehot = self.is_onehot.map_or(volume.channels > 1, |flag| flag.0);
        if !onehot && volume.channels != 1 {
            return Err(Error::shape(NAME, "labels of one channel", format!("{} channels", volume.channels)));
        }
        let labels: Vec<usize> = match &self.applied_labels {
            Some(labels) => labels.values().to_vec(),
            None if onehot => {
                let filled = |&c: &usize| volume.channel(c).par_iter().map(|&v| f64::from(v)).sum::<f64>() > 0.0;
                (1..volume.channels).filter(filled).collect()
            }
            None => present(&volume.data),
        };
        if let Some(label) = labels.iter().find(|&&label| onehot && label >= volume.channels) {
            return Err(Error::shape(NAME, format!("a channel {label}"), format!("{} channels", volume.channels)));
        }
        let (voxels, shape) = (volume.voxels(), volume.shape);
        let connectivity = self.connectivity.unwrap_or(3);
        let keep = |foreground: &[bool]| largest(foreground, shape, connectivity, self.num_components);
        if self.independent.0 {
            for label in labels {
                let channel = if onehot { label } else { 0 };
                let data = &mut volume.data[channel * voxels..(channel + 1) * voxels];
                let inside = |&v: &f32| if onehot { v > 0.0 } else { v == label as f32 };
                let foreground: Vec<bool> = data.par_iter().map(inside).collect();
                erase(data, &foreground, &keep(&foreground));
            }
            return Ok(());
        }
        let foreground: Vec<bool> = if onehot {
            let any = |voxel: usize| labels.iter().any(|&label| volume.data[label * voxels + voxel] == 1.0);
            (0..voxels).into_par_iter().map(any).collect()
        } else {
            volume.data.par_iter().map(|&v| labels.iter().any(|&label| v == label as f32)).collect()
        };
        let kept = keep(&foreground);
        for channel in if onehot { labels } else { vec![0] } {
            erase(&mut volume.data[channel * voxels..(channel + 1) * voxels], &foreground, &kept);
        }
        Ok(())
    }
}

/// The whole numbers above 0 among the voxels.
fn present(data: &[f32]) -> Vec<usize> {
    let sets = data.par_chunks(1 << 16).map(|chunk| {
        let mut found = BTreeSet::new();
        let mut last = 0.0;
        for &value in chunk {
            if value != last && value >= 1.0 && value.fract() == 0.0 {
                found.insert(value as usize);
            }
            last = value;
        }
        found
    });
    sets.reduce(BTreeSet::new, |a, b| a.union(&b).copied().collect()).into_iter().collect()
}

fn erase(data: &mut [f32], foreground: &[bool], kept: &[bool]) {
    data.par_iter_mut().zip(foreground).zip(kept).for_each(|((voxel, inside), kept)| {
        if inside != kept {
            *voxel = 0.0;
        }
    });
}

/// A row's piece of foreground along Z.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
}

/// scikit-image's `label` and MONAI's choice of the largest: which voxels belong to the `count` largest parts.
fn largest(foreground: &[bool], [nx, ny, nz]: [usize; 3], connectivity: usize, count: usize) -> Vec<bool> {
    let mut runs: Vec<Run> = Vec::new();
    let mut rows = Vec::with_capacity(nx * ny + 1);
    for row in foreground.chunks_exact(nz) {
        rows.push(runs.len());
        let mut z = 0;
        while let Some(gap) = row[z..].iter().position(|&inside| inside) {
            let start = z + gap;
            let end = row[start..].iter().position(|&inside| !inside).map_or(nz, |length| start + length);
            runs.push(Run { start, end });
            z = end;
        }
    }
    rows.push(runs.len());
    let mut parent: Vec<u32> = (0..runs.len() as u32).collect();
    for x in 0..nx {
        for y in 0..ny {
            // Earlier rows that touch this one: (x-1, y-1..=y+1) and (x, y-1).
            for (dx, dy) in [(1, -1), (1, 0), (1, 1), (0, -1)] {
                let other = y as isize + dy;
                let axes = dx + dy.unsigned_abs();
                if x < dx || !(0..ny as isize).contains(&other) || axes > connectivity {
                    continue;
                }
                let reach = usize::from(axes < connectivity);
                let (here, there) = (x * ny + y, (x - dx) * ny + other as usize);
                link(&runs, &mut parent, rows[here]..rows[here + 1], rows[there]..rows[there + 1], reach);
            }
        }
    }
    let mut sizes = vec![0usize; runs.len()];
    for run in 0..runs.len() {
        let root = find(&mut parent, run as u32) as usize;
        sizes[root] += runs[run].end - runs[run].start;
    }
    let mut roots: Vec<usize> = (0..runs.len()).filter(|&run| sizes[run] > 0).collect();
    // Of equal parts the later one comes first, as NumPy's argsort reversed gives them.
    roots.sort_by_key(|&root| std::cmp::Reverse((sizes[root], root)));
    roots.truncate(count);
    let mut kept = vec![false; foreground.len()];
    for row in 0..nx * ny {
        for run in rows[row]..rows[row + 1] {
            if roots.contains(&(find(&mut parent, run as u32) as usize)) {
                kept[row * nz + runs[run].start..row * nz + runs[run].end].fill(true);
            }
        }
    }
    kept
}

/// Joins the runs of two rows that overlap, or would within `reach` more voxels.
fn link(runs: &[Run], parent: &mut [u32], here: std::ops::Range<usize>, there: std::ops::Range<usize>, reach: usize) {
    let (mut a, mut b) = (here.start, there.start);
    while a < here.end && b < there.end {
        if runs[a].start < runs[b].end + reach && runs[b].start < runs[a].end + reach {
            let (left, right) = (find(parent, a as u32), find(parent, b as u32));
            parent[left.max(right) as usize] = left.min(right);
        }
        if runs[a].end < runs[b].end { a += 1 } else { b += 1 }
    }
}

fn find(parent: &mut [u32], mut run: u32) -> u32 {
    while parent[run as usize] != run {
        parent[run as usize] = parent[parent[run as usize] as usize];
        run = parent[run as usize];
    }
    run
}
