//! Defaults inside of a set: Go's framework mixes up the elements from the second plan on.

use serde_json::{Value as Json, json};
use tfplugin_rust::testing::{Step, Steps, planned, state};
use tfplugin_rust::{Model, Set};

use super::Case;
use super::keeps::keeps;
use super::provider::Framework;

/// An element with defaults.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Element {
    /// A text.
    #[attr(default = "zero")]
    value: String,
    /// Another text.
    #[attr(default = "this is a default")]
    default_value: String,
}

/// A set of nested attributes.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Attributes {
    /// Elements.
    #[attr(required)]
    set: Set<Element>,
}

/// A set of blocks.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Blocks {
    /// Elements.
    #[attr(block)]
    set: Set<Element>,
}

keeps!(InAttribute: Attributes, "framework_set_nested_attribute_with_defaults");
keeps!(InBlock: Blocks, "framework_set_nested_block_with_defaults");

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, kind: &str| {
        let address = format!("{kind}.test");
        let set: Vec<Json> = ["one", "two", "three"].map(|text| json!({ "value": text })).into();
        let whole: Vec<Json> =
            ["one", "two", "three"].map(|text| json!({ "value": text, "default_value": "this is a default" })).into();
        let step = Step::apply(json!({ &address: { "set": set } }))
            .holds(planned(&address, "set").equals(whole.clone()))
            .holds(state(&address, "set").equals(whole));
        Case::new(name, Steps::<Framework>::new([step]))
    };
    vec![
        case("TestSetNestedAttributeWithDefaults", "framework_set_nested_attribute_with_defaults"),
        case("TestSetNestedBlockWithDefaults", "framework_set_nested_block_with_defaults"),
    ]
}
