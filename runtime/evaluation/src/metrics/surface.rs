use rayon::prelude::*;

use super::distances;
use crate::Grid;

const ANSWER: u8 = 1;
const TRUTH: u8 = 2;

/// A box of voxels: from the first to before the last, by axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// First voxels.
    pub start: [usize; 3],
    /// Voxels after the last ones.
    pub end: [usize; 3],
}

/// How far the surfaces of an answer and of the truth are from each other, for one class.
///
/// The surface of a mask are its voxels that have a face to the outside or to the end of the image (MONAI
/// `get_mask_edges`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Surfaces {
    /// For each voxel of the answer's surface, the distance to the truth's in mm.
    pub answer_to_truth: Vec<f32>,
    /// For each voxel of the truth's surface, the distance to the answer's in mm.
    pub truth_to_answer: Vec<f32>,
}

impl Surfaces {
    /// Between the two masks on this grid, which are empty outside of `bounds` (MONAI `get_surface_distance`). Where one
    /// mask is empty, both lists hold one infinity per voxel of the other's surface.
    pub fn between(
        grid: &Grid,
        bounds: &Bounds,
        answer: impl Fn(usize) -> bool + Sync,
        truth: impl Fn(usize) -> bool + Sync,
    ) -> Surfaces {
        let shape: [usize; 3] = std::array::from_fn(|axis| bounds.end[axis] - bounds.start[axis]);
        let [_, ny, nz] = grid.shape;
        let mut masks = vec![0; shape.iter().product()];
        masks.par_chunks_mut(shape[1] * shape[2]).enumerate().for_each(|(x, plane)| {
            for (y, row) in plane.chunks_mut(shape[2]).enumerate() {
                let first = ((x + bounds.start[0]) * ny + y + bounds.start[1]) * nz + bounds.start[2];
                for (z, mask) in row.iter_mut().enumerate() {
                    *mask = (u8::from(answer(first + z)) * ANSWER) | (u8::from(truth(first + z)) * TRUTH);
                }
            }
        });
        let surface = surface(shape, grid.rank == 2, &masks);
        drop(masks);
        let far = |from, to| distances(shape, grid.spacing(), &surface, from, to);
        let (answer_to_truth, truth_to_answer) = (far(ANSWER, TRUTH), far(TRUTH, ANSWER));
        match (answer_to_truth.is_empty(), truth_to_answer.is_empty()) {
            (true, false) => Surfaces { answer_to_truth: truth_to_answer.clone(), truth_to_answer },
            (false, true) => Surfaces { truth_to_answer: answer_to_truth.clone(), answer_to_truth },
            _ => Surfaces { answer_to_truth, truth_to_answer },
        }
    }
}

/// Keeps the bits of voxels that have a neighbour without them, or lie at the end of the box.
fn surface([nx, ny, nz]: [usize; 3], planar: bool, masks: &[u8]) -> Vec<u8> {
    let mut surface = vec![0; masks.len()];
    surface.par_chunks_mut(ny * nz).enumerate().for_each(|(x, plane)| {
        for (index, out) in plane.iter_mut().enumerate() {
            let here = x * ny * nz + index;
            let mask = masks[here];
            if mask == 0 {
                continue;
            }
            let both = |place: usize, extent: usize, stride: usize| {
                let inside = place > 0 && place + 1 < extent;
                if inside { masks[here - stride] & masks[here + stride] } else { 0 }
            };
            let along_z = if planar { mask } else { both(index % nz, nz, 1) };
            *out = mask & !(both(x, nx, ny * nz) & both(index / nz, ny, nz) & along_z);
        }
    });
    surface
}
