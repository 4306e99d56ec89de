//! GetResourceIdentitySchemas, UpgradeResourceIdentity, and the identity beside a state.

use super::guard::guard;
use super::{Inner, decode, encode};
use crate::generated::tfplugin6 as wire;
use crate::schema::IdentitySchema;
use crate::value::{Value, json};
use crate::{Diagnostic, Diagnostics, Provider};

/// The identities of all resources that have one. It never fails: Terraform would take the provider for broken.
pub(super) fn schemas<P: Provider>(inner: &Inner<P>) -> wire::get_resource_identity_schemas::Response {
    let schemas = inner.catalog.resources.iter().filter_map(|(name, resource)| {
        let schema = resource.identity()?.to_wire();
        Some(((*name).to_owned(), schema))
    });
    wire::get_resource_identity_schemas::Response { identity_schemas: schemas.collect(), diagnostics: Vec::new() }
}

pub(super) async fn upgrade<P: Provider>(
    inner: &Inner<P>,
    request: wire::upgrade_resource_identity::Request,
) -> wire::upgrade_resource_identity::Response {
    let outcome = guard(&format!("upgrade the identity of {}", request.type_name), None, inner.stop(), async {
        let name = &request.type_name;
        let resource = inner.resource(name)?;
        let refuse = |detail: String| Diagnostic::error("Identity cannot be read", detail);
        let schema = resource.identity().ok_or_else(|| refuse(format!("{name} has no identity.")))?;
        let raw = request.raw_identity.unwrap_or_default().json;
        // The state of an object from before its resource had an identity.
        if raw.is_empty() {
            return Ok(None);
        }
        if request.version > schema.version {
            let detail = format!(
                "The identity of {name} has version {}, as a newer release of the provider {} wrote it. This release reads versions up to {}; use the newer one.",
                request.version, P::NAME, schema.version
            );
            return Err(refuse(detail).into());
        }
        let mut identity = serde_json::from_slice(&raw).map_err(|error| refuse(error.to_string()))?;
        if request.version != schema.version {
            identity = resource.upgrade_identity(request.version, identity)?;
        }
        let identity = json::from_json(&identity, schema.ty(), name).map_err(|error| refuse(error.to_string()))?;
        to_wire(Some(schema), &identity)
    })
    .await;
    match outcome {
        Ok(upgraded_identity) => {
            wire::upgrade_resource_identity::Response { upgraded_identity, diagnostics: Vec::new() }
        }
        Err(found) => {
            wire::upgrade_resource_identity::Response { upgraded_identity: None, diagnostics: found.to_wire() }
        }
    }
}

/// Reads an identity that Terraform sent; null where there is none, or where nothing is in it.
pub(super) fn from_wire(
    schema: Option<&IdentitySchema>,
    sent: Option<wire::ResourceIdentityData>,
) -> Result<Value, Diagnostics> {
    let (Some(schema), Some(sent)) = (schema, sent) else { return Ok(Value::Null) };
    let identity = decode(sent.identity_data, schema.ty())?;
    Ok(if schema.is_empty(&identity) { Value::Null } else { identity })
}

/// An identity for an answer; none where it is null.
pub(super) fn to_wire(
    schema: Option<&IdentitySchema>,
    identity: &Value,
) -> Result<Option<wire::ResourceIdentityData>, Diagnostics> {
    let Some(schema) = schema.filter(|_| !identity.is_null()) else { return Ok(None) };
    Ok(Some(wire::ResourceIdentityData { identity_data: Some(encode(identity, schema.ty())?) }))
}

/// The identity of an answered state, which must be the one of before unless that is null.
pub(super) fn of_state(
    schema: Option<&IdentitySchema>,
    before: &Value,
    state: &Value,
) -> Result<Option<wire::ResourceIdentityData>, Diagnostics> {
    let Some(schema) = schema else { return Ok(None) };
    let identity = schema.in_object(state);
    crate::rules::identity(&schema.attributes, before, &identity, false).into_result()?;
    to_wire(Some(schema), &identity)
}
