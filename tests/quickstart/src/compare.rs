//! Compares the endpoint's label map with the reference by Dice's coefficient.

use std::collections::BTreeMap;

use monai_imaging::Volume;

use crate::Error;
use crate::place::read;
use crate::request::SUBJECT;

const REFERENCE: &str = "tests/fixtures/brain_tissue/colin_hmrf.nii.gz";

/// The tissues by label.
pub(crate) const TISSUES: [(u8, &str); 3] = [(1, "cerebrospinal fluid"), (2, "grey matter"), (3, "white matter")];

/// The image, what the endpoint said and what the reference says, on one grid.
pub(crate) struct Comparison {
    pub(crate) image: Volume,
    pub(crate) labels: Volume,
    reference: Volume,
}

/// # Errors
/// An image cannot be read, or the grids differ.
pub(crate) fn compare(answer: &[u8]) -> Result<Comparison, Error> {
    let decode = |name: &str, bytes: &[u8]| match monai_imaging::nifti::decode(bytes) {
        Ok(decoded) => Ok(decoded.volume),
        Err(source) => Err(Error::Decode { name: name.to_owned(), source }),
    };
    let labels = decode("of the answer", answer)?;
    let reference = decode(REFERENCE, &read(REFERENCE)?)?;
    let image = decode(SUBJECT, &read(SUBJECT)?)?;
    for other in [&reference, &image] {
        if labels.shape != other.shape {
            return Err(Error::CompareGrids { found: labels.shape, expected: other.shape });
        }
    }
    Ok(Comparison { image, labels, reference })
}

impl Comparison {
    /// Dice's coefficient of each tissue, by name.
    pub(crate) fn dice(&self) -> BTreeMap<&'static str, f64> {
        TISSUES
            .into_iter()
            .map(|(label, name)| (name, dice(&self.labels.data, &self.reference.data, f32::from(label))))
            .collect()
    }

    /// Millilitres of each tissue, by name.
    pub(crate) fn volumes_ml(&self) -> BTreeMap<&'static str, f64> {
        let voxel = self.labels.affine.spacing().iter().product::<f64>() / 1000.0;
        let count = |label: u8| self.labels.data.iter().filter(|value| **value == f32::from(label)).count() as f64;
        TISSUES.into_iter().map(|(label, name)| (name, count(label) * voxel)).collect()
    }
}

/// Twice the overlap of `label` over the sum of its sizes; 1 where neither has it.
fn dice(found: &[f32], expected: &[f32], label: f32) -> f64 {
    let (mut both, mut sum) = (0u64, 0u64);
    for (found, expected) in found.iter().zip(expected) {
        let (found, expected) = (*found == label, *expected == label);
        both += u64::from(found && expected);
        sum += u64::from(found) + u64::from(expected);
    }
    if sum == 0 { 1.0 } else { 2.0 * both as f64 / sum as f64 }
}

#[cfg(test)]
mod tests {
    use super::dice;

    #[test]
    fn dice_is_twice_the_overlap_over_the_sizes() {
        let cases: [(&[f32], &[f32], f64); 3] = [
            (&[1.0, 1.0, 0.0], &[1.0, 0.0, 0.0], 2.0 / 3.0),
            (&[0.0, 2.0], &[2.0, 0.0], 1.0),
            (&[1.0, 0.0], &[0.0, 1.0], 0.0),
        ];
        for (found, expected, value) in cases {
            assert_eq!(dice(found, expected, 1.0), value, "{found:?} against {expected:?}");
        }
    }
}
