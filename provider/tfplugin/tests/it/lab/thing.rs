//! The provider `lab`: a resource whose name says what goes wrong with it, and a data source.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tfplugin_rust::{
    Call, Catalog, Create, DataSource, Diagnostic, Diagnostics, Draft, ImportBy, Model, Plan, Provider, Resource, Set,
    Timeouts, Update,
};
use tokio::sync::{Barrier, Notify};

/// Told when a thing called `wait` or `deaf` is being created.
pub(crate) static WAITING: Notify = Notify::const_new();

/// Told when the handler that creates a thing called `held` is there, and when it is gone.
pub(crate) static HELD: Notify = Notify::const_new();
pub(crate) static RELEASED: Notify = Notify::const_new();

/// Where two creations of a thing called `meet` wait for each other.
static MEETING: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(2));

/// Alive as long as a handler is.
struct Held;

impl Drop for Held {
    fn drop(&mut self) {
        RELEASED.notify_one();
    }
}

/// What the provider is configured with.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Settings {
    /// May be unknown.
    #[attr(optional)]
    region: Option<String>,
    /// Where it is.
    #[attr(optional)]
    folder: Option<String>,
}

pub(crate) struct Lab;

impl Provider for Lab {
    type Config = Settings;
    const NAME: &'static str = "lab";
    const GRACE: Duration = Duration::from_millis(20);

    async fn configure(config: SettingsPlan, terraform: &str) -> Result<Self, Diagnostics> {
        assert_eq!(terraform.split('.').next(), Some("1"));
        if config.folder.is_unknown() {
            return Err(Diagnostic::error("Unknown folder", "The folder must be known.").at("folder").into());
        }
        match (config.folder.known().map(String::as_str), config.region.known().map(String::as_str)) {
            (Some("panic"), _) => panic!("as asked"),
            (_, Some("nowhere")) => Err(Diagnostic::error("No such region", "It is nowhere.").at("region").into()),
            _ => Ok(Self),
        }
    }

    fn catalog() -> Catalog<Self> {
        let catalog = Catalog::new()
            .resource(Things)
            .resource(super::kit::Kits)
            .resource(super::judged::Judgeds)
            .resource(super::order::Orders)
            .resource(super::parcel::Parcels)
            .resource(super::place::Places)
            .list(super::search::PlaceList)
            .resource(super::spelled::Spelleds)
            .resource(super::shelf::Shelves)
            .data_source(Lengths)
            .data_source(super::kinds::Kinds)
            .action(super::ring::Rings);
        super::token::add(super::functions::add(catalog))
    }
}

/// A thing.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Thing {
    /// Its name.
    #[attr(required, replace, length = 1..=8)]
    name: String,
    /// How urgent it is.
    #[attr(default = "low", one_of = ["low", "high"])]
    urgency: String,
    /// Its secret.
    #[attr(optional, write_only)]
    secret_wo: Option<String>,
    /// Labels.
    #[attr(optional)]
    tags: Option<BTreeMap<String, String>>,
    /// A list.
    #[attr(optional)]
    list: Option<Vec<String>>,
    /// Its parts.
    #[attr(optional)]
    parts: Option<Vec<Part>>,
    /// Its feet.
    #[attr(block)]
    foot: Set<Foot>,
    /// Time limits of the operations.
    #[attr(optional)]
    timeouts: Option<Timeouts>,
    /// What it is known by.
    #[attr(computed, keep_state)]
    id: String,
    /// The length of its secret.
    #[attr(computed)]
    revision: u64,
}

/// A part.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Part {
    /// What it says.
    #[attr(required)]
    label: String,
    /// Its number.
    #[attr(computed)]
    serial: u64,
}

/// A foot.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Foot {
    /// Its length.
    #[attr(required)]
    length: f64,
}

struct Things;

fn made(thing: ThingDraft, config: &ThingDraft) -> Thing {
    let part = |(serial, part): (usize, PartDraft)| Part { label: part.label, serial: serial as u64 };
    Thing {
        id: format!("thing-{}", thing.name),
        revision: config.secret_wo.as_ref().map_or(0, String::len) as u64,
        parts: thing.parts.map(|parts| parts.into_iter().enumerate().map(part).collect()),
        name: thing.name,
        urgency: thing.urgency,
        secret_wo: None,
        tags: thing.tags,
        list: thing.list,
        foot: thing.foot,
        timeouts: thing.timeouts,
    }
}

