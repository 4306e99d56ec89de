use monai_imaging::Affine;

use crate::Error;

/// Farthest that two corners may lie apart for two grids to be the same, in mm.
const TOLERANCE: f64 = 1e-3;

/// Where the voxels of a label map lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Voxels along X, Y, Z; Z is 1 for a plane.
    pub shape: [usize; 3],
    /// Spatial axes: 2 or 3.
    pub rank: u8,
    /// Voxels to world, in mm.
    pub affine: Affine,
}

impl Grid {
    /// Voxels in all.
    pub fn voxels(&self) -> usize {
        self.shape.iter().product()
    }

    /// Distance between neighbouring voxels along each axis, in mm.
    pub fn spacing(&self) -> [f64; 3] {
        self.affine.spacing()
    }

    /// Volume of a voxel, in ml; for a plane its area in cm².
    pub fn voxel_size(&self) -> f64 {
        let spacing = self.spacing();
        if self.rank == 2 { spacing[0] * spacing[1] / 100.0 } else { spacing.iter().product::<f64>() / 1000.0 }
    }

    /// Refuses the grid of an answer that is not this one, the label's.
    ///
    /// # Errors
    /// [`Error::GridShape`], [`Error::GridPlace`].
    pub fn accept(&self, answer: &Grid) -> Result<(), Error> {
        if answer.shape != self.shape {
            return Err(Error::GridShape { found: answer.shape, expected: self.shape });
        }
        let distance = self.affine.farthest_corner(&answer.affine, self.shape);
        if distance > TOLERANCE { Err(Error::GridPlace { distance, tolerance: TOLERANCE }) } else { Ok(()) }
    }
}
