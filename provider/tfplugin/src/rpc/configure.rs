//! ConfigureProvider.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::guard::guard;
use super::{Inner, decode, spread};
use crate::Provider;
use crate::erased::read_plan;
use crate::generated::tfplugin6 as wire;

pub(super) async fn configure<P: Provider>(
    inner: &Inner<P>,
    request: wire::configure_provider::Request,
) -> wire::configure_provider::Response {
    let outcome = guard(&format!("configure the provider {}", P::NAME), None, inner.stop(), async {
        let config = spread(&inner.config.attributes, decode(request.config, &inner.config.ty())?);
        let config = read_plan::<P::Config>(&config)?;
        let may_wait = request.client_capabilities.is_some_and(|client| client.deferral_allowed);
        let waits = may_wait && P::defers(&config);
        inner.waiting.store(waits, Ordering::Relaxed);
        if waits {
            return Ok(());
        }
        let provider = P::configure(config, &request.terraform_version).await?;
        *inner.configured.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(provider));
        Ok(())
    })
    .await;
    wire::configure_provider::Response { diagnostics: outcome.err().unwrap_or_default().to_wire() }
}
