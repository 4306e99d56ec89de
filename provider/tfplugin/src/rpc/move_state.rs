//! MoveResourceState.

use serde_json::Value as Json;

use super::guard::guard;
use super::{Inner, encode, identity};
use crate::generated::tfplugin6 as wire;
use crate::plan::settled;
use crate::value::Value;
use crate::{Diagnostic, Diagnostics, Moved, Private, Provider};

pub(super) async fn move_state<P: Provider>(
    inner: &Inner<P>,
    request: wire::move_resource_state::Request,
) -> wire::move_resource_state::Response {
    let (from, to) = (request.source_type_name.clone(), request.target_type_name.clone());
    let provider = request.source_provider_address.clone();
    let outcome = guard(&format!("move {from} to {to}"), None, inner.stop(), async {
        let resource = inner.resource(&to)?;
        let schema = resource.schema();
        let mut private = Private::default();
        let Some(state) = resource.adopt(moved(request)?, &mut private)? else {
            let detail = format!("{to} cannot take over a {from} from {provider}.");
            return Err(Diagnostic::error("Move between these resource types not supported", detail).into());
        };
        let state = settled(&schema.attributes, state)?;
        let identity = identity::of_state(resource.identity(), &Value::Null, &state)?;
        Ok((encode(&state, resource.ty())?, identity, private.to_bytes()))
    })
    .await;
    match outcome {
        Ok((state, target_identity, target_private)) => wire::move_resource_state::Response {
            target_state: Some(state),
            target_private,
            target_identity,
            diagnostics: Vec::new(),
        },
        // Without a state, so that no core can take it for moved.
        Err(found) => wire::move_resource_state::Response { diagnostics: found.to_wire(), ..Default::default() },
    }
}

fn moved(request: wire::move_resource_state::Request) -> Result<Moved, Diagnostics> {
    let read = |what: &str, sent: Option<wire::RawState>| -> Result<Option<Json>, Diagnostics> {
        let Some(sent) = sent.filter(|sent| !sent.json.is_empty()) else { return Ok(None) };
        serde_json::from_slice(&sent.json).map(Some).map_err(|error| {
            let detail = format!("The {what} of the {} is not JSON: {error}.", request.source_type_name);
            Diagnostic::error("What is moved cannot be read", detail).into()
        })
    };
    let identity = read("identity", request.source_identity)?;
    let state = read("state", request.source_state)?.ok_or_else(|| {
        let detail = format!("Terraform sent no state of the {}.", request.source_type_name);
        Diagnostic::error("What is moved cannot be read", detail)
    })?;
    Ok(Moved {
        provider: request.source_provider_address,
        version: request.source_schema_version,
        identity_version: request.source_identity_schema_version,
        private: Private::from_bytes(&request.source_private).unwrap_or_default(),
        type_name: request.source_type_name,
        state,
        identity,
    })
}
