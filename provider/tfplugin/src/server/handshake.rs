//! The cookie, the protocol's version and the one line on standard output.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::ServeError;
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

/// A name for the socket that nobody else has; short, as sockets have 108 bytes for it.
pub(super) fn socket_path() -> PathBuf {
    let folder = std::env::var_os("PLUGIN_UNIX_SOCKET_DIR").filter(|folder| !folder.is_empty());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    folder.map_or_else(std::env::temp_dir, PathBuf::from).join(format!(
        "plugin{}-{:x}",
        std::process::id(),
        now.as_nanos()
    ))
}

/// Lets only this user connect, and the group `PLUGIN_UNIX_SOCKET_GROUP` (a name or a number) where that is set.
pub(super) fn guard_socket(path: &Path) -> io::Result<()> {
    let group = std::env::var("PLUGIN_UNIX_SOCKET_GROUP").ok().filter(|group| !group.is_empty());
    if let Some(group) = &group {
        let number = group.parse().ok().or_else(|| group_number(&std::fs::read_to_string("/etc/group").ok()?, group));
        let number = number.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("no group {group}")))?;
        std::os::unix::fs::chown(path, None, Some(number))?;
    }
    std::fs::set_permissions(path, Permissions::from_mode(if group.is_some() { 0o660 } else { 0o600 }))
}

/// The number of a group, from the text of `/etc/group`.
fn group_number(groups: &str, name: &str) -> Option<u32> {
    groups
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields[0] == name)?
        .get(2)?
        .parse()
        .ok()
}

/// Prints the line that tells Terraform where to connect. Nothing else is ever printed on standard output.
pub(super) fn announce(path: &Path, identity: Option<&Identity>) -> io::Result<()> {
    let certificate = identity.map_or_else(String::new, |identity| STANDARD_NO_PAD.encode(&identity.certificate));
    let multiplex = if std::env::var_os("PLUGIN_MULTIPLEX_GRPC").is_some() { "|false" } else { "" };
    let mut out = io::stdout().lock();
    writeln!(out, "1|6|unix|{}|grpc|{certificate}{multiplex}", path.display())?;
    out.flush()
}
