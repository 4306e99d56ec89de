//! Whether two sides' answers are one.

use std::fs;
use std::path::Path;

use monai_imaging::{Volume, nifti};

use crate::error::Error;
use crate::programs::file;

/// The most that two voxels of one label differ by: labels that were interpolated are not whole.
const NEAR: f32 = 1e-4;

/// The share of voxels that have one label in both files; fails below `least`.
pub(crate) fn agreement(bundle: &str, least: f64, ours: &Path, peer: &Path) -> Result<f64, Error> {
    let (ours, peer) = (read(ours)?, read(peer)?);
    let differ = |found: String| Error::CompareLabels { bundle: bundle.to_owned(), found };
    if ours.shape != peer.shape || ours.data.len() != peer.data.len() {
        return Err(differ(format!("grids {:?} and {:?}", ours.shape, peer.shape)));
    }
    let equal = ours.data.iter().zip(&peer.data).filter(|(ours, peer)| (*ours - *peer).abs() <= NEAR).count();
    let share = equal as f64 / ours.data.len() as f64;
    if share >= least { Ok(share) } else { Err(differ(format!("{:.2} % of the voxels agree", share * 100.0))) }
}

fn read(path: &Path) -> Result<Volume, Error> {
    let bytes = fs::read(path).map_err(|source| file("read", path, source))?;
    let decoded = nifti::decode(&bytes);
    Ok(decoded.map_err(|source| Error::ReadLabels { path: path.display().to_string(), source })?.volume)
}
