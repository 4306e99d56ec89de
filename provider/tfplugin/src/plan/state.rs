//! What a state looks like, whatever the handler answered.

use std::collections::BTreeMap;

use super::{each, same, without_write_only};
use crate::schema::{Attribute, Mode, Nesting, Shape};
use crate::value::Value;
use crate::{Diagnostics, rules};

/// The object as states hold it: without write-only values, and with no block that is null. A state of an older schema,
/// and a model whose blocks are `Attr`, leave blocks out; Terraform has them empty.
pub(crate) fn stored(attributes: &[Attribute], value: Value) -> Value {
    with_blocks(attributes, without_write_only(attributes, value))
}

/// A stored object as the answer of an import or a data source; an error that names what Terraform would refuse.
pub(crate) fn settled(attributes: &[Attribute], value: Value) -> Result<Value, Diagnostics> {
    let value = stored(attributes, value);
    rules::stored(attributes, &value, false).into_result()?;
    Ok(value)
}

/// The same as the answer of a read, where null says that the object is gone.
pub(crate) fn settled_or_gone(attributes: &[Attribute], value: Value) -> Result<Value, Diagnostics> {
    let value = stored(attributes, value);
    rules::stored(attributes, &value, true).into_result()?;
    Ok(value)
}

/// What a user would write for an object of the state: nothing that only the provider gives, nothing deprecated, and no
/// default.
pub(crate) fn written(attributes: &[Attribute], state: Value) -> Value {
    let mirror = state.clone();
    let config = each(attributes, &mirror, state, &|attribute, _, value| {
        let said = attribute.mode == Mode::Computed
            || attribute.deprecated.is_some()
            || attribute.default.as_ref().is_some_and(|default| same(attribute.shape.kind(), default, &value));
        if said && attribute.block.is_none() { Value::Null } else { value }
    });
    stored(attributes, config)
}

fn with_blocks(attributes: &[Attribute], object: Value) -> Value {
    let Value::Map(mut entries) = object else { return object };
    for attribute in attributes.iter().filter(|attribute| attribute.block.is_some()) {
        let Shape::Nested(nesting, inner) = &attribute.shape else { continue };
        let value = entries.remove(&attribute.name).unwrap_or(Value::Null);
        let value = match (nesting, value) {
            (Nesting::List | Nesting::Set, Value::Null) => Value::List(Vec::new()),
            (Nesting::Map, Value::Null) => Value::Map(BTreeMap::new()),
            (Nesting::Group, Value::Null) => {
                let nothing = Value::object(inner.iter().map(|item| (item.name.clone(), Value::Null)));
                with_blocks(inner, nothing)
            }
            (Nesting::List | Nesting::Set, Value::List(items)) => {
                Value::List(items.into_iter().map(|item| with_blocks(inner, item)).collect())
            }
            (Nesting::Map, Value::Map(items)) => {
                Value::Map(items.into_iter().map(|(key, item)| (key, with_blocks(inner, item))).collect())
            }
            (Nesting::Single | Nesting::Group, value) => with_blocks(inner, value),
            (_, value) => value,
        };
        entries.insert(attribute.name.clone(), value);
    }
    Value::Map(entries)
}
