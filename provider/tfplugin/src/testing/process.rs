//! Steps in process: what a core does with a state and a provider.

use std::collections::BTreeMap;

use super::check::follow;
use super::client::{Broken, Client, Kept, Planned};
use super::configuration::{Address, Configuration};
use super::engine::{Change, Changes, Engine, Mode, Objects};
use super::literal::{Location, Reader, Scope, type_of};
use super::{Action, Fault, template};
use crate::plan::same_object;
use crate::schema::Kind;
use crate::value::{Type, Value};
use crate::{Catalog, Diagnostics, Model as _, Provider, Schema, rules};

/// An object of the state.
#[derive(Debug, Clone)]
struct Object {
    kept: Kept,
    /// Whether its creation failed half way, so that it is replaced.
    tainted: bool,
}

/// A planned change with all that its apply needs.
struct Pending {
    address: Address,
    action: Action,
    prior: Kept,
    /// Of a replacement, the second plan.
    planned: Planned,
}

/// Terraform, in process.
pub(super) struct Process<P: Provider> {
    catalog: Catalog<P>,
    provider: Schema,
    state: BTreeMap<Address, Object>,
    /// The addresses of the state in the order in which they were made.
    order: Vec<Address>,
    pending: Vec<Pending>,
}

/// What references lead to: by address what is planned or made by then.
struct Known<'a, P> {
    catalog: &'a Catalog<P>,
    /// `None` where nothing is known of anything, as during validation.
    objects: Option<&'a Objects>,
}

impl<P: Provider> Scope for Known<'_, P> {
    fn find(&self, reference: &str, at: &Location<'_>) -> Result<(Type, Value), Fault> {
        if template::is_unknown(reference) {
            return Ok((Type::String, Value::unknown()));
        }
        let (address, path) = Address::of_reference(reference)?;
        let root = Kind::Object(&address.schema(self.catalog)?.attributes);
        let unknown = Value::unknown();
        let object = match self.objects {
            None => &unknown,
            Some(objects) => objects
                .get(&address)
                .ok_or_else(|| at.fault(format!("{reference} refers to what is not configured before it")))?,
        };
        let (kind, value) = follow(root, object, path, at)?;
        Ok((type_of(kind), value.clone()))
    }
}

const NOTHING: Kept = Kept { value: Value::Null, private: Vec::new() };

impl<P: Provider> Process<P> {
    pub(super) fn new() -> Self {
        Self {
            catalog: P::catalog(),
            provider: P::Config::schema(0),
            state: BTreeMap::new(),
            order: Vec::new(),
            pending: Vec::new(),
        }
    }

    fn read(&self, address: &Address, body: &serde_json::Value, known: Option<&Objects>) -> Result<Value, Fault> {
        let scope = Known { catalog: &self.catalog, objects: known };
        let reader = Reader { scope: &scope, templates: true };
        reader.object(&address.schema(&self.catalog)?.attributes, body, &Location::root(&address.to_string()))
    }

    /// The provider's configuration, once `known` is.
    fn provider(&self, configuration: &Configuration, known: Option<&Objects>) -> Result<Value, Fault> {
        let scope = Known { catalog: &self.catalog, objects: known };
        let reader = Reader { scope: &scope, templates: true };
        reader.object(&self.provider.attributes, &configuration.provider, &Location::root("the provider"))
    }

    /// A process of the provider that is configured.
    async fn start(&self, configuration: &Configuration) -> Result<Client<P>, Fault> {
        let mut client = Client::new();
        let config = self.provider(configuration, Some(&Objects::new()))?;
        client.validate_provider(&self.provider, &config).await?;
        client.configure(&self.provider, &config).await?;
        Ok(client)
    }

    /// What `validate` does: nothing is configured, and no reference is known.
    async fn validate(&self, configuration: &Configuration) -> Result<(), Fault> {
        let mut client = Client::<P>::new();
        let config = self.provider(configuration, None)?;
        client.validate_provider(&self.provider, &config).await?;
        for (address, body) in &configuration.blocks {
            let config = self.read(address, body, None)?;
            client.validate(address, address.schema(&self.catalog)?, &config).await?;
        }
        Ok(())
    }

