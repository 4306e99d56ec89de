//! ReadDataSource.

use super::guard::guard;
use super::{Inner, decode, encode};
use crate::Provider;
use crate::call::Kept;
use crate::generated::tfplugin6 as wire;
use crate::plan::{defaults, settle_spelling, settled};
use crate::timeouts::Limit;

pub(super) async fn read<P: Provider>(
    inner: &Inner<P>,
    request: wire::read_data_source::Request,
) -> wire::read_data_source::Response {
    let kept = Kept::default();
    let outcome = async {
        let data_source = inner.data_source(&request.type_name)?;
        let schema = data_source.schema();
        let ty = schema.ty();
        let config = decode(request.config, &ty)?;
        let limit = Limit::of(&config, "read", data_source.limit());
        let mut call = inner.call(Some(limit.end), &kept)?;
        let stop = call.stop();
        let config = defaults(&schema.attributes, &config, config.clone());
        let act = format!("read {}", request.type_name);
        let state = guard(&act, Some(limit), stop, data_source.read(&config, &mut call)).await?;
        let state = settle_spelling(&schema.attributes, &config, state);
        encode(&settled(&schema.attributes, state)?, &ty)
    }
    .await;
    let mut found = std::mem::take(&mut kept.lock().warnings);
    let state = match outcome {
        Ok(state) => Some(state),
        Err(errors) => {
            found.extend(errors);
            None
        }
    };
    wire::read_data_source::Response { state, diagnostics: found.to_wire(), ..Default::default() }
}
