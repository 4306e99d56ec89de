//! The resource `lab_judged`: its name says in which way its plan or its result is wrong.

use std::collections::BTreeMap;

use tfplugin_rust::{Attr, Call, Create, Diagnostics, Model, Plan, Resource, Set, Update};

use super::thing::Lab;

/// Plans, by name, and whether Terraform accepts them.
pub(crate) const PLANS: &[(&str, bool)] = &[
    ("plan fine", true),
    ("plan another text", false),
    ("plan no text", false),
    ("plan an unknown text", false),
    ("plan an invented text", false),
    ("plan an invented zone", true),
    ("plan another zone", false),
    ("plan a shorter list", false),
    ("plan a longer list", false),
    ("plan another label", false),
    ("plan no list", false),
    ("plan an unknown list", false),
    ("plan another serial", true),
    ("plan another element of the set", true),
    ("plan a smaller set", false),
    ("plan another key", false),
    ("plan another label of the map", false),
    ("plan fewer blocks", false),
    ("plan another label of a block", false),
    ("plan no block", false),
    ("plan an invented block", false),
    ("plan another element of the set of blocks", true),
];

/// Results, by name, and whether Terraform accepts them.
pub(crate) const RESULTS: &[(&str, bool)] = &[
    ("make fine", true),
    ("make another text", false),
    ("make no text", false),
    ("make another zone", true),
    ("make a shorter list", false),
    ("make another label", false),
    ("make another serial", true),
    ("make another element of the set", false),
    ("make a smaller set", false),
    ("make a larger set", false),
    ("make another key", false),
    ("make fewer blocks", false),
    ("make no block", false),
    ("make another element of the set of blocks", false),
];

/// A resource that is judged.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Judged {
    /// What is wrong.
    #[attr(required)]
    name: String,
    /// Configured or not.
    #[attr(optional)]
    text: Option<String>,
    /// Configured or made.
    #[attr(optional, computed)]
    zone: String,
    /// In order.
    #[attr(optional)]
    list: Option<Vec<Piece>>,
    /// Without order.
    #[attr(optional)]
    set: Option<Set<Piece>>,
    /// By name.
    #[attr(optional)]
    map: Option<BTreeMap<String, Piece>>,
    /// A block.
    #[attr(block)]
    one: Option<Piece>,
    /// A block that no configuration has.
    #[attr(block)]
    other: Option<Piece>,
    /// Blocks in order.
    #[attr(block)]
    many: Vec<Piece>,
    /// Blocks without order.
    #[attr(block)]
    few: Set<Piece>,
}

/// A piece.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Piece {
    /// What it says.
    #[attr(required)]
    label: String,
    /// Made.
    #[attr(computed)]
    serial: u64,
}

pub(crate) struct Judgeds;

fn made(piece: PieceDraft) -> Piece {
    Piece { serial: piece.serial.unwrap_or(piece.label.len() as u64), label: piece.label }
}

fn extra() -> Piece {
    Piece { label: "extra".to_owned(), serial: 1 }
}

fn extra_plan() -> Attr<PiecePlan> {
    Attr::Known(PiecePlan { label: "extra".into(), serial: 1u64.into() })
}

/// Changes what an attribute has, where it is known.
fn change<T>(value: &mut Attr<T>, act: impl FnOnce(&mut T)) {
    if let Attr::Known(value) = value {
        act(value);
    }
}

impl Resource for Judgeds {
    type Provider = Lab;
    type Model = Judged;
    const NAME: &'static str = "lab_judged";

