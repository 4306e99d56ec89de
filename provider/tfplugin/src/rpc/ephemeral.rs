//! ValidateEphemeralResourceConfig, OpenEphemeralResource, RenewEphemeralResource and CloseEphemeralResource.

use std::time::SystemTime;

use super::guard::{deferrable, guard};
use super::{Inner, decode, encode, private};
use crate::call::Kept;
use crate::deferral::Deferral;
use crate::erased::AnyEphemeral;
use crate::generated::tfplugin6 as wire;
use crate::plan::{defaults, settle_spelling, settled};
use crate::schema::validate as check;
use crate::timeouts::Limit;
use crate::value::Value;
use crate::{Diagnostics, Provider, rules};

pub(super) async fn validate<P: Provider>(
    inner: &Inner<P>,
    request: wire::validate_ephemeral_resource_config::Request,
) -> wire::validate_ephemeral_resource_config::Response {
    let mut found = Diagnostics::default();
    let outcome = guard(&format!("validate {}", request.type_name), None, inner.stop(), async {
        let ephemeral = inner.ephemeral(&request.type_name)?;
        let config = decode(request.config, &ephemeral.schema().ty())?;
        check(&ephemeral.schema().attributes, &config, true, &mut found);
        if !found.has_errors() {
            found.extend(ephemeral.validate(&config).await?);
        }
        Ok(())
    })
    .await;
    found.extend(outcome.err().into_iter().flatten());
    wire::validate_ephemeral_resource_config::Response { diagnostics: found.to_wire() }
}

pub(super) async fn open<P: Provider>(
    inner: &Inner<P>,
    request: wire::open_ephemeral_resource::Request,
) -> wire::open_ephemeral_resource::Response {
    let kept = Kept::of(request.client_capabilities.as_ref());
    let outcome = async {
        let ephemeral = inner.ephemeral(&request.type_name)?;
        let opened = opened(inner, ephemeral, request, &kept).await;
        // Terraform closes only what it was given.
        match opened {
            Err(mut found) if !kept.lock().private.is_empty() => {
                found.extend(closed(inner, ephemeral, &kept).await.err().into_iter().flatten());
                Err(found)
            }
            opened => opened,
        }
    }
    .await;
    let mut contents = std::mem::take(&mut *kept.lock());
    let (result, renew_at, private) = match outcome {
        Ok((result, renew_at)) => (Some(result), renew_at, Some(contents.private.to_bytes())),
        Err(found) => {
            contents.warnings.extend(found);
            (None, None, None)
        }
    };
    wire::open_ephemeral_resource::Response {
        result,
        renew_at: renew_at.map(Into::into),
        private,
        diagnostics: contents.warnings.to_wire(),
        deferred: contents.deferral.map(Deferral::to_wire),
    }
}

async fn opened<P: Provider>(
    inner: &Inner<P>,
    ephemeral: &dyn AnyEphemeral<P>,
    request: wire::open_ephemeral_resource::Request,
    kept: &Kept,
) -> Result<(wire::DynamicValue, Option<SystemTime>), Diagnostics> {
    let schema = ephemeral.schema();
    let ty = schema.ty();
    let config = decode(request.config, &ty)?;
    // Of what is put off nothing is known.
    let unknown = || Ok((encode(&Value::unknown(), &ty)?, None));
    if inner.waits(kept) {
        return unknown();
    }
    let limit = Limit::of(&config, "open", ephemeral.limit());
    let mut call = inner.call(Some(limit.end), kept)?;
    let stop = call.stop();
    let filled = defaults(&schema.attributes, &config, config.clone());
    let act = format!("open {}", request.type_name);
    let opened = deferrable(&act, Some(limit), stop, kept, ephemeral.open(&filled, &mut call)).await?;
    let Some(opened) = opened else { return unknown() };
    let result = settled(&schema.attributes, settle_spelling(&schema.attributes, &filled, opened.result))?;
    rules::opened(&schema.attributes, &config, &result).into_result()?;
    Ok((encode(&result, &ty)?, opened.renew_at))
}

pub(super) async fn renew<P: Provider>(
    inner: &Inner<P>,
    request: wire::renew_ephemeral_resource::Request,
) -> wire::renew_ephemeral_resource::Response {
    let kept = Kept::default();
    let sent = request.private.clone();
    let outcome = async {
        let ephemeral = inner.ephemeral(&request.type_name)?;
        kept.lock().private = private(request.private.as_deref().unwrap_or_default())?;
        let limit = Limit::fixed(ephemeral.limit());
        let mut call = inner.call(Some(limit.end), &kept)?;
        let stop = call.stop();
        let act = format!("renew {}", request.type_name);
        guard(&act, Some(limit), stop, ephemeral.renew(&mut call)).await
    }
    .await;
    let mut contents = std::mem::take(&mut *kept.lock());
    let (renew_at, private) = match outcome {
        Ok(renew_at) => (renew_at, Some(contents.private.to_bytes())),
        Err(found) => {
            contents.warnings.extend(found);
            (None, sent)
        }
    };
    wire::renew_ephemeral_resource::Response {
        renew_at: renew_at.map(Into::into),
        private,
        diagnostics: contents.warnings.to_wire(),
    }
}

pub(super) async fn close<P: Provider>(
    inner: &Inner<P>,
    request: wire::close_ephemeral_resource::Request,
) -> wire::close_ephemeral_resource::Response {
    let kept = Kept::default();
    let outcome = async {
        let ephemeral = inner.ephemeral(&request.type_name)?;
        kept.lock().private = private(request.private.as_deref().unwrap_or_default())?;
        closed(inner, ephemeral, &kept).await
    }
    .await;
    let mut found = std::mem::take(&mut kept.lock().warnings);
    found.extend(outcome.err().into_iter().flatten());
    wire::close_ephemeral_resource::Response { diagnostics: found.to_wire() }
}

async fn closed<P: Provider>(
    inner: &Inner<P>,
    ephemeral: &dyn AnyEphemeral<P>,
    kept: &Kept,
) -> Result<(), Diagnostics> {
    let limit = Limit::fixed(ephemeral.limit());
    let mut call = inner.call(Some(limit.end), kept)?;
    let stop = call.stop();
    guard(&format!("close {}", ephemeral.name()), Some(limit), stop, ephemeral.close(&mut call)).await
}
