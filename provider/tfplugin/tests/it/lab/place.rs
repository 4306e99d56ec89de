//! The resource `lab_place`: it has an identity. A name such as `drifts` says what goes wrong with it.

use serde_json::{Value as Json, json};
use tfplugin_rust::{
    Attr, Call, Create, Diagnostic, Diagnostics, ImportBy, Model, Moved, Plan, Private, Resource, Update,
};

use super::thing::Lab;

/// A place.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Place {
    /// Its name.
    #[attr(required, identity)]
    pub(crate) name: String,
    /// Where it is.
    #[attr(optional, computed, keep_state, replace, identity = optional)]
    pub(crate) region: String,
    /// Its number.
    #[attr(computed, identity = optional)]
    pub(crate) number: u64,
    /// What is written on it.
    #[attr(optional)]
    pub(crate) label: Option<String>,
    /// How often it was changed.
    #[attr(computed)]
    pub(crate) revision: u64,
}

impl Place {
    /// The place of this name; its number is the length of the name.
    pub(crate) fn new(name: &str, region: Option<String>) -> Self {
        let region = region.unwrap_or_else(|| "here".to_owned());
        Self { name: name.to_owned(), region, number: name.len() as u64, label: None, revision: 0 }
    }
}

pub(crate) struct Places;

impl Resource for Places {
    type Provider = Lab;
    type Model = Place;
    const NAME: &'static str = "lab_place";
    const VERSION: i64 = 1;
    const IDENTITY_VERSION: i64 = 2;

    async fn plan(&self, plan: &mut Plan<Place>, _call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        let renamed = plan.prior.as_ref().is_some_and(|prior| plan.planned.name.known() != Some(&prior.name));
        // A name that begins with `x` cannot be given in place; forgetting to say so is the fault of other names.
        if renamed && plan.planned.name.known().is_some_and(|name| name.starts_with('x')) {
            plan.replace("name");
        }
        Ok(())
    }

    async fn create(&self, change: Create<Place>, call: &mut Call<Lab>) -> Result<Place, Diagnostics> {
        let place = Place { label: change.plan.label, ..Place::new(&change.plan.name, change.plan.region) };
        if change.config.name == "half" {
            call.save(&PlaceDraft { number: None, revision: None, name: place.name, region: None, label: None });
            return Err(Diagnostic::error("Broken", "It broke.").into());
        }
        Ok(place)
    }

    async fn read(&self, mut state: PlaceDraft, _call: &mut Call<Lab>) -> Result<Option<Place>, Diagnostics> {
        match state.name.as_str() {
            "gone" => return Ok(None),
            "drifts" => state.region = Some("elsewhere".to_owned()),
            _ => {}
        }
        let place = Place::new(&state.name, state.region);
        Ok(Some(Place { label: state.label, revision: state.revision.unwrap_or(0), ..place }))
    }

    async fn update(&self, change: Update<Place>, _call: &mut Call<Lab>) -> Result<Place, Diagnostics> {
        let revision = change.prior.revision.map_or(1, |revision| revision + 1);
        let number = if change.plan.name == "shifts" { 99 } else { change.prior.number.unwrap_or(0) };
        Ok(Place { revision, label: change.plan.label, number, ..Place::new(&change.plan.name, change.plan.region) })
    }

    async fn delete(&self, _state: PlaceDraft, _call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        Ok(())
    }

    async fn import(&self, by: ImportBy<'_, Place>, _call: &mut Call<Lab>) -> Result<Place, Diagnostics> {
        let (name, region) = match by {
            ImportBy::Id(id) => (id.to_owned(), None),
            ImportBy::Identity(identity) => (identity.name, identity.region),
        };
        if name == "nowhere" {
            return Err(Diagnostic::error("No such place", "There is no place nowhere.").into());
        }
        Ok(Place::new(&name, region))
    }

    fn adopt(&self, source: Moved, private: &mut Private) -> Result<Option<PlaceDraft>, Diagnostics> {
        if source.provider != "example.com/old/old" && source.type_name != "lab_thing" {
            return Ok(None);
        }
        let (name, region) = match source.type_name.as_str() {
            "old_spot" => (source.state["title"].as_str(), source.state["area"].as_str()),
            "old_known" => (source.identity.as_ref().and_then(|identity| identity["id"].as_str()), None),
            "lab_thing" => (source.state["name"].as_str(), None),
            _ => return Ok(None),
        };
        let Some(name) = name else {
            return Err(Diagnostic::error("Nothing to adopt", "The title must be a text.").into());
        };
        if let Some(kept) = source.private.get("kept") {
            private.set("kept", kept.clone());
            private.set("from", format!("{} {}", source.type_name, source.version));
        }
        let region = region.map(str::to_owned);
        Ok(Some(PlaceDraft { name: name.to_owned(), region, number: None, label: None, revision: None }))
    }

    fn write_config(&self, config: &mut PlacePlan) {
        // What stands on a place of its own accord, and cannot be written beside a region.
        if config.label.known().is_some_and(|label| label == "of its region") {
            config.label = Attr::Null;
        }
    }

    fn upgrade_identity(&self, version: i64, identity: Json) -> Result<Json, Diagnostics> {
        match version {
            1 => Ok(json!({ "name": identity["title"], "region": identity["region"] })),
            _ => {
                Err(Diagnostic::error("Identity of another version", format!("There is no version {version}.")).into())
            }
        }
    }
}
