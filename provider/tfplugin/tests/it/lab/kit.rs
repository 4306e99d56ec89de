//! The resource `lab_kit`: every kind of attribute and block. A name such as `panic read` says what goes wrong where.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tfplugin_rust::{
    Attr, Call, Create, Diagnostic, Diagnostics, Draft, Dynamic, ImportBy, Model, Number, Path, Plan, Resource, Set,
    Timeouts, Type, Update, Value,
};

use super::thing::Lab;

/// A kit.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Kit {
    /// Its name.
    #[attr(required, replace)]
    name: String,
    /// Has a default.
    #[attr(default = "low")]
    level: String,
    /// The provider gives it where the configuration does not.
    #[attr(optional, computed)]
    given: String,
    /// Replaces only where the configuration changes it.
    #[attr(optional, computed, replace_if_configured)]
    zone: String,
    /// Any type.
    #[attr(optional)]
    any: Option<Dynamic>,
    /// A pair of an object type, without nested attributes.
    #[attr(optional, plain)]
    pair: Option<Pair>,
    /// A number of any size.
    #[attr(optional)]
    amount: Option<Number>,
    /// A secret.
    #[attr(optional, write_only, sensitive, length = 1..=40)]
    secret_wo: Option<String>,
    /// A secret number.
    #[attr(optional, sensitive)]
    pin: Option<u16>,
    /// A secret with parts.
    #[attr(optional, sensitive)]
    vault: Option<Vault>,
    /// Nested: one.
    #[attr(optional)]
    single: Option<Part>,
    /// Nested: in order.
    #[attr(optional)]
    list: Option<Vec<Part>>,
    /// Nested: without order.
    #[attr(optional)]
    set: Option<Set<Part>>,
    /// Nested: by name.
    #[attr(optional)]
    map: Option<BTreeMap<String, Part>>,
    /// Nested and made by the provider where the configuration has none.
    #[attr(optional, computed)]
    spare: Spare,
    /// A block that may be there.
    #[attr(block)]
    one: Option<Part>,
    /// Blocks in order.
    #[attr(block(0, 2))]
    many: Vec<Part>,
    /// Blocks without order.
    #[attr(block)]
    few: Set<Part>,
    /// Blocks by name.
    #[attr(block)]
    named: BTreeMap<String, Part>,
    /// A block that is always there.
    #[attr(group)]
    whole: Whole,
    /// Time limits of the operations.
    #[attr(optional)]
    timeouts: Option<Timeouts>,
    /// Never changes.
    #[attr(computed, keep_state)]
    id: String,
    /// Null until the first change.
    #[attr(computed, keep_non_null_state)]
    mark: Option<String>,
    /// Null for ever once it is null.
    #[attr(computed, keep_state)]
    hole: Option<String>,
    /// How often it was changed.
    #[attr(computed)]
    revision: u64,
}

/// A pair.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Pair {
    /// Its first value.
    #[attr(optional)]
    first: Option<String>,
    /// Its second value, of any type.
    #[attr(optional)]
    second: Option<Dynamic>,
}

/// A part of a kit.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Part {
    /// What it says.
    #[attr(required)]
    label: String,
    /// Its weight.
    #[attr(default = 1u64)]
    weight: u64,
    /// The length of its label.
    #[attr(computed)]
    serial: u64,
}

/// A part that the provider makes where nobody says how; all of it must be computed, or Terraform takes it for written.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Spare {
    /// What it says.
    #[attr(optional, computed)]
    label: String,
    /// Its weight.
    #[attr(optional, computed)]
    weight: u64,
    /// The length of its label.
    #[attr(computed)]
    serial: u64,
}

/// A secret with parts.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Vault {
    /// Its code.
    #[attr(required, length = 1..=4)]
    code: String,
    /// Its number.
    #[attr(optional)]
    number: Option<u16>,
}

/// The block that is always there.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Whole {
    /// A note.
    #[attr(optional)]
    note: Option<String>,
    /// The note's length.
    #[attr(computed)]
    size: u64,
}

pub(crate) struct Kits;

fn finish(part: PartDraft) -> Part {
    Part { serial: part.label.len() as u64, label: part.label, weight: part.weight }
}

fn finish_spare(spare: Option<SpareDraft>) -> Spare {
    let spare = spare.unwrap_or(SpareDraft { label: None, weight: None, serial: None });
    let label = spare.label.unwrap_or_else(|| "spare".to_owned());
    Spare { serial: label.len() as u64, weight: spare.weight.unwrap_or(7), label }
}

fn made(kit: KitDraft, config: &KitDraft, revision: u64) -> Kit {
    let all = |parts: Vec<PartDraft>| -> Vec<Part> { parts.into_iter().map(finish).collect() };
    let named = |parts: BTreeMap<String, PartDraft>| -> BTreeMap<String, Part> {
        parts.into_iter().map(|(name, part)| (name, finish(part))).collect()
    };
    Kit {
        name: kit.name,
        level: kit.level,
        given: kit.given.unwrap_or_else(|| "made".to_owned()),
        zone: kit.zone.unwrap_or_else(|| "here".to_owned()),
        any: kit.any,
        pair: kit.pair,
        amount: kit.amount,
        // A handler that forgets itself: the framework must not let it out.
        secret_wo: config.secret_wo.clone(),
        pin: kit.pin,
        vault: kit.vault,
        single: kit.single.map(finish),
        list: kit.list.map(all),
        set: kit.set.map(|Set(parts)| Set(all(parts))),
        map: kit.map.map(named),
        spare: finish_spare(kit.spare),
        one: kit.one.map(finish),
        many: all(kit.many),
        few: Set(all(kit.few.0)),
        named: named(kit.named),
        whole: Whole { size: kit.whole.note.as_ref().map_or(0, String::len) as u64, note: kit.whole.note },
        timeouts: kit.timeouts,
        id: "kit-1".to_owned(),
        mark: kit.mark.or_else(|| (revision > 0).then(|| "changed".to_owned())),
        hole: None,
        revision,
    }
}

