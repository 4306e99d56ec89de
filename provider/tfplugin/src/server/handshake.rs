//! The cookie, the protocol's version and the one line on standard output.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::ServeError;
use super::listener::Place;
use super::tls::Identity;

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Terraform sets a cookie, so that nobody runs a plugin by mistake.
pub(super) fn check_cookie(name: &'static str) -> Result<(), ServeError> {
    match std::env::var("TF_PLUGIN_MAGIC_COOKIE") {
        Ok(cookie) if cookie == COOKIE => Ok(()),
        _ => Err(ServeError::NotStartedByTerraform { name }),
    }
}

/// The client lists the protocols that it speaks; a client that lists none speaks ours.
pub(super) fn check_protocol() -> Result<(), ServeError> {
    match std::env::var("PLUGIN_PROTOCOL_VERSIONS") {
        Ok(offered) if !offered.is_empty() && !offered.split(',').any(|version| version.trim() == "6") => {
            Err(ServeError::Protocol { offered })
        }
        _ => Ok(()),
    }
}

/// Prints the line that tells Terraform where to connect. Nothing else is ever printed on standard output.
pub(super) fn announce(place: &Place, identity: Option<&Identity>) -> io::Result<()> {
    let certificate = identity.map_or_else(String::new, |identity| STANDARD_NO_PAD.encode(&identity.certificate));
    let multiplex = if std::env::var_os("PLUGIN_MULTIPLEX_GRPC").is_some() { "|false" } else { "" };
    let mut out = io::stdout().lock();
    writeln!(out, "1|6|{}|{}|grpc|{certificate}{multiplex}", place.network, place.address)?;
    out.flush()
}
