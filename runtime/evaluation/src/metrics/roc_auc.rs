/// Area under the ROC curve of one class (MONAI `compute_roc_auc` without an average): the chance that a case of the class
/// has a higher score than one of the rest, where equal scores count half. NaN where all cases are of one kind.
pub fn roc_auc(scores: &[f64], truth: &[bool]) -> f64 {
    let mut cases: Vec<(f64, bool)> = scores.iter().copied().zip(truth.iter().copied()).collect();
    cases.sort_by(|(left, _), (right, _)| left.total_cmp(right));
    let (mut negatives, mut positives, mut area) = (0.0, 0.0, 0.0);
    for equal in cases.chunk_by(|(left, _), (right, _)| left == right) {
        let right = equal.iter().filter(|(_, truth)| *truth).count() as f64;
        let wrong = equal.len() as f64 - right;
        area += right * (negatives + wrong / 2.0);
        negatives += wrong;
        positives += right;
    }
    area / (negatives * positives)
}
