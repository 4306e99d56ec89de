//! The crate at its boundaries.

mod counter;
mod datalists;
mod evaluations;
mod label_maps;
mod monai_cases;
mod parity;
mod reports;
mod stand_in;
mod thresholds;

use monai_evaluation::{Class, Grid, LabelMap, Side};
use monai_imaging::nifti::{Frame, Units, encode};
use monai_imaging::{Affine, Dtype, Volume};

fn affine(spacing: [f64; 3]) -> Affine {
    let [x, y, z] = spacing;
    Affine::new([[x, 0.0, 0.0, -3.0], [0.0, y, 0.0, 4.0], [0.0, 0.0, z, 0.5], [0.0; 4]]).expect("invertible")
}

fn grid(shape: [usize; 3], rank: u8, spacing: [f64; 3]) -> Grid {
    Grid { shape, rank, affine: affine(spacing) }
}

fn volume(grid: &Grid, channels: usize, labels: &[u16]) -> Volume {
    let data = labels.iter().map(|label| f32::from(*label)).collect();
    let volume = Volume::new(channels, grid.shape, data, grid.affine).expect("of its shape");
    Volume { rank: grid.rank, ..volume }
}

fn map(grid: &Grid, channels: usize, labels: &[u16]) -> LabelMap {
    LabelMap::of(Side::Label, &volume(grid, channels, labels)).expect("whole numbers")
}

/// A `.nii.gz` file.
fn file(volume: &Volume, dtype: Dtype) -> Vec<u8> {
    let frame = Frame { sform_code: 1, qform_code: 0, units: Units::Millimetre };
    encode(volume, dtype, frame).expect("it is encoded")
}

fn classes(names: &[&str]) -> Vec<Class> {
    names.iter().zip(0..).map(|(name, number)| Class { number, name: (*name).to_owned() }).collect()
}
