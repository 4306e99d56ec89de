//! A computed value that changes its type.

use serde_json::json;
use tfplugin_rust::testing::{Step, Steps, planned, state};
use tfplugin_rust::{Call, Create, Diagnostics, Draft, Dynamic, Model, Number, Resource, Type, Update};

use super::Case;
use super::keeps::forgets;
use super::provider::Framework;

/// A computed value that changes its type.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Changing {
    /// Any value.
    #[attr(required)]
    required_dynamic: Dynamic,
    /// True or false at first, then a number.
    #[attr(computed)]
    computed_dynamic_type_changes: Dynamic,
}

pub(crate) struct TypeChange;

impl Resource for TypeChange {
    type Provider = Framework;
    type Model = Changing;
    const NAME: &'static str = "framework_dynamic_computed_type_change";

    async fn create(&self, change: Create<Changing>, _: &mut Call<Framework>) -> Result<Changing, Diagnostics> {
        let computed_dynamic_type_changes = Dynamic { ty: Type::Bool, value: true.into() };
        Ok(Changing { required_dynamic: change.plan.required_dynamic, computed_dynamic_type_changes })
    }

    async fn read(&self, state: ChangingDraft, _: &mut Call<Framework>) -> Result<Option<Changing>, Diagnostics> {
        state.settle().map(Some)
    }

    async fn update(&self, change: Update<Changing>, _: &mut Call<Framework>) -> Result<Changing, Diagnostics> {
        let value = tfplugin_rust::Value::Number(Number::from(200u64));
        let computed_dynamic_type_changes = Dynamic { ty: Type::Number, value };
        Ok(Changing { required_dynamic: change.plan.required_dynamic, computed_dynamic_type_changes })
    }

    forgets!(Changing);
}

pub(super) fn cases() -> Vec<Case> {
    const ADDRESS: &str = "framework_dynamic_computed_type_change.test";
    let step = |text: &str| {
        Step::apply(json!({ ADDRESS: { "required_dynamic": text } }))
            .holds(planned(ADDRESS, "computed_dynamic_type_changes").is_unknown())
            .holds(state(ADDRESS, "required_dynamic").equals(text))
    };
    let (first, second) = (step("value1"), step("new value"));
    vec![Case::new(
        "TestDynamicComputedTypeChange",
        Steps::<Framework>::new([
            first.holds(state(ADDRESS, "computed_dynamic_type_changes").equals(true)),
            second.holds(state(ADDRESS, "computed_dynamic_type_changes").equals(200)),
        ]),
    )]
}
