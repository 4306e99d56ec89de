//! The data source `lab_kinds`: every kind of attribute and block that Terraform has.

use std::collections::{BTreeMap, BTreeSet};

use tfplugin_rust::{Call, DataSource, Diagnostics, Dynamic, Model, Number, Set};

use super::thing::Lab;

/// Every kind.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Kind {
    /// A text.
    #[attr(required)]
    text: String,
    /// A number.
    #[attr(optional)]
    number: Option<Number>,
    /// A whole number.
    #[attr(optional)]
    whole: Option<i64>,
    /// A bool.
    #[attr(optional)]
    flag: Option<bool>,
    /// Any type.
    #[attr(optional)]
    any: Option<Dynamic>,
    /// A list of lists of texts.
    #[attr(optional)]
    lists: Option<Vec<Vec<String>>>,
    /// A map of lists of numbers.
    #[attr(optional)]
    map_of_lists: Option<BTreeMap<String, Vec<u32>>>,
    /// A set of maps.
    #[attr(optional)]
    set_of_maps: Option<Set<BTreeMap<String, bool>>>,
    /// A set of whole numbers.
    #[attr(optional)]
    whole_numbers: Option<Set<i64>>,
    /// A set of numbers.
    #[attr(optional)]
    numbers: Option<Set<f64>>,
    /// A set of bools.
    #[attr(optional)]
    flags: Option<Set<bool>>,
    /// A set of texts.
    #[attr(optional)]
    texts: Option<BTreeSet<String>>,
    /// A list of sets of lists.
    #[attr(optional)]
    deep: Option<Vec<Set<Vec<String>>>>,
    /// An object type.
    #[attr(optional, plain)]
    object: Option<Leaf>,
    /// A list of an object type.
    #[attr(optional, plain)]
    objects: Option<Vec<Leaf>>,
    /// A list of lists of an object type.
    #[attr(optional)]
    object_lists: Option<Vec<Vec<Leaf>>>,
    /// Nested: one.
    #[attr(optional)]
    single: Option<Leaf>,
    /// Nested: in order.
    #[attr(optional)]
    list: Option<Vec<Leaf>>,
    /// Nested: without order.
    #[attr(required)]
    set: Set<Leaf>,
    /// Nested: by name.
    #[attr(optional)]
    map: Option<BTreeMap<String, Leaf>>,
    /// Nested in nested.
    #[attr(optional)]
    within: Option<Within>,
    /// A block that may be absent.
    #[attr(block)]
    single_block: Option<Leaf>,
    /// A block that is always there.
    #[attr(block(1, 1))]
    one_block: Leaf,
    /// A block that is never null.
    #[attr(group)]
    group_block: Leaf,
    /// Blocks in order.
    #[attr(block(1, 3))]
    list_block: Vec<Leaf>,
    /// Blocks without order.
    #[attr(block)]
    set_block: Set<Leaf>,
    /// Blocks by name.
    #[attr(block)]
    map_block: BTreeMap<String, Leaf>,
    /// Blocks in blocks, with nested attributes in them.
    #[attr(block)]
    outer_block: Vec<Outer>,
}

/// What is innermost.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Leaf {
    /// A text.
    #[attr(optional)]
    leaf: Option<String>,
}

/// Nested attributes in nested attributes.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Within {
    /// Nested: in order.
    #[attr(required)]
    list: Vec<Leaf>,
    /// Any type.
    #[attr(optional)]
    any: Option<Dynamic>,
}

/// A block with blocks.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Outer {
    /// A text.
    #[attr(required)]
    text: String,
    /// Nested: by name.
    #[attr(optional)]
    map: Option<BTreeMap<String, Leaf>>,
    /// Blocks without order.
    #[attr(block)]
    inner: Set<Leaf>,
}

pub(crate) struct Kinds;

impl DataSource for Kinds {
    type Provider = Lab;
    type Model = Kind;
    const NAME: &'static str = "lab_kinds";

    async fn read(&self, config: Kind, _: &mut Call<Lab>) -> Result<Kind, Diagnostics> {
        Ok(config)
    }
}
