//! ValidateProviderConfig, ValidateResourceConfig and ValidateDataResourceConfig.

use super::guard::guard;
use super::{Inner, decode, spread};
use crate::erased::read_plan;
use crate::generated::tfplugin6 as wire;
use crate::schema::{needs_computed_blocks, validate as check};
use crate::{Diagnostics, Path, Provider};

fn written_only(capabilities: Option<wire::ClientCapabilities>) -> bool {
    capabilities.is_some_and(|known| known.write_only_attributes_allowed)
}

pub(super) async fn provider<P: Provider>(
    inner: &Inner<P>,
    request: wire::validate_provider_config::Request,
) -> wire::validate_provider_config::Response {
    let mut found = Diagnostics::default();
    let outcome = guard(&format!("validate the provider {}", P::NAME), None, inner.stop(), async {
        let config = spread(&inner.config.attributes, decode(request.config, &inner.config.ty())?);
        check(&inner.config.attributes, &config, true, &mut found);
        if !found.has_errors() {
            found.extend(P::validate(&read_plan::<P::Config>(&config)?).await);
        }
        Ok(())
    })
    .await;
    found.extend(outcome.err().into_iter().flatten());
    wire::validate_provider_config::Response { diagnostics: found.to_wire() }
}

pub(super) async fn resource<P: Provider>(
    inner: &Inner<P>,
    request: wire::validate_resource_config::Request,
) -> wire::validate_resource_config::Response {
    let mut found = Diagnostics::default();
    let outcome = guard(&format!("validate {}", request.type_name), None, inner.stop(), async {
        let resource = inner.resource(&request.type_name)?;
        let config = decode(request.config, resource.ty())?;
        let computed_blocks = request.client_capabilities.is_some_and(|known| known.computed_blocks_allowed);
        check(&resource.schema().attributes, &config, written_only(request.client_capabilities), &mut found);
        if !computed_blocks {
            needs_computed_blocks(&resource.schema().attributes, &config, &Path::root(), &mut found);
        }
        if !found.has_errors() {
            found.extend(resource.validate(&config).await?);
        }
        Ok(())
    })
    .await;
    found.extend(outcome.err().into_iter().flatten());
    wire::validate_resource_config::Response { diagnostics: found.to_wire() }
}

pub(super) async fn data_source<P: Provider>(
    inner: &Inner<P>,
    request: wire::validate_data_resource_config::Request,
) -> wire::validate_data_resource_config::Response {
    let mut found = Diagnostics::default();
    let outcome = guard(&format!("validate {}", request.type_name), None, inner.stop(), async {
        let data_source = inner.data_source(&request.type_name)?;
        let config = decode(request.config, &data_source.schema().ty())?;
        check(&data_source.schema().attributes, &config, true, &mut found);
        if !found.has_errors() {
            found.extend(data_source.validate(&config).await?);
        }
        Ok(())
    })
    .await;
    found.extend(outcome.err().into_iter().flatten());
    wire::validate_data_resource_config::Response { diagnostics: found.to_wire() }
}
