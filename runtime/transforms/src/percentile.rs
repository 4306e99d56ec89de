//! Exact percentiles without sorting or copying: two counting passes over the voxels' order keys.

use rayon::prelude::*;

/// Voxels that one task counts.
const CHUNK: usize = 1 << 18;
/// Above this many voxels MONAI calls `numpy.percentile`, else `torch.quantile`.
const TORCH_LIMIT: usize = 1_000_000;

/// MONAI's `percentile` with linear interpolation, for `q` in 0..=100; NaN where a voxel is NaN or there is none.
pub(crate) fn percentiles(data: &[f32], qs: [f64; 2]) -> [f32; 2] {
    let last = data.len().saturating_sub(1);
    if data.is_empty() || data.par_iter().any(|voxel| voxel.is_nan()) {
        return [f32::NAN; 2];
    }
    let ranks: [(usize, f64); 2] = qs.map(|q| {
        let rank = if data.len() > TORCH_LIMIT {
            q / 100.0 * last as f64
        } else {
            // torch.quantile works in the image's 32 bit, rank included.
            f64::from((q / 100.0) as f32 * last as f32)
        };
        let rank = rank.clamp(0.0, last as f64);
        (rank.floor() as usize, rank.fract())
    });
    let wanted = [ranks[0].0, (ranks[0].0 + 1).min(last), ranks[1].0, (ranks[1].0 + 1).min(last)];
    let values = select(data, wanted);
    [0, 1].map(|index| {
        let (low, high, t) = (values[2 * index], values[2 * index + 1], ranks[index].1);
        let (low, high) = (f64::from(low), f64::from(high));
        (if t < 0.5 { low + (high - low) * t } else { high - (high - low) * (1.0 - t) }) as f32
    })
}

/// An integer that orders as the float does.
fn key(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

fn unkey(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key & !(1 << 31) } else { !key })
}

/// The values at `ranks` of the sorted data.
fn select(data: &[f32], ranks: [usize; 4]) -> [f32; 4] {
    let high = count(data, |_| true, |key| key >> 16);
    let buckets: [(u32, usize); 4] = ranks.map(|rank| find(&high, rank));
    let mut out = [0.0; 4];
    let mut done: Option<(u32, Vec<usize>)> = None;
    for (index, &(bucket, rest)) in buckets.iter().enumerate() {
        if done.as_ref().is_none_or(|(known, _)| *known != bucket) {
            done = Some((bucket, count(data, |key| key >> 16 == bucket, |key| key & 0xffff)));
        }
        if let Some((_, low)) = &done {
            out[index] = unkey(bucket << 16 | find(low, rest).0);
        }
    }
    out
}

fn count(data: &[f32], keep: impl Fn(u32) -> bool + Sync, bin: impl Fn(u32) -> u32 + Sync) -> Vec<usize> {
    let empty = || vec![0usize; 1 << 16];
    data.par_chunks(CHUNK)
        .fold(empty, |mut bins, chunk| {
            for key in chunk.iter().map(|&value| key(value)).filter(|&key| keep(key)) {
                bins[bin(key) as usize] += 1;
            }
            bins
        })
        .reduce(empty, |mut sum, bins| {
            sum.iter_mut().zip(bins).for_each(|(sum, bin)| *sum += bin);
            sum
        })
}

/// The bin that holds `rank`, and the rank within it.
fn find(bins: &[usize], rank: usize) -> (u32, usize) {
    let mut left = rank;
    for (bin, &count) in bins.iter().enumerate() {
        if left < count {
            return (bin as u32, left);
        }
        left -= count;
    }
    (bins.len() as u32 - 1, 0)
}