    /// Takes the state through its file, and reads every object where that is asked for.
    async fn load(&mut self, client: &mut Client<P>, refresh: bool) -> Result<(), Fault> {
        for address in self.order.clone().into_iter().filter(|address| !address.data) {
            let schema = address.schema(&self.catalog)?;
            let Some(object) = self.state.get_mut(&address) else { continue };
            object.kept.value = client.upgrade(&address, schema, &object.kept.value).await?;
            if refresh {
                object.kept = client.read(&address, schema, &object.kept).await?;
            }
            if object.kept.value.is_null() {
                self.forget(&address);
            }
        }
        Ok(())
    }

    fn forget(&mut self, address: &Address) {
        self.state.remove(address);
        self.order.retain(|other| other != address);
    }

    fn keep(&mut self, address: &Address, kept: Kept, tainted: bool) {
        if kept.value.is_null() {
            return self.forget(address);
        }
        if self.state.insert(address.clone(), Object { kept, tainted }).is_none() {
            self.order.push(address.clone());
        }
    }

    /// Plans one resource.
    async fn change(&self, client: &mut Client<P>, address: &Address, config: &Value) -> Result<Pending, Fault> {
        let schema = address.schema(&self.catalog)?;
        client.validate(address, schema, config).await?;
        let object = self.state.get(address);
        let prior = object.map_or(NOTHING, |object| object.kept.clone());
        let tainted = object.is_some_and(|object| object.tainted);
        let planned = if tainted {
            client.plan(address, schema, &NOTHING, config, &[]).await?
        } else {
            client.plan(address, schema, &prior, config, &[]).await?
        };
        let action = if prior.value.is_null() {
            Action::Create
        } else if tainted || !planned.replaces.is_empty() {
            Action::Replace
        } else if same_object(&schema.attributes, &prior.value, &planned.after) {
            Action::NoOp
        } else {
            Action::Update
        };
        let planned = if action == Action::Replace && !tainted {
            let nothing = Kept { value: Value::Null, private: planned.private };
            client.plan(address, schema, &nothing, config, &[]).await?
        } else {
            planned
        };
        Ok(Pending { address: address.clone(), action, prior, planned })
    }

    /// Plans the end of what the state has and the configuration has not.
    async fn removals(&self, client: &mut Client<P>, configuration: &Configuration) -> Result<Vec<Pending>, Fault> {
        let mut removals = Vec::new();
        for address in self.order.iter().rev() {
            let configured = configuration.blocks.iter().any(|(other, _)| other == address);
            let (false, false, Some(object)) = (address.data, configured, self.state.get(address)) else { continue };
            let schema = address.schema(&self.catalog)?;
            let planned = client.plan(address, schema, &object.kept, &Value::Null, &[]).await?;
            let (action, prior) = (Action::Delete, object.kept.clone());
            removals.push(Pending { address: address.clone(), action, prior, planned });
        }
        Ok(removals)
    }

    /// A data source: its values where the configuration is known, else what they will be.
    async fn data(&mut self, client: &mut Client<P>, address: &Address, config: &Value) -> Result<Pending, Fault> {
        let schema = address.schema(&self.catalog)?;
        client.validate(address, schema, config).await?;
        let (action, after) = if config.is_wholly_known() {
            let read = client.read_data(address, schema, config).await?;
            self.keep(address, Kept { value: read.clone(), private: Vec::new() }, false);
            (Action::NoOp, read)
        } else {
            let mut after = config.clone();
            for item in schema.attributes.iter().filter(|item| item.is_computed()) {
                if config.get(&item.name).is_null() {
                    after.set(&item.name, Value::unknown());
                }
            }
            (Action::Read, after)
        };
        let planned = Planned { after, private: Vec::new(), replaces: Vec::new() };
        Ok(Pending { address: address.clone(), action, prior: NOTHING, planned })
    }

    /// Carries out one change, with the configuration as it is known by then.
    async fn carry_out(&mut self, client: &mut Client<P>, pending: &Pending, config: &Value) -> Result<(), Fault> {
        let Pending { address, action, prior, planned } = pending;
        let schema = address.schema(&self.catalog)?.clone();
        if matches!(action, Action::Delete | Action::Replace) {
            let gone = client.plan(address, &schema, prior, &Value::Null, &[]).await?;
            let gone = client.apply(address, &schema, &prior.value, &Value::Null, &gone).await;
            self.outcome(address, gone, false)?;
        }
        if *action == Action::Delete {
            return Ok(());
        }
        let prior = if *action == Action::Update { prior.clone() } else { NOTHING };
        let last = client.plan(address, &schema, &prior, config, &planned.private).await?;
        let found: Diagnostics = rules::final_plan(&schema.attributes, &planned.after, &last.after);
        if found.has_errors() {
            let said = found.iter().map(|found| found.detail.clone()).collect::<Vec<_>>().join("\n");
            return Err(Fault::Refused { act: format!("plan {address} again"), said });
        }
        let made = client.apply(address, &schema, &prior.value, config, &last).await;
        self.outcome(address, made, *action != Action::Update)
    }

