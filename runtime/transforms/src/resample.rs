//! PyTorch's `affine_grid` and `grid_sample` as MONAI calls them, in 64 bit.

use serde::Deserialize;

use crate::kernel::{Blend, Kernel, Oblique, Windows};

/// How a voxel between voxels gets its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interpolation {
    /// Linear along each axis.
    Bilinear,
    /// The nearest voxel; halves go to the even one.
    Nearest,
}

/// What a voxel outside the image is. SciPy's names for the same are taken too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Padding {
    /// The nearest voxel of the image.
    #[serde(alias = "nearest")]
    Border,
    /// 0.
    #[serde(alias = "constant", alias = "grid-constant")]
    Zeros,
    /// The image, mirrored at its border.
    #[serde(alias = "reflect", alias = "wrap", alias = "grid-wrap", alias = "grid-mirror")]
    Reflection,
}

/// Beyond any image, within what integers hold.
const FAR: f64 = 1e12;

impl Padding {
    /// Where along an axis of `extent` voxels to look for a coordinate.
    fn place(self, coordinate: f64, extent: usize, align_corners: bool) -> f64 {
        let last = extent as f64 - 1.0;
        match self {
            Padding::Border => coordinate.clamp(0.0, last),
            Padding::Zeros => coordinate.clamp(-FAR, FAR),
            Padding::Reflection => {
                let (least, span) = if align_corners { (0.0, last) } else { (-0.5, extent as f64) };
                if span == 0.0 {
                    return 0.0;
                }
                let from = (coordinate - least).abs();
                let rest = from % span;
                let even = (from / span).floor() % 2.0 == 0.0;
                (if even { rest + least } else { span - rest + least }).clamp(0.0, last)
            }
        }
    }

    /// The voxel nearest to a placed coordinate; none outside.
    pub(crate) fn nearest(self, at: f64, extent: usize) -> Option<usize> {
        // Adding and taking away this number rounds halves to even, without a call.
        const ROUND: f64 = 6_755_399_441_055_744.0;
        let nearest = (at + ROUND - ROUND) as i64;
        (0..extent as i64).contains(&nearest).then_some(nearest as usize)
    }

    /// The two voxels around a placed coordinate with their weights; outside, an index within and a weight of 0.
    pub(crate) fn neighbours(self, at: f64, extent: usize) -> [(usize, f64); 2] {
        let low = at as i64 - i64::from(at < (at as i64) as f64);
        let part = at - low as f64;
        let last = extent as i64 - 1;
        let weight = |index: i64, weight: f64| if (0..=last).contains(&index) { weight } else { 0.0 };
        let (next, clamp) = (low + 1, |index: i64| index.clamp(0, last) as usize);
        // The upper voxel's weight is the distance from the lower one, the lower one's that to the upper.
        [(clamp(low), weight(low, next as f64 - at)), (clamp(next), weight(next, part))]
    }
}

pub(crate) type Matrix = [[f64; 4]; 4];

/// Where each output voxel lies in the input.
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    /// `theta[i][j]`: normalised input coordinate i from normalised output coordinate j.
    theta: Matrix,
    base: [Vec<f64>; 3],
    source: [usize; 3],
    padding: Padding,
    align_corners: bool,
}

impl Grid {
    fn new(xform: &Matrix, from: [usize; 3], to: [usize; 3], padding: Padding, align_corners: bool) -> Grid {
        // MONAI's to_norm_affine: normalise(from) · xform · normalise(to)⁻¹.
        let normal = |extent: usize| match align_corners {
            true => (2.0 / (if extent <= 1 { 2.0 } else { extent as f64 } - 1.0), -1.0),
            false => (2.0 / extent as f64, 1.0 / extent as f64 - 1.0),
        };
        let mut theta = [[0.0; 4]; 4];
        for row in 0..3 {
            let (scale, shift) = normal(from[row]);
            // The order of these operations is MONAI's: it decides which voxel is nearest where two are equally near.
            let first: [f64; 4] =
                std::array::from_fn(|column| scale * xform[row][column] + if column == 3 { shift } else { 0.0 });
            theta[row][3] = first[3];
            for column in 0..3 {
                let (to_scale, to_shift) = normal(to[column]);
                let back = 1.0 / to_scale;
                theta[row][column] = first[column] * back;
                theta[row][3] += first[column] * (-to_shift * back);
            }
        }
        let base = std::array::from_fn(|axis| {
            let extent = to[axis];
            (0..extent).map(|index| position(index, extent, align_corners)).collect()
        });
        Grid { theta, base, source: from, padding, align_corners }
    }

