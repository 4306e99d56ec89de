use crate::{Affine, Error};

/// The unit of length in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    /// Not said: taken as millimetres.
    Unknown,
    /// Metres.
    Metre,
    /// Millimetres.
    Millimetre,
    /// Micrometres.
    Micrometre,
}

impl Units {
    pub(super) fn from_code(code: i32) -> Units {
        match code & 7 {
            1 => Units::Metre,
            2 => Units::Millimetre,
            3 => Units::Micrometre,
            _ => Units::Unknown,
        }
    }

    pub(super) fn code(self) -> u8 {
        match self {
            Units::Unknown => 0,
            Units::Metre => 1,
            Units::Millimetre => 2,
            Units::Micrometre => 3,
        }
    }

    /// Millimetres in one unit.
    pub fn millimetres(self) -> f64 {
        match self {
            Units::Unknown | Units::Millimetre => 1.0,
            Units::Metre => 1000.0,
            Units::Micrometre => 0.001,
        }
    }
}

/// How a header says where its voxels lie; carried from an input to the output on the same grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// NIfTI's `sform_code`; 0: there is no sform.
    pub sform_code: i16,
    /// NIfTI's `qform_code`; 0: there is no qform.
    pub qform_code: i16,
    /// Unit of the numbers in the file. In memory all is millimetres.
    pub units: Units,
}

/// The geometry fields of a header as they stand there.
#[derive(Debug, Clone)]
pub(super) struct Placement {
    pub(super) axes: usize,
    pub(super) shape: [usize; 3],
    pub(super) pixdim: [f64; 8],
    pub(super) units: Units,
    pub(super) qform_code: i32,
    pub(super) sform_code: i32,
    pub(super) quaternion: [f64; 3],
    pub(super) qoffset: [f64; 3],
    pub(super) srow: [[f64; 4]; 3],
}

type Matrix = [[f64; 4]; 4];

impl Placement {
    pub(super) fn frame(&self) -> Frame {
        let code = |code: i32| i16::try_from(code).unwrap_or(0);
        Frame { sform_code: code(self.sform_code), qform_code: code(self.qform_code), units: self.units }
    }

    /// nibabel's choice (sform, else qform, else the extents), then MONAI's `rectify_header_sform_qform`:
    /// a form that contradicts `pixdim` gives way to the other one where that agrees. A chosen form that is no placement
    /// at all is an error; MONAI would go on with the other form even where the header disowns it.
    pub(super) fn affine(&self) -> Result<Affine, Error> {
        let matrix = if self.sform_code != 0 {
            Affine::new(self.sform())?;
            if !self.agrees(&self.sform()) && self.qform().is_ok_and(|qform| self.agrees(&qform)) {
                self.qform()?
            } else {
                self.sform()
            }
        } else if self.qform_code != 0 {
            let qform = self.qform()?;
            if !self.agrees(&qform) && self.agrees(&self.sform()) { self.sform() } else { qform }
        } else {
            self.base()?
        };
        let scale = self.units.millimetres();
        Affine::new(matrix.map(|row| row.map(|value| value * scale)))
    }

    /// Voxel sizes with nibabel's repairs: 0 is 1, signs are dropped.
    fn zooms(&self) -> [f64; 3] {
        std::array::from_fn(|axis| match self.pixdim[axis + 1].abs() {
            0.0 => 1.0,
            size => size,
        })
    }

    fn sform(&self) -> Matrix {
        [self.srow[0], self.srow[1], self.srow[2], [0.0, 0.0, 0.0, 1.0]]
    }

    /// Refuses sizes of 0 where they decide something. nibabel, and MONAI with it, would take voxels of 1 mm.
    fn check_sizes(&self) -> Result<(), Error> {
        let unknown = |&axis: &usize| self.pixdim[axis + 1] == 0.0 && self.shape[axis] > 1;
        (0..self.axes.min(3)).find(unknown).map_or(Ok(()), |axis| Err(Error::ZeroVoxelSize { axis }))
    }

    fn base(&self) -> Result<Matrix, Error> {
        self.check_sizes()?;
        let zooms = self.zooms();
        let mut matrix = [[0.0; 4]; 4];
        matrix[3][3] = 1.0;
        for axis in 0..3 {
            let zoom = match axis {
                _ if axis >= self.axes => 1.0,
                0 => -zooms[0],
                _ => zooms[axis],
            };
            matrix[axis][axis] = zoom;
            matrix[axis][3] = -((self.shape[axis] as f64 - 1.0) / 2.0) * zoom;
        }
        Ok(matrix)
    }

    fn qform(&self) -> Result<Matrix, Error> {
        self.check_sizes()?;
        let [x, y, z] = self.quaternion;
        let rest = 1.0 - (x * x + y * y + z * z);
        let w = match rest {
            _ if !rest.is_finite() => return Err(Error::AffineNotFinite),
            small if small.abs() < 3.0 * f64::from(f32::EPSILON) => 0.0,
            negative if negative < 0.0 => return Err(Error::BadQuaternion),
            _ => rest.sqrt(),
        };
        let s = 2.0 / (w * w + x * x + y * y + z * z);
        let rotation = [
            [1.0 - s * (y * y + z * z), s * (x * y - w * z), s * (x * z + w * y)],
            [s * (x * y + w * z), 1.0 - s * (x * x + z * z), s * (y * z - w * x)],
            [s * (x * z - w * y), s * (y * z + w * x), 1.0 - s * (x * x + y * y)],
        ];
        let mut zooms = self.zooms();
        if self.pixdim[0] == -1.0 {
            zooms[2] = -zooms[2];
        }
        let mut matrix = [[0.0; 4]; 4];
        matrix[3][3] = 1.0;
        for row in 0..3 {
            for column in 0..3 {
                matrix[row][column] = rotation[row][column] * zooms[column];
            }
            matrix[row][3] = self.qoffset[row];
        }
        Ok(matrix)
    }

    fn agrees(&self, matrix: &Matrix) -> bool {
        // MONAI compares as many columns as there are axes, so that with four axes nothing ever agrees.
        let zooms = self.zooms();
        self.axes <= 3
            && (0..self.axes).all(|axis| {
                let norm = (0..self.axes).map(|row| matrix[row][axis] * matrix[row][axis]).sum::<f64>().sqrt();
                let norm = if norm == 0.0 { 1.0 } else { norm };
                (norm - zooms[axis]).abs() <= 1e-8 + 1e-5 * zooms[axis]
            })
    }
}
