use serde::Serialize;

use crate::{Better, Score};

/// The mean of the numbers that are not NaN (`numpy.nanmean`); NaN where there are none.
pub(crate) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.filter(|value| !value.is_nan()).fold((0.0, 0u32), |(sum, count), v| (sum + v, count + 1));
    sum / f64::from(count)
}

/// What the values of several cases are together. NaN is left out, as MONAI's `write_metrics_reports` leaves it out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statistics {
    /// `numpy.nanmean`.
    pub mean: Score,
    /// `numpy.nanstd`: of these cases, not of those that they stand for.
    pub std: Score,
    /// `numpy.nanmedian`.
    pub median: Score,
    /// `numpy.nanpercentile` of 25.
    pub quartile_1: Score,
    /// `numpy.nanpercentile` of 75.
    pub quartile_3: Score,
    /// The smallest.
    pub min: Score,
    /// The largest.
    pub max: Score,
    /// Cases with a value.
    pub cases: usize,
    /// Cases without one.
    pub undefined: usize,
    /// The numbers of the worst cases, the worst one first.
    pub worst: Vec<usize>,
}

impl Statistics {
    /// Of values by case number, with the `most` worst of them.
    pub fn of(values: impl IntoIterator<Item = (usize, f64)>, better: Better, most: usize) -> Statistics {
        let (undefined, mut values): (Vec<_>, Vec<_>) = values.into_iter().partition(|(_, value)| value.is_nan());
        values.sort_by(|(first, left), (second, right)| left.total_cmp(right).then(first.cmp(second)));
        let sorted: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
        let average = mean(sorted.iter().copied());
        let squares: f64 = sorted.iter().map(|value| (value - average).powi(2)).sum();
        if better == Better::Lower {
            values.sort_by(|(first, left), (second, right)| right.total_cmp(left).then(first.cmp(second)));
        }
        Statistics {
            mean: Score(average),
            std: Score((squares / sorted.len() as f64).sqrt()),
            median: Score(quantile(&sorted, 0.5)),
            quartile_1: Score(quantile(&sorted, 0.25)),
            quartile_3: Score(quantile(&sorted, 0.75)),
            min: Score(quantile(&sorted, 0.0)),
            max: Score(quantile(&sorted, 1.0)),
            cases: sorted.len(),
            undefined: undefined.len(),
            worst: values.iter().take(most).map(|(case, _)| *case).collect(),
        }
    }
}

/// Linear between neighbours, as `numpy.percentile` by default.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let rank = share * last as f64;
    let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    if low == high { low } else { low + (high - low) * rank.fract() }
}