impl Resource for Things {
    type Provider = Lab;
    type Model = Thing;
    const NAME: &'static str = "lab_thing";
    const VERSION: i64 = 1;

    async fn validate(&self, config: &ThingPlan) -> Diagnostics {
        match config.name.known().map(String::as_str) {
            Some("bad") => Diagnostic::error("Bad thing", "No thing is bad.").at("name").into(),
            _ => Diagnostics::default(),
        }
    }

    async fn plan(&self, plan: &mut Plan<Thing>, call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        if plan.planned.name.known().is_some_and(|name| name == "private") {
            call.set_private("planned", true);
        }
        Ok(())
    }

    async fn create(&self, change: Create<Thing>, call: &mut Call<Lab>) -> Result<Thing, Diagnostics> {
        let thing = made(change.plan, &change.config);
        let broken = || Diagnostics::from(Diagnostic::error("Broken", "It broke."));
        match change.config.name.as_str() {
            "nothing" => return Err(broken()),
            "half" => {
                call.save(&thing);
                return Err(broken());
            }
            "slow" => {
                call.save(&thing);
                std::future::pending::<()>().await;
            }
            "panic" => {
                call.save(&thing);
                panic!("as asked");
            }
            "held" => {
                let _held = Held;
                HELD.notify_one();
                std::future::pending::<()>().await;
            }
            "meet" => {
                let urgency = thing.urgency.as_str();
                call.set_private("urgency", urgency);
                call.save(&thing);
                MEETING.wait().await;
            }
            "deaf" => {
                call.save(&thing);
                WAITING.notify_one();
                std::future::pending::<()>().await;
            }
            "wait" => {
                WAITING.notify_one();
                call.unless_stopped(std::future::pending::<()>()).await?;
            }
            "private" => assert_eq!(call.private().get("planned"), Some(&json!(true))),
            // The core renews a token beside this.
            "renewed" => super::token::RENEWED.notified().await,
            "liar" => return Ok(Thing { urgency: "other".to_owned(), ..thing }),
            _ => {}
        }
        Ok(thing)
    }

    async fn read(&self, state: ThingDraft, _call: &mut Call<Lab>) -> Result<Option<Thing>, Diagnostics> {
        state.settle().map(Some)
    }

    async fn update(&self, change: Update<Thing>, _call: &mut Call<Lab>) -> Result<Thing, Diagnostics> {
        Ok(made(change.plan, &change.config))
    }

    async fn delete(&self, _state: ThingDraft, _call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        Ok(())
    }

    async fn import(&self, by: ImportBy<'_, Thing>, _call: &mut Call<Lab>) -> Result<Thing, Diagnostics> {
        let ImportBy::Id(id) = by;
        let Some(name) = id.strip_prefix("thing-") else {
            return Err(Diagnostic::error("Invalid id", "An id is thing-NAME.").into());
        };
        let draft = ThingDraft {
            name: name.to_owned(),
            urgency: "low".to_owned(),
            secret_wo: None,
            tags: None,
            list: None,
            parts: None,
            foot: Set(Vec::new()),
            timeouts: None,
            id: None,
            revision: None,
        };
        Ok(made(draft.clone(), &draft))
    }

    fn upgrade(&self, version: i64, mut state: Json) -> Result<Json, Diagnostics> {
        if version != 0 {
            return Err(Diagnostic::error("State of another version", format!("There is no version {version}.")).into());
        }
        state["name"] = state["title"].take();
        Ok(state)
    }
}

/// The length of a path.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Measured {
    /// The path.
    #[attr(required)]
    path: String,
    /// Its length.
    #[attr(computed)]
    length: Option<u64>,
}

struct Lengths;

impl DataSource for Lengths {
    type Provider = Lab;
    type Model = Measured;
    const NAME: &'static str = "lab_length";

    async fn read(&self, config: MeasuredDraft, _call: &mut Call<Lab>) -> Result<Measured, Diagnostics> {
        assert_ne!(config.path, "panic read", "as asked");
        let length = (config.path != "nothing").then_some(config.path.len() as u64);
        Ok(Measured { path: config.path, length })
    }
}
