//! A configuration: blocks by address.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::Fault;
use super::literal::Location;
use super::template::UNKNOWN;
use crate::{Catalog, Provider, Schema};

/// The address of a block: `TYPE.NAME`, or `data.TYPE.NAME`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address {
    pub(super) data: bool,
    pub(super) kind: String,
    pub(super) name: String,
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let (data, rest) = text.strip_prefix("data.").map_or((false, text), |rest| (true, rest));
        match rest.split_once('.') {
            Some((kind, name)) if !kind.is_empty() && !name.is_empty() && !name.contains('.') => {
                Ok(Self { data, kind: kind.to_owned(), name: name.to_owned() })
            }
            _ => Err(Location::root(text).fault("an address is TYPE.NAME or data.TYPE.NAME".to_owned())),
        }
    }

    /// The address that a reference begins with, and the path after it.
    pub(super) fn of_reference(reference: &str) -> Result<(Self, &str), Fault> {
        let words = if reference.starts_with("data.") { 3 } else { 2 };
        match reference.match_indices(['.', '[']).nth(words - 1) {
            Some((end, _)) => Ok((Self::parse(&reference[..end])?, reference[end..].trim_start_matches('.'))),
            None => Ok((Self::parse(reference)?, "")),
        }
    }

    /// The schema of what it names.
    pub(super) fn schema<'a, P: Provider>(&self, catalog: &'a Catalog<P>) -> Result<&'a Schema, Fault> {
        let found = if self.data {
            catalog.data_source_schemas().find(|(name, _)| *name == self.kind)
        } else {
            catalog.resource_schemas().find(|(name, _)| *name == self.kind)
        };
        let missing = || Location::root(&self.to_string()).fault(format!("the provider has no {}", self.kind));
        found.map(|(_, schema)| schema).ok_or_else(missing)
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}{}.{}", if self.data { "data." } else { "" }, self.kind, self.name)
    }
}

/// What is configured, in the order in which it was written.
#[derive(Debug, Clone, Default)]
pub(super) struct Configuration {
    pub(super) provider: Arc<Json>,
    pub(super) blocks: Vec<(Address, Json)>,
}

impl Configuration {
    pub(super) fn read(provider: &Arc<Json>, blocks: &Json) -> Result<Self, Fault> {
        let Json::Object(blocks) = blocks else {
            return Err(
                Location::root("the configuration").fault(format!("expected blocks by address, found {blocks}"))
            );
        };
        let blocks = blocks.iter().map(|(address, body)| Ok((Address::parse(address)?, body.clone())));
        Ok(Self { provider: provider.clone(), blocks: blocks.collect::<Result<_, Fault>>()? })
    }

    /// The same as `main.tf.json`.
    pub(super) fn render<P: Provider>(&self, source: &str) -> Json {
        let (mut resources, mut data) = (Map::new(), Map::new());
        for (address, body) in &self.blocks {
            let kinds = if address.data { &mut data } else { &mut resources };
            let kind = kinds.entry(&address.kind).or_insert_with(|| json!({}));
            kind[&address.name] = body.clone();
        }
        let text = Json::Array(self.blocks.iter().map(|(_, body)| body.clone()).collect()).to_string();
        if text.contains(UNKNOWN) || self.provider.to_string().contains(UNKNOWN) {
            resources.insert("terraform_data".to_owned(), json!({ "unknown": {} }));
        }
        let mut whole = json!({
            "terraform": { "required_providers": { P::NAME: { "source": source } } },
            "provider": { P::NAME: without_nulls(&self.provider) },
        });
        for (name, blocks) in [("resource", resources), ("data", data)] {
            if !blocks.is_empty() {
                whole[name] = Json::Object(blocks);
            }
        }
        whole
    }
}

/// An empty provider block is an object, not null.
fn without_nulls(provider: &Json) -> Json {
    if provider.is_null() { json!({}) } else { provider.clone() }
}
