//! Write-only values at every depth.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::testing::{Step, Steps, planned, state};
use tfplugin_rust::types::Address;
use tfplugin_rust::{Call, Create, Diagnostic, Diagnostics, Model, Resource, Update};

use super::Case;
use super::keeps::forgets;
use super::provider::Framework;
use super::rpc::{Caller, Outcome, fails};

/// Secrets.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Secret {
    /// A text.
    #[attr(computed)]
    computed_attr: String,
    /// An address.
    #[attr(optional, write_only)]
    writeonly_custom_ipv6: Option<Address>,
    /// A text.
    #[attr(optional, write_only)]
    writeonly_string: Option<String>,
    /// Texts.
    #[attr(optional, write_only)]
    writeonly_list: Option<Vec<String>>,
    /// Objects with a secret.
    #[attr(required)]
    nested_map: BTreeMap<String, Entry>,
    /// An object that is secret as a whole.
    #[attr(optional, write_only)]
    writeonly_nested_object: Option<Whole>,
    /// Blocks with secrets.
    #[attr(block)]
    nested_block_list: Vec<Outer>,
}

/// An object with a secret.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Entry {
    /// A text.
    #[attr(required)]
    string_attr: String,
    /// A number.
    #[attr(optional, write_only)]
    writeonly_float64: Option<f64>,
}

/// An object that is secret as a whole.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Whole {
    /// A number.
    #[attr(required, write_only)]
    writeonly_int64: i64,
    /// True or false.
    #[attr(required, write_only)]
    writeonly_bool: bool,
    /// Objects.
    #[attr(required, write_only)]
    writeonly_nested_list: Vec<Part>,
}

/// A part of it.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Part {
    /// A text.
    #[attr(required, write_only)]
    writeonly_string: String,
}

/// A block with a secret.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Outer {
    /// A text.
    #[attr(required)]
    string_attr: String,
    /// A text.
    #[attr(optional, write_only)]
    writeonly_string: Option<String>,
    /// A block in it.
    #[attr(block)]
    double_nested_object: Option<Inner>,
}

/// A block in a block.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Inner {
    /// True or false.
    #[attr(required)]
    bool_attr: bool,
    /// True or false.
    #[attr(optional, write_only)]
    writeonly_bool: Option<bool>,
}

/// What is configured, written back with its secrets: the framework must take them out.
fn write_back(config: SecretDraft) -> Result<Secret, Diagnostics> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let wrong = |what: &str| Diagnostics::from(Diagnostic::error("Unexpected WriteOnly Value", what).at(what));
    if config.writeonly_string.as_ref().is_some_and(|text| text != "fakepassword") {
        return Err(wrong("writeonly_string"));
    }
    if config.writeonly_custom_ipv6.as_ref().is_some_and(|address| !address.ip().is_unspecified()) {
        return Err(wrong("writeonly_custom_ipv6"));
    }
    if config.writeonly_list.as_ref().is_some_and(|list| *list != texts(&["fake", "password"])) {
        return Err(wrong("writeonly_list"));
    }
    let numbers = [("key1", 10.0), ("key2", 20.0)];
    let number = |(key, number): (&str, f64)| {
        config.nested_map.get(key).and_then(|entry| entry.writeonly_float64).is_none_or(|found| found == number)
    };
    if !numbers.into_iter().all(number) {
        return Err(wrong("nested_map"));
    }
    let part = |text: &str| Part { writeonly_string: text.to_owned() };
    let whole = Whole {
        writeonly_int64: 1234,
        writeonly_bool: true,
        writeonly_nested_list: vec![part("fakepassword1"), part("fakepassword2")],
    };
    if config.writeonly_nested_object.as_ref().is_some_and(|found| *found != whole) {
        return Err(wrong("writeonly_nested_object"));
    }
    let secrets = config.nested_block_list.iter().filter_map(|block| block.writeonly_string.as_deref());
    let flags = config.nested_block_list.iter().filter_map(|block| block.double_nested_object.as_ref()?.writeonly_bool);
    let (secrets, flags): (Vec<_>, Vec<_>) = (secrets.collect(), flags.collect());
    let blocks = [secrets.is_empty(), secrets == ["fakepassword1", "fakepassword2"]].contains(&true);
    if !blocks || ![vec![], vec![false, true]].contains(&flags) {
        return Err(wrong("nested_block_list"));
    }
    Ok(Secret {
        computed_attr: "computed_val".to_owned(),
        writeonly_custom_ipv6: config.writeonly_custom_ipv6,
        writeonly_string: config.writeonly_string,
        writeonly_list: config.writeonly_list,
        nested_map: config.nested_map,
        writeonly_nested_object: config.writeonly_nested_object,
        nested_block_list: config.nested_block_list,
    })
}

pub(crate) struct Secrets;

impl Resource for Secrets {
    type Provider = Framework;
    type Model = Secret;
    const NAME: &'static str = "framework_writeonly";

    async fn create(&self, change: Create<Secret>, _: &mut Call<Framework>) -> Result<Secret, Diagnostics> {
        write_back(change.config)
    }