/// Does what the name asks for at this place.
async fn trip(name: &str, act: &str) -> Result<(), Diagnostics> {
    match name.split_once(' ') {
        Some(("panic", place)) if place == act => panic!("as asked, with a secret: {name}"),
        Some(("slow", place)) if place == act => std::future::pending().await,
        Some(("silent", place)) if place == act => Err(Diagnostics::default()),
        Some(("fail", place)) if place == act => Err(Diagnostic::error("Failed", "It failed.").into()),
        _ => Ok(()),
    }
}

/// The same of a name that may be unknown.
async fn trip_if_known(name: &Attr<String>, act: &str) -> Result<(), Diagnostics> {
    trip(name.known().map_or("", String::as_str), act).await
}

impl Resource for Kits {
    type Provider = Lab;
    type Model = Kit;
    const NAME: &'static str = "lab_kit";

    async fn validate(&self, config: &KitPlan) -> Diagnostics {
        trip_if_known(&config.name, "validate").await.err().unwrap_or_default()
    }

    async fn plan(&self, plan: &mut Plan<Kit>, call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        trip_if_known(&plan.config.name, "plan").await?;
        plan.planned.secret_wo = plan.config.secret_wo.clone();
        let seen = call.private().get("plans").and_then(Json::as_u64).unwrap_or(0);
        call.set_private("plans", seen + 1);
        match plan.planned.level.known().map(String::as_str) {
            Some("replaced") if plan.prior.as_ref().is_some_and(|prior| prior.level != "replaced") => {
                plan.replace(Path::to("list").index(0).attribute("label"))
            }
            Some("lost") => plan.replace("nowhere"),
            Some("warned") => call.warn(Diagnostic::warning("Careful", "It is a warning.").at("level")),
            Some("contradicts") => plan.planned.level = "other".into(),
            _ => {}
        }
        Ok(())
    }

    async fn plan_delete(&self, prior: &KitDraft, call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        call.warn(Diagnostic::warning("Gone soon", "It will be gone."));
        trip(&prior.name, "plan_delete").await
    }

    async fn create(&self, change: Create<Kit>, call: &mut Call<Lab>) -> Result<Kit, Diagnostics> {
        trip(&change.config.name, "create").await?;
        call.set_private("created", true);
        let mut draft = change.plan.clone();
        draft.given = None;
        let mut kit = made(change.plan, &change.config, 0);
        match kit.level.as_str() {
            "telling" => {
                let secrets = (&change.config.secret_wo, change.config.pin, &kit.vault);
                return Err(Diagnostic::error("Told", format!("It has {secrets:?}.")).into());
            }
            "unsettled" => {
                call.save(&draft);
                return draft.settle();
            }
            "misfit" => kit.any = Some(Dynamic { ty: Type::String, value: Value::Bool(true) }),
            // A combining accent, which Terraform stores as one letter.
            "accent" => kit.given = "e\u{301}".to_owned(),
            _ => {}
        }
        Ok(kit)
    }

    async fn read(&self, mut state: KitDraft, call: &mut Call<Lab>) -> Result<Option<Kit>, Diagnostics> {
        trip(&state.name, "read").await?;
        if call.private().get("created") == Some(&json!(true)) {
            call.set_private("read", true);
        }
        match state.level.as_str() {
            "gone" => return Ok(None),
            "unread" => {
                state.given = None;
                return state.settle().map(Some);
            }
            _ => {}
        }
        state.secret_wo = Some("leaked".to_owned());
        let revision = state.revision.unwrap_or(0);
        Ok(Some(made(state.clone(), &state, revision)))
    }

    async fn update(&self, change: Update<Kit>, _call: &mut Call<Lab>) -> Result<Kit, Diagnostics> {
        trip(&change.config.name, "update").await?;
        let revision = change.prior.revision.map_or(1, |revision| revision + 1);
        Ok(made(change.plan, &change.config, revision))
    }

    async fn delete(&self, state: KitDraft, _call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        trip(&state.name, "delete").await
    }

    async fn import(&self, by: ImportBy<'_, Kit>, call: &mut Call<Lab>) -> Result<Kit, Diagnostics> {
        let ImportBy::Id(id) = by;
        call.set_private("imported", true);
        trip(id, "import").await?;
        let draft = KitDraft {
            name: id.to_owned(),
            level: "low".to_owned(),
            given: None,
            zone: None,
            any: None,
            pair: None,
            amount: None,
            secret_wo: Some("leaked".to_owned()),
            pin: None,
            vault: None,
            single: None,
            list: None,
            set: None,
            map: None,
            spare: None,
            one: None,
            many: Vec::new(),
            few: Set(Vec::new()),
            named: BTreeMap::new(),
            whole: WholeDraft { note: None, size: None },
            timeouts: None,
            id: None,
            mark: None,
            hole: None,
            revision: None,
        };
        Ok(made(draft.clone(), &draft, 0))
    }
}
