//! The rules that Terraform has for results, checked before it does, so that the message names the attribute.

use std::collections::HashSet;

use super::compare::{fingerprint, same_plain};
use crate::schema::{Attribute, Nesting, Shape, object};
use crate::value::{Type, Value};
use crate::{Diagnostic, Diagnostics, Path};

/// A result has no unknown value, every value that the plan knew, and of the others what the plan was certain of.
pub(crate) fn check_result(attributes: &[Attribute], planned: &Value, result: &Value) -> Diagnostics {
    let mut found = Diagnostics::default();
    if planned.is_null() != result.is_null() {
        found.push(Diagnostic::error(
            "Invalid result",
            "The provider answered an object where none was planned, or none where one was.",
        ));
    } else {
        objects(attributes, planned, result, &Path::root(), &mut found);
    }
    found
}

fn objects(attributes: &[Attribute], planned: &Value, result: &Value, at: &Path, found: &mut Diagnostics) {
    for attribute in attributes.iter().filter(|attribute| !attribute.write_only) {
        let (planned, result) = (planned.get(&attribute.name), result.get(&attribute.name));
        let path = at.clone().attribute(&attribute.name);
        if result.is_wholly_known() {
            shaped(&attribute.shape, planned, result, &path, found);
        } else {
            let detail =
                format!("The provider left {path} unknown after it was done. This is a fault of the provider.");
            found.push(Diagnostic::error("Unknown value after apply", detail).at(path));
        }
    }
}

fn differs(path: &Path) -> Diagnostic {
    let detail =
        format!("The provider planned one value for {path} and made another. This is a fault of the provider.");
    Diagnostic::error("Result differs from plan", detail).at(path.clone())
}

fn shaped(shape: &Shape, planned: &Value, result: &Value, path: &Path, found: &mut Diagnostics) {
    let (nesting, inner) = match shape {
        Shape::Plain(ty) => return plain(ty, planned, result, path, found),
        Shape::Nested(nesting, inner) => (nesting, inner),
    };
    match (nesting, planned, result) {
        (_, Value::Unknown(certain), result) if certain.admits(result) => {}
        (_, Value::Null, Value::Null) => {}
        (Nesting::Single | Nesting::Group, Value::Map(_), Value::Map(_)) => {
            objects(inner, planned, result, path, found);
        }
        (Nesting::List, Value::List(plans), Value::List(results)) if plans.len() == results.len() => {
            for (index, (planned, result)) in plans.iter().zip(results).enumerate() {
                objects(inner, planned, result, &path.clone().index(index), found);
            }
        }
        (Nesting::Map, Value::Map(plans), Value::Map(results)) if plans.keys().eq(results.keys()) => {
            for (key, planned) in plans {
                objects(inner, planned, result.get(key), &path.clone().key(key), found);
            }
        }
        (Nesting::Set, Value::List(plans), Value::List(results)) if set(&object(inner), plans, results) => {}
        _ => found.push(differs(path)),
    }
}

fn plain(ty: &Type, planned: &Value, result: &Value, path: &Path, found: &mut Diagnostics) {
    match (ty, planned, result) {
        (_, Value::Unknown(certain), result) if certain.admits(result) => {}
        (Type::List(element), Value::List(plans), Value::List(results)) if plans.len() == results.len() => {
            for (index, (planned, result)) in plans.iter().zip(results).enumerate() {
                plain(element, planned, result, &path.clone().index(index), found);
            }
        }
        (Type::Map(element), Value::Map(plans), Value::Map(results)) if plans.keys().eq(results.keys()) => {
            for (key, planned) in plans {
                plain(element, planned, result.get(key), &path.clone().key(key), found);
            }
        }
        (Type::Object(attributes), Value::Map(_), Value::Map(_)) => {
            for (name, ty) in attributes {
                plain(ty, planned.get(name), result.get(name), &path.clone().attribute(name), found);
            }
        }
        (Type::Set(element), Value::List(plans), Value::List(results)) if set(element, plans, results) => {}
        (Type::Dynamic, Value::Dynamic(planned), Value::Dynamic(result)) if planned.0 == result.0 => {
            plain(&planned.0, &planned.1, &result.1, path, found);
        }
        (ty, planned, result) if same_plain(ty, planned, result) => {}
        _ => found.push(differs(path)),
    }
}

