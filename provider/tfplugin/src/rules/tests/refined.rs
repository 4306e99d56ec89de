//! What may follow from a plan.

use super::*;
use crate::rules::refined;
use crate::value::Refinement;

/// The result of one attribute is accepted where `at` is empty, else refused there.
fn check(attribute: &str, planned: &Value, result: &Value, at: &str) {
    let found = refined::result(&schema(), &object(attribute, planned), &object(attribute, result));
    let paths: &[&str] = if at.is_empty() { &[] } else { &[at] };
    expect(&found, paths, "breaks a rule of Terraform", &format!("{attribute}: {planned:?} {result:?}"));
}

/// The same for a second plan.
fn again(attribute: &str, first: &Value, last: &Value, at: &str) {
    let found = refined::final_plan(&schema(), &object(attribute, first), &object(attribute, last));
    let paths: &[&str] = if at.is_empty() { &[] } else { &[at] };
    expect(&found, paths, "Planned again", &format!("{attribute}: {first:?} {last:?}"));
}

fn certain(certain: Refinement) -> Value {
    Value::Unknown(certain.into())
}

fn above(least: u64, inclusive: bool) -> Value {
    certain(Refinement { at_least: Some((Number::from(least), inclusive)), ..Refinement::NONE })
}

fn below(most: u64, inclusive: bool) -> Value {
    certain(Refinement { at_most: Some((Number::from(most), inclusive)), ..Refinement::NONE })
}

#[test]
fn what_was_certain_must_hold() {
    let prefix = certain(Refinement { prefix: Some("ab".to_owned()), ..Refinement::NONE });
    let not_null = certain(Refinement { not_null: true, ..Refinement::NONE });
    let one = certain(Refinement { min_length: Some(1), max_length: Some(1), ..Refinement::NONE });
    check("text", &Value::unknown(), &Value::Null, "");
    check("text", &prefix, &"abc".into(), "");
    check("text", &prefix, &"xyz".into(), "text");
    check("text", &not_null, &Value::Null, "text");
    check("number", &above(3, false), &number(4), "");
    check("number", &above(3, false), &number(3), "number");
    check("number", &above(3, true), &number(3), "");
    check("texts", &one, &list(["a".into()]), "");
    check("texts", &one, &list([]), "texts");
    check("texts", &one, &list(["a".into(), "b".into()]), "texts");
    check("names", &one, &list(["a".into(), "a".into()]), "");
    again("number", &above(3, false), &below(3, true), "number");
    again("number", &above(3, true), &below(3, true), "");
    again("texts", &one, &certain(Refinement { min_length: Some(2), ..Refinement::NONE }), "texts");
    again("texts", &one, &Value::unknown(), "");
    again("text", &not_null, &Value::Null, "text");
}

#[test]
fn what_was_known_must_be_there() {
    check("text", &"a".into(), &"b".into(), "text");
    check("text", &"a".into(), &Value::Null, "text");
    check("text", &Value::Null, &"a".into(), "text");
    check("secret", &"a".into(), &"b".into(), "secret");
    check("list", &list([open("a")]), &list([done("a")]), "");
    check("list", &list([open("a"), open("b")]), &list([done("a"), done("c")]), "list[1].label");
    check("list", &list([open("a")]), &list([]), "list");
    check("list", &list([open("a")]), &list([open("a")]), "list[0].serial");
    check("map", &keyed("x", open("a")), &keyed("x", done("b")), "map[\"x\"].label");
    check("map", &keyed("x", open("a")), &keyed("y", done("a")), "map");
    check("single", &open("a"), &done("a"), "");
    check("single", &open("a"), &done("b"), "single.label");
    check("single", &open("a"), &Value::Null, "single");
    check("single", &Value::Null, &done("a"), "single");
    check("tags", &keyed("x", "a".into()), &keyed("x", "b".into()), "tags[\"x\"]");
}

#[test]
fn elements_of_sets_have_a_match_on_the_other_side() {
    check("set", &list([open("a"), done("b")]), &list([done("b"), done("a")]), "");
    check("set", &list([open("a"), done("b")]), &list([done("b")]), "set");
    check("set", &list([open("a"), open("a")]), &list([done("a")]), "");
    check("set", &list([open("a"), done("b")]), &list([done("a")]), "set");
    check("set", &list([done("b")]), &list([done("b"), done("c")]), "set");
    check("set", &list([open("a")]), &list([done("a"), part("a", number(2))]), "set");
    check("names", &list(["a".into(), "b".into()]), &list(["b".into(), "a".into()]), "");
    check("names", &list(["a".into(), Value::unknown()]), &list(["a".into()]), "");
    check("names", &list(["a".into(), "b".into()]), &list(["a".into(), "c".into()]), "names");
    check("set_block", &list([open("a"), open("b")]), &list([done("b"), done("a")]), "");
    check("set_block", &list([open("a"), open("b")]), &list([done("b"), done("c")]), "set_block");
}

#[test]
fn blocks_that_were_unknown_may_become_any() {
    for name in ["list_block", "set_block"] {
        check(name, &Value::unknown(), &list([done("a"), done("b")]), "");
    }
    check("map_block", &Value::unknown(), &keyed("x", done("a")), "");
    check("single_block", &Value::unknown(), &Value::Null, "");
    check("single_block", &Value::unknown(), &done("a"), "");
    check("single_block", &open("a"), &Value::Null, "single_block");
    check("list_block", &list([open("a")]), &list([]), "list_block");
    check("list_block", &list([open("a")]), &list([done("b")]), "list_block[0].label");
    check("map_block", &keyed("x", open("a")), &keyed("x", done("b")), "map_block[\"x\"].label");
    again("set", &list([open("a"), open("b")]), &list([open("b"), done("a")]), "");
    again("list", &list([done("a")]), &list([open("a")]), "list[0].serial");
}

#[test]
fn a_type_that_was_known_is_kept() {
    let any = |ty: Type, value: Value| Value::Dynamic(Box::new((ty, value)));
    check("any", &any(Type::String, Value::unknown()), &any(Type::String, "a".into()), "");
    check("any", &any(Type::String, "a".into()), &any(Type::Number, number(1)), "any");
    check("any", &any(Type::list(Type::Dynamic), Value::unknown()), &any(Type::list(Type::Bool), list([])), "");
    check("any", &Value::unknown(), &any(Type::Number, number(1)), "");
    check("any", &any(Type::String, "a".into()), &Value::Null, "any");
}

#[test]
fn an_object_is_there_where_it_was_planned() {
    let made = object("text", &"a".into());
    expect(&refined::result(&schema(), &made, &Value::Null), &[""], "an object is the result", "gone");
    expect(&refined::result(&schema(), &Value::Null, &made), &[""], "nothing is the result", "there");
    expect(&refined::result(&schema(), &Value::Null, &Value::Null), &[], "", "deleted");
}
