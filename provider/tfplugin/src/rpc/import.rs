//! ImportResourceState.

use super::guard::guard;
use super::{Inner, encode};
use crate::call::Kept;
use crate::generated::tfplugin6 as wire;
use crate::plan::settled;
use crate::timeouts::Limit;
use crate::{Diagnostic, Provider};

pub(super) async fn import<P: Provider>(
    inner: &Inner<P>,
    request: wire::import_resource_state::Request,
) -> wire::import_resource_state::Response {
    let kept = Kept::default();
    let outcome = async {
        let resource = inner.resource(&request.type_name)?;
        let schema = resource.schema();
        if request.id.is_empty() {
            return Err(Diagnostic::error(
                "Import needs an id",
                format!("{} is imported by its id.", request.type_name),
            )
            .into());
        }
        let limit = Limit::fixed(resource.limits().read);
        let mut call = inner.call(Some(limit.end), &kept)?;
        let stop = call.stop();
        let act = format!("import {}", request.type_name);
        let state = guard(&act, Some(limit), stop, resource.import(&request.id, &mut call)).await?;
        encode(&settled(&schema.attributes, state)?, &schema.ty())
    }
    .await;
    let mut contents = std::mem::take(&mut *kept.lock());
    let imported_resources = match outcome {
        Ok(state) => vec![wire::import_resource_state::ImportedResource {
            type_name: request.type_name,
            state: Some(state),
            private: contents.private.to_bytes(),
            identity: None,
        }],
        Err(found) => {
            contents.warnings.extend(found);
            Vec::new()
        }
    };
    wire::import_resource_state::Response {
        imported_resources,
        diagnostics: contents.warnings.to_wire(),
        deferred: None,
    }
}
