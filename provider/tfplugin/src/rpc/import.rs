//! ImportResourceState.

use super::guard::deferrable;
use super::{Inner, encode, identity};
use crate::call::Kept;
use crate::deferral::Deferral;
use crate::erased::AnyResource;
use crate::generated::tfplugin6 as wire;
use crate::plan::settled;
use crate::timeouts::Limit;
use crate::value::Value;
use crate::{Call, Diagnostic, Diagnostics, Provider};

pub(super) async fn import<P: Provider>(
    inner: &Inner<P>,
    request: wire::import_resource_state::Request,
) -> wire::import_resource_state::Response {
    let kept = Kept::of(request.client_capabilities.as_ref());
    let name = &request.type_name;
    let outcome: Result<_, Diagnostics> = async {
        let resource = inner.resource(name)?;
        let schema = resource.schema();
        let given = identity::from_wire(resource.identity(), request.identity)?;
        let ty = resource.ty();
        // Of what is put off nothing is known.
        let unknown = || Ok((encode(&Value::unknown(), ty)?, None));
        if inner.waits(&kept) {
            return unknown();
        }
        let limit = Limit::fixed(resource.limits().read);
        let mut call = inner.call(Some(limit.end), &kept)?;
        let (stop, act) = (call.stop(), format!("import {name}"));
        let found = find(resource, name, &request.id, &given, &mut call);
        let Some(state) = deferrable(&act, Some(limit), stop, &kept, found).await? else { return unknown() };
        let state = settled(&schema.attributes, state)?;
        let identity = identity::of_state(resource.identity(), &Value::Null, &state)?;
        Ok((encode(&state, ty)?, identity))
    }
    .await;
    let mut contents = std::mem::take(&mut *kept.lock());
    let imported_resources = match outcome {
        Ok((state, identity)) => vec![wire::import_resource_state::ImportedResource {
            type_name: request.type_name,
            state: Some(state),
            private: contents.private.to_bytes(),
            identity,
        }],
        Err(found) => {
            contents.warnings.extend(found);
            Vec::new()
        }
    };
    wire::import_resource_state::Response {
        imported_resources,
        diagnostics: contents.warnings.to_wire(),
        deferred: contents.deferral.map(Deferral::to_wire),
    }
}

/// Asks the resource for the object of an id, or where that is empty of an identity.
async fn find<P: Provider>(
    resource: &dyn AnyResource<P>,
    name: &str,
    id: &str,
    identity: &Value,
    call: &mut Call<P>,
) -> Result<Value, Diagnostics> {
    if !id.is_empty() {
        return resource.import(id, call).await;
    }
    let Some(schema) = resource.identity() else {
        return Err(Diagnostic::error("Import needs an id", format!("{name} is imported by its id.")).into());
    };
    let missing: Vec<_> = schema.missing(identity).collect();
    if identity.is_null() || !missing.is_empty() {
        let needed =
            if missing.is_empty() { String::new() } else { format!(", which must have {}", missing.join(" and ")) };
        let detail = format!("{name} is imported by its id or by an identity{needed}.");
        return Err(Diagnostic::error("Import needs an id or an identity", detail).into());
    }
    resource.import_identity(identity, call).await
}
