use monai_imaging::Volume;

use super::plane::{fill_holes, objects};
use crate::Error;

/// One number for the inner part of each nucleus (`GenerateWatershedMarkers`): what is less than `threshold` at a border, with
/// its holes filled, opened by a disk of `radius` pixels, without what has fewer than `least` pixels.
pub(crate) fn markers(
    mask: &Volume,
    border: &[f32],
    threshold: f64,
    radius: usize,
    least: f64,
) -> Result<Volume, Error> {
    let inner =
        mask.data.iter().zip(border).map(|(mask, border)| if *border >= threshold as f32 { 0.0 } else { *mask });
    let mut markers = fill_holes(Volume { data: inner.collect(), ..mask.clone() })?;
    open(&mut markers, radius);
    objects(&mut markers, least)?;
    Ok(markers)
}

/// Opens a map by a disk (`skimage.morphology.opening`); beyond the edges it is mirrored, the edge repeated.
fn open(map: &mut Volume, radius: usize) {
    let reach = radius as isize;
    let disk: Vec<[isize; 2]> = (-reach..=reach)
        .flat_map(|row| (-reach..=reach).map(move |column| [row, column]))
        .filter(|[row, column]| row * row + column * column <= reach * reach)
        .collect();
    let [rows, columns, _] = map.shape;
    let mirrored = |at: isize, extent: usize| {
        let at = at.rem_euclid(2 * extent as isize) as usize;
        if at < extent { at } else { 2 * extent - 1 - at }
    };
    let over_disk = |map: &[f32], pick: fn(f32, f32) -> f32| -> Vec<f32> {
        let at = |index: usize| {
            let (row, column) = ((index / columns) as isize, (index % columns) as isize);
            let neighbour = |[down, across]: &[isize; 2]| {
                map[mirrored(row + down, rows) * columns + mirrored(column + across, columns)]
            };
            disk.iter().map(neighbour).reduce(pick).unwrap_or(map[index])
        };
        (0..map.len()).map(at).collect()
    };
    map.data = over_disk(&over_disk(&map.data, f32::min), f32::max);
}