    /// The shape of the output.
    pub(crate) fn extents(&self) -> [usize; 3] {
        [0, 1, 2].map(|axis: usize| self.base[axis].len())
    }

    /// The shape of the input.
    pub(crate) fn source(&self) -> [usize; 3] {
        self.source
    }

    /// What output index `z` adds to the normalised coordinate along input axis `axis`.
    pub(crate) fn along(&self, axis: usize, z: usize) -> f64 {
        self.theta[axis][2] * self.base[2][z]
    }

    /// Where along input axis `axis` to look for the output voxel at `x`, `y` and the Z of which `along` comes.
    pub(crate) fn coordinate(&self, axis: usize, x: usize, y: usize, along: f64) -> f64 {
        self.padding.place(self.pixel(axis, self.normalised(axis, x, y, along)), self.source[axis], self.align_corners)
    }

    /// Where output voxel `at` lies in the input, which may be outside.
    pub(crate) fn coordinates(&self, at: [usize; 3]) -> [f64; 3] {
        [0, 1, 2].map(|axis| self.pixel(axis, self.normalised(axis, at[0], at[1], self.along(axis, at[2]))))
    }

    fn normalised(&self, axis: usize, x: usize, y: usize, along: f64) -> f64 {
        let theta = &self.theta[axis];
        along + theta[1] * self.base[1][y] + theta[0] * self.base[0][x] + theta[3]
    }

    fn pixel(&self, axis: usize, normalised: f64) -> f64 {
        let extent = self.source[axis] as f64;
        if self.align_corners {
            (normalised + 1.0) / 2.0 * (extent - 1.0)
        } else {
            ((normalised + 1.0) * extent - 1.0) / 2.0
        }
    }

    /// Whether each input axis follows its own output axis alone.
    fn separable(&self) -> bool {
        (0..3).all(|row| (0..3).all(|column| row == column || self.theta[row][column].abs() < 1e-9))
    }

    /// The input positions of each output position along an axis, where axes are separable.
    fn windows(&self, axis: usize, mode: Interpolation) -> Windows {
        let (extent, padding) = (self.source[axis], self.padding);
        let mut out = Windows::new();
        for &base in &self.base[axis] {
            let pixel = self.pixel(axis, self.theta[axis][axis] * base + self.theta[axis][3]);
            let at = padding.place(pixel, extent, self.align_corners);
            match mode {
                Interpolation::Nearest => match padding.nearest(at, extent) {
                    Some(index) => out.push(index, &[1.0]),
                    None => out.push(0, &[]),
                },
                // A voxel of weight 0 is left out, so that a NaN beside the image's border stays there.
                Interpolation::Bilinear => match padding.neighbours(at, extent) {
                    [(i, a), (_, b)] if a != 0.0 && b != 0.0 => out.push(i, &[a, b]),
                    [(i, a), _] if a != 0.0 => out.push(i, &[a]),
                    [_, (j, b)] if b != 0.0 => out.push(j, &[b]),
                    _ => out.push(0, &[]),
                },
            }
        }
        out
    }
}

/// Normalised coordinate of an output index, as `torch.linspace(-1, 1, extent)` shrunk to voxel centres.
fn position(index: usize, extent: usize, align_corners: bool) -> f64 {
    if extent <= 1 {
        return 0.0;
    }
    let step = 2.0 / (extent as f64 - 1.0);
    let line = if index < extent / 2 { -1.0 + step * index as f64 } else { 1.0 - step * (extent - index - 1) as f64 };
    if align_corners { line } else { line * (extent as f64 - 1.0) / extent as f64 }
}

/// How voxels are sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// How voxels are interpolated.
    pub mode: Interpolation,
    /// What lies outside.
    pub padding: Padding,
    /// Whether the corners' centres are the grid's ends.
    pub align_corners: bool,
}

/// Resamples `channels` of shape `from` onto `to`; `xform` maps output voxels to input voxels.
pub(crate) fn resample(
    channels: usize,
    xform: &Matrix,
    from: [usize; 3],
    to: [usize; 3],
    sampling: Sampling,
) -> Box<dyn Kernel> {
    let Sampling { mode, padding, align_corners } = sampling;
    let grid = Grid::new(xform, from, to, padding, align_corners);
    if grid.separable() {
        let axes = [0, 1, 2].map(|axis| grid.windows(axis, mode));
        Box::new(Blend::new(channels, from, axes))
    } else {
        Box::new(Oblique { channels, grid, mode, padding })
    }
}
