//! The steps of a test.

use std::marker::PhantomData;
use std::sync::Arc;

use serde_json::Value as Json;

use super::check::follow;
use super::configuration::{Address, Configuration};
use super::core::{Core, Running};
use super::engine::{Change, Changes, Engine, Mode, Objects};
use super::literal::{Location, Plain, Reader, Scope, type_of};
use super::process::Process;
use super::{Action, Check, Failure, Fault};
use crate::plan::same;
use crate::rules::show;
use crate::schema::Kind;
use crate::value::{Type, Value};
use crate::{Catalog, Provider};

/// One step of a test.
#[derive(Clone)]
pub struct Step {
    act: Act,
    plans: Vec<(String, Action)>,
    holds: Vec<Check>,
    except: Vec<String>,
    rest: bool,
}

#[derive(Clone)]
enum Act {
    Apply(Json),
    Plan(Json),
    Fails(Json, String),
    Import(String, String),
    Refresh,
    Destroy,
    Does(&'static str, Arc<dyn Fn() + Send + Sync>),
}

impl Step {
    /// Applies a configuration. Then the plan must be empty, and empty again after a refresh.
    pub fn apply(configuration: Json) -> Self {
        Self::new(Act::Apply(configuration))
    }

    /// Plans a configuration, and leaves it at that.
    pub fn plan(configuration: Json) -> Self {
        Self::new(Act::Plan(configuration))
    }

    /// Plans a configuration, and applies it where that works: one of them must fail with these words.
    pub fn fails(configuration: Json, words: &str) -> Self {
        Self::new(Act::Fails(configuration, words.to_owned()))
    }

    /// Takes an object out of the state and imports it by its id, which may refer to what the state has, such as
    /// `${note_note.a.id}`. The state must be the same as before, and the plan of the last configuration empty.
    pub fn import(address: &str, id: &str) -> Self {
        Self::new(Act::Import(address.to_owned(), id.to_owned()))
    }

    /// Reads everything into the state.
    pub fn refresh() -> Self {
        Self::new(Act::Refresh)
    }

    /// Destroys everything.
    pub fn destroy() -> Self {
        Self::new(Act::Destroy)
    }

    /// Does something behind Terraform's back; `what` names it.
    pub fn does(what: &'static str, act: impl Fn() + Send + Sync + 'static) -> Self {
        Self::new(Act::Does(what, Arc::new(act)))
    }

    fn new(act: Act) -> Self {
        Self { act, plans: Vec::new(), holds: Vec::new(), except: Vec::new(), rest: true }
    }

    /// This must be planned for the address.
    pub fn plans(mut self, address: &str, action: Action) -> Self {
        self.plans.push((address.to_owned(), action));
        self
    }

    /// This must hold.
    pub fn holds(mut self, check: Check) -> Self {
        self.holds.push(check);
        self
    }

    /// After an import, this attribute may be another than before.
    pub fn except(mut self, attribute: &str) -> Self {
        self.except.push(attribute.to_owned());
        self
    }

    /// After this step there is something left to do: the plan is not looked at.
    pub fn leaves_changes(mut self) -> Self {
        self.rest = false;
        self
    }

    fn name(&self) -> String {
        let mut name = match &self.act {
            Act::Apply(_) => "apply".to_owned(),
            Act::Plan(_) => "plan".to_owned(),
            Act::Fails(..) => "fails".to_owned(),
            Act::Import(address, _) => format!("import {address}"),
            Act::Refresh => "refresh".to_owned(),
            Act::Destroy => "destroy".to_owned(),
            Act::Does(what, _) => (*what).to_owned(),
        };
        if let Act::Apply(Json::Object(blocks)) | Act::Plan(Json::Object(blocks)) = &self.act {
            name.push_str(&format!(" {}", blocks.keys().map(String::as_str).collect::<Vec<_>>().join(", ")));
        }
        name
    }
}

/// The steps of a test of the provider `P`, in order. At their end everything is destroyed.
pub struct Steps<P> {
    provider: Arc<Json>,
    steps: Vec<Step>,
    of: PhantomData<fn() -> P>,
}

impl<P: Provider> Steps<P> {
    /// These steps, with an empty provider block.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { provider: Arc::new(Json::Null), steps: steps.into_iter().collect(), of: PhantomData }
    }

