//! Every kind of attribute and block, each by itself, in two or three configurations.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tfplugin_rust::schema::{Nesting, Shape};
use tfplugin_rust::testing::{Step, Steps, state};
use tfplugin_rust::{Dynamic, Model, Number, Set, Type, Value};

use super::Case;
use super::keeps::keeps;
use super::provider::Framework;

/// An object with one text.
macro_rules! part {
    ($name:ident, $attribute:ident) => {
        /// A part.
        #[derive(Debug, Clone, PartialEq, Model)]
        #[attr(given)]
        pub(crate) struct $name {
            /// A text.
            #[attr(optional)]
            $attribute: Option<String>,
        }
    };
}

part!(InList, list_nested_attribute_attribute);
part!(InMap, map_nested_attribute_attribute);
part!(InSet, set_nested_attribute_attribute);
part!(InSingle, single_nested_attribute_attribute);
part!(InObject, object_attribute_attribute);
part!(InListBlock, list_nested_block_attribute);
part!(InSetBlock, set_nested_block_attribute);
part!(InSingleBlock, single_nested_block_attribute);

/// An object with one value of any type.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct WithDynamic {
    /// Any value.
    #[attr(optional)]
    dynamic_attribute: Option<Dynamic>,
}

/// Every kind of attribute and block.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Kinds {
    /// True or false.
    #[attr(optional)]
    bool_attribute: Option<bool>,
    /// Any value.
    #[attr(optional)]
    dynamic_attribute: Option<Dynamic>,
    /// A number of 32 bits.
    #[attr(optional)]
    float32_attribute: Option<f32>,
    /// A number of 64 bits.
    #[attr(optional)]
    float64_attribute: Option<f64>,
    /// A whole number of 32 bits.
    #[attr(optional)]
    int32_attribute: Option<i32>,
    /// A whole number of 64 bits.
    #[attr(optional)]
    int64_attribute: Option<i64>,
    /// Texts in order.
    #[attr(optional)]
    list_attribute: Option<Vec<String>>,
    /// Objects in order.
    #[attr(optional)]
    list_nested_attribute: Option<Vec<InList>>,
    /// Texts by name.
    #[attr(optional)]
    map_attribute: Option<BTreeMap<String, String>>,
    /// Objects by name.
    #[attr(optional)]
    map_nested_attribute: Option<BTreeMap<String, InMap>>,
    /// A number of any size.
    #[attr(optional)]
    number_attribute: Option<Number>,
    /// An object without nested attributes.
    #[attr(optional, plain)]
    object_attribute: Option<InObject>,
    /// The same with any value in it.
    #[attr(optional, plain)]
    object_attribute_with_dynamic: Option<WithDynamic>,
    /// Texts without order.
    #[attr(optional)]
    set_attribute: Option<Set<String>>,
    /// Objects without order.
    #[attr(optional)]
    set_nested_attribute: Option<Set<InSet>>,
    /// An object.
    #[attr(optional)]
    single_nested_attribute: Option<InSingle>,
    /// An object with any value in it.
    #[attr(optional)]
    single_nested_attribute_with_dynamic: Option<WithDynamic>,
    /// A text.
    #[attr(optional)]
    string_attribute: Option<String>,
    /// Blocks in order.
    #[attr(block)]
    list_nested_block: Vec<InListBlock>,
    /// Blocks without order.
    #[attr(block)]
    set_nested_block: Set<InSetBlock>,
    /// A block.
    #[attr(block)]
    single_nested_block: Option<InSingleBlock>,
    /// A block with any value in it.
    #[attr(block)]
    single_nested_block_with_dynamic: Option<WithDynamic>,
}

keeps!(Everything: Kinds, "framework_schema");

