//! The resource `lab_kit`: every kind of attribute and block. A name such as `panic read` says what goes wrong where.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tfplugin_rust::{
    Attr, Call, Create, Diagnostic, Diagnostics, Dynamic, Model, Number, Path, Plan, Resource, Set, Timeouts, Type,
    Update, Value,
};

use super::thing::Lab;

/// A kit.
#[derive(Debug, Clone, Model)]
pub(crate) struct Kit {
    /// Its name.
    #[attr(required, replace)]
    name: Attr<String>,
    /// Has a default.
    #[attr(default = "low")]
    level: Attr<String>,
    /// The provider gives it where the configuration does not.
    #[attr(optional, computed)]
    given: Attr<String>,
    /// Replaces only where the configuration changes it.
    #[attr(optional, computed, replace_if_configured)]
    zone: Attr<String>,
    /// Any type.
    #[attr(optional)]
    any: Attr<Dynamic>,
    /// A number of any size.
    #[attr(optional)]
    amount: Attr<Number>,
    /// A secret.
    #[attr(optional, write_only, sensitive, length = 1..=40)]
    secret_wo: Attr<String>,
    /// A secret number.
    #[attr(optional, sensitive)]
    pin: Attr<u16>,
    /// A secret with parts.
    #[attr(optional, sensitive)]
    vault: Attr<Vault>,
    /// Nested: one.
    #[attr(optional)]
    single: Attr<Part>,
    /// Nested: in order.
    #[attr(optional)]
    list: Attr<Vec<Part>>,
    /// Nested: without order.
    #[attr(optional)]
    set: Attr<Set<Part>>,
    /// Nested: by name.
    #[attr(optional)]
    map: Attr<BTreeMap<String, Part>>,
    /// Nested and made by the provider where the configuration has none.
    #[attr(optional, computed)]
    spare: Attr<Spare>,
    /// A block that may be there.
    #[attr(block)]
    one: Attr<Part>,
    /// Blocks in order.
    #[attr(block(0, 2))]
    many: Vec<Part>,
    /// Blocks without order.
    #[attr(block)]
    few: Set<Part>,
    /// Blocks by name; this model need not have them.
    #[attr(block)]
    named: Attr<BTreeMap<String, Part>>,
    /// A block that is always there.
    #[attr(group)]
    whole: Attr<Whole>,
    /// Time limits of the operations.
    #[attr(optional)]
    timeouts: Attr<Timeouts>,
    /// Never changes.
    #[attr(computed, keep)]
    id: Attr<String>,
    /// Null until the first change.
    #[attr(computed, keep_non_null)]
    mark: Attr<String>,
    /// Null for ever once it is null.
    #[attr(computed, keep)]
    hole: Attr<String>,
    /// How often it was changed.
    #[attr(computed)]
    revision: Attr<u64>,
}

/// A part of a kit.
#[derive(Debug, Clone, Model)]
pub(crate) struct Part {
    /// What it says.
    #[attr(required)]
    label: Attr<String>,
    /// Its weight.
    #[attr(default = 1u64)]
    weight: Attr<u64>,
    /// The length of its label.
    #[attr(computed)]
    serial: Attr<u64>,
}

/// A part that the provider makes where nobody says how; all of it must be computed, or Terraform takes it for written.
#[derive(Debug, Clone, Model)]
pub(crate) struct Spare {
    /// What it says.
    #[attr(optional, computed)]
    label: Attr<String>,
    /// Its weight.
    #[attr(optional, computed)]
    weight: Attr<u64>,
    /// The length of its label.
    #[attr(computed)]
    serial: Attr<u64>,
}

/// A secret with parts.
#[derive(Debug, Clone, Model)]
pub(crate) struct Vault {
    /// Its code.
    #[attr(required, length = 1..=4)]
    code: Attr<String>,
    /// Its number.
    #[attr(optional)]
    number: Attr<u16>,
}

/// The block that is always there.
#[derive(Debug, Clone, Model)]
pub(crate) struct Whole {
    /// A note.
    #[attr(optional)]
    note: Attr<String>,
    /// The note's length.
    #[attr(computed)]
    size: Attr<u64>,
}

pub(crate) struct Kits;

fn finish(part: &mut Part) {
    part.serial = (part.label.known().map_or(0, String::len) as u64).into();
}

fn made(mut kit: Kit, config: &Kit, revision: u64) -> Kit {
    fn fill(value: &mut Attr<String>, text: &str) {
        if value.is_unknown() {
            *value = text.into();
        }
    }
    fill(&mut kit.given, "made");
    fill(&mut kit.zone, "here");
    fill(&mut kit.id, "kit-1");
    if kit.mark.is_unknown() {
        kit.mark = (revision > 0).then(|| "changed".to_owned()).into();
    }
    if kit.hole.is_unknown() {
        kit.hole = Attr::Null;
    }
    if kit.spare.is_unknown() {
        kit.spare = Spare { label: "spare".into(), weight: 7u64.into(), serial: Attr::Null }.into();
    }
    if let Attr::Known(spare) = &mut kit.spare {
        spare.serial = (spare.label.known().map_or(0, String::len) as u64).into();
    }
    for part in [&mut kit.single, &mut kit.one] {
        if let Attr::Known(part) = part {
            finish(part);
        }
    }
    for parts in [&mut kit.map, &mut kit.named] {
        if let Attr::Known(parts) = parts {
            parts.values_mut().for_each(finish);
        }
    }
    if let Attr::Known(parts) = &mut kit.list {
        parts.iter_mut().for_each(finish);
    }
    if let Attr::Known(parts) = &mut kit.set {
        parts.0.iter_mut().for_each(finish);
    }
    kit.many.iter_mut().for_each(finish);
    kit.few.0.iter_mut().for_each(finish);
    if let Attr::Known(whole) = &mut kit.whole {
        whole.size = (whole.note.known().map_or(0, String::len) as u64).into();
    }
    kit.revision = revision.into();
    // A handler that forgets itself: the framework must not let it out.
    kit.secret_wo = config.secret_wo.clone();
    kit
}