    /// The same with this provider block.
    pub fn provider(mut self, configuration: Json) -> Self {
        self.provider = Arc::new(configuration);
        self
    }

    /// Runs the steps without Terraform.
    ///
    /// # Errors
    /// A step did not go as it says, or what it left could not be destroyed.
    pub async fn run_in_process(&self) -> Result<(), Failure> {
        self.run(Process::<P>::new()).await
    }

    /// Runs the steps under a real core.
    ///
    /// # Errors
    /// A step did not go as it says, what it left could not be destroyed, or the core cannot be run.
    pub async fn run_with(&self, core: &Core) -> Result<(), Failure> {
        let running = Running::<P>::start(core);
        self.run(running.map_err(|fault| Failure { step: 0, act: "start".to_owned(), fault })?).await
    }

    async fn run(&self, engine: impl Engine) -> Result<(), Failure> {
        let mut run = Run {
            engine,
            catalog: P::catalog(),
            last: Configuration { provider: self.provider.clone(), blocks: Vec::new() },
        };
        let end = Step::destroy();
        for (at, step) in self.steps.iter().chain([&end]).enumerate() {
            run.step(step).await.map_err(|fault| Failure { step: at + 1, act: step.name(), fault })?;
        }
        Ok(())
    }
}

/// A run that has begun.
struct Run<P, E> {
    engine: E,
    catalog: Catalog<P>,
    last: Configuration,
}

impl<P: Provider, E: Engine> Run<P, E> {
    async fn step(&mut self, step: &Step) -> Result<(), Fault> {
        let provider = self.last.provider.clone();
        let read = |blocks: &Json| Configuration::read(&provider, blocks);
        match &step.act {
            Act::Apply(blocks) => {
                self.last = read(blocks)?;
                self.planned(step, Mode::Refreshed).await?;
                self.engine.apply(&self.last).await?;
                self.state(step)?;
                self.rest(step).await
            }
            Act::Plan(blocks) => {
                let last = std::mem::replace(&mut self.last, read(blocks)?);
                let done = self.planned(step, Mode::Refreshed).await;
                self.last = last;
                done?;
                self.state(step)
            }
            Act::Fails(blocks, words) => {
                let configuration = read(blocks)?;
                let failed = match self.engine.plan(&configuration, Mode::Refreshed).await {
                    Ok(changes) => {
                        self.compare(step, &changes)?;
                        self.engine.apply(&configuration).await
                    }
                    Err(fault) => Err(fault),
                };
                match failed {
                    Ok(()) => return Err(Fault::Accepted { words: words.clone() }),
                    Err(Fault::Refused { said, .. }) if flat(&said).contains(&flat(words)) => {}
                    Err(Fault::Refused { said, .. }) => return Err(Fault::Said { words: words.clone(), said }),
                    Err(fault) => return Err(fault),
                }
                self.state(step)
            }
            Act::Import(address, id) => self.import(step, address, id).await,
            Act::Refresh => {
                self.engine.refresh(&self.last).await?;
                self.state(step)
            }
            Act::Destroy => {
                self.planned(step, Mode::Destroy).await?;
                self.engine.apply(&self.last).await?;
                let left = self.engine.objects()?;
                let left: Vec<String> = left.keys().filter(|left| !left.data).map(Address::to_string).collect();
                if left.is_empty() { Ok(()) } else { Err(Fault::Left { addresses: left.join(", ") }) }
            }
            Act::Does(_, act) => {
                act();
                Ok(())
            }
        }
    }

    /// Plans and looks at the plan.
    async fn planned(&mut self, step: &Step, mode: Mode) -> Result<(), Fault> {
        let changes = self.engine.plan(&self.last, mode).await?;
        self.compare(step, &changes)
    }

    fn compare(&self, step: &Step, changes: &Changes) -> Result<(), Fault> {
        for (address, expected) in &step.plans {
            let found = changes.get(&Address::parse(address)?).map_or(Action::NoOp, |change| change.action);
            if found != *expected {
                return Err(Fault::Planned { address: address.clone(), expected: *expected, found });
            }
        }
        for check in step.holds.iter().filter(|check| check.place.planned) {
            let address = Address::parse(&check.place.address)?;
            check.run(&address.schema(&self.catalog)?.attributes, changes.get(&address).map(|change| &change.after))?;
        }
        Ok(())
    }

