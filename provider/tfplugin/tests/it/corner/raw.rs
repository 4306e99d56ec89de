//! What the tests of the bare protocol ask: write-only values that a provider gives away, and data that is put off.

use std::time::SystemTime;

use serde_json::{Value as Json, json};
use tfplugin_rust::testing::{Action, Step, Steps, planned, state};
use tfplugin_rust::{Attr, Call, Create, DataSource, Deferral, Diagnostics, ImportBy, Model, Plan, Resource, Update};

use super::Case;
use super::keeps::forgets;
use super::provider::Framework;

/// A secret that some handlers give away.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Leak {
    /// Which handler does.
    #[attr(optional)]
    leaks: Option<String>,
    /// The secret.
    #[attr(optional, write_only)]
    writeonly_attr: Option<String>,
}

impl Leak {
    /// What a handler answers.
    fn of(self, handler: &str) -> Self {
        let leaks = self.leaks.as_deref() == Some(handler);
        Self { writeonly_attr: leaks.then(|| "this must not come to Terraform".to_owned()), ..self }
    }
}

pub(crate) struct Leaks;

impl Resource for Leaks {
    type Provider = Framework;
    type Model = Leak;
    const NAME: &'static str = "framework_writeonly_datacheck";

    async fn plan(&self, plan: &mut Plan<Leak>, _: &mut Call<Framework>) -> Result<(), Diagnostics> {
        if plan.planned.leaks.known().is_some_and(|handler| handler == "plan") {
            plan.planned.writeonly_attr = Attr::Known("this must not come to Terraform".to_owned());
        }
        Ok(())
    }

    async fn create(&self, change: Create<Leak>, _: &mut Call<Framework>) -> Result<Leak, Diagnostics> {
        Ok(change.plan.of("apply"))
    }

    async fn read(&self, state: Leak, _: &mut Call<Framework>) -> Result<Option<Leak>, Diagnostics> {
        Ok(Some(state.of("read")))
    }

    async fn update(&self, change: Update<Leak>, _: &mut Call<Framework>) -> Result<Leak, Diagnostics> {
        Ok(change.plan.of("apply"))
    }

    async fn import(&self, by: ImportBy<'_, Leak>, _: &mut Call<Framework>) -> Result<Leak, Diagnostics> {
        let ImportBy::Id(id) = by;
        let leaks = Some(id.to_owned()).filter(|id| id != "nothing");
        Ok(Leak { leaks, writeonly_attr: None }.of("import"))
    }

    forgets!(Leak);
}

/// The time.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Now {
    /// Seconds since 1970.
    #[attr(computed)]
    current: u64,
}

pub(crate) struct Time;

impl DataSource for Time {
    type Provider = Framework;
    type Model = Now;
    const NAME: &'static str = "framework_time";

    async fn read(&self, _: NowDraft, _: &mut Call<Framework>) -> Result<Now, Diagnostics> {
        let current = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs());
        Ok(Now { current })
    }
}

/// Nothing.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Nothing {
    /// What it is known by.
    #[attr(computed)]
    id: String,
}

/// Data that is always put off.
pub(crate) struct Absent;

impl DataSource for Absent {
    type Provider = Framework;
    type Model = Nothing;
    const NAME: &'static str = "framework_deferred_data";

    async fn read(&self, _: NothingDraft, call: &mut Call<Framework>) -> Result<Nothing, Diagnostics> {
        Err(call.defer(Deferral::PrerequisiteAbsent))
    }
}

const ADDRESS: &str = "framework_writeonly_datacheck.test";

fn created(handler: Option<&str>) -> Step {
    let body: Json = json!({ ADDRESS: { "leaks": handler, "writeonly_attr": "hello world!" } });
    Step::apply(body)
        .plans(ADDRESS, Action::Create)
        .holds(planned(ADDRESS, "writeonly_attr").is_null())
        .holds(state(ADDRESS, "writeonly_attr").is_null())
}

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, steps: Vec<Step>| Case::new(format!("TestAcc{name}"), Steps::<Framework>::new(steps));
    let imported = |id: &str| Step::import(ADDRESS, id).holds(state(ADDRESS, "writeonly_attr").is_null());
    let time = Step::apply(json!({ "data.framework_time.now": {} }))
        .holds(state("data.framework_time.now", "current").satisfies("set", |found| !found.is_null()));
    vec![
        case("V6DataSourceTime", vec![time]),
        case(
            "DataSourceDeferredAction_InvalidDeferredResponse",
            vec![Step::fails(json!({ "data.framework_deferred_data.foo": {} }), "Cannot be put off")],
        ),
        case("ResourceWriteOnlyDataCheck_success", vec![created(None), imported("nothing")]),
        case("ResourceWriteOnlyDataCheck_plan_error", vec![created(Some("plan"))]),
        case("ResourceWriteOnlyDataCheck_apply_error", vec![created(Some("apply"))]),
        case("ResourceWriteOnlyDataCheck_read_error", vec![created(Some("read")), Step::refresh()]),
        case("ResourceWriteOnlyDataCheck_import_error", vec![created(Some("import")), imported("import")]),
        Case::calls("TestAccResourceWriteOnlyDataCheck_upgraderesource_error", super::writeonly_upgrade::upgraded()),
        Case::calls("TestAccResourceWriteOnlyDataCheck_moveresource_error", super::moves::without_write_only()),
        Case::calls("TestAccV6FunctionBool", super::functions::of_bool()),
    ]
}
