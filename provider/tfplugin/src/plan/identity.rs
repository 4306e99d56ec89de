//! The identity that a plan answers.

use crate::schema::IdentitySchema;
use crate::value::Value;

/// The identity of what is planned. `prior` is the state and `before` its identity; both are null for a creation, where
/// what the provider computes is not known yet. An object that exists keeps what it is known by.
pub(crate) fn planned_identity(schema: &IdentitySchema, prior: &Value, before: &Value, planned: &Value) -> Value {
    let mut identity = schema.in_object(planned);
    if prior.is_null() {
        return identity;
    }
    for attribute in &schema.attributes {
        let name = attribute.name.as_str();
        if identity.get(name).is_unknown() {
            let kept = if before.get(name).is_null() { prior.get(name) } else { before.get(name) };
            identity.set(name, kept.clone());
        }
    }
    identity
}
