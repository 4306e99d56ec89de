//! The rules that Terraform has for schemas.

use tfplugin_rust::schema::document::{Import, Kind, Page};
use tfplugin_rust::schema::{Attribute, ForImport, Keep, Limits, Mode, Nesting, Replace, Rule, Schema, Shape};
use tfplugin_rust::{Path, Type, Value};

fn plain(name: &str, change: impl FnOnce(&mut Attribute)) -> Attribute {
    let mut attribute = Attribute::new(name, Shape::Plain(Type::String));
    change(&mut attribute);
    attribute
}

fn nested(nesting: Nesting, inner: Attribute, change: impl FnOnce(&mut Attribute)) -> Attribute {
    let mut attribute = Attribute::new("outer", Shape::Nested(nesting, vec![inner]));
    change(&mut attribute);
    attribute
}

fn block(nesting: Nesting, min: u32, max: u32) -> Attribute {
    nested(nesting, plain("inner", |_| {}), |item| item.block = Some(Limits { min, max }))
}

/// The schema of these attributes has exactly this problem; none where it is empty.
fn check(attributes: Vec<Attribute>, problem: &str) {
    let shown = format!("{attributes:?}");
    let found = Schema { version: 0, description: String::new(), attributes }.problems();
    let expected: Vec<&str> = if problem.is_empty() { Vec::new() } else { vec![problem] };
    assert_eq!(found, expected, "{shown}");
}

#[test]
fn names_and_modes() {
    check(vec![plain("good_1", |_| {})], "");
    check(vec![plain("Bad", |_| {})], "Bad: a name begins with a-z and has only a-z, 0-9 and _");
    check(vec![plain("a", |_| {}), plain("a", |_| {})], "a: the name is used twice");
    check(
        vec![plain("a", |item| item.default = Some(Value::from("x")))],
        "a: a default needs an attribute that is optional and computed",
    );
    check(
        vec![plain("a", |item| (item.write_only, item.mode) = (true, Mode::OptionalComputed))],
        "a: a write-only attribute is not computed",
    );
    check(
        vec![plain("a", |item| item.keep = Keep::State)],
        "a: only a computed attribute outside of lists and sets without a key keeps its state",
    );
}

#[test]
fn identities() {
    let marked = |item: &mut Attribute| item.identity = Some(ForImport::Required);
    check(vec![plain("a", marked)], "");
    for (ty, good) in [
        (Type::list(Type::Number), true),
        (Type::Bool, true),
        (Type::set(Type::String), false),
        (Type::list(Type::list(Type::String)), false),
        (Type::Dynamic, false),
    ] {
        let mut attribute = Attribute::new("a", Shape::Plain(ty));
        marked(&mut attribute);
        check(vec![attribute], if good { "" } else { "a: an identity is a text, a number, a bool or a list of them" });
    }
    let hidden = "a: an identity is shown and stored: a secret is none";
    check(vec![plain("a", |item| (item.sensitive, item.identity) = (true, Some(ForImport::Optional)))], hidden);
    check(vec![plain("a", |item| (item.write_only, item.identity) = (true, Some(ForImport::Optional)))], hidden);
    let inner = nested(Nesting::Single, plain("inner", marked), |_| {});
    check(vec![inner], "outer.inner: only an attribute of the resource itself is part of its identity");
}

#[test]
fn blocks() {
    for (nesting, min, max, good) in [
        (Nesting::Single, 0, 0, true),
        (Nesting::Single, 1, 1, true),
        (Nesting::Single, 0, 1, false),
        (Nesting::Single, 2, 2, false),
        (Nesting::Group, 0, 0, true),
        (Nesting::Group, 1, 1, false),
        (Nesting::Map, 0, 0, true),
        (Nesting::Map, 0, 3, false),
        (Nesting::List, 1, 3, true),
        (Nesting::List, 2, 0, true),
        (Nesting::Set, 3, 2, false),
    ] {
        let found = Schema { version: 0, description: String::new(), attributes: vec![block(nesting, min, max)] };
        assert_eq!(found.problems().is_empty(), good, "{nesting:?} {min} {max}: {:?}", found.problems());
    }
    check(vec![nested(Nesting::Group, plain("inner", |_| {}), |_| {})], "outer: only blocks are groups");
    check(vec![plain("a", |item| item.block = Some(Limits::default()))], "a: a block needs nested attributes");
}

#[test]
fn blocks_can_be_computed() {
    let wrong = "outer: a computed block is no group, has no least number, and all in it is computed";
    let computed = |nesting: Nesting, min: u32, inner: Mode| {
        vec![nested(nesting, plain("inner", |item| item.mode = inner), |item| {
            (item.mode, item.block) = (Mode::OptionalComputed, Some(Limits { min, max: 0 }));
        })]
    };
    check(computed(Nesting::List, 0, Mode::OptionalComputed), "");
    check(computed(Nesting::List, 1, Mode::Computed), wrong);
    check(computed(Nesting::Group, 0, Mode::Computed), wrong);
    check(computed(Nesting::Set, 0, Mode::Optional), wrong);
    let mut filled = computed(Nesting::Set, 0, Mode::Computed);
    filled[0].default = Some(Value::List(Vec::new()));
    check(filled, "outer: a block has no default");
}

