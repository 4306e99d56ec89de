use super::Counts;

/// The voxels that answer and truth share, over those of either (MONAI `compute_iou`). Where the truth lacks the class:
/// NaN if `ignore_empty`, else 1 where the answer lacks it too and 0 where it does not.
pub fn iou(counts: &Counts, ignore_empty: bool) -> f64 {
    let union = counts.true_positive + counts.false_positive + counts.false_negative;
    match (counts.truth(), union) {
        (0, _) if ignore_empty => f64::NAN,
        (0, 0) => 1.0,
        _ => counts.true_positive as f64 / union as f64,
    }
}