    async fn read(&self, state: SecretDraft, _: &mut Call<Framework>) -> Result<Option<Secret>, Diagnostics> {
        let writeonly_string = Some("this must not come to Terraform".to_owned());
        Ok(Some(Secret {
            computed_attr: "computed_val".to_owned(),
            writeonly_custom_ipv6: None,
            writeonly_string,
            writeonly_list: None,
            nested_map: state.nested_map,
            writeonly_nested_object: None,
            nested_block_list: state.nested_block_list,
        }))
    }

    async fn update(&self, change: Update<Secret>, _: &mut Call<Framework>) -> Result<Secret, Diagnostics> {
        write_back(change.config)
    }

    forgets!(Secret);
}

const ADDRESS: &str = "framework_writeonly.test";

/// The blocks with these texts, with secrets or without.
fn blocks(texts: [&str; 2], secret: bool) -> Json {
    let block = |(index, text): (usize, &str)| {
        let mut block = json!({ "string_attr": text, "double_nested_object": { "bool_attr": index == 0 } });
        if secret {
            block["writeonly_string"] = format!("fakepassword{}", index + 1).into();
            block["double_nested_object"]["writeonly_bool"] = (index == 1).into();
        }
        block
    };
    texts.into_iter().enumerate().map(block).collect()
}

fn map(secret: bool) -> Json {
    if !secret {
        return json!({ "key1": { "string_attr": "hello" }, "key2": { "string_attr": "world" } });
    }
    json!({
        "key1": { "string_attr": "hello", "writeonly_float64": 10 },
        "key2": { "string_attr": "world", "writeonly_float64": 20 },
    })
}

/// No secret at all.
fn bare() -> Json {
    json!({ "nested_map": map(false), "nested_block_list": blocks(["hello", "world"], false) })
}

/// One secret in each.
fn with_one_secret() -> [Json; 7] {
    let with = |change: &dyn Fn(&mut Json)| {
        let mut body = bare();
        change(&mut body);
        body
    };
    [
        with(&|body| body["writeonly_custom_ipv6"] = "::".into()),
        with(&|body| body["writeonly_string"] = "fakepassword".into()),
        with(&|body| body["writeonly_list"] = json!(["fake", "password"])),
        with(&|body| body["writeonly_nested_object"] = object()),
        with(&|body| body["nested_map"] = map(true)),
        with(&|body| {
            body["nested_block_list"][0]["writeonly_string"] = "fakepassword1".into();
            body["nested_block_list"][1]["writeonly_string"] = "fakepassword2".into();
        }),
        with(&|body| {
            body["nested_block_list"][0]["double_nested_object"]["writeonly_bool"] = false.into();
            body["nested_block_list"][1]["double_nested_object"]["writeonly_bool"] = true.into();
        }),
    ]
}

fn object() -> Json {
    let parts = json!([{ "writeonly_string": "fakepassword1" }, { "writeonly_string": "fakepassword2" }]);
    json!({ "writeonly_int64": 1234, "writeonly_bool": true, "writeonly_nested_list": parts })
}

fn stored(texts: [&str; 2]) -> Step {
    let step = Step::apply(json!({ ADDRESS: {
        "writeonly_custom_ipv6": "::",
        "writeonly_string": "fakepassword",
        "writeonly_list": ["fake", "password"],
        "writeonly_nested_object": object(),
        "nested_map": map(true),
        "nested_block_list": blocks(texts, true),
    }}));
    let secrets = ["writeonly_custom_ipv6", "writeonly_string", "writeonly_list", "writeonly_nested_object"];
    let step = secrets
        .into_iter()
        .fold(step, |step, name| step.holds(planned(ADDRESS, name).is_null()).holds(state(ADDRESS, name).is_null()));
    step.holds(planned(ADDRESS, "computed_attr").is_unknown())
        .holds(planned(ADDRESS, "nested_map").equals(map(false)))
        .holds(planned(ADDRESS, "nested_block_list").equals(blocks(texts, false)))
        .holds(state(ADDRESS, "computed_attr").equals("computed_val"))
        .holds(state(ADDRESS, "nested_map").equals(map(false)))
        .holds(state(ADDRESS, "nested_block_list").equals(blocks(texts, false)))
}

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, steps: Vec<Step>| Case::new(name, Steps::<Framework>::new(steps));
    vec![
        case("TestWriteOnlyResource", vec![stored(["hello", "world"]), stored(["world", "hello"])]),
        Case::calls("TestWriteOnlyResource_OldTerraformVersion_Error", refused_by_an_old_core()),
        case("TestWriteOnlyResource_NoWriteOnlyValuesSet", vec![Step::apply(json!({ ADDRESS: bare() }))]),
    ]
}

/// A core that knows no write-only values is told so for each of them.
async fn refused_by_an_old_core() -> Outcome {
    let mut caller = Caller::configured(&json!({}), wire::ClientCapabilities::default()).await?;
    for body in with_one_secret() {
        fails(caller.validate::<Secret>("framework_writeonly", &body).await, "Write-only")?;
    }
    caller.validate::<Secret>("framework_writeonly", &bare()).await
}
