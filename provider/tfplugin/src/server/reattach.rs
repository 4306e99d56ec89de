//! Serving to a Terraform that is told where the provider already runs.

use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use crate::Provider;

/// Prints what `TF_REATTACH_PROVIDERS` must be. The source address is the provider's name in the default registry, unless
/// `TF_PROVIDER_SOURCE` says another.
pub(super) fn announce<P: Provider>(socket: &Path) -> io::Result<()> {
    let source =
        std::env::var("TF_PROVIDER_SOURCE").unwrap_or_else(|_| format!("registry.terraform.io/hashicorp/{}", P::NAME));
    let reattach = json!({
        source: {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": std::process::id(),
            "Test": true,
            "Addr": { "Network": "unix", "String": socket.display().to_string() },
        }
    });
    let mut out = io::stdout().lock();
    writeln!(out, "TF_REATTACH_PROVIDERS='{reattach}'")?;
    out.flush()
}
