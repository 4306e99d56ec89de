//! Every kind of attribute, once given by the configuration and once computed.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tfplugin_rust::testing::{Step, Steps, state};
use tfplugin_rust::{Call, Create, Diagnostics, Draft, Dynamic, Model, Resource, Set, Type, Update};

use super::Case;
use super::keeps::forgets;
use super::provider::Framework;

/// An object that is given.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Given {
    /// A text.
    #[attr(required)]
    nested_string: String,
}

/// An object that is computed.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Made {
    /// A text.
    #[attr(computed)]
    nested_string: String,
}

/// Every kind of attribute.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Reflected {
    /// True or false.
    #[attr(required)]
    config_bool: bool,
    /// True or false.
    #[attr(computed, keep_state)]
    computed_bool: bool,
    /// Any value.
    #[attr(required)]
    config_dynamic: Dynamic,
    /// Any value.
    #[attr(computed, keep_state)]
    computed_dynamic: Dynamic,
    /// A number.
    #[attr(required)]
    config_float64: f64,
    /// A number.
    #[attr(computed, keep_state)]
    computed_float64: f64,
    /// A whole number.
    #[attr(required)]
    config_int64: i64,
    /// A whole number.
    #[attr(computed, keep_state)]
    computed_int64: i64,
    /// Texts in order.
    #[attr(required)]
    config_list: Vec<String>,
    /// Texts in order.
    #[attr(computed, keep_state)]
    computed_list: Vec<String>,
    /// Texts by name.
    #[attr(required)]
    config_map: BTreeMap<String, String>,
    /// Texts by name.
    #[attr(computed, keep_state)]
    computed_map: BTreeMap<String, String>,
    /// Objects by name.
    #[attr(required)]
    config_map_nested: BTreeMap<String, Given>,
    /// Objects by name.
    #[attr(computed, keep_state)]
    computed_map_nested: BTreeMap<String, Made>,
    /// An object without nested attributes.
    #[attr(required, plain)]
    config_object: Given,
    /// An object without nested attributes.
    #[attr(computed, keep_state, plain)]
    computed_object: Given,
    /// An object.
    #[attr(required)]
    config_single_nested: Given,
    /// An object.
    #[attr(computed, keep_state)]
    computed_single_nested: Made,
    /// A text.
    #[attr(required)]
    config_string: String,
    /// A text.
    #[attr(computed, keep_state)]
    computed_string: String,
    /// Blocks without order.
    #[attr(block)]
    config_set_nested_block: Set<Given>,
    /// Blocks in order, of which the provider makes the text.
    #[attr(block)]
    computed_list_nested_block: Vec<Made>,
}

fn reflect(plan: ReflectedDraft) -> Reflected {
    let texts =
        || BTreeMap::from([("key6", "val6"), ("key7", "val7")].map(|(key, text)| (key.to_owned(), text.to_owned())));
    let nested = texts().into_iter().map(|(key, nested_string)| (key, Made { nested_string }));
    let computed = "computed string".to_owned();
    Reflected {
        config_bool: plan.config_bool,
        computed_bool: true,
        config_dynamic: plan.config_dynamic,
        computed_dynamic: Dynamic { ty: Type::String, value: "dynamic string".into() },
        config_float64: plan.config_float64,
        computed_float64: 1.2,
        config_int64: plan.config_int64,
        computed_int64: 100,
        config_list: plan.config_list,
        computed_list: vec!["computed".to_owned(), "list".to_owned()],
        config_map: plan.config_map,
        computed_map: texts(),
        config_map_nested: plan.config_map_nested,
        computed_map_nested: nested.collect(),
        config_object: plan.config_object,
        computed_object: Given { nested_string: computed.clone() },
        config_single_nested: plan.config_single_nested,
        computed_single_nested: Made { nested_string: computed.clone() },
        config_string: plan.config_string,
        computed_string: computed,
        config_set_nested_block: plan.config_set_nested_block,
        computed_list_nested_block: ["one", "two"]
            .map(|number| Made { nested_string: format!("computed string {number}") })
            .into(),
    }
}

pub(crate) struct Reflection;

impl Resource for Reflection {
    type Provider = Framework;
    type Model = Reflected;
    const NAME: &'static str = "framework_tfsdk_reflection";

    async fn create(&self, change: Create<Reflected>, _: &mut Call<Framework>) -> Result<Reflected, Diagnostics> {
        Ok(reflect(change.plan))
    }

    async fn read(&self, state: ReflectedDraft, _: &mut Call<Framework>) -> Result<Option<Reflected>, Diagnostics> {
        state.settle().map(Some)
    }

    async fn update(&self, change: Update<Reflected>, _: &mut Call<Framework>) -> Result<Reflected, Diagnostics> {
        Ok(reflect(change.plan))
    }

    forgets!(Reflected);
}

const ADDRESS: &str = "framework_tfsdk_reflection.test";

fn body(yes: bool, number: f64, text: &str, list: &[&str], keys: &[u8]) -> Json {
    let map: BTreeMap<_, _> = keys.iter().map(|key| (format!("key{key}"), format!("val{key}"))).collect();
    let nested: BTreeMap<_, _> =
        map.iter().map(|(key, text)| (key.clone(), json!({ "nested_string": text }))).collect();
    let blocks: Vec<Json> = list.iter().take(2).map(|text| json!({ "nested_string": text })).collect();
    let object = json!({ "nested_string": text });
    json!({
        "config_bool": yes, "config_dynamic": text, "config_float64": number, "config_int64": if yes { 201 } else { 301 },
        "config_string": text, "config_list": list, "config_map": map, "config_map_nested": nested,
        "config_object": object, "config_single_nested": object, "config_set_nested_block": blocks,
    })
}

fn stored(given: Json) -> Step {
    let computed = json!({
        "computed_bool": true, "computed_dynamic": "dynamic string", "computed_float64": 1.2, "computed_int64": 100,
        "computed_string": "computed string", "computed_list": ["computed", "list"],
        "computed_map": { "key6": "val6", "key7": "val7" },
        "computed_map_nested": { "key6": { "nested_string": "val6" }, "key7": { "nested_string": "val7" } },
        "computed_object": { "nested_string": "computed string" },
        "computed_single_nested": { "nested_string": "computed string" },
        "computed_list_nested_block": [
            { "nested_string": "computed string one" }, { "nested_string": "computed string two" },
        ],
    });
    let mut body = given.clone();
    body["computed_list_nested_block"] = json!([{}, {}]);
    let expected = [given, computed].into_iter().flat_map(|all| all.as_object().cloned().into_iter().flatten());
    let step = Step::apply(json!({ ADDRESS: body }));
    expected.fold(step, |step, (name, value)| step.holds(state(ADDRESS, &name).equals(value)))
}

pub(super) fn cases() -> Vec<Case> {
    let first = body(true, 2.1, "hello", &["one", "two"], &[1, 2, 3]);
    let second = body(false, 3.4, "world", &["three", "four", "five"], &[4, 5]);
    vec![Case::new("TestTFSDKReflectionResource", Steps::<Framework>::new([stored(first), stored(second)]))]
}
