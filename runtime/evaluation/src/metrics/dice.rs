use super::Counts;

/// Twice the voxels that answer and truth share, over the sum of both (MONAI `compute_dice`). Where the truth lacks the
/// class: NaN if `ignore_empty`, else 1 where the answer lacks it too and 0 where it does not.
pub fn dice(counts: &Counts, ignore_empty: bool) -> f64 {
    match (counts.truth(), counts.answered()) {
        (0, _) if ignore_empty => f64::NAN,
        (0, 0) => 1.0,
        _ => counts.f1(),
    }
}
