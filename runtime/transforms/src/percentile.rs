//! Exact percentiles without sorting or copying: two counting passes over the voxels' order keys.

use rayon::prelude::*;

use crate::{Error, TypeName};

/// Voxels that one task counts.
const CHUNK: usize = 1 << 18;
/// Above this many voxels MONAI calls `numpy.percentile`, else `torch.quantile`.
const TORCH_LIMIT: usize = 1_000_000;

/// MONAI's `percentile` of an image of type `dtype` with linear interpolation, for `q` in 0..=100, as that type holds it;
/// NaN where a voxel is NaN or there is none.
///
/// # Errors
/// [`Error::WrongShape`] where `torch.quantile` does not take the type.
pub(crate) fn percentiles(
    target: &'static str,
    data: &[f32],
    dtype: TypeName,
    qs: [f64; 2],
) -> Result<[f32; 2], Error> {
    let last = data.len().saturating_sub(1);
    if data.len() <= TORCH_LIMIT && !dtype.is_float() {
        return Err(Error::shape(target, "an image of 32-bit or 64-bit floats", format!("{dtype:?}")));
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
    let Some(values) = select(data, wanted) else { return Ok([f32::NAN; 2]) };
    Ok([0, 1].map(|index| {
        let (low, high, t) = (values[2 * index], values[2 * index + 1], ranks[index].1);
        let (low, high) = (f64::from(low), f64::from(high));
        dtype.cast((if t < 0.5 { low + (high - low) * t } else { high - (high - low) * (1.0 - t) }) as f32)
    }))
}

/// An integer that orders as the float does.
fn key(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

fn unkey(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key & !(1 << 31) } else { !key })
}

/// The values at `ranks` of the sorted data; none where a value is NaN or there is none.
fn select(data: &[f32], ranks: [usize; 4]) -> Option<[f32; 4]> {
    let high = count(data, |_| true, |key| key >> 16);
    // Keys of NaN lie outside those of the infinities, whose own bins may hold some.
    let [least, most] = [f32::NEG_INFINITY, f32::INFINITY].map(|infinity| (key(infinity) >> 16) as usize);
    let any = |bins: &[u32]| bins.iter().any(|&count| count > 0);
    let beyond = any(&high[..least]) || any(&high[most + 1..]);
    if data.is_empty() || beyond || high[least] + high[most] > 0 && data.par_iter().any(|value| value.is_nan()) {
        return None;
    }
    let buckets: [(u32, usize); 4] = ranks.map(|rank| find(&high, rank));
    let mut out = [0.0; 4];
    let mut done: Option<(u32, Vec<u32>)> = None;
    for (index, &(bucket, rest)) in buckets.iter().enumerate() {
        if done.as_ref().is_none_or(|(known, _)| *known != bucket) {
            done = Some((bucket, count(data, |key| key >> 16 == bucket, |key| key & 0xffff)));
        }
        if let Some((_, low)) = &done {
            out[index] = unkey(bucket << 16 | find(low, rest).0);
        }
    }
    Some(out)
}

fn count(data: &[f32], keep: impl Fn(u32) -> bool + Sync, bin: impl Fn(u32) -> u32 + Sync) -> Vec<u32> {
    let empty = || vec![0u32; 1 << 16];
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
fn find(bins: &[u32], rank: usize) -> (u32, usize) {
    let mut left = rank;
    for (bin, &count) in bins.iter().enumerate() {
        if left < count as usize {
            return (bin as u32, left);
        }
        left -= count as usize;
    }
    (bins.len() as u32 - 1, 0)
}
