//! Serving to a Terraform that is told where the provider already runs.

use std::io::{self, Write};

use serde_json::json;

use super::listener::Place;
use crate::Provider;

/// Prints what `TF_REATTACH_PROVIDERS` must be. The source address is the one in `TF_PROVIDER_SOURCE`, else where the
/// provider is published, else its name in the default registry.
pub(super) fn announce<P: Provider>(place: &Place) -> io::Result<()> {
    let published = || P::SOURCE.map_or_else(|| format!("registry.terraform.io/hashicorp/{}", P::NAME), str::to_owned);
    let source = std::env::var("TF_PROVIDER_SOURCE").unwrap_or_else(|_| published());
    let reattach = json!({
        source: {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": std::process::id(),
            "Test": true,
            "Addr": { "Network": place.network, "String": place.address },
        }
    });
    let mut out = io::stdout().lock();
    writeln!(out, "TF_REATTACH_PROVIDERS='{reattach}'")?;
    out.flush()
}
