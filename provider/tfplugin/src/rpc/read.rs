//! ReadResource.

use super::guard::guard;
use super::{Inner, decode, encode, private};
use crate::Provider;
use crate::call::Kept;
use crate::generated::tfplugin6 as wire;
use crate::plan::{settle_spelling, settled_or_gone};
use crate::timeouts::Limit;

pub(super) async fn read<P: Provider>(
    inner: &Inner<P>,
    request: wire::read_resource::Request,
) -> wire::read_resource::Response {
    let kept = Kept::default();
    let sent = request.current_state.clone();
    let outcome = async {
        let resource = inner.resource(&request.type_name)?;
        let schema = resource.schema();
        let ty = schema.ty();
        let known = decode(request.current_state, &ty)?;
        kept.lock().private = private(&request.private)?;
        let limit = Limit::of(&known, "read", resource.limits().read);
        let mut call = inner.call(Some(limit.end), &kept)?;
        let stop = call.stop();
        let act = format!("read {}", request.type_name);
        let state = guard(&act, Some(limit), stop, resource.read(&known, &mut call)).await?;
        let state = settle_spelling(&schema.attributes, &known, state);
        encode(&settled_or_gone(&schema.attributes, state)?, &ty)
    }
    .await;
    let mut contents = std::mem::take(&mut *kept.lock());
    let (new_state, private) = match outcome {
        Ok(state) => (Some(state), contents.private.to_bytes()),
        Err(found) => {
            contents.warnings.extend(found);
            (sent, request.private)
        }
    };
    wire::read_resource::Response { new_state, private, diagnostics: contents.warnings.to_wire(), ..Default::default() }
}
