//! UpgradeResourceState.

use serde_json::Value as Json;

use super::guard::guard;
use super::{Inner, encode};
use crate::generated::tfplugin6 as wire;
use crate::plan::settled;
use crate::value::{Value, json};
use crate::{Diagnostic, Provider};

pub(super) async fn upgrade<P: Provider>(
    inner: &Inner<P>,
    request: wire::upgrade_resource_state::Request,
) -> wire::upgrade_resource_state::Response {
    let outcome = guard(&format!("upgrade the state of {}", request.type_name), None, inner.stop(), async {
        let resource = inner.resource(&request.type_name)?;
        let schema = resource.schema();
        let refuse = |detail: String| Diagnostic::error("State cannot be read", detail);
        let raw = request.raw_state.unwrap_or_default();
        if raw.json.is_empty() {
            return Err(refuse("It is in the form of Terraform 0.11 or older.".to_owned()).into());
        }
        if request.version > schema.version {
            let name = &request.type_name;
            let detail = format!(
                "The state of {name} has version {}, as a newer release of the provider {} wrote it. This release reads versions up to {}; use the newer one.",
                request.version, P::NAME, schema.version
            );
            return Err(refuse(detail).into());
        }
        let ty = resource.ty();
        let no_object = || refuse("It is no object.".to_owned());
        let value = if request.version == schema.version {
            let value = json::decode(&raw.json, ty, &request.type_name);
            if matches!(value, Ok(Value::Null)) {
                return Err(no_object().into());
            }
            value
        } else {
            let state: Json = serde_json::from_slice(&raw.json).map_err(|error| refuse(error.to_string()))?;
            if !state.is_object() {
                return Err(no_object().into());
            }
            json::from_json(&resource.upgrade(request.version, state)?, ty, &request.type_name)
        };
        let value = value.map_err(|error| refuse(error.to_string()))?;
        encode(&settled(&schema.attributes, value)?, ty)
    })
    .await;
    match outcome {
        Ok(state) => wire::upgrade_resource_state::Response { upgraded_state: Some(state), diagnostics: Vec::new() },
        Err(found) => wire::upgrade_resource_state::Response { upgraded_state: None, diagnostics: found.to_wire() },
    }
}