/// What every kind of attribute and block is in the first and the second configuration: the same as is stored.
pub(super) fn bodies() -> [(&'static str, Json, Json); 18] {
    let whole = |name: &str, first: Json, second: Json| (json!({ name: first }), json!({ name: second }));
    let kinds = [
        ("BoolAttribute", whole("bool_attribute", json!(true), json!(false))),
        ("Float32Attribute", whole("float32_attribute", json!(1234.5), json!(2234.5))),
        ("Float64Attribute", whole("float64_attribute", json!(1234.5), json!(2234.5))),
        ("Int32Attribute", whole("int32_attribute", json!(1234), json!(2345))),
        ("Int64Attribute", whole("int64_attribute", json!(1234), json!(2345))),
        ("ListAttribute", whole("list_attribute", json!(["value1"]), json!(["value2"]))),
        ("ListNestedAttribute", in_part("list_nested_attribute", |part| json!([part]))),
        ("ListNestedBlock", in_part("list_nested_block", |part| json!([part]))),
        ("MapAttribute", whole("map_attribute", json!({ "key1": "value1" }), json!({ "key1": "value2" }))),
        ("MapNestedAttribute", in_part("map_nested_attribute", |part| json!({ "key1": part }))),
        ("NumberAttribute", whole("number_attribute", json!(1234.5), json!(2234.5))),
        ("ObjectAttribute", in_part("object_attribute", |part| part)),
        ("SetAttribute", whole("set_attribute", json!(["value1"]), json!(["value2"]))),
        ("SetNestedAttribute", in_part("set_nested_attribute", |part| json!([part]))),
        ("SetNestedBlock", in_part("set_nested_block", |part| json!([part]))),
        ("SingleNestedAttribute", in_part("single_nested_attribute", |part| part)),
        ("SingleNestedBlock", in_part("single_nested_block", |part| part)),
        ("StringAttribute", whole("string_attribute", json!("value1"), json!("value2"))),
    ];
    kinds.map(|(kind, (first, second))| (kind, first, second))
}

/// An attribute whose parts have its own name with `_attribute` behind it.
fn in_part(name: &str, whole: impl Fn(Json) -> Json) -> (Json, Json) {
    let of = |text: &str| json!({ name: whole(json!({ (format!("{name}_attribute")): text })) });
    (of("value1"), of("value2"))
}

/// Where a value of any type stands.
pub(super) const DYNAMICS: [(&str, &str); 4] = [
    ("DynamicAttribute", ""),
    ("ObjectAttributeWithDynamic", "object_attribute_with_dynamic"),
    ("SingleNestedAttributeWithDynamic", "single_nested_attribute_with_dynamic"),
    ("SingleNestedBlockWithDynamic", "single_nested_block_with_dynamic"),
];

/// A value of any type with many parts.
pub(super) fn structure() -> Json {
    json!({
        "attribute_one": "value1", "attribute_two": false, "attribute_three": 1234.5, "attribute_four": [true, 1234.5],
    })
}

/// The body with this value of any type in the attribute or block `outer`, or at the top where that is empty.
pub(super) fn with_dynamic(outer: &str, value: Json) -> Json {
    let inner = json!({ "dynamic_attribute": value });
    if outer.is_empty() { inner } else { json!({ outer: inner }) }
}

const ADDRESS: &str = "framework_schema.test";

/// Adds that every attribute which the body does not have is null, and there is no block of it.
fn others_are_null(step: Step, body: &Json) -> Step {
    let others = Kinds::attributes().into_iter().filter(|item| body.get(&item.name).is_none());
    others.fold(step, |step, item| {
        let place = state(ADDRESS, &item.name);
        let repeats = matches!(item.shape, Shape::Nested(Nesting::List | Nesting::Set, _));
        step.holds(if repeats && item.block.is_some() { place.has_length(0) } else { place.is_null() })
    })
}

/// Applies a body and finds it in the state.
fn stored(body: Json) -> Step {
    let step = others_are_null(Step::apply(json!({ ADDRESS: body })), &body);
    let entries = body.as_object().into_iter().flatten();
    entries.fold(step, |step, (name, value)| step.holds(state(ADDRESS, name).equals(value.clone())))
}

/// A list of texts in place of a value of any type. JSON knows no lists but tuples, so another resource has it.
fn stored_list(outer: &str) -> Step {
    let body = with_dynamic(outer, json!("${framework_schema.list.list_attribute}"));
    let blocks = json!({ "framework_schema.list": { "list_attribute": ["value1", "value2"] }, ADDRESS: body });
    let path = if outer.is_empty() { "dynamic_attribute".to_owned() } else { format!("{outer}.dynamic_attribute") };
    let list = Type::list(Type::String);
    let typed = move |found: &Value| match found {
        // A core's own account of a state does not say whether it is a list or a tuple.
        Value::Dynamic(inner) => inner.0 == list || inner.0 == Type::Tuple(vec![Type::String, Type::String]),
        _ => false,
    };
    others_are_null(Step::apply(blocks), &body)
        .holds(state(ADDRESS, &path).satisfies("a list of texts", typed))
        .holds(state(ADDRESS, &format!("{path}[0]")).equals("value1"))
        .holds(state(ADDRESS, &format!("{path}[1]")).equals("value2"))
}

pub(super) fn cases() -> Vec<Case> {
    let steps =
        |kind: &str, steps: Vec<Step>| Case::new(format!("TestSchemaResource_{kind}"), Steps::<Framework>::new(steps));
    let nothing = [steps("basic", vec![stored(json!({}))])];
    let plain = bodies().map(|(kind, first, second)| steps(kind, vec![stored(first), stored(second)]));
    let dynamic = DYNAMICS.map(|(kind, outer)| {
        let (text, structure) = (with_dynamic(outer, json!("value1")), with_dynamic(outer, structure()));
        steps(kind, vec![stored(text), stored_list(outer), stored(structure)])
    });
    nothing.into_iter().chain(plain).chain(dynamic).collect()
}
