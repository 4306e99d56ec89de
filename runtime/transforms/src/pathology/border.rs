use monai_imaging::Volume;

use crate::Error;
use crate::gaussian_filter::smooth;

/// Where nuclei touch (`GenerateInstanceBorder`): 1 at their borders, less within, 0 outside of `mask`. `hover` has the
/// distances to the middle of each nucleus, across and down, in two channels.
pub(crate) fn border(
    target: &'static str,
    hover: &Volume,
    mask: &[f32],
    kernel_size: usize,
) -> Result<Vec<f32>, Error> {
    let [rows, columns, _] = hover.shape;
    let (difference, average) = kernels(kernel_size);
    if rows.min(columns) <= kernel_size / 2 {
        let expected = format!("a map of more than {} pixels along each axis", kernel_size / 2);
        return Err(Error::shape(target, expected, format!("{:?}", [rows, columns])));
    }
    let steepness = |channel: usize, along: [&[f32]; 2]| {
        let mut map = hover.channel(channel).to_vec();
        normalize(target, &mut map)?;
        let mut map = filter(&filter(&map, rows, columns, along[0]), columns, 1, along[1]);
        normalize(target, &mut map)?;
        map.iter_mut().for_each(|value| *value = 1.0 - *value);
        Ok(map)
    };
    let across = steepness(0, [&average, &difference])?;
    let down = steepness(1, [&difference, &average])?;
    let pairs = across.iter().zip(&down).zip(mask);
    Ok(pairs.map(|((across, down), mask)| (across.max(*down) - (1.0 - mask)).max(0.0)).collect())
}

/// The basins of nuclei: lowest in their middles, 0 outside (`GenerateDistanceMap` with `GaussianSmooth`).
pub(crate) fn basins(mask: &[f32], border: &[f32], shape: [usize; 3]) -> Vec<f32> {
    let mut map: Vec<f32> = mask.iter().zip(border).map(|(mask, border)| (1.0 - border) * mask).collect();
    smooth(&mut map, shape, [1.0, 1.0, 0.0], 4.0);
    map.iter_mut().for_each(|value| *value = -*value);
    map
}

/// Brings a map to 0 to 1.
fn normalize(target: &'static str, map: &mut [f32]) -> Result<(), Error> {
    let least = map.iter().copied().fold(f32::INFINITY, f32::min);
    let most = map.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let range = most - least;
    if map.iter().any(|value| value.is_nan()) || range <= 0.0 || !range.is_finite() {
        return Err(Error::shape(
            target,
            "distances that differ from pixel to pixel",
            "a map of one value, or without",
        ));
    }
    map.iter_mut().for_each(|value| *value = (*value - least) / range);
    Ok(())
}

/// The two parts of the Sobel operator of an odd size (`SobelGradients`): along the gradient and across it.
fn kernels(size: usize) -> (Vec<f32>, Vec<f32>) {
    let widen = |kernel: Vec<f32>| {
        let at = |index: isize| usize::try_from(index).ok().and_then(|index| kernel.get(index)).copied().unwrap_or(0.0);
        (0..kernel.len() as isize + 2)
            .map(|index| at(index - 2) / 4.0 + at(index - 1) / 2.0 + at(index) / 4.0)
            .collect::<Vec<f32>>()
    };
    (3..size).step_by(2).fold((vec![-0.5, 0.0, 0.5], vec![0.25, 0.5, 0.25]), |(difference, average), _| {
        (widen(difference), widen(average))
    })
}

/// Correlates each line along an axis of `extent` pixels, `stride` numbers apart, with a kernel; beyond the ends the line is
/// mirrored, the end not repeated.
fn filter(map: &[f32], extent: usize, stride: usize, kernel: &[f32]) -> Vec<f32> {
    let half = kernel.len() as isize / 2;
    let mirrored = |at: isize| {
        let at = at.unsigned_abs();
        if at < extent { at } else { 2 * (extent - 1) - at }
    };
    let at = |index: usize| {
        let position = (index / stride) % extent;
        let first = index - position * stride;
        let tap = |(tap, weight): (usize, &f32)| {
            weight * map[first + mirrored(position as isize + tap as isize - half) * stride]
        };
        kernel.iter().enumerate().map(tap).sum()
    };
    (0..map.len()).map(at).collect()
}
