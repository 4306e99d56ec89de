//! ReadDataSource.

use super::guard::deferrable;
use super::{Inner, decode, encode};
use crate::Provider;
use crate::call::Kept;
use crate::deferral::Deferral;
use crate::generated::tfplugin6 as wire;
use crate::plan::{defaults, settle_spelling, settled};
use crate::timeouts::Limit;
use crate::value::Value;

pub(super) async fn read<P: Provider>(
    inner: &Inner<P>,
    request: wire::read_data_source::Request,
) -> wire::read_data_source::Response {
    let kept = Kept::of(request.client_capabilities.as_ref());
    let outcome = async {
        let data_source = inner.data_source(&request.type_name)?;
        let schema = data_source.schema();
        let ty = schema.ty();
        let config = decode(request.config, &ty)?;
        // Of what is put off nothing is known.
        let unknown = || encode(&Value::unknown(), &ty);
        if inner.waits(&kept) {
            return unknown();
        }
        let limit = Limit::of(&config, "read", data_source.limit());
        let mut call = inner.call(Some(limit.end), &kept)?;
        let stop = call.stop();
        let config = defaults(&schema.attributes, &config, config.clone());
        let act = format!("read {}", request.type_name);
        let read = deferrable(&act, Some(limit), stop, &kept, data_source.read(&config, &mut call)).await?;
        let Some(state) = read else { return unknown() };
        let state = settle_spelling(&schema.attributes, &config, state);
        encode(&settled(&schema.attributes, state)?, &ty)
    }
    .await;
    let contents = std::mem::take(&mut *kept.lock());
    let mut found = contents.warnings;
    let state = match outcome {
        Ok(state) => Some(state),
        Err(errors) => {
            found.extend(errors);
            None
        }
    };
    let deferred = contents.deferral.map(Deferral::to_wire);
    wire::read_data_source::Response { state, diagnostics: found.to_wire(), deferred }
}
