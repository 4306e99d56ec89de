use serde::Deserialize;

use crate::boxes::{BoxMode, Boxes};
use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "AffineBoxToWorldCoordinated";

/// MONAI's `monai.apps.detection.transforms.dictionary.AffineBoxToWorldCoordinated`: boxes in voxels of an image become boxes in
/// mm in the world, where the image lies.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AffineBoxToWorldCoordinated {
    /// Keys of the boxes, by their corners in voxels: six numbers each.
    #[serde(rename = "box_keys")]
    pub keys: Keys,
    /// The image.
    pub box_ref_image_keys: Keys,
    /// Whether a key of boxes may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
    /// Where MONAI keeps the header fields of an image that does not carry them; every image here does.
    pub image_meta_key: Option<String>,
    /// As `image_meta_key`.
    pub image_meta_key_postfix: Option<String>,
    /// Whether the world's first two axes point the other way: to the left and to the back (LPS).
    #[serde(default)]
    pub affine_lps_to_ras: Flag,
}

impl AffineBoxToWorldCoordinated {
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.box_ref_image_keys.check_one(NAME, "box_ref_image_keys")
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let mut matrix = *sample.need(NAME, &self.box_ref_image_keys.as_slice()[0])?.volume.affine.matrix();
        if self.affine_lps_to_ras.0 {
            matrix[..2].iter_mut().flatten().for_each(|number| *number = -*number);
        }
        let rows = matrix.map(|row| row.map(|number| number as f32));
        let world =
            |corner: &[f32], row: usize| (0..3).map(|axis| rows[row][axis] * corner[axis]).sum::<f32>() + rows[row][3];
        sample.each_value(NAME, &self.keys, self.allow_missing_keys.0, |key, value| {
            let mut boxes = Boxes::parse(NAME, key, value, BoxMode::default())?;
            if boxes.rank == 2 {
                return Err(Error::value(NAME, key, "boxes of 6 numbers", "some of 4"));
            }
            for corners in &mut boxes.corners {
                let ends: [[f32; 2]; 3] = std::array::from_fn(|row| {
                    let (first, last) = (world(&corners[..3], row), world(&corners[3..], row));
                    [first.min(last), first.max(last)]
                });
                corners.iter_mut().enumerate().for_each(|(place, number)| *number = ends[place % 3][place / 3]);
            }
            *value = boxes.write(BoxMode::default());
            Ok(())
        })
    }
}
