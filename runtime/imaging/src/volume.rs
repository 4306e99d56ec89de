use crate::{Affine, Error};

/// An image in memory: channels first, then X, Y, Z, Z fastest, as MONAI's arrays after `EnsureChannelFirst`.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    /// Number of channels.
    pub channels: usize,
    /// Extents along X, Y, Z; Z is 1 for a plane.
    pub shape: [usize; 3],
    /// Number of spatial axes: 2 or 3.
    pub rank: u8,
    /// `channels · X · Y · Z` voxels.
    pub data: Vec<f32>,
    /// Where the voxels lie in the world.
    pub affine: Affine,
}

impl Volume {
    /// A volume of three spatial axes.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] where `data` is of another length than channels and shape say.
    pub fn new(channels: usize, shape: [usize; 3], data: Vec<f32>, affine: Affine) -> Result<Volume, Error> {
        let expected = channels * shape.iter().product::<usize>();
        if data.len() != expected {
            return Err(Error::ShapeMismatch { channels, shape, expected, found: data.len() });
        }
        Ok(Volume { channels, shape, rank: 3, data, affine })
    }

    /// Voxels of one channel.
    pub fn voxels(&self) -> usize {
        self.shape.iter().product()
    }

    /// The voxels of one channel, X slowest.
    ///
    /// # Panics
    /// Where there is no such channel.
    pub fn channel(&self, index: usize) -> &[f32] {
        &self.data[index * self.voxels()..(index + 1) * self.voxels()]
    }
}
