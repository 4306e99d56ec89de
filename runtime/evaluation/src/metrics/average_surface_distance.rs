use super::Surfaces;

/// Mean distance in mm from the answer's surface to the truth's, if `symmetric` of both to each other (MONAI
/// `compute_average_surface_distance`). Infinite where one of them lacks the class, NaN where both do.
pub fn average_surface_distance(surfaces: &Surfaces, symmetric: bool) -> f64 {
    let back: &[f32] = if symmetric { &surfaces.truth_to_answer } else { &[] };
    let all = surfaces.answer_to_truth.iter().chain(back);
    let (sum, count) = all.fold((0.0, 0u64), |(sum, count), far| (sum + f64::from(*far), count + 1));
    sum / count as f64
}
