use crate::{Affine, Error, Volume};

impl Volume {
    /// The channels of several volumes in one, in their order: the sequences of one examination, for a network that
    /// takes them together (MONAI's readers, given several files under one key). Place and form are those of the first.
    ///
    /// # Errors
    /// [`Error::StackNothing`]; [`Error::StackShape`], [`Error::StackAxes`] and [`Error::StackPlace`] where one lies on
    /// another grid than the first, said with both figures; [`Error::TooLarge`] where they take more than `limit` bytes
    /// together.
    pub fn stack(volumes: Vec<Volume>, limit: u64) -> Result<Volume, Error> {
        let needed = volumes.iter().map(|volume| volume.data.len() as u64 * 4).sum();
        if needed > limit {
            return Err(Error::TooLarge { needed, limit });
        }
        let mut volumes = volumes.into_iter();
        let mut first = volumes.next().ok_or(Error::StackNothing)?;
        let rest: Vec<Volume> = volumes.collect();
        for (index, other) in (1..).zip(&rest) {
            if other.rank != first.rank {
                return Err(Error::StackAxes { index, expected: first.rank, found: other.rank });
            }
            if other.shape != first.shape {
                return Err(Error::StackShape { index, expected: first.shape, found: other.shape });
            }
            same_place(index, &first.affine, &other.affine)?;
        }
        first.data.reserve_exact(rest.iter().map(|volume| volume.data.len()).sum());
        for other in rest {
            first.data.extend_from_slice(&other.data);
            first.channels += other.channels;
        }
        Ok(first)
    }
}

/// NumPy's `allclose`, by which MONAI compares affines, with the part named by which they differ.
fn same_place(index: usize, expected: &Affine, found: &Affine) -> Result<(), Error> {
    let close = |found: f64, expected: f64| (found - expected).abs() <= 1e-8 + 1e-5 * expected.abs();
    let (theirs, ours) = (found.matrix(), expected.matrix());
    if (0..3).all(|row| (0..4).all(|column| close(theirs[row][column], ours[row][column]))) {
        return Ok(());
    }
    let differ = |part, expected: [f64; 3], found: [f64; 3]| Err(Error::StackPlace { index, part, expected, found });
    let all = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).all(|(&a, b)| close(a, b));
    let (sizes, own) = (found.spacing(), expected.spacing());
    if !all(sizes, own) {
        return differ("the size of a voxel in mm", own, sizes);
    }
    for axis in 0..3 {
        let column = |matrix: &[[f64; 4]; 4], size: f64| std::array::from_fn(|row| matrix[row][axis] / size);
        let (own, other) = (column(ours, own[axis]), column(theirs, sizes[axis]));
        if !all(other, own) {
            return differ(["the direction of X", "the direction of Y", "the direction of Z"][axis], own, other);
        }
    }
    let origin = |matrix: &[[f64; 4]; 4]| std::array::from_fn(|row| matrix[row][3]);
    differ("the place of the first voxel in mm", origin(ours), origin(theirs))
}
