use std::fmt;

use monai_imaging::{Colours, Volume, decode};
use rayon::prelude::*;

use crate::{Error, Grid};

/// Farthest from a whole number that a stored label may be; slopes of headers leave traces.
const TRACE: f32 = 1e-3;

/// The longest axis, in voxels.
const LONGEST: usize = u16::MAX as usize;

/// Which of the two maps that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What a model answered.
    Answer,
    /// The truth.
    Label,
}

impl fmt::Display for Side {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Side::Answer => "answer",
            Side::Label => "label",
        })
    }
}

/// A segmentation: one class number per voxel, or one channel of 0 and 1 per class where classes may overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelMap {
    /// Where the voxels lie.
    pub grid: Grid,
    /// 1: class numbers; more: one mask per class.
    pub channels: usize,
    /// `channels · X · Y · Z` numbers, Z fastest.
    pub(crate) labels: Vec<u16>,
}

impl LabelMap {
    /// Reads a file, NIfTI, PNG or JPEG of one channel, of at most `limit` bytes in memory.
    ///
    /// # Errors
    /// [`Error::Decode`], and as [`LabelMap::of`].
    pub fn decode(side: Side, file: &[u8], limit: u64) -> Result<LabelMap, Error> {
        let decoded = decode(file, Colours::AsStored, limit);
        let decoded = decoded.map_err(|source| Error::Decode { what: side.to_string(), source })?;
        LabelMap::of(side, &decoded.volume)
    }

    /// Takes a volume whose voxels are class numbers, or 0 and 1 where it has several channels.
    ///
    /// # Errors
    /// [`Error::NoLabels`], [`Error::LongAxis`].
    pub fn of(side: Side, volume: &Volume) -> Result<LabelMap, Error> {
        let most = if volume.channels == 1 { f32::from(u16::MAX) } else { 1.0 };
        let is_label = |value: &f32| (value - value.round()).abs() <= TRACE && (0.0..=most).contains(&value.round());
        if !volume.data.par_iter().all(is_label) {
            return Err(Error::NoLabels { side, channels: volume.channels, most: most as u16 });
        }
        if let Some(found) = volume.shape.into_iter().find(|extent| *extent > LONGEST) {
            return Err(Error::LongAxis { side, found, most: LONGEST });
        }
        let grid = Grid { shape: volume.shape, rank: volume.rank, affine: volume.affine };
        let labels = volume.data.par_iter().map(|value| value.round() as u16).collect();
        Ok(LabelMap { grid, channels: volume.channels, labels })
    }

    /// One channel.
    pub(crate) fn channel(&self, index: usize) -> &[u16] {
        let voxels = self.grid.voxels();
        &self.labels[index * voxels..(index + 1) * voxels]
    }
}
