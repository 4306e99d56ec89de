use monai_imaging::{Affine, Volume};
use rayon::prelude::*;
use serde::Deserialize;

use crate::arguments::eager;
use crate::{Error, Flag, Image, Keys, Record, Sample};

const NAME: &str = "Orientationd";
const CODES: [[char; 2]; 3] = [['L', 'R'], ['P', 'A'], ['I', 'S']];

/// MONAI's `Orientationd`: permutes and mirrors axes so that they point as `axcodes` say.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orientationd {
    /// Keys of the images.
    pub keys: Keys,
    /// A letter for each axis, such as `RAS`.
    pub axcodes: Option<String>,
    /// Whether to go to RAS whatever `axcodes` says: only `false`.
    #[serde(default)]
    pub as_closest_canonical: Flag,
    /// The letters themselves: only MONAI's, `[["L", "R"], ["P", "A"], ["I", "S"]]`.
    pub labels: Option<Vec<[char; 2]>>,
    /// Only `false`.
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
        eager(NAME, self.lazy)?;
        if self.as_closest_canonical.0 {
            return Err(Error::unsupported(NAME, "as_closest_canonical", true, "false"));
        }
        if self.labels.as_ref().is_some_and(|labels| labels[..] != CODES[..]) {
            return Err(Error::unsupported(NAME, "labels", "other letters", "L/R, P/A, I/S"));
        }
        self.wanted().map(drop)
    }

    fn wanted(&self) -> Result<Direction, Error> {
        let wrong = || {
            let found = self.axcodes.as_deref().unwrap_or("none");
            Error::unsupported(NAME, "axcodes", found, "three letters, one each of L/R, P/A, I/S")
        };
        let letters: Vec<char> = self.axcodes.as_deref().ok_or_else(wrong)?.chars().collect();
        let letters: [char; 3] = letters.try_into().map_err(|_| wrong())?;
        let mut out = [(0, false); 3];
        let mut seen = [false; 3];
        for (axis, letter) in letters.into_iter().enumerate() {
            let world = CODES.iter().position(|pair| pair.contains(&letter)).ok_or_else(wrong)?;
            if std::mem::replace(&mut seen[world], true) {
                return Err(wrong());
            }
            out[axis] = (world, CODES[world][0] == letter);
        }
        Ok(out)
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let wanted = self.wanted()?;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let mut wanted = wanted;
            if image.volume.rank == 2 {
                if wanted[0].0 == 2 || wanted[1].0 == 2 {
                    return Err(Error::shape(NAME, "three axes for these axcodes", "a plane"));
                }
                wanted[2] = (2, false);
            }
            let found = directions(&image.volume);
            let mut axis = [0; 3];
            let mut flip = [false; 3];
            for (to, &(world, against)) in wanted.iter().enumerate() {
                if let Some(from) = (0..3).find(|&from| found[from].0 == world) {
                    axis[from] = to;
                    flip[from] = found[from].1 != against;
                }
            }
            let record = Record::Oriented { axis, flip, affine: image.volume.affine };
            let step = move_affine(image.volume.shape, axis, flip);
            let affine = image.volume.affine.after(&step).map_err(|source| Error::Geometry { target: NAME, source })?;
            permute(image, axis, flip);
            image.volume.affine = affine;
            image.records.push(record);
            Ok(())
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

/// nibabel's `inv_ornt_aff`: from voxels after the change to voxels before it.
fn move_affine(shape: [usize; 3], axis: [usize; 3], flip: [bool; 3]) -> [[f64; 4]; 4] {
    let mut out = [[0.0; 4]; 4];
    out[3][3] = 1.0;
    for from in 0..3 {
        out[from][axis[from]] = if flip[from] { -1.0 } else { 1.0 };
        out[from][3] = if flip[from] { shape[from] as f64 - 1.0 } else { 0.0 };
    }
    out
}

/// Moves input axis `i` to output axis `axis[i]`, mirrored where `flip[i]`.
fn permute(image: &mut Image, axis: [usize; 3], flip: [bool; 3]) {
    if axis == [0, 1, 2] && flip == [false; 3] {
        return;
    }
    let volume = &mut image.volume;
    let old = volume.shape;
    let mut shape = [0; 3];
    let mut step = [0isize; 3];
    let mut origin = 0isize;
    let strides = [(old[1] * old[2]) as isize, old[2] as isize, 1];
    for from in 0..3 {
        shape[axis[from]] = old[from];
        step[axis[from]] = if flip[from] { -strides[from] } else { strides[from] };
        origin += if flip[from] { strides[from] * (old[from] as isize - 1) } else { 0 };
    }
    let voxels = volume.voxels();
    let source = &volume.data;
    let mut data = vec![0f32; source.len()];
    // Where the innermost axis strides, a block of neighbouring rows shares the cache lines it reads.
    data.par_chunks_mut(shape[1] * shape[2]).enumerate().for_each(|(plane, out)| {
        let (channel, x) = (plane / shape[0], plane % shape[0]);
        let base = (channel * voxels) as isize + origin + x as isize * step[0];
        const TILE: usize = 16;
        for z0 in (0..shape[2]).step_by(if step[2].abs() == 1 { shape[2].max(1) } else { TILE }) {
            let end = if step[2].abs() == 1 { shape[2] } else { shape[2].min(z0 + TILE) };
            for (y, row) in out.chunks_exact_mut(shape[2]).enumerate() {
                let start = base + y as isize * step[1];
                if step[2] == 1 {
                    row.copy_from_slice(&source[start as usize..start as usize + shape[2]]);
                } else {
                    for (z, voxel) in row.iter_mut().enumerate().take(end).skip(z0) {
                        *voxel = source[(start + z as isize * step[2]) as usize];
                    }
                }
            }
        }
    });
    volume.data = data;
    volume.shape = shape;
}

/// Undoes [`Record::Oriented`].
pub(crate) fn undo(image: &mut Image, axis: [usize; 3], flip: [bool; 3], affine: Affine) {
    let mut back = [0; 3];
    let mut mirrored = [false; 3];
    for from in 0..3 {
        back[axis[from]] = from;
        mirrored[axis[from]] = flip[from];
    }
    permute(image, back, mirrored);
    image.volume.affine = affine;
}
