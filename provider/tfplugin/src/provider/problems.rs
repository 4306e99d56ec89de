//! The rules that Terraform has for what a provider has.

use super::{Catalog, Provider};
use crate::function::Signature;
use crate::schema::{Attribute, Schema, Shape};

/// Arguments that every `resource` or `data` block has.
const TAKEN: [&str; 7] = ["connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"];

impl<P: Provider> Catalog<P> {
    /// What is wrong with the schemas, as sentences; a test should hold this empty.
    pub fn problems(&self) -> Vec<String> {
        let stored = "nothing of an ephemeral resource is stored, so nothing is write-only";
        let ephemerals = self.ephemeral_schemas();
        let stored = ephemerals.flat_map(|(name, schema)| found(schema, name, |item| item.write_only, stored));
        let computed = |item: &Attribute| item.is_computed() && item.default.is_none();
        let actions = self.action_schemas();
        let actions =
            actions.flat_map(|(name, schema)| found(schema, name, computed, "nothing of an action is computed"));
        let lists = self.list_schemas();
        let lists = lists.flat_map(|(name, schema)| found(schema, name, computed, "nothing of a list is computed"));
        // A list's attributes stand in a block of their own, where no name is taken.
        let own = self
            .list_schemas()
            .flat_map(|(name, schema)| schema.problems().into_iter().map(move |problem| format!("{name}.{problem}")));
        let unknown = self
            .lists
            .keys()
            .filter(|name| self.resources.get(*name).is_none_or(|resource| resource.identity().is_none()));
        let unknown = unknown.map(|name| format!("{name}: only a resource with an identity is listed"));
        let twice = self.twice.iter().map(|name| format!("{name}: the name is used twice"));
        let schemas = self.resource_schemas().chain(self.data_source_schemas());
        let schemas = schemas.chain(self.ephemeral_schemas()).chain(self.action_schemas());
        schemas
            .flat_map(|(name, schema)| of_schema::<P>(name, schema))
            .chain(stored)
            .chain(actions)
            .chain(lists)
            .chain(own)
            .chain(unknown)
            .chain(self.function_signatures().flat_map(Signature::problems))
            .chain(twice)
            .collect()
    }
}

fn of_schema<P: Provider>(name: &str, schema: &Schema) -> Vec<String> {
    let prefix = format!("{}_", P::NAME);
    let foreign = (!name.starts_with(&prefix)).then(|| format!("{name}: the name does not begin with {prefix}"));
    let taken = schema.attributes.iter().map(|item| &item.name).filter(|name| TAKEN.contains(&name.as_str()));
    let taken = taken.map(|item| format!("{name}.{item}: Terraform itself uses this name"));
    let own = schema.problems().into_iter().map(|problem| format!("{name}.{problem}"));
    foreign.into_iter().chain(taken).chain(own).collect()
}

/// Says this of each attribute, at any depth, that is such.
fn found(schema: &Schema, name: &str, such: impl Fn(&Attribute) -> bool, said: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<(String, &Attribute)> =
        schema.attributes.iter().map(|item| (format!("{name}.{}", item.name), item)).collect();
    while let Some((path, item)) = open.pop() {
        if such(item) {
            found.push(format!("{path}: {said}"));
        }
        if let Shape::Nested(_, inner) = &item.shape {
            open.extend(inner.iter().map(|item| (format!("{path}.{}", item.name), item)));
        }
    }
    found.sort();
    found
}
