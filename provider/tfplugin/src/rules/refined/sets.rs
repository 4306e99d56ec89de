//! Elements of a set before and after: they have no identity, so each side must have a match on the other.

use std::collections::HashMap;

use crate::plan::Items;
use crate::schema::{Attribute, Kind, Parts};
use crate::value::Value;

/// Pairs that are compared one by one where the hashes found no match.
const TRIES: usize = 10_000;

/// The planned elements that no actual one fits, and the actual ones that fit no planned one. `fits` is asked only for
/// pairs that are alike in all that the plan knew, so that the work grows with the number of elements and not of pairs.
pub(super) fn lone<'a>(
    element: Kind<'_>,
    planned: &'a [Value],
    actual: &'a [Value],
    fits: &dyn Fn(&Value, &Value) -> bool,
) -> (Vec<&'a Value>, Vec<&'a Value>) {
    let mut items = Items::new(element, actual, is_open);
    let mut met = vec![false; actual.len()];
    let mut seen: HashMap<&Value, bool> = HashMap::with_capacity(planned.len());
    let mut lost = Vec::new();
    for plan in planned {
        let found = *seen.entry(plan).or_insert_with(|| {
            let mut found = false;
            for &position in items.fitting(plan).iter() {
                if !(found && met[position]) && fits(plan, &actual[position]) {
                    (found, met[position]) = (true, true);
                }
            }
            found
        });
        if !found {
            lost.push(plan);
        }
    }
    // An actual element with unknown parts can fit though it hashes otherwise.
    if lost.len().saturating_mul(actual.len()) <= TRIES && !actual.iter().all(Value::is_wholly_known) {
        lost.retain(|plan| {
            let mut found = false;
            for (item, met) in actual.iter().zip(&mut met) {
                if fits(plan, item) {
                    (found, *met) = (true, true);
                }
            }
            !found
        });
    }
    let new = actual.iter().zip(met).filter(|(_, met)| !met).map(|(item, _)| item);
    (lost, new.collect())
}

fn is_open(kind: Kind<'_>, attribute: Option<&Attribute>, value: &Value) -> bool {
    let any_type = matches!(kind.parts(), Parts::Dynamic);
    let block = attribute.is_some_and(|attribute| attribute.block.is_some());
    value.is_unknown() || (value.is_null() && (any_type || block))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::value::{Number, Type};

    #[test]
    fn the_work_grows_with_the_number_of_elements() {
        let ty = Type::Object([("a".to_owned(), Type::Number), ("b".to_owned(), Type::Number)].into());
        let compared = |count: u64, missing: u64| {
            let object = |a: u64, b: Value| Value::object([("a", Value::Number(Number::from(a))), ("b", b)]);
            let planned: Vec<Value> = (0..count).map(|at| object(at, Value::unknown())).collect();
            let actual: Vec<Value> = (missing..count + missing).rev().map(|at| object(at, true.into())).collect();
            let pairs = Cell::new(0);
            let (lost, new) = lone(Kind::Type(&ty), &planned, &actual, &|plan, item| {
                pairs.set(pairs.get() + 1);
                plan.get("a") == item.get("a")
            });
            assert_eq!((lost.len() as u64, new.len() as u64), (missing, missing));
            pairs.get()
        };
        assert_eq!(compared(10_000, 0), 10_000);
        assert_eq!(compared(10_000, 100), 9_900);
    }
}