/// Elements of a set may turn out equal, so that it shrinks; those that the plan knew are there.
fn set(element: &Type, planned: &[Value], result: &[Value]) -> bool {
    let there: HashSet<Vec<u8>> = result.iter().map(|item| fingerprint(element, item)).collect();
    let mut known = planned.iter().filter(|item| item.is_wholly_known());
    let open = planned.iter().any(|item| !item.is_wholly_known());
    result.len() <= planned.len()
        && (open || result.len() == planned.len())
        && known.all(|item| there.contains(&fingerprint(element, item)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Number;
    use crate::value::Refinement;

    fn schema() -> Vec<Attribute> {
        let inner = || {
            let item = |name: &str, ty: Type| Attribute::new(name, Shape::Plain(ty));
            vec![item("label", Type::String), item("serial", Type::Number)]
        };
        let nested =
            [("list", Nesting::List), ("map", Nesting::Map), ("set", Nesting::Set), ("single", Nesting::Single)];
        let plain = [("text", Type::String), ("number", Type::Number), ("any", Type::Dynamic)];
        let texts = [("texts", Type::list(Type::String)), ("names", Type::set(Type::String))];
        let plain = plain.into_iter().chain(texts).map(|(name, ty)| Attribute::new(name, Shape::Plain(ty)));
        plain.chain(nested.map(|(name, nesting)| Attribute::new(name, Shape::Nested(nesting, inner())))).collect()
    }

    /// The result of one attribute is accepted where `fault` is empty, else refused at that path.
    fn check(attribute: &str, planned: &Value, result: &Value, fault: &str) {
        let object = |value: &Value| Value::object([(attribute, value.clone())]);
        let found = check_result(&schema(), &object(planned), &object(result));
        let paths: Vec<String> = found.iter().filter_map(|found| found.path.as_ref().map(Path::to_string)).collect();
        let expected: Vec<&str> = if fault.is_empty() { Vec::new() } else { vec![fault] };
        assert_eq!(paths, expected, "{attribute}: {planned:?} {result:?}");
    }

    fn number(value: u64) -> Value {
        Value::Number(Number::from(value))
    }

    fn part(label: &str, serial: Value) -> Value {
        Value::object([("label", label.into()), ("serial", serial)])
    }

    fn list<const N: usize>(items: [Value; N]) -> Value {
        Value::List(items.into())
    }

    #[test]
    fn what_was_certain_must_hold() {
        let unknown = |refinement: Refinement| Value::Unknown(refinement);
        let prefix = unknown(Refinement { prefix: Some("ab".to_owned()), ..Refinement::default() });
        let not_null = unknown(Refinement { not_null: true, ..Refinement::default() });
        let above = unknown(Refinement { at_least: Some((Number::from(3u64), false)), ..Refinement::default() });
        let from = unknown(Refinement { at_least: Some((Number::from(3u64), true)), ..Refinement::default() });
        let one = unknown(Refinement { min_length: Some(1), max_length: Some(1), ..Refinement::default() });
        check("text", &Value::unknown(), &Value::Null, "");
        check("text", &prefix, &"abc".into(), "");
        check("text", &prefix, &"xyz".into(), "text");
        check("text", &not_null, &Value::Null, "text");
        check("number", &above, &number(4), "");
        check("number", &above, &number(3), "number");
        check("number", &from, &number(3), "");
        check("texts", &one, &list(["a".into()]), "");
        check("texts", &one, &list([]), "texts");
        check("texts", &one, &list(["a".into(), "b".into()]), "texts");
    }

    #[test]
    fn what_was_known_must_be_there() {
        let open = |label: &str| part(label, Value::unknown());
        let done = |label: &str| part(label, number(1));
        let named = |key: &'static str, item: Value| Value::object([(key, item)]);
        check("list", &list([open("a")]), &list([done("a")]), "");
        check("list", &list([open("a"), open("b")]), &list([done("a"), done("c")]), "list[1].label");
        check("list", &list([open("a")]), &list([]), "list");
        check("list", &list([open("a")]), &list([open("a")]), "list");
        check("map", &named("x", open("a")), &named("x", done("b")), "map[\"x\"].label");
        check("map", &named("x", open("a")), &named("y", done("a")), "map");
        check("set", &list([open("a"), done("b")]), &list([done("b"), done("a")]), "");
        check("set", &list([open("a"), done("b")]), &list([done("b")]), "");
        check("set", &list([open("a"), done("b")]), &list([done("a")]), "set");
        check("set", &list([done("b")]), &list([done("b"), done("c")]), "set");
        check("single", &open("a"), &done("a"), "");
        check("single", &open("a"), &done("b"), "single.label");
        check("single", &open("a"), &Value::Null, "single");
        check("single", &Value::Null, &done("a"), "single");
        check("names", &list(["a".into(), "b".into()]), &list(["b".into(), "a".into()]), "");
        check("names", &list(["a".into(), Value::unknown()]), &list(["a".into()]), "");
        check("names", &list(["a".into(), "b".into()]), &list(["a".into(), "c".into()]), "names");
        let any = |ty: Type, value: Value| Value::Dynamic(Box::new((ty, value)));
        check("any", &any(Type::String, Value::unknown()), &any(Type::String, "a".into()), "");
        check("any", &any(Type::String, "a".into()), &any(Type::Number, number(1)), "any");
        check("any", &Value::unknown(), &any(Type::Number, number(1)), "");
    }
}