/// Does what the name asks for at this place.
async fn trip(kit: &Kit, act: &str) -> Result<(), Diagnostics> {
    let name = kit.name.known().map_or("", String::as_str);
    match name.split_once(' ') {
        Some(("panic", place)) if place == act => panic!("as asked, with a secret: {name}"),
        Some(("slow", place)) if place == act => std::future::pending().await,
        Some(("silent", place)) if place == act => Err(Diagnostics::default()),
        Some(("fail", place)) if place == act => Err(Diagnostic::error("Failed", "It failed.").into()),
        _ => Ok(()),
    }
}

impl Resource for Kits {
    type Provider = Lab;
    type Model = Kit;
    const NAME: &'static str = "lab_kit";

    async fn validate(&self, config: &Kit) -> Diagnostics {
        trip(config, "validate").await.err().unwrap_or_default()
    }

    async fn plan(&self, plan: &mut Plan<Kit>, call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        trip(&plan.config, "plan").await?;
        plan.planned.secret_wo = plan.config.secret_wo.clone();
        let seen = call.private().get("plans").and_then(Json::as_u64).unwrap_or(0);
        call.set_private("plans", seen + 1);
        match plan.planned.level.known().map(String::as_str) {
            Some("replaced") if plan.prior.as_ref().is_some_and(|prior| prior.level != plan.planned.level) => {
                plan.replace(Path::to("list").index(0).attribute("label"))
            }
            Some("lost") => plan.replace("nowhere"),
            Some("warned") => call.warn(Diagnostic::warning("Careful", "It is a warning.").at("level")),
            Some("contradicts") => plan.planned.level = "other".into(),
            _ => {}
        }
        Ok(())
    }

    async fn plan_delete(&self, prior: &Kit, call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        call.warn(Diagnostic::warning("Gone soon", "It will be gone."));
        trip(prior, "plan_delete").await
    }

    async fn create(&self, change: Create<Kit>, call: &mut Call<Lab>) -> Result<Kit, Diagnostics> {
        trip(&change.config, "create").await?;
        call.set_private("created", true);
        let mut kit = made(change.plan, &change.config, 0);
        match kit.level.known().map(String::as_str) {
            Some("unknown") => kit.given = Attr::Unknown,
            Some("misfit") => kit.any = Dynamic { ty: Type::String, value: Value::Bool(true) }.into(),
            // A combining accent, which Terraform stores as one letter.
            Some("accent") => kit.given = "e\u{301}".into(),
            _ => {}
        }
        Ok(kit)
    }

    async fn read(&self, mut state: Kit, call: &mut Call<Lab>) -> Result<Option<Kit>, Diagnostics> {
        trip(&state, "read").await?;
        if call.private().get("created") == Some(&json!(true)) {
            call.set_private("read", true);
        }
        match state.level.known().map(String::as_str) {
            Some("gone") => return Ok(None),
            Some("unread") => state.given = Attr::Unknown,
            _ => {}
        }
        state.secret_wo = "leaked".into();
        Ok(Some(state))
    }

    async fn update(&self, change: Update<Kit>, _call: &mut Call<Lab>) -> Result<Kit, Diagnostics> {
        trip(&change.config, "update").await?;
        let revision = change.prior.revision.known().map_or(1, |revision| revision + 1);
        Ok(made(change.plan, &change.config, revision))
    }

    async fn delete(&self, state: Kit, _call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        trip(&state, "delete").await
    }

    async fn import(&self, id: &str, call: &mut Call<Lab>) -> Result<Kit, Diagnostics> {
        call.set_private("imported", true);
        let kit = Kit {
            name: id.into(),
            level: "low".into(),
            given: Attr::Null,
            zone: Attr::Null,
            any: Attr::Null,
            amount: Attr::Null,
            secret_wo: "leaked".into(),
            pin: Attr::Null,
            vault: Attr::Null,
            single: Attr::Null,
            list: Attr::Null,
            set: Attr::Null,
            map: Attr::Null,
            spare: Attr::Null,
            one: Attr::Null,
            many: Vec::new(),
            few: Set(Vec::new()),
            named: Attr::Null,
            whole: Attr::Null,
            timeouts: Attr::Null,
            id: "kit-1".into(),
            mark: Attr::Null,
            hole: Attr::Null,
            revision: Attr::Null,
        };
        trip(&kit, "import").await?;
        Ok(kit)
    }
}
