//! Which voxels of its input an operation's output is made of, axis by axis.

use monai_kernels::{Between, Span};

/// The windows of a pooling along one axis of `size` voxels, as many as its output has.
pub(super) fn windows(
    output: usize,
    size: usize,
    [kernel, stride, padding]: [usize; 3],
    padding_counts: bool,
) -> Vec<Span> {
    let span = |index: usize| {
        let first = index * stride;
        // In places that count from the padding's first voxel.
        let last = (first + kernel).min(size + 2 * padding);
        let (start, end) = (first.max(padding) - padding, last.min(size + padding) - padding);
        Span { start, end, divisor: if padding_counts { last - first } else { end - start } }
    };
    (0..output).map(span).collect()
}

/// The windows of an adaptive pooling along one axis.
pub(super) fn shares(output: usize, size: usize) -> Vec<Span> {
    let span = |index: usize| {
        let (start, end) = (index * size / output, ((index + 1) * size).div_ceil(output));
        Span { start, end, divisor: end - start }
    };
    (0..output).map(span).collect()
}

/// The neighbours of each voxel of an axis that was `factor` times shorter; computed as PyTorch does.
pub(super) fn between(size: usize, factor: usize, align_corners: bool) -> Vec<Between> {
    let output = size * factor;
    let place = |index: usize| {
        if align_corners {
            let scale = if output > 1 { (size - 1) as f32 / (output - 1) as f32 } else { 0.0 };
            scale * index as f32
        } else {
            ((index as f32 + 0.5) / factor as f32 - 0.5).max(0.0)
        }
    };
    let neighbours = |index: usize| {
        let place = place(index);
        let first = (place as usize).min(size - 1);
        Between { first, second: (first + 1).min(size - 1), weight: place - first as f32 }
    };
    (0..output).map(neighbours).collect()
}

/// Every voxel of an axis, then nothing up to `output`.
pub(super) fn straight(size: usize, output: usize) -> Vec<Option<usize>> {
    (0..output).map(|index| (index < size).then_some(index)).collect()
}

/// Every voxel of an axis with so many before and behind; those outside repeat the nearest or are none.
pub(super) fn padded(size: usize, [before, behind]: [usize; 2], replicate: bool) -> Vec<Option<usize>> {
    let place = |index: usize| match index.checked_sub(before) {
        Some(inside) if inside < size => Some(inside),
        _ if !replicate => None,
        Some(_) => Some(size - 1),
        None => Some(0),
    };
    (0..before + size + behind).map(place).collect()
}
