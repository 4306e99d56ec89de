//! One plane of a volume as a small picture: grey image, outlines of truth and answer.

use monai_imaging::Affine;

use crate::LabelMap;

/// Pixels of the longer side.
const PIXELS: f64 = 384.0;

/// Colour of the truth's outline.
pub(super) const TRUTH: [u8; 3] = [0, 160, 255];
/// Colour of the answer's outline.
pub(super) const ANSWER: [u8; 3] = [255, 140, 0];
/// Where both outlines are.
pub(super) const BOTH: [u8; 3] = [230, 70, 220];

/// A plane across an axis: which voxel axes it shows, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plane {
    /// What radiologists call it.
    pub(super) title: &'static str,
    /// Columns from left to right: the voxel axis, and whether it is shown backwards.
    pub(super) columns: (usize, bool),
    /// Rows from top to bottom.
    pub(super) rows: (usize, bool),
    /// The voxel axis across the plane.
    pub(super) across: usize,
}

impl Plane {
    /// Axial, coronal and sagittal, as radiologists hang them: the patient's right on the left, front and head up. A
    /// volume of two axes is one plane.
    pub(super) fn all(affine: &Affine, rank: u8) -> Vec<Plane> {
        let world = nearest_axes(affine, rank);
        // Screens count rightwards and downwards, where left, back and feet are: against the world's R, A, S.
        let shown = |axis: usize| world[axis];
        if rank == 2 {
            let (columns, rows) =
                if world[0].0 < 2 && world[1].0 < 2 { (shown(0), shown(1)) } else { ((0, false), (1, false)) };
            return vec![Plane { title: "plane", columns, rows, across: 2 }];
        }
        let plane = |title, columns: usize, rows: usize, across: usize| Plane {
            title,
            columns: shown(columns),
            rows: shown(rows),
            across: world[across].0,
        };
        vec![plane("axial", 0, 1, 2), plane("coronal", 0, 2, 1), plane("sagittal", 1, 2, 0)]
    }

    /// The picture of the plane through a voxel, and its width and height. `window` are the values of black and white.
    pub(super) fn draw(
        &self,
        image: &[f32],
        maps: [&LabelMap; 2],
        voxel: [usize; 3],
        window: (f32, f32),
    ) -> (Vec<u8>, [u32; 2]) {
        let grid = maps[0].grid;
        let spacing = grid.spacing();
        let length = |(axis, _): (usize, bool)| grid.shape[axis] as f64 * spacing[axis];
        let pixel = length(self.columns).max(length(self.rows)) / PIXELS;
        let count = |axis| (length(axis) / pixel).round().max(1.0) as usize;
        let (width, height) = (count(self.columns), count(self.rows));
        let place = |(axis, backwards): (usize, bool), at: usize| {
            let place = (((at as f64 + 0.5) * pixel / spacing[axis]) as usize).min(grid.shape[axis] - 1);
            if backwards { grid.shape[axis] - 1 - place } else { place }
        };
        let index = |row: usize, column: usize| {
            let mut voxel = voxel;
            voxel[self.columns.0] = place(self.columns, column);
            voxel[self.rows.0] = place(self.rows, row);
            (voxel[0] * grid.shape[1] + voxel[1]) * grid.shape[2] + voxel[2]
        };
        let outlined = |map: &LabelMap, row: usize, column: usize| {
            let here = content(map, index(row, column));
            let around = [
                (row.checked_sub(1), Some(column)),
                (Some(row + 1).filter(|row| *row < height), Some(column)),
                (Some(row), column.checked_sub(1)),
                (Some(row), Some(column + 1).filter(|column| *column < width)),
            ];
            let other = |place| matches!(place, (Some(row), Some(column)) if content(map, index(row, column)) != here);
            here != 0 && around.into_iter().any(other)
        };
        let mut pixels = Vec::with_capacity(3 * width * height);
        for row in 0..height {
            for column in 0..width {
                let grey = (image[index(row, column)] - window.0) / (window.1 - window.0);
                let colour = match maps.map(|map| outlined(map, row, column)) {
                    [true, true] => BOTH,
                    [true, false] => ANSWER,
                    [false, true] => TRUTH,
                    [false, false] => [(grey.clamp(0.0, 1.0) * 255.0) as u8; 3],
                };
                pixels.extend(colour);
            }
        }
        (pixels, [width as u32, height as u32])
    }
}

/// What a map holds at a voxel, 0 for nothing: its class, or one bit per mask.
pub(super) fn content(map: &LabelMap, voxel: usize) -> u64 {
    if map.channels == 1 {
        return u64::from(map.labels[voxel]);
    }
    let bit = |channel: usize| u64::from(map.channel(channel)[voxel] != 0) << (channel % 64);
    (0..map.channels).fold(0, |bits, channel| bits | bit(channel))
}

/// For each world axis the voxel axis that is nearest to it, and whether it runs the same way.
fn nearest_axes(affine: &Affine, rank: u8) -> [(usize, bool); 3] {
    let (matrix, spacing) = (affine.matrix(), affine.spacing());
    let mut pairs: Vec<(usize, usize)> = (0..9).map(|pair| (pair / 3, pair % 3)).collect();
    let along = |world: usize, axis: usize| matrix[world][axis] / spacing[axis];
    pairs.sort_by(|left, right| along(right.0, right.1).abs().total_cmp(&along(left.0, left.1).abs()));
    let (mut found, mut taken) = ([None; 3], [false; 3]);
    // The third axis of a plane is no axis of it: it is given away last.
    pairs.sort_by_key(|(_, axis)| rank == 2 && *axis == 2);
    for (world, axis) in pairs {
        if found[world].is_none() && !taken[axis] {
            found[world] = Some((axis, along(world, axis) > 0.0));
            taken[axis] = true;
        }
    }
    found.map(|axis| axis.unwrap_or((0, false)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(matrix: [[f64; 3]; 3], expected: [[(usize, bool); 2]; 3]) {
        let rows = matrix.map(|row| [row[0], row[1], row[2], 5.0]);
        let affine = Affine::new([rows[0], rows[1], rows[2], [0.0, 0.0, 0.0, 1.0]]).expect("invertible");
        let planes = Plane::all(&affine, 3);
        let found: Vec<_> = planes.iter().map(|plane| [plane.columns, plane.rows]).collect();
        assert_eq!(found, expected, "{matrix:?}");
    }

    #[test]
    fn planes_hang_as_radiologists_hang_them() {
        // RAS: every axis runs against the screen.
        let backwards = |axis| (axis, true);
        check(
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 2.0]],
            [[backwards(0), backwards(1)], [backwards(0), backwards(2)], [backwards(1), backwards(2)]],
        );
        // LPS with the axes in the order S, L, P and a slight tilt.
        check(
            [[0.1, -1.0, 0.0], [0.0, 0.1, -1.0], [2.0, 0.0, 0.1]],
            [[(1, false), (2, false)], [(1, false), (0, true)], [(2, false), (0, true)]],
        );
    }
}
