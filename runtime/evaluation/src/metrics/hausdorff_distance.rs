use super::Surfaces;

/// The largest distance in mm from the answer's surface to the truth's, unless `directed` the larger one of both ways, or
/// that percentile of the distances (MONAI `compute_hausdorff_distance`, where a percentile of 0 is the largest too).
///
/// Where one of them lacks the class it is infinite, with a percentile NaN, as PyTorch interpolates between infinities;
/// where both do it is NaN.
pub fn hausdorff_distance(surfaces: &Surfaces, percentile: Option<f64>, directed: bool) -> f64 {
    let there = quantile(&surfaces.answer_to_truth, percentile);
    let back = if directed { there } else { quantile(&surfaces.truth_to_answer, percentile) };
    // As `torch.max`, which keeps NaN.
    if there.is_nan() || back.is_nan() { f64::NAN } else { f64::from(there.max(back)) }
}

/// `torch.quantile`: linear between the neighbours of a rank in single precision.
fn quantile(distances: &[f32], percentile: Option<f64>) -> f32 {
    let Some(last) = distances.len().checked_sub(1) else { return f32::NAN };
    let Some(percentile) = percentile.filter(|percentile| *percentile > 0.0) else {
        return distances.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    };
    let rank = ((percentile / 100.0) as f32 * last as f32).min(last as f32);
    let below = rank as usize;
    let mut distances = distances.to_vec();
    let (_, low, above) = distances.select_nth_unstable_by(below, f32::total_cmp);
    let high = above.iter().copied().reduce(f32::min).unwrap_or(*low);
    *low + (rank - below as f32) * (high - *low)
}
