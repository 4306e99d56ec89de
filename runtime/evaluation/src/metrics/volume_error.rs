use super::Counts;

/// How far the answer's volume is from the truth's, as a share of the truth's, without a sign. MONAI has no such metric;
/// the conventions are those of its Dice. Where the truth lacks the class: NaN if `ignore_empty`, else 0 where the answer
/// lacks it too and infinite where it does not.
pub fn volume_error(counts: &Counts, ignore_empty: bool) -> f64 {
    match (counts.truth(), counts.answered()) {
        (0, _) if ignore_empty => f64::NAN,
        (0, 0) => 0.0,
        (truth, answer) => answer.abs_diff(truth) as f64 / truth as f64,
    }
}