    async fn plan(&self, plan: &mut Plan<Judged>, _call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        let planned = &mut plan.planned;
        let relabel = |piece: &mut Attr<PiecePlan>| change(piece, |piece| piece.label = "other".into());
        let name = planned.name.known().map_or("", String::as_str).to_owned();
        match name.as_str() {
            "plan another text" | "plan an invented text" => planned.text = "other".into(),
            "plan no text" => planned.text = Attr::Null,
            "plan an unknown text" => planned.text = Attr::unknown(),
            "plan an invented zone" | "plan another zone" => planned.zone = "other".into(),
            "plan a shorter list" => change(&mut planned.list, |list| list.truncate(1)),
            "plan a longer list" => change(&mut planned.list, |list| list.push(extra_plan())),
            "plan another label" => change(&mut planned.list, |list| relabel(&mut list[0])),
            "plan no list" => planned.list = Attr::Null,
            "plan an unknown list" => planned.list = Attr::unknown(),
            "plan another serial" => change(&mut planned.list, |list| {
                change(&mut list[0], |piece| piece.serial = 99u64.into());
            }),
            "plan another element of the set" => change(&mut planned.set, |set| relabel(&mut set.0[0])),
            "plan a smaller set" => change(&mut planned.set, |set| set.0.clear()),
            "plan another key" => change(&mut planned.map, |map| {
                map.clear();
                map.insert("other".to_owned(), extra_plan());
            }),
            "plan another label of the map" => change(&mut planned.map, |map| map.values_mut().for_each(relabel)),
            "plan fewer blocks" => change(&mut planned.many, |many| many.truncate(1)),
            "plan another label of a block" => change(&mut planned.many, |many| relabel(&mut many[0])),
            "plan no block" => planned.one = Attr::Null,
            "plan an invented block" => planned.other = extra_plan(),
            "plan another element of the set of blocks" => change(&mut planned.few, |few| relabel(&mut few.0[0])),
            _ => {}
        }
        Ok(())
    }

    async fn create(&self, change: Create<Judged>, _call: &mut Call<Lab>) -> Result<Judged, Diagnostics> {
        let plan = change.plan;
        let all = |pieces: Vec<PieceDraft>| -> Vec<Piece> { pieces.into_iter().map(made).collect() };
        let mut list = plan.list.map(all).unwrap_or_default();
        let mut set = plan.set.map(|set| all(set.0)).unwrap_or_default();
        let mut map: BTreeMap<String, Piece> =
            plan.map.unwrap_or_default().into_iter().map(|(key, piece)| (key, made(piece))).collect();
        let mut result = Judged {
            name: plan.name,
            text: plan.text,
            zone: plan.zone.unwrap_or_else(|| "made".to_owned()),
            list: None,
            set: None,
            map: None,
            one: plan.one.map(made),
            other: plan.other.map(made),
            many: all(plan.many),
            few: Set(all(plan.few.0)),
        };
        match result.name.as_str() {
            "make another text" => result.text = Some("other".to_owned()),
            "make no text" => result.text = None,
            "make another zone" => result.zone = "other".to_owned(),
            "make a shorter list" => list.truncate(1),
            "make another label" => list[0].label = "other".to_owned(),
            "make another serial" => list[0].serial = 99,
            "make another element of the set" => set[0].label = "other".to_owned(),
            "make a smaller set" => set.truncate(1),
            "make a larger set" => set.push(extra()),
            "make another key" => {
                map = BTreeMap::from([("other".to_owned(), extra())]);
            }
            "make fewer blocks" => result.many.truncate(1),
            "make no block" => result.one = None,
            "make another element of the set of blocks" => result.few.0[0].label = "other".to_owned(),
            _ => {}
        }
        Ok(Judged { list: Some(list), set: Some(Set(set)), map: Some(map), ..result })
    }

    async fn read(&self, state: JudgedDraft, _call: &mut Call<Lab>) -> Result<Option<Judged>, Diagnostics> {
        use tfplugin_rust::Draft;
        state.settle().map(Some)
    }

    async fn update(&self, change: Update<Judged>, call: &mut Call<Lab>) -> Result<Judged, Diagnostics> {
        self.create(Create { plan: change.plan, config: change.config }, call).await
    }

    async fn delete(&self, _state: JudgedDraft, _call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        Ok(())
    }
}
