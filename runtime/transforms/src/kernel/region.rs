use std::ops::Range;

use monai_imaging::Volume;

/// Extents of an array: channels, X, Y, Z.
pub(crate) type Extents = [usize; 4];

/// A box on an array's grid, half open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) start: [usize; 4],
    pub(crate) end: [usize; 4],
}

impl Region {
    /// The whole of an array.
    pub(crate) fn whole(extents: Extents) -> Region {
        Region { start: [0; 4], end: extents }
    }

    /// The region of these ranges; all of it is empty where one is.
    pub(crate) fn of(ranges: [Range<usize>; 4]) -> Region {
        if ranges.iter().any(Range::is_empty) {
            return Region { start: [0; 4], end: [0; 4] };
        }
        Region {
            start: std::array::from_fn(|axis| ranges[axis].start),
            end: std::array::from_fn(|axis| ranges[axis].end),
        }
    }

    pub(crate) fn range(&self, axis: usize) -> Range<usize> {
        self.start[axis]..self.end[axis]
    }

    pub(crate) fn extents(&self) -> Extents {
        std::array::from_fn(|axis| self.end[axis] - self.start[axis])
    }

    pub(crate) fn voxels(&self) -> usize {
        self.extents().iter().product()
    }
}

/// The voxels of a region of an array.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) region: Region,
    pub(crate) data: &'a [f32],
}

impl<'a> Part<'a> {
    /// All voxels of a volume.
    pub(crate) fn of(volume: &'a Volume) -> Part<'a> {
        let [x, y, z] = volume.shape;
        Part { region: Region::whole([volume.channels, x, y, z]), data: &volume.data }
    }

    /// Index in `data` of the first voxel of a line along Z.
    pub(crate) fn offset(&self, channel: usize, x: usize, y: usize) -> usize {
        let ([c0, x0, y0, _], [_, width, height, depth]) = (self.region.start, self.region.extents());
        (((channel - c0) * width + x - x0) * height + y - y0) * depth
    }

    /// The voxels `z` of a line along Z.
    pub(crate) fn line(&self, channel: usize, x: usize, y: usize, z: Range<usize>) -> &'a [f32] {
        let start = self.offset(channel, x, y) + z.start - self.region.start[3];
        &self.data[start..start + z.len()]
    }
}
