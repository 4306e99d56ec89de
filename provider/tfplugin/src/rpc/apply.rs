//! ApplyResourceChange.

use super::guard::guard;
use super::{Inner, decode, encode, identity, private};
use crate::call::Kept;
use crate::generated::tfplugin6 as wire;
use crate::plan::{defaults, settle_spelling, stored};
use crate::timeouts::Limit;
use crate::value::Value;
use crate::{Diagnostics, Provider, rules};

pub(super) async fn apply<P: Provider>(
    inner: &Inner<P>,
    request: wire::apply_resource_change::Request,
) -> wire::apply_resource_change::Response {
    let kept = Kept::default();
    let sent_prior = request.prior_state.clone();
    let (prior_private, identity) = (request.planned_private.clone(), request.planned_identity.clone());
    match change(inner, request, &kept).await {
        Ok((state, new_identity, found)) => {
            let mut contents = std::mem::take(&mut *kept.lock());
            contents.warnings.extend(found);
            wire::apply_resource_change::Response {
                new_state: Some(state),
                private: contents.private.to_bytes(),
                diagnostics: contents.warnings.to_wire(),
                new_identity,
                ..Default::default()
            }
        }
        Err(found) => wire::apply_resource_change::Response {
            new_state: sent_prior,
            private: prior_private,
            diagnostics: found.to_wire(),
            new_identity: identity,
            ..Default::default()
        },
    }
}

/// The new state, and what went wrong. `Err` only before anything was changed.
async fn change<P: Provider>(
    inner: &Inner<P>,
    request: wire::apply_resource_change::Request,
    kept: &Kept,
) -> Result<(wire::DynamicValue, Option<wire::ResourceIdentityData>, Diagnostics), Diagnostics> {
    let resource = inner.resource(&request.type_name)?;
    let schema = resource.schema();
    let ty = resource.ty();
    let prior = decode(request.prior_state, ty)?;
    let planned = decode(request.planned_state, ty)?;
    let config = decode(request.config, ty)?;
    let before = identity::from_wire(resource.identity(), request.planned_identity)?;
    let config = defaults(&schema.attributes, &config, config.clone());
    kept.lock().private = private(&request.planned_private)?;
    let fixed = if prior.is_null() || resource.identity_may_change() { &Value::Null } else { &before };
    let limits = resource.limits();
    let (verb, limit) = match (prior.is_null(), planned.is_null()) {
        (true, _) => ("create", Limit::of(&planned, "create", limits.create)),
        (false, false) => ("update", Limit::of(&planned, "update", limits.update)),
        (false, true) => ("delete", Limit::of(&prior, "delete", limits.delete)),
    };
    let mut call = inner.call(Some(limit.end), kept)?;
    let stop = call.stop();
    let act = format!("{verb} {}", request.type_name);
    let outcome = guard(&act, Some(limit), stop, async {
        match verb {
            "create" => resource.create(&planned, &config, &mut call).await,
            "update" => resource.update(&prior, &planned, &config, &mut call).await,
            _ => resource.delete(&prior, &mut call).await.map(|()| Value::Null),
        }
    })
    .await;
    let saved = kept.lock().saved.take();
    let (state, mut found) = match outcome {
        Ok(state) => {
            // Where the plan left a value open, the state's spelling stays.
            let state = settle_spelling(&schema.attributes, &prior, stored(&schema.attributes, state));
            let state = settle_spelling(&schema.attributes, &planned, state);
            let found = rules::result(&schema.attributes, &planned, &state);
            (state, found)
        }
        Err(found) => (saved.unwrap_or(prior), found),
    };
    let state = known(stored(&schema.attributes, state));
    let identity = identity::of_state(resource.identity(), fixed, &state).or_else(|more| {
        if !found.has_errors() {
            found.extend(more);
        }
        identity::to_wire(resource.identity(), &before)
    })?;
    let encoded = encode(&state, ty).or_else(|more| {
        found.extend(more);
        // Something was made, so the state must not forget it.
        encode(&known(planned), ty)
    })?;
    Ok((encoded, identity, found))
}

/// A state has no unknown values: where a failed operation left one, it is null.
fn known(value: Value) -> Value {
    match value {
        Value::Unknown(_) => Value::Null,
        Value::List(items) => Value::List(items.into_iter().map(known).collect()),
        Value::Map(entries) => Value::Map(entries.into_iter().map(|(key, value)| (key, known(value))).collect()),
        Value::Dynamic(inner) => Value::Dynamic(Box::new((inner.0, known(inner.1)))),
        value => value,
    }
}