#[test]
fn what_collections_cannot_hold() {
    let dynamic = || Attribute::new("inner", Shape::Plain(Type::Dynamic));
    check(vec![nested(Nesting::Single, dynamic(), |_| {})], "");
    for nesting in [Nesting::List, Nesting::Set, Nesting::Map] {
        check(vec![nested(nesting, dynamic(), |_| {})], "outer: dynamic is not allowed inside a list, set or map");
    }
    check(
        vec![Attribute::new("a", Shape::Plain(Type::map(Type::Dynamic)))],
        "a: dynamic is not allowed inside collections",
    );
    let secret = || plain("inner", |item| item.write_only = true);
    check(vec![nested(Nesting::Map, secret(), |_| {})], "");
    check(vec![nested(Nesting::Set, secret(), |_| {})], "outer.inner: a write-only attribute cannot be inside a set");
    check(
        vec![nested(Nesting::List, plain("inner", |item| item.replace = Replace::IfConfigured), |_| {})],
        "outer.inner: only an attribute outside of lists, sets and maps tells who changed it",
    );
    check(
        vec![nested(Nesting::Single, plain("inner", |_| {}), |item| item.mode = Mode::OptionalComputed)],
        "outer: all attributes of an optional and computed one must be computed",
    );
}

#[test]
fn elements_with_a_key_keep_their_state() {
    let serial = || plain("inner", |item| (item.mode, item.keep) = (Mode::Computed, Keep::State));
    let keyed = |inner: Attribute, key: &str| {
        let name = plain("name", |item| item.mode = Mode::Required);
        let mut outer = Attribute::new("outer", Shape::Nested(Nesting::List, vec![name, inner]));
        outer.key = Some(key.to_owned());
        vec![outer]
    };
    check(keyed(serial(), "name"), "");
    check(
        vec![nested(Nesting::List, serial(), |_| {})],
        "outer.inner: only a computed attribute outside of lists and sets without a key keeps its state",
    );
    let wrong = "must be a required text, number or bool of its elements, which form a list or set";
    check(keyed(plain("inner", |_| {}), "inner"), &format!("outer: its key inner {wrong}"));
    check(
        vec![nested(Nesting::Map, plain("inner", |item| item.mode = Mode::Required), |item| {
            item.key = Some("inner".to_owned());
        })],
        &format!("outer: its key inner {wrong}"),
    );
    let unless = |path: &str| {
        let keep = Keep::StateUnless(vec![Path::to(path)]);
        vec![plain("a", |_| {}), plain("b", |item| (item.mode, item.keep) = (Mode::Computed, keep))]
    };
    check(unless("a"), "");
    check(unless("c"), "b: its state is kept unless c changes, which is not beside it");
}

#[test]
fn a_page_says_what_changing_each_attribute_does() {
    let inner = plain("inner", |item| item.description = "Within.".to_owned());
    let attributes = vec![
        plain("name", |item| {
            (item.mode, item.replace, item.description) =
                (Mode::Required, Replace::Always, "Its name,\nwhole.".to_owned());
        }),
        plain("text", |item| {
            item.mode = Mode::OptionalComputed;
            item.default = Some("x".into());
            item.rules.push(Rule::one_of(["x", "y"]));
        }),
        plain("key_wo", |item| (item.write_only, item.sensitive) = (true, true)),
        nested(Nesting::List, inner, |item| {
            item.block = Some(Limits { min: 0, max: 2 });
            item.changing = Some("is rolling".to_owned());
        }),
        plain("id", |item| (item.mode, item.description) = (Mode::Computed, "Its id.".to_owned())),
    ];
    let schema = Schema { version: 0, description: "A thing.".to_owned(), attributes };
    let effects = schema.effects();
    let effects: Vec<(&str, &str)> = effects.iter().map(|(path, effect)| (path.as_str(), effect.as_str())).collect();
    assert_eq!(
        effects,
        [
            ("name", "replaces the resource"),
            ("text", "updates the resource in place"),
            ("key_wo", "alone is not seen by Terraform, which never stores it"),
            ("outer", "is rolling"),
            ("outer.inner", "is rolling"),
        ]
    );
    let example = "resource \"lab_thing\" \"a\" {}\n";
    let page = Page {
        kind: Kind::Resource,
        name: "lab_thing",
        schema: &schema,
        example,
        imports: &[Import::Command("terraform import lab_thing.a ID\n".to_owned())],
    };
    let expected = r##"---
page_title: "lab_thing (Resource)"
subcategory: ""
description: |-
  A thing.
---

# lab_thing (Resource)

A thing.

## Example Usage

```terraform
resource "lab_thing" "a" {}
```

## Schema

### Required

- `name` (String) Its name, whole. Changing this replaces the resource.

### Optional

- `text` (String) Default: `"x"`. Must be one of `x`, `y`. Changing this updates the resource in place.
- `key_wo` (String, Sensitive, Write-only) Changing this alone is not seen by Terraform, which never stores it. Write-only: never stored in plan or state.
- `outer` (Block List, Max: 2) Changing this is rolling. (see [below for nested schema](#nestedblock--outer))

### Read-Only

- `id` (String) Its id.

<a id="nestedblock--outer"></a>
### Nested Schema for `outer`

Optional:

- `inner` (String) Within. Changing this is rolling.

## Import

By the command `terraform import` with its id:

```shell
terraform import lab_thing.a ID
```
"##;
    assert_eq!(page.to_markdown(), expected);
}
