//! What a state looks like, whatever the handler answered.

use std::collections::BTreeMap;

use super::{same, walk};
use crate::schema::{Attribute, Mode, Nesting, Shape};
use crate::value::Value;
use crate::{Diagnostics, rules};

/// The object as states hold it: without write-only values, and with no block that is null. A state of an older schema,
/// and a model whose blocks are `Attr`, leave blocks out; Terraform has them empty.
pub(crate) fn stored(attributes: &[Attribute], mut value: Value) -> Value {
    walk(attributes, &mut value, &mut |attribute, value| match (&attribute.shape, attribute.block) {
        _ if attribute.write_only => *value = Value::Null,
        (Shape::Nested(nesting, inner), Some(_)) if value.is_null() => *value = empty(*nesting, inner),
        _ => {}
    });
    value
}

/// What Terraform has where there are no blocks.
fn empty(nesting: Nesting, inner: &[Attribute]) -> Value {
    match nesting {
        Nesting::Single => Value::Null,
        Nesting::List | Nesting::Set => Value::List(Vec::new()),
        Nesting::Map => Value::Map(BTreeMap::new()),
        Nesting::Group => Value::object(inner.iter().map(|item| (item.name.clone(), Value::Null))),
    }
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
pub(crate) fn written(attributes: &[Attribute], mut state: Value) -> Value {
    walk(attributes, &mut state, &mut |attribute, value| {
        let said = attribute.mode == Mode::Computed
            || attribute.deprecated.is_some()
            || attribute.default.as_ref().is_some_and(|default| same(attribute.shape.kind(), default, value));
        if said {
            *value = Value::Null;
        }
    });
    stored(attributes, state)
}
