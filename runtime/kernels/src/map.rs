use crate::lanes::LANES;

/// Channels and size of a map. Two-dimensional maps have a first axis of one voxel, vectors three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Channels.
    pub channels: usize,
    /// Voxels of each axis.
    pub size: [usize; 3],
}

impl Extent {
    /// Blocks of channels.
    pub fn blocks(&self) -> usize {
        self.channels.div_ceil(LANES)
    }

    /// Voxels of one channel.
    pub fn voxels(&self) -> usize {
        self.size.iter().product()
    }

    /// Numbers of a blocked map.
    pub fn blocked(&self) -> usize {
        self.blocks() * self.voxels() * LANES
    }

    /// Numbers of a planar map, `[channels, x, y, z]`.
    pub fn planar(&self) -> usize {
        self.channels * self.voxels()
    }
}

/// How the numbers of a map lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `[channels / 16, x, y, z, 16]`, filled up with zeros.
    Blocked,
    /// `[channels, x, y, z]`.
    Planar,
}

/// Where the number of a channel and a voxel lies in a blocked map of so many voxels.
#[inline(always)]
pub(crate) fn place(channel: usize, voxels: usize, voxel: usize) -> usize {
    (channel / LANES * voxels + voxel) * LANES + channel % LANES
}

/// Fills a vector of one number per channel up to whole blocks.
pub fn fill_up(mut values: Vec<f32>, filler: f32) -> Vec<f32> {
    values.resize(values.len().next_multiple_of(LANES), filler);
    values
}
