use crate::Error;

/// A voxel-to-world matrix: RAS+ world, millimetres, invertible and finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine([[f64; 4]; 4]);

impl Affine {
    /// The identity: 1 mm voxels whose first one lies at the world's origin.
    pub const IDENTITY: Affine =
        Affine([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]);

    /// Takes the upper three rows of `matrix` (the last one is taken as 0, 0, 0, 1).
    ///
    /// # Errors
    /// [`Error::AffineNotFinite`] and [`Error::AffineSingular`].
    pub fn new(matrix: [[f64; 4]; 4]) -> Result<Affine, Error> {
        let mut matrix = matrix;
        matrix[3] = [0.0, 0.0, 0.0, 1.0];
        if matrix.iter().flatten().any(|value| !value.is_finite()) {
            return Err(Error::AffineNotFinite);
        }
        let affine = Affine(matrix);
        let norms: f64 = affine.column_norms().iter().product();
        if !norms.is_finite() || norms == 0.0 || determinant(&matrix).abs() < 1e-12 * norms {
            return Err(Error::AffineSingular);
        }
        Ok(affine)
    }

    /// The matrix, row by row.
    pub fn matrix(&self) -> &[[f64; 4]; 4] {
        &self.0
    }

    /// Distance between neighbouring voxels along each axis, in mm (MONAI's `affine_to_spacing`).
    pub fn spacing(&self) -> [f64; 3] {
        self.column_norms()
    }

    fn column_norms(&self) -> [f64; 3] {
        std::array::from_fn(|axis| (0..3).map(|row| self.0[row][axis] * self.0[row][axis]).sum::<f64>().sqrt())
    }

    /// The largest distance in mm between the places where this and another one put a corner of a grid.
    pub fn farthest_corner(&self, other: &Affine, shape: [usize; 3]) -> f64 {
        let corners = (0..8).map(|corner| {
            let voxel: [f64; 3] =
                std::array::from_fn(|axis| if corner >> axis & 1 == 1 { shape[axis] as f64 - 1.0 } else { 0.0 });
            let along = |row: usize| {
                let (left, right) = (self.0[row], other.0[row]);
                (0..3).map(|axis| (left[axis] - right[axis]) * voxel[axis]).sum::<f64>() + left[3] - right[3]
            };
            (0..3).map(|row| along(row).powi(2)).sum::<f64>().sqrt()
        });
        corners.fold(0.0, f64::max)
    }

    /// World-to-voxel: the inverse of this matrix.
    pub fn inverse(&self) -> Affine {
        let m = &self.0;
        let scale = 1.0 / determinant(m);
        let mut out = Affine::IDENTITY.0;
        for (row, line) in out.iter_mut().enumerate().take(3) {
            for (column, cell) in line.iter_mut().enumerate().take(3) {
                let (a, b) = ((column + 1) % 3, (column + 2) % 3);
                let (c, d) = ((row + 1) % 3, (row + 2) % 3);
                *cell = (m[a][c] * m[b][d] - m[a][d] * m[b][c]) * scale;
            }
        }
        for row in 0..3 {
            out[row][3] = -(0..3).map(|k| out[row][k] * m[k][3]).sum::<f64>();
        }
        Affine(out)
    }

    /// `self` after `inner`: the product `self · inner`.
    ///
    /// # Errors
    /// As [`Affine::new`].
    pub fn after(&self, inner: &[[f64; 4]; 4]) -> Result<Affine, Error> {
        let mut out = [[0.0; 4]; 4];
        for (row, line) in out.iter_mut().enumerate() {
            for (column, cell) in line.iter_mut().enumerate() {
                *cell = (0..4).map(|k| self.0[row][k] * inner[k][column]).sum();
            }
        }
        Affine::new(out)
    }
}

fn determinant(m: &[[f64; 4]; 4]) -> f64 {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
}
