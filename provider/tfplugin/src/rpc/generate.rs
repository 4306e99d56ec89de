//! GenerateResourceConfig: a configuration for an object that was imported.

use super::guard::guard;
use super::{Inner, decode, encode};
use crate::Provider;
use crate::generated::tfplugin6 as wire;
use crate::plan::{without_write_only, written};

pub(super) async fn generate<P: Provider>(
    inner: &Inner<P>,
    request: wire::generate_resource_config::Request,
) -> wire::generate_resource_config::Response {
    let outcome = guard(&format!("write a configuration of {}", request.type_name), None, inner.stop(), async {
        let resource = inner.resource(&request.type_name)?;
        let schema = resource.schema();
        let state = decode(request.state, &schema.ty())?;
        let config = resource.write_config(&written(&schema.attributes, state))?;
        encode(&without_write_only(&schema.attributes, config), &schema.ty())
    })
    .await;
    match outcome {
        Ok(config) => wire::generate_resource_config::Response { config: Some(config), diagnostics: Vec::new() },
        Err(found) => wire::generate_resource_config::Response { config: None, diagnostics: found.to_wire() },
    }
}
