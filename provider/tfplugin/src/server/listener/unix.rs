//! A unix socket that only this user, and a group where one is named, may connect to.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use super::{Bound, Listener, Place, SocketFile};
use crate::server::ServeError;

/// Binds a socket in `PLUGIN_UNIX_SOCKET_DIR`, else in the folder for temporary files.
pub(super) fn bind() -> Result<Bound, ServeError> {
    let path = free_path();
    let place = Place { network: "unix", address: path.display().to_string() };
    let failed = |source| ServeError::Listen { place: place.address.clone(), source };
    let listener = UnixListener::bind(&path).map_err(failed)?;
    let file = SocketFile(path);
    guard(&file.0).map_err(failed)?;
    Ok(Bound { listener: Listener::Unix(listener), place, file: Some(file) })
}

/// A name that nobody else has; short, as sockets have 108 bytes for it.
fn free_path() -> PathBuf {
    let folder = std::env::var_os("PLUGIN_UNIX_SOCKET_DIR").filter(|folder| !folder.is_empty());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    folder.map_or_else(std::env::temp_dir, PathBuf::from).join(format!(
        "plugin{}-{:x}",
        std::process::id(),
        now.as_nanos()
    ))
}

/// Lets only this user connect, and the group `PLUGIN_UNIX_SOCKET_GROUP` (a name or a number) where that is set.
fn guard(path: &Path) -> io::Result<()> {
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
