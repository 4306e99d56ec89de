//! Interleaved runs and their medians.

use crate::Error;

/// One side of a comparison: runs once and tells what it measured.
pub(crate) type Contender<'a, T> = &'a mut dyn FnMut() -> Result<T, Error>;

/// Runs every contender once per round, in turn, after one round that is not counted. The results lie by contender.
pub(crate) fn interleaved<T, const N: usize>(
    runs: usize,
    contenders: [Contender<'_, T>; N],
) -> Result<[Vec<T>; N], Error> {
    let results = rounds(1, runs, Vec::from(contenders))?;
    Ok(results.try_into().unwrap_or_else(|_| unreachable!("each contender has its results")))
}

/// The same for as many contenders as there are, after so many rounds that are not counted.
pub(crate) fn rounds<T>(
    before: usize,
    runs: usize,
    mut contenders: Vec<Contender<'_, T>>,
) -> Result<Vec<Vec<T>>, Error> {
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
}
