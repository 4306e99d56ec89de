//! Rules of numbers. They say nothing of other values.

use std::ops::RangeInclusive;

use super::Rule;
use crate::value::{Number, Value};

impl Rule {
    /// A number from `range`, both ends allowed.
    pub fn range<T: Into<Number>>(range: RangeInclusive<T>) -> Self {
        let (low, high) = range.into_inner();
        let (low, high): (Number, Number) = (low.into(), high.into());
        let text = format!("from {low} to {high}");
        of_number(text, move |number| *number >= low && *number <= high)
    }

    /// A number that is this or above.
    pub fn at_least(least: impl Into<Number>) -> Self {
        let least = least.into();
        of_number(format!("at least {least}"), move |number| *number >= least)
    }

    /// A number that is this or below.
    pub fn at_most(most: impl Into<Number>) -> Self {
        let most = most.into();
        of_number(format!("at most {most}"), move |number| *number <= most)
    }

    /// A whole number that is this many times another; zero divides nothing.
    pub fn multiple_of(step: u64) -> Self {
        of_number(format!("a multiple of {step}"), move |number| {
            let magnitude = number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64());
            magnitude.is_some_and(|magnitude| magnitude.checked_rem(step) == Some(0))
        })
    }
}

fn of_number(text: String, holds: impl Fn(&Number) -> bool + Send + Sync + 'static) -> Rule {
    Rule::new(text, move |value| match value {
        Value::Number(number) if !holds(number) => Err(format!("found {number}")),
        _ => Ok(()),
    })
}
