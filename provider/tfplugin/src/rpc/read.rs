//! ReadResource.

use super::guard::deferrable;
use super::{Inner, decode, encode, identity, private};
use crate::call::Kept;
use crate::deferral::Deferral;
use crate::generated::tfplugin6 as wire;
use crate::plan::{settle_spelling, settled_or_gone};
use crate::timeouts::Limit;
use crate::value::Value;
use crate::{Diagnostics, Provider};

pub(super) async fn read<P: Provider>(
    inner: &Inner<P>,
    request: wire::read_resource::Request,
) -> wire::read_resource::Response {
    let kept = Kept::of(request.client_capabilities.as_ref());
    let (sent, current) = (request.current_state.clone(), request.current_identity.clone());
    let outcome: Result<_, Diagnostics> = async {
        let resource = inner.resource(&request.type_name)?;
        let schema = resource.schema();
        let ty = resource.ty();
        let known = decode(request.current_state, ty)?;
        let before = identity::from_wire(resource.identity(), request.current_identity)?;
        kept.lock().private = private(&request.private)?;
        if inner.waits(&kept) {
            return Ok(None);
        }
        let limit = Limit::of(&known, "read", resource.limits().read);
        let mut call = inner.call(Some(limit.end), &kept)?;
        let stop = call.stop();
        let act = format!("read {}", request.type_name);
        let read = deferrable(&act, Some(limit), stop, &kept, resource.read(&known, &mut call)).await?;
        let Some(state) = read else { return Ok(None) };
        let state = settle_spelling(&schema.attributes, &known, state);
        let state = settled_or_gone(&schema.attributes, state)?;
        let fixed = if resource.identity_may_change() { &Value::Null } else { &before };
        Ok(Some((encode(&state, ty)?, identity::of_state(resource.identity(), fixed, &state)?)))
    }
    .await;
    let mut contents = std::mem::take(&mut *kept.lock());
    let (new_state, new_identity, private) = match outcome {
        Ok(Some((state, identity))) => (Some(state), identity, contents.private.to_bytes()),
        // What is put off stays as it is.
        Ok(None) => (sent, current, request.private),
        Err(found) => {
            contents.warnings.extend(found);
            (sent, current, request.private)
        }
    };
    wire::read_resource::Response {
        new_state,
        new_identity,
        private,
        deferred: contents.deferral.map(Deferral::to_wire),
        diagnostics: contents.warnings.to_wire(),
    }
}
