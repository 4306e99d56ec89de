use serde::Deserialize;

use crate::kernel::{self, Permutation};
use crate::record::Change;
use crate::{Error, Flag, Image, Keys, Record, Sample};

const NAME: &str = "Transposed";

/// MONAI's `Transposed`: permutes axes, channels among them, and leaves the affine as it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transposed {
    /// Keys of the images.
    pub keys: Keys,
    /// For each axis, where 0 is channels, the axis that it was; the reverse order without it.
    pub indices: Option<Vec<i64>>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl Transposed {
    pub(crate) fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let axes = i64::from(image.volume.rank) + 1;
            let reverse: Vec<i64> = (0..axes).rev().collect();
            let indices = match self.indices.as_deref() {
                None | Some([]) => &reverse[..],
                Some(indices) => indices,
            };
            let mut from = [0, 1, 2, 3];
            let mut seen = [false; 4];
            for (to, &index) in indices.iter().enumerate() {
                let axis = index.rem_euclid(axes) as usize;
                let known = indices.len() as i64 == axes && (-axes..axes).contains(&index);
                if !known || std::mem::replace(&mut seen[axis], true) {
                    return Err(Error::shape(NAME, format!("each of {axes} axes once"), format!("{indices:?}")));
                }
                from[to] = axis;
            }
            reorder(image, from, image.volume.rank);
            Ok(())
        })
    }
}

/// Permutes axes without the affine: axis `i`, where 0 is channels, was axis `from[i]`; `rank` are spatial then.
pub(crate) fn reorder(image: &mut Image, from: [usize; 4], rank: u8) {
    let [x, y, z] = image.volume.shape;
    let permutation = Permutation { source: [image.volume.channels, x, y, z], from, flip: [false; 4] };
    image.records.push(Record::of(&image.volume, Change::Permuted { from, flip: permutation.flip }));
    if !permutation.is_identity() {
        kernel::apply(&permutation, &mut image.volume);
    }
    image.volume.rank = rank;
}
