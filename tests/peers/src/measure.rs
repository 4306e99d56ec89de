//! Interleaved runs and their medians.

use crate::Error;

/// One side of a comparison: runs once and tells what it measured.
pub(crate) type Contender<'a, T> = &'a mut dyn FnMut() -> Result<T, Error>;

/// Runs every contender once per round, in turn, after one round that is not counted. The results lie by contender.
pub(crate) fn interleaved<T, const N: usize>(
    runs: usize,
    contenders: [Contender<'_, T>; N],
) -> Result<[Vec<T>; N], Error> {
    let results = rounds(1, runs, &mut Vec::from(contenders))?;
    Ok(results.try_into().unwrap_or_else(|_| unreachable!("each contender has its results")))
}

/// The same for as many contenders as there are, after so many rounds that are not counted.
pub(crate) fn rounds<T>(before: usize, runs: usize, contenders: &mut [Contender<'_, T>]) -> Result<Vec<Vec<T>>, Error> {
    let mut results: Vec<Vec<T>> = contenders.iter().map(|_| Vec::with_capacity(runs)).collect();
    for round in 1..=before + runs {
        for (contender, results) in contenders.iter_mut().zip(&mut results) {
            let result = contender()?;
            if round > before {
                results.push(result);
            }
        }
        eprint!("\rpeers: run {round} of {} ", before + runs);
    }
    eprintln!();
    Ok(results)
}

/// How long the turns of one comparison may take.
pub(crate) struct Patience {
    /// Seconds of all turns together; two turns there are all the same, unless the first took twice as long.
    pub(crate) all: f64,
    /// Seconds that all turns together may take however few were asked for: short ones scatter.
    pub(crate) short: f64,
    /// Seconds of one side from which on the first turn counts: what it warms up is little beside it then.
    pub(crate) long: f64,
}

/// Runs every contender in turn, so often as there is patience and `runs` times at most, or more often where that is short, after one
/// turn that is not counted where it was not long. `seconds` reads what a result took.
pub(crate) fn patiently<T>(
    runs: usize,
    patience: &Patience,
    seconds: impl Fn(&T) -> f64,
    contenders: &mut [Contender<'_, T>],
) -> Result<Vec<Vec<T>>, Error> {
    let mut first = rounds(0, 1, contenders)?;
    let taken = || first.iter().flatten().map(&seconds);
    let turns = |together: f64| (together / taken().sum::<f64>()) as usize;
    let few = if turns(2.0 * patience.all) < 1 { 1 } else { 2 };
    let runs = turns(patience.all).clamp(few, runs.max(turns(patience.short)).max(few));
    if taken().fold(0.0, f64::max) < patience.long {
        return rounds(0, runs, contenders);
    }
    let more = rounds(0, runs - 1, contenders)?;
    first.iter_mut().zip(more).for_each(|(first, more)| first.extend(more));
    Ok(first)
}

/// The median of what `value` reads from each result.
pub(crate) fn median<T>(results: &[T], value: impl Fn(&T) -> f64) -> f64 {
    let mut values: Vec<f64> = results.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        _ if values.is_empty() => f64::NAN,
        1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// The smallest of what `value` reads from each result.
pub(crate) fn least<T>(results: &[T], value: impl Fn(&T) -> f64) -> f64 {
    results.iter().map(value).fold(f64::NAN, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        for (values, expected) in [(vec![3.0, 1.0, 2.0], 2.0), (vec![4.0, 1.0, 2.0, 3.0], 2.5), (vec![7.0], 7.0)] {
            assert_eq!(median(&values, |value| *value), expected, "{values:?}");
        }
        assert_eq!(least(&[3.0, 1.0, 2.0], |value| *value), 1.0);
        assert!(least(&[], |value| *value).is_nan());
    }

    #[test]
    fn the_first_round_is_not_counted_and_turns_alternate() {
        let order = std::cell::RefCell::new(Vec::new());
        let turn = |name| {
            order.borrow_mut().push(name);
            Ok(order.borrow().len())
        };
        let [left, right] = interleaved(2, [&mut || turn('a'), &mut || turn('b')]).expect("no turn fails");
        assert_eq!(order.borrow().iter().collect::<String>(), "ababab");
        assert_eq!((left, right), (vec![3, 5], vec![4, 6]));
    }

    #[test]
    fn short_turns_are_many_and_long_ones_are_few_and_all_count() {
        let patience = Patience { all: 10.0, short: 3.0, long: 3.0 };
        // Seconds of the first turn and of the others, and what counts.
        for (seconds, counted) in [
            ([0.5, 0.25], vec![0.25; 6]),
            ([2.0, 1.0], vec![1.0; 4]),
            ([3.0, 1.0], vec![3.0, 1.0, 1.0]),
            ([20.0, 9.0], vec![20.0, 9.0]),
            ([20.1, 9.0], vec![20.1]),
        ] {
            let mut turns = seconds.into_iter().chain(std::iter::repeat(seconds[1]));
            let mut turn = || Ok(turns.next().expect("it has no end"));
            let found = patiently(4, &patience, |one| *one, &mut [&mut turn]).expect("no turn fails");
            assert_eq!(found, [counted], "{seconds:?}");
        }
    }
}