    fn state(&mut self, step: &Step) -> Result<(), Fault> {
        let checks: Vec<_> = step.holds.iter().filter(|check| !check.place.planned).collect();
        if checks.is_empty() {
            return Ok(());
        }
        let objects = self.engine.objects()?;
        for check in checks {
            let address = Address::parse(&check.place.address)?;
            check.run(&address.schema(&self.catalog)?.attributes, objects.get(&address))?;
        }
        Ok(())
    }

    /// Nothing is left to do, before and after a refresh.
    async fn rest(&mut self, step: &Step) -> Result<(), Fault> {
        if !step.rest {
            return Ok(());
        }
        self.empty("after it", Mode::Unread).await?;
        self.engine.refresh(&self.last).await?;
        self.empty("after it and a refresh", Mode::Refreshed).await
    }

    async fn empty(&mut self, when: &'static str, mode: Mode) -> Result<(), Fault> {
        let changes = self.engine.plan(&self.last, mode).await?;
        match changes.iter().find(|(_, change)| change.action != Action::NoOp) {
            None => Ok(()),
            Some((address, Change { action, before, after })) => Err(Fault::NotEmpty {
                when,
                address: address.to_string(),
                found: *action,
                differences: differences(&address.schema(&self.catalog)?.attributes, before, after),
            }),
        }
    }

    async fn import(&mut self, step: &Step, address: &str, id: &str) -> Result<(), Fault> {
        let (before, address) = (self.engine.objects()?, Address::parse(address)?);
        let scope = Existing { catalog: &self.catalog, objects: &before };
        let reader = Reader { scope: &scope, templates: true };
        let at = Location::root("the id");
        let Value::String(id) = reader.value(Kind::Type(&Type::String), &Json::from(id), &at)? else {
            return Err(at.fault(format!("{id} is not known")));
        };
        self.engine.import(&self.last, &address, &id).await?;
        let (after, schema) = (self.engine.objects()?, address.schema(&self.catalog)?);
        let without = |objects: &Objects| {
            objects.get(&address).cloned().map(|mut object| {
                step.except.iter().for_each(|name| object.set(name, Value::Null));
                object
            })
        };
        if let (Some(before), Some(after)) = (without(&before), without(&after)) {
            let differences = differences(&schema.attributes, &before, &after);
            if !differences.is_empty() {
                let place = format!("{address} in the state");
                let expected = "the same as before the import".to_owned();
                return Err(Fault::Value { place, expected, found: differences });
            }
        }
        self.state(step)?;
        self.rest(step).await
    }
}

/// What references of an id lead to.
struct Existing<'a, P> {
    catalog: &'a Catalog<P>,
    objects: &'a Objects,
}

impl<P: Provider> Scope for Existing<'_, P> {
    fn find(&self, reference: &str, at: &Location<'_>) -> Result<(Type, Value), Fault> {
        let (address, path) = Address::of_reference(reference)?;
        let Some(object) = self.objects.get(&address) else { return Plain.find(reference, at) };
        let (kind, value) = follow(Kind::Object(&address.schema(self.catalog)?.attributes), object, path, at)?;
        Ok((type_of(kind), value.clone()))
    }
}

/// The attributes that differ, with both values.
fn differences(attributes: &[crate::Attribute], before: &Value, after: &Value) -> String {
    if before.is_null() || after.is_null() {
        return if before.is_null() { "it is new" } else { "it is gone" }.to_owned();
    }
    let different = attributes.iter().filter_map(|item| {
        let (kind, before, after) = (item.shape.kind(), before.get(&item.name), after.get(&item.name));
        let shown = |value: &Value| show::show(kind, value, item.sensitive || item.write_only);
        (!same(kind, before, after)).then(|| format!("{}: {} -> {}", item.name, shown(before), shown(after)))
    });
    different.collect::<Vec<_>>().join("; ")
}

/// Words without the frame that cores draw around them.
fn flat(text: &str) -> String {
    let words = text.split(|letter: char| letter.is_whitespace() || "│╷╵".contains(letter));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
