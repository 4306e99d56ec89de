//! A write-only value that a creation needs, and nothing else.

use serde_json::json;
use tfplugin_rust::testing::{Action, Step, Steps, planned, state};
use tfplugin_rust::{Call, Create, Diagnostic, Diagnostics, Model, Plan, Resource, Update};

use super::Case;
use super::keeps::forgets;
use super::provider::Framework;

/// A value that a creation needs.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct WriteOnce {
    /// A change of it needs a new object.
    #[attr(required, replace)]
    trigger_attr: String,
    /// The value.
    #[attr(optional, write_only)]
    writeonce_string: Option<String>,
}

pub(crate) struct Once;

impl Resource for Once {
    type Provider = Framework;
    type Model = WriteOnce;
    const NAME: &'static str = "framework_writeonce";

    async fn plan(&self, plan: &mut Plan<WriteOnce>, _: &mut Call<Framework>) -> Result<(), Diagnostics> {
        if plan.prior.is_none() && plan.config.writeonce_string.is_null() {
            let detail = "writeonce_string must be given where the object is created.";
            return Err(Diagnostic::error("Attribute Required when Creating", detail).at("writeonce_string").into());
        }
        Ok(())
    }

    async fn create(&self, change: Create<WriteOnce>, _: &mut Call<Framework>) -> Result<WriteOnce, Diagnostics> {
        match change.config.writeonce_string.as_deref() {
            Some("fakepassword") => Ok(change.config),
            _ => {
                Err(Diagnostic::error("Unexpected WriteOnly Value", "It is another one.").at("writeonce_string").into())
            }
        }
    }

    async fn read(&self, state: WriteOnce, _: &mut Call<Framework>) -> Result<Option<WriteOnce>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(&self, _: Update<WriteOnce>, _: &mut Call<Framework>) -> Result<WriteOnce, Diagnostics> {
        Err(Diagnostic::error("Cannot be changed", "Each change needs a new object.").into())
    }

    forgets!(WriteOnce);
}

pub(super) fn cases() -> Vec<Case> {
    const ADDRESS: &str = "framework_writeonce.test";
    let case = |name: &str, steps: Vec<Step>| Case::new(name, Steps::<Framework>::new(steps));
    let full = |trigger: &str, secret: &str, action: Action| {
        Step::apply(json!({ ADDRESS: { "trigger_attr": trigger, "writeonce_string": secret } }))
            .plans(ADDRESS, action)
            .holds(planned(ADDRESS, "writeonce_string").is_null())
            .holds(state(ADDRESS, "writeonce_string").is_null())
    };
    let bare = |trigger: &str| json!({ ADDRESS: { "trigger_attr": trigger } });
    let required = "Attribute Required when Creating";
    vec![
        case(
            "TestWriteOnceResource",
            vec![
                full("1", "fakepassword", Action::Create),
                Step::apply(bare("1")).plans(ADDRESS, Action::NoOp),
                full("1", "this value cannot prompt a change on its own", Action::NoOp),
                full("2", "fakepassword", Action::Replace),
            ],
        ),
        case("TestWriteOnceResource_error_on_create", vec![Step::fails(bare("1"), required)]),
        case(
            "TestWriteOnceResource_error_on_replace",
            vec![full("1", "fakepassword", Action::Create), Step::fails(bare("2"), required)],
        ),
    ]
}
