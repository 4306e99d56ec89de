//! PyTorch's `affine_grid` and `grid_sample` as MONAI calls them, in 64 bit.

use monai_imaging::Volume;
use rayon::prelude::*;
use serde::Deserialize;

/// How a voxel between voxels gets its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interpolation {
    /// Linear along each axis.
    Bilinear,
    /// The nearest voxel; halves go to the even one.
    Nearest,
}

/// What a voxel outside the image is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Padding {
    /// The nearest voxel of the image.
    Border,
    /// 0.
    Zeros,
}

type Matrix = [[f64; 4]; 4];

/// The coordinate along one input axis of each position along the output axis, or the matrix for all of them.
struct Grid {
    /// `theta[i][j]`: normalised input coordinate i from normalised output coordinate j.
    theta: Matrix,
    base: [Vec<f64>; 3],
    shape: [usize; 3],
    align_corners: bool,
}

impl Grid {
    fn new(xform: &Matrix, from: [usize; 3], to: [usize; 3], align_corners: bool) -> Grid {
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
        Grid { theta, base, shape: from, align_corners }
    }

    fn pixel(&self, axis: usize, normalised: f64) -> f64 {
        let extent = self.shape[axis] as f64;
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

/// One tap pair along an axis: two indices and the weight of each; outside the image, weights are 0.
#[derive(Clone, Copy)]
struct Taps {
    index: [usize; 2],
    weight: [f64; 2],
}

fn taps(coordinate: f64, extent: usize, mode: Interpolation, padding: Padding) -> Taps {
    let last = extent as f64 - 1.0;
    let at = if padding == Padding::Border { coordinate.clamp(0.0, last) } else { coordinate };
    let inside = |index: f64| (0.0..=last).contains(&index);
    let clamped = |index: f64| index.clamp(0.0, last) as usize;
    match mode {
        Interpolation::Nearest => {
            let nearest = at.round_ties_even();
            Taps { index: [clamped(nearest); 2], weight: [f64::from(u8::from(inside(nearest))), 0.0] }
        }
        Interpolation::Bilinear => {
            let low = at.floor();
            let weight = |index: f64, weight: f64| if inside(index) { weight } else { 0.0 };
            Taps {
                index: [clamped(low), clamped(low + 1.0)],
                weight: [weight(low, low + 1.0 - at), weight(low + 1.0, at - low)],
            }
        }
    }
}

/// Resamples every channel onto `shape`; `xform` maps output voxels to input voxels.
pub(crate) fn resample(
    volume: &Volume,
    xform: &Matrix,
    shape: [usize; 3],
    mode: Interpolation,
    padding: Padding,
    align_corners: bool,
) -> Vec<f32> {
    let grid = Grid::new(xform, volume.shape, shape, align_corners);
    if grid.separable() {
        separable(volume, &grid, shape, mode, padding)
    } else {
        general(volume, &grid, shape, mode, padding)
    }
}

fn separable(volume: &Volume, grid: &Grid, shape: [usize; 3], mode: Interpolation, padding: Padding) -> Vec<f32> {
    let line = |axis: usize| -> Vec<Taps> {
        let at = |&base: &f64| grid.pixel(axis, grid.theta[axis][axis] * base + grid.theta[axis][3]);
        grid.base[axis].iter().map(|base| taps(at(base), volume.shape[axis], mode, padding)).collect()
    };
    let (xs, ys, zs) = (line(0), line(1), line(2));
    let [_, ny, nz] = volume.shape;
    let mut out = vec![0f32; volume.channels * shape.iter().product::<usize>()];
    out.par_chunks_mut(shape[1] * shape[2]).enumerate().for_each_init(
        || vec![0f64; nz],
        |mixed, (plane, out)| {
            let (channel, x) = (volume.channel(plane / shape[0]), xs[plane % shape[0]]);
            for (row, y) in out.chunks_exact_mut(shape[2]).zip(&ys) {
                let source = |i: usize, j: usize| &channel[(x.index[i] * ny + y.index[j]) * nz..][..nz];
                if mode == Interpolation::Nearest {
                    let (source, keep) = (source(0, 0), x.weight[0] * y.weight[0]);
                    for (voxel, z) in row.iter_mut().zip(&zs) {
                        *voxel = if keep * z.weight[0] > 0.0 { source[z.index[0]] } else { 0.0 };
                    }
                    continue;
                }
                mixed.fill(0.0);
                for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                    let weight = x.weight[i] * y.weight[j];
                    // A tap of weight 0 is left out, so that a NaN beside the image's border stays there.
                    if weight != 0.0 {
                        mixed.iter_mut().zip(source(i, j)).for_each(|(sum, &v)| *sum += weight * f64::from(v));
                    }
                }
                for (voxel, z) in row.iter_mut().zip(&zs) {
                    *voxel = (mixed[z.index[0]] * z.weight[0] + mixed[z.index[1]] * z.weight[1]) as f32;
                }
            }
        },
    );
    out
}

fn general(volume: &Volume, grid: &Grid, shape: [usize; 3], mode: Interpolation, padding: Padding) -> Vec<f32> {
    let [_, ny, nz] = volume.shape;
    let mut out = vec![0f32; volume.channels * shape.iter().product::<usize>()];
    out.par_chunks_mut(shape[1] * shape[2]).enumerate().for_each(|(plane, out)| {
        let (channel, x) = (volume.channel(plane / shape[0]), grid.base[0][plane % shape[0]]);
        for (row, &y) in out.chunks_exact_mut(shape[2]).zip(&grid.base[1]) {
            for (voxel, &z) in row.iter_mut().zip(&grid.base[2]) {
                let [a, b, c] = std::array::from_fn(|axis| {
                    let theta = &grid.theta[axis];
                    let normalised = theta[2] * z + theta[1] * y + theta[0] * x + theta[3];
                    taps(grid.pixel(axis, normalised), volume.shape[axis], mode, padding)
                });
                let mut sum = 0.0;
                for corner in 0..8 {
                    let (i, j, k) = (corner >> 2, (corner >> 1) & 1, corner & 1);
                    let weight = a.weight[i] * b.weight[j] * c.weight[k];
                    if weight != 0.0 {
                        sum += weight * f64::from(channel[(a.index[i] * ny + b.index[j]) * nz + c.index[k]]);
                    }
                }
                *voxel = sum as f32;
            }
        }
    });
    out
}