    fn outcome(&mut self, address: &Address, made: Result<Kept, Broken>, creation: bool) -> Result<(), Fault> {
        match made {
            Ok(kept) => {
                self.keep(address, kept, false);
                Ok(())
            }
            Err(Broken { left, fault }) => {
                self.keep(address, left, creation);
                Err(fault)
            }
        }
    }
}

impl<P: Provider> Engine for Process<P> {
    async fn plan(&mut self, configuration: &Configuration, mode: Mode) -> Result<Changes, Fault> {
        self.pending.clear();
        let whole = Configuration { provider: configuration.provider.clone(), blocks: Vec::new() };
        let configuration = if mode == Mode::Destroy { &whole } else { configuration };
        self.validate(configuration).await?;
        let mut client = self.start(configuration).await?;
        self.load(&mut client, mode != Mode::Unread).await?;
        let mut known = Objects::new();
        for (address, body) in &configuration.blocks {
            let config = self.read(address, body, Some(&known))?;
            let pending = if address.data {
                self.data(&mut client, address, &config).await?
            } else {
                self.change(&mut client, address, &config).await?
            };
            known.insert(address.clone(), pending.planned.after.clone());
            self.pending.push(pending);
        }
        let removals = self.removals(&mut client, configuration).await?;
        self.pending.extend(removals);
        let change = |pending: &Pending| Change {
            action: pending.action,
            before: pending.prior.value.clone(),
            after: pending.planned.after.clone(),
        };
        Ok(self.pending.iter().map(|pending| (pending.address.clone(), change(pending))).collect())
    }

    async fn apply(&mut self, configuration: &Configuration) -> Result<(), Fault> {
        let mut client = self.start(configuration).await?;
        let pending = std::mem::take(&mut self.pending);
        // Terraform deletes what nothing refers to any more last, and each of these after what referred to it.
        for pending in &pending {
            let address = &pending.address;
            let body = configuration.blocks.iter().find(|(other, _)| other == address).map(|(_, body)| body);
            let config = match body {
                Some(body) if pending.action != Action::Delete => self.read(address, body, Some(&self.made()))?,
                _ => Value::Null,
            };
            match pending.action {
                Action::NoOp => {}
                Action::Read => {
                    let value = client.read_data(address, address.schema(&self.catalog)?, &config).await?;
                    self.keep(address, Kept { value, private: Vec::new() }, false);
                }
                _ => self.carry_out(&mut client, pending, &config).await?,
            }
        }
        let configured = |address: &Address| configuration.blocks.iter().any(|(other, _)| other == address);
        for address in self.order.clone().iter().filter(|address| address.data && !configured(address)) {
            self.forget(address);
        }
        Ok(())
    }

    async fn refresh(&mut self, configuration: &Configuration) -> Result<(), Fault> {
        let mut client = self.start(configuration).await?;
        self.load(&mut client, true).await
    }

    async fn import(&mut self, configuration: &Configuration, address: &Address, id: &str) -> Result<(), Fault> {
        let mut client = self.start(configuration).await?;
        self.forget(address);
        let schema = address.schema(&self.catalog)?;
        let imported = client.import(address, schema, id).await?;
        let read = client.read(address, schema, &imported).await?;
        if read.value.is_null() {
            let said = "what was imported cannot be found by a read".to_owned();
            return Err(Fault::Refused { act: format!("import {address}"), said });
        }
        self.keep(address, read, false);
        Ok(())
    }

    fn objects(&mut self) -> Result<Objects, Fault> {
        Ok(self.made())
    }
}

impl<P: Provider> Process<P> {
    fn made(&self) -> Objects {
        self.state.iter().map(|(address, object)| (address.clone(), object.kept.value.clone())).collect()
    }
}
