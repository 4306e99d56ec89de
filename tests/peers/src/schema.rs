//! Whether two providers have the same schema.

use std::collections::BTreeMap;

use tfplugin_rust::generated::tfplugin6::get_provider_schema::Response;
use tfplugin_rust::generated::tfplugin6::schema::object::NestingMode;
use tfplugin_rust::generated::tfplugin6::schema::{Attribute, Block, nested_block};

use crate::Error;

/// Fails unless both answers have the same attributes of the same types, words and descriptions.
pub(crate) fn compare(ours: &Response, peer: &Response) -> Result<(), Error> {
    let (ours, peer) = (listed(ours), listed(peer));
    let lost = ours.iter().filter(|(path, ours)| peer.get(*path) != Some(ours));
    let lost = lost.map(|(path, ours)| format!("  ours: {path} is {ours}"));
    let strange = peer.iter().filter(|(path, peer)| ours.get(*path) != Some(peer));
    let strange = strange.map(|(path, peer)| format!("  peer: {path} is {peer}"));
    let differences: Vec<String> = lost.chain(strange).collect();
    if differences.is_empty() { Ok(()) } else { Err(Error::CompareSchemas { differences: differences.join("\n") }) }
}

/// How many attributes an answer has.
pub(crate) fn size(answer: &Response) -> usize {
    listed(answer).len()
}

/// Everything in an answer by its path, with its type and words.
fn listed(answer: &Response) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let provider = answer.provider.iter().map(|schema| ("provider".to_owned(), schema));
    let resources = answer.resource_schemas.iter().map(|(name, schema)| (format!("resource {name}"), schema));
    let data = answer.data_source_schemas.iter().map(|(name, schema)| (format!("data {name}"), schema));
    for (path, schema) in provider.chain(resources).chain(data) {
        found.insert(path.clone(), format!("version {}", schema.version));
        schema.block.iter().for_each(|block| list_block(&path, block, &mut found));
    }
    let functions = answer.functions.keys().map(|name| format!("function {name}"));
    let ephemeral = answer.ephemeral_resource_schemas.keys().map(|name| format!("ephemeral {name}"));
    found.extend(functions.chain(ephemeral).map(|path| (path, "there".to_owned())));
    found
}

fn list_block(path: &str, block: &Block, found: &mut BTreeMap<String, String>) {
    list(path, &block.attributes, found);
    for nested in &block.block_types {
        let path = format!("{path}.{}", nested.type_name);
        let words = nested.block.as_ref().map_or("", |block| &block.description);
        let nesting = nested_block::NestingMode::try_from(nested.nesting);
        let nesting = nesting.map_or("unknown", |nesting| nesting.as_str_name());
        found.insert(path.clone(), format!("a block {nesting}: {words}"));
        nested.block.iter().for_each(|block| list_block(&path, block, found));
    }
}

fn list(path: &str, attributes: &[Attribute], found: &mut BTreeMap<String, String>) {
    for attribute in attributes {
        let path = format!("{path}.{}", attribute.name);
        let kind = match &attribute.nested_type {
            Some(nested) => {
                list(&path, &nested.attributes, found);
                NestingMode::try_from(nested.nesting).map_or("unknown", |nesting| nesting.as_str_name()).to_owned()
            }
            None => String::from_utf8_lossy(&attribute.r#type).into_owned(),
        };
        let words = [
            ("required", attribute.required),
            ("optional", attribute.optional),
            ("computed", attribute.computed),
            ("sensitive", attribute.sensitive),
            ("write-only", attribute.write_only),
        ];
        let words: Vec<&str> = words.into_iter().filter_map(|(word, set)| set.then_some(word)).collect();
        found.insert(path, format!("{kind} {}: {}", words.join(" "), attribute.description));
    }
}

#[cfg(test)]
mod tests {
    use tfplugin_rust::generated::tfplugin6::Schema;

    use super::*;

    fn answer(attribute: Attribute) -> Response {
        let block = Block { attributes: vec![attribute], ..Block::default() };
        let schema = Schema { version: 0, block: Some(block) };
        Response { resource_schemas: [("thing".to_owned(), schema)].into(), ..Response::default() }
    }

    fn named(name: &str) -> Attribute {
        Attribute { name: name.to_owned(), r#type: b"\"string\"".to_vec(), optional: true, ..Attribute::default() }
    }

    #[test]
    fn what_differs() {
        let ours = answer(named("name"));
        assert!(compare(&ours, &answer(named("name"))).is_ok());
        assert_eq!(size(&ours), 2);
        let others = [
            named("other"),
            Attribute { r#type: b"\"number\"".to_vec(), ..named("name") },
            Attribute { computed: true, ..named("name") },
            Attribute { write_only: true, ..named("name") },
            Attribute { description: "A name.".to_owned(), ..named("name") },
        ];
        for other in others {
            let error = compare(&ours, &answer(other.clone())).expect_err("they differ").to_string();
            assert!(error.contains("ours: resource thing.name is \"string\" optional"), "{other:?}: {error}");
        }
        assert!(compare(&ours, &Response::default()).is_err() && compare(&Response::default(), &ours).is_err());
    }
}
