//! What may be planned.

use super::*;
use crate::rules::{planned, replaced};
use crate::value::Refinement;

/// The plan of one attribute is refused at these paths.
fn check(attribute: &str, prior: &Value, config: &Value, value: &Value, paths: &[&str]) {
    let prior = if prior.is_null() { Value::Null } else { object(attribute, prior) };
    let found = planned::plan(&schema(), &prior, &object(attribute, config), &object(attribute, value));
    expect(&found, paths, "breaks a rule of Terraform", &format!("{attribute}: {config:?} {value:?}"));
}

const NULL: &Value = &Value::Null;

#[test]
fn a_value_is_the_configured_or_the_prior_one() {
    let (a, b, c) = (&Value::from("a"), &Value::from("b"), &Value::from("c"));
    let unknown = &Value::unknown();
    let refined = &Value::Unknown(Refinement { not_null: true, ..Refinement::NONE }.into());
    check("text", NULL, a, a, &[]);
    check("text", NULL, a, b, &["text"]);
    check("text", b, a, b, &[]);
    check("text", b, a, c, &["text"]);
    check("text", b, NULL, b, &["text"]);
    check("text", NULL, NULL, a, &["text"]);
    check("text", NULL, a, NULL, &["text"]);
    check("text", NULL, a, unknown, &["text"]);
    check("text", NULL, unknown, refined, &[]);
    check("text", NULL, unknown, a, &["text"]);
    check("zone", NULL, NULL, unknown, &[]);
    check("zone", b, NULL, c, &[]);
    check("zone", NULL, a, c, &["zone"]);
    check("id", b, NULL, c, &[]);
    check("id", NULL, a, c, &[]);
    check("secret_wo", NULL, a, NULL, &[]);
    check("secret_wo", NULL, a, a, &["secret_wo"]);
    check("names", NULL, &list(["a".into(), "b".into()]), &list(["b".into(), "a".into(), "a".into()]), &[]);
    check("names", NULL, &list(["a".into(), "b".into()]), &list(["a".into()]), &["names"]);
    check("texts", NULL, &list(["a".into(), "b".into()]), &list(["b".into(), "a".into()]), &["texts"]);
}

#[test]
fn nested_attributes_follow_the_configuration() {
    let a = &wanted("a");
    check("single", NULL, a, &open("a"), &[]);
    check("single", NULL, a, &open("b"), &["single.label"]);
    check("single", &done("b"), a, &open("b"), &[]);
    check("single", NULL, a, NULL, &["single"]);
    check("single", NULL, a, &Value::unknown(), &["single"]);
    check("single", NULL, &Value::unknown(), &open("a"), &["single.label"]);
    check("single", NULL, NULL, &open("a"), &["single"]);
    check("spare", NULL, NULL, &open("a"), &[]);
    check("list", NULL, &list([wanted("a")]), &list([open("a")]), &[]);
    check("list", NULL, &list([wanted("a")]), &list([open("a"), open("b")]), &["list"]);
    check("list", NULL, &list([wanted("a"), wanted("b")]), &list([open("a"), open("c")]), &["list[1].label"]);
    check("list", &list([done("c")]), &list([wanted("a")]), &list([open("c")]), &[]);
    check("list", NULL, &Value::unknown(), &list([open("a")]), &["list"]);
    check("map", NULL, &keyed("x", wanted("a")), &keyed("x", open("a")), &[]);
    check("map", NULL, &keyed("x", wanted("a")), &keyed("y", open("a")), &["map"]);
    check("map", NULL, &keyed("x", wanted("a")), &keyed("x", open("b")), &["map[\"x\"].label"]);
    check("set", NULL, &list([wanted("a")]), &list([open("b")]), &[]);
    check("set", NULL, &list([wanted("a")]), &list([done("a"), done("b")]), &["set"]);
    check("set", NULL, &list([wanted("a"), wanted("b")]), &list([done("a"), done("a")]), &["set"]);
    check("set", NULL, &list([wanted("a"), wanted("b")]), &list([open("a"), open("b"), open("c")]), &[]);
}

#[test]
fn blocks_are_as_many_as_configured() {
    let (none, unknown) = (&list([]), &Value::unknown());
    check("list_block", NULL, &list([wanted("a")]), &list([open("a")]), &[]);
    check("list_block", NULL, none, NULL, &["list_block"]);
    check("list_block", NULL, none, &list([open("a")]), &["list_block"]);
    check("list_block", NULL, &list([wanted("a")]), unknown, &["list_block"]);
    check("list_block", NULL, unknown, unknown, &[]);
    check("list_block", NULL, unknown, none, &["list_block"]);
    check("list_block", NULL, &list([wanted("a")]), &list([Value::unknown()]), &["list_block[0]"]);
    check("list_block", NULL, &list([wanted("a")]), &list([Value::Null]), &["list_block[0]"]);
    check("set_block", NULL, &list([wanted("a")]), &list([open("b")]), &[]);
    check("set_block", NULL, &list([wanted("a")]), &list([Value::unknown()]), &["set_block"]);
    check("map_block", NULL, &keyed("x", wanted("a")), &keyed("x", open("b")), &["map_block[\"x\"].label"]);
    check("map_block", NULL, &keyed("x", wanted("a")), &Value::object::<&str>([]), &["map_block"]);
    check("single_block", NULL, &wanted("a"), &open("a"), &[]);
    check("single_block", NULL, &wanted("a"), NULL, &["single_block"]);
    check("single_block", NULL, NULL, &open("a"), &["single_block"]);
    check("single_block", NULL, NULL, NULL, &[]);
}

#[test]
fn a_message_has_the_values() {
    let said = |prior: &Value| {
        let found = planned::plan(&schema(), prior, &object("text", &"a".into()), &object("text", &"b".into()));
        found.0[0].detail.clone()
    };
    let with_prior = said(&object("text", &"c".into()));
    for line in
        ["text breaks a rule", "configured: \"a\"", "in the state: \"c\"", "planned: \"b\"", "must be corrected"]
    {
        assert!(with_prior.contains(line), "{with_prior}");
    }
    assert!(!said(&Value::Null).contains("in the state"));
}

#[test]
fn a_deletion_plans_nothing() {
    let prior = object("text", &"a".into());
    expect(&planned::plan(&schema(), &prior, &Value::Null, &Value::Null), &[], "", "null");
    expect(&planned::plan(&schema(), &prior, &Value::Null, &prior), &[""], "cannot have it", "an object");
}

#[test]
fn what_replaces_exists() {
    let prior = object("list", &list([done("a")]));
    let planned = object("list", &Value::unknown());
    let at = |index: usize| Path::to("list").index(index).attribute("label");
    let lost = replaced::replaced(&prior, &planned, &[at(0), at(7), Path::to("list"), Path::to("nowhere")]);
    expect(&lost, &["nowhere"], "exists in the state or in the plan", "unknown");
    expect(&replaced::replaced(&prior, &prior, &[at(0), at(1)]), &["list[1].label"], "", "known");
}

#[test]
fn an_ephemeral_value_follows_its_configuration() {
    let config = object("text", &"a".into());
    let opened = |text: &str| planned::opened(&schema(), &config, &object("text", &text.into()));
    expect(&opened("a"), &[], "", "the same");
    expect(&opened("b"), &["text"], "`open` answers", "another");
}
