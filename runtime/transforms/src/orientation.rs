use monai_imaging::{Affine, Volume};
use serde::Deserialize;

use crate::kernel::{self, Permutation};
use crate::record::Change;
use crate::{Error, Flag, Image, Keys, Record, Sample};

const NAME: &str = "Orientationd";

/// MONAI's `Orientationd`: permutes and mirrors axes so that they point as `axcodes` say.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orientationd {
    /// Keys of the images.
    pub keys: Keys,
    /// A letter for each axis, such as `RAS`.
    pub axcodes: Option<String>,
    /// Whether to go to the closest canonical axes whatever `axcodes` says.
    #[serde(default)]
    pub as_closest_canonical: Flag,
    /// For each world axis the letters of its two ends; `[["L", "R"], ["P", "A"], ["I", "S"]]` without it.
    pub labels: Option<Vec<[char; 2]>>,
    /// Whether the voxels are moved later, together with what other lazy transforms do to the grid. A `Compose` says so for
    /// all of its transforms, and only where its own `lazy` is null each for itself.
    #[serde(default)]
    pub lazy: Flag,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

/// For each voxel axis: the world axis that it follows, and whether it runs against it.
type Direction = [(usize, bool); 3];

impl Orientationd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Some(labels) = self.labels.as_ref().filter(|labels| !(2..=3).contains(&labels.len())) {
            return Err(Error::unsupported(NAME, "labels", format!("{labels:?}"), "a pair of letters for each axis"));
        }
        let codes = self.axcodes.as_deref().unwrap_or_default().chars().count();
        match self.as_closest_canonical.0 {
            true => Ok(()),
            false => self.wanted(codes.clamp(2, 3)).map(drop),
        }
    }

    /// The directions that the first `rank` letters name.
    fn wanted(&self, rank: usize) -> Result<Direction, Error> {
        const EXPECTED: &str = "a letter for each axis, one each of L/R, P/A, I/S or of the labels";
        let wrong = || Error::unsupported(NAME, "axcodes", self.axcodes.as_deref().unwrap_or("none"), EXPECTED);
        let labels = self.labels.as_deref().unwrap_or(&[['L', 'R'], ['P', 'A'], ['I', 'S']]);
        let mut out = [(0, false), (1, false), (2, false)];
        let mut seen = [false; 3];
        let mut letters = self.axcodes.as_deref().ok_or_else(wrong)?.chars();
        for direction in out.iter_mut().take(rank) {
            let letter = letters.next().ok_or_else(wrong)?;
            let world = labels.iter().position(|pair| pair.contains(&letter)).ok_or_else(wrong)?;
            if world >= rank || std::mem::replace(&mut seen[world], true) {
                return Err(wrong());
            }
            *direction = (world, labels[world][0] == letter);
        }
        if letters.count() > 3 - rank { Err(wrong()) } else { Ok(out) }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let found = directions(&image.volume);
            let wanted = match self.as_closest_canonical.0 {
                true => [(0, false), (1, false), (2, false)],
                false => self.wanted(usize::from(image.volume.rank))?,
            };
            let mut from = [0, 1, 2, 3];
            let mut flip = [false; 4];
            for (to, &(world, against)) in wanted.iter().enumerate() {
                if let Some(axis) = (0..3).find(|&axis| found[axis].0 == world) {
                    from[to + 1] = axis + 1;
                    flip[to + 1] = found[axis].1 != against;
                }
            }
            permute(NAME, image, from, flip)
        })
    }
}

/// nibabel's `io_orientation`: the closest orthogonal matrix, then the strongest column first.
fn directions(volume: &Volume) -> Direction {
    let mut m: [[f64; 3]; 3] = std::array::from_fn(|row| {
        std::array::from_fn(|column| match (volume.rank, row, column) {
            (2, 2, 2) => 1.0,
            (2, 2, _) | (2, _, 2) => 0.0,
            _ => volume.affine.matrix()[row][column],
        })
    });
    for column in 0..3 {
        let norm = (0..3).map(|row| m[row][column] * m[row][column]).sum::<f64>().sqrt();
        (0..3).for_each(|row| m[row][column] /= if norm == 0.0 { 1.0 } else { norm });
    }
    // Newton's iteration towards the polar factor: the mean of a matrix and its inverse transposed.
    for _ in 0..60 {
        let square = [
            [m[0][0], m[0][1], m[0][2], 0.0],
            [m[1][0], m[1][1], m[1][2], 0.0],
            [m[2][0], m[2][1], m[2][2], 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ];
        let Ok(affine) = Affine::new(square) else { break };
        let inverse = *affine.inverse().matrix();
        let next: [[f64; 3]; 3] =
            std::array::from_fn(|row| std::array::from_fn(|column| (m[row][column] + inverse[column][row]) / 2.0));
        let change: f64 = (0..9).map(|i| (next[i / 3][i % 3] - m[i / 3][i % 3]).abs()).sum();
        m = next;
        if change < 1e-14 {
            break;
        }
    }
    let strength = |column: usize| (0..3).map(|row| m[row][column] * m[row][column]).fold(0.0, f64::max);
    let mut order = [0, 1, 2];
    order.sort_by(|&a, &b| strength(b).total_cmp(&strength(a)));
    let mut out = [(0, false); 3];
    let mut free = [true; 3];
    for column in order {
        let mut best = None;
        for row in (0..3).filter(|&row| free[row]) {
            if best.is_none_or(|best: usize| m[row][column].abs() > m[best][column].abs()) {
                best = Some(row);
            }
        }
        let row = best.unwrap_or(column);
        free[row] = false;
        out[column] = (row, m[row][column] < 0.0);
    }
    out
}

/// Permutes and mirrors spatial axes, voxels and affine: axis `i`, where 0 is channels, was axis `from[i]`.
pub(crate) fn permute(target: &'static str, image: &mut Image, from: [usize; 4], flip: [bool; 4]) -> Result<(), Error> {
    let [x, y, z] = image.volume.shape;
    let permutation = Permutation { source: [image.volume.channels, x, y, z], from, flip };
    // nibabel's inv_ornt_aff: from voxels after the change to voxels before it.
    let mut step = [[0.0; 4]; 4];
    step[3][3] = 1.0;
    for axis in 1..4 {
        step[from[axis] - 1][axis - 1] = if flip[axis] { -1.0 } else { 1.0 };
        step[from[axis] - 1][3] = if flip[axis] { permutation.source[from[axis]] as f64 - 1.0 } else { 0.0 };
    }
    let affine = image.volume.affine.after(&step).map_err(|source| Error::Geometry { target, source })?;
    image.records.push(Record::of(&image.volume, Change::Permuted { from, flip }));
    if !permutation.mirror(&mut image.volume.data) {
        kernel::apply(&permutation, &mut image.volume);
    }
    image.volume.affine = affine;
    Ok(())
}
