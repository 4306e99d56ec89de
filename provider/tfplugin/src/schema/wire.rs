//! Schemas as the protocol sends them.

use super::{Attribute, Limits, Mode, Nesting, Schema, Shape};
use crate::generated::tfplugin6 as wire;
use wire::schema::{Block, NestedBlock, Object, nested_block, object};

impl Schema {
    /// The same of a configuration that nobody completes, as of an action or a list: nothing of it is computed, and a
    /// default is the provider's own affair.
    pub(crate) fn to_given_wire(&self) -> wire::Schema {
        let mut schema = self.to_wire();
        schema.block.as_mut().into_iter().for_each(given);
        schema
    }

    pub(crate) fn to_wire(&self) -> wire::Schema {
        wire::Schema { version: self.version, block: Some(block(&self.attributes, &self.description, self.version)) }
    }
}

fn block(attributes: &[Attribute], description: &str, version: i64) -> Block {
    Block {
        version,
        attributes: attributes.iter().filter(|item| item.block.is_none()).map(attribute).collect(),
        block_types: attributes.iter().filter_map(nested_block).collect(),
        description: description.to_owned(),
        description_kind: wire::StringKind::Markdown.into(),
        ..Block::default()
    }
}

fn given(block: &mut Block) {
    block.attributes.iter_mut().for_each(given_attribute);
    block.block_types.iter_mut().filter_map(|nested| nested.block.as_mut()).for_each(given);
}

fn given_attribute(attribute: &mut wire::schema::Attribute) {
    attribute.computed = false;
    let nested = attribute.nested_type.as_mut().into_iter().flat_map(|nested| &mut nested.attributes);
    nested.for_each(given_attribute);
}

fn nested_block(item: &Attribute) -> Option<NestedBlock> {
    let (Some(Limits { min, max }), Shape::Nested(nesting, attributes)) = (item.block, &item.shape) else {
        return None;
    };
    let mut inner = block(attributes, &item.description, 0);
    inner.computed = item.is_computed();
    inner.deprecated = item.deprecated.is_some();
    inner.deprecation_message = item.deprecated.clone().unwrap_or_default();
    let nesting = match nesting {
        Nesting::Single => nested_block::NestingMode::Single,
        Nesting::Group => nested_block::NestingMode::Group,
        Nesting::List => nested_block::NestingMode::List,
        Nesting::Set => nested_block::NestingMode::Set,
        Nesting::Map => nested_block::NestingMode::Map,
    };
    Some(NestedBlock {
        type_name: item.name.clone(),
        block: Some(inner),
        nesting: nesting.into(),
        min_items: min.into(),
        max_items: max.into(),
    })
}

fn attribute(item: &Attribute) -> wire::schema::Attribute {
    let (ty, nested_type) = match &item.shape {
        Shape::Plain(ty) => (ty.to_bytes(), None),
        Shape::Nested(nesting, attributes) => {
            let nesting = match nesting {
                Nesting::Single | Nesting::Group => object::NestingMode::Single,
                Nesting::List => object::NestingMode::List,
                Nesting::Set => object::NestingMode::Set,
                Nesting::Map => object::NestingMode::Map,
            };
            let attributes = attributes.iter().map(attribute).collect();
            (Vec::new(), Some(Object { attributes, nesting: nesting.into(), ..Object::default() }))
        }
    };
    wire::schema::Attribute {
        name: item.name.clone(),
        r#type: ty,
        nested_type,
        description: item.full_description(),
        required: item.mode == Mode::Required,
        optional: matches!(item.mode, Mode::Optional | Mode::OptionalComputed),
        computed: item.is_computed(),
        sensitive: item.sensitive,
        description_kind: wire::StringKind::Markdown.into(),
        deprecated: item.deprecated.is_some(),
        write_only: item.write_only,
        deprecation_message: item.deprecated.clone().unwrap_or_default(),
    }
}
