//! Which machine this is.

use sha2::{Digest as _, Sha256};

use crate::Error;

/// A name for this machine that survives a reboot and tells nothing about it: a hash of `/etc/machine-id`, or of the
/// host's name where there is none.
///
/// # Errors
/// The machine has neither an id nor a name.
pub fn host() -> Result<String, Error> {
    let id = std::fs::read("/etc/machine-id").ok().filter(|id| !id.trim_ascii().is_empty());
    let id = match id {
        Some(id) => id,
        None => std::fs::read("/proc/sys/kernel/hostname").map_err(|source| Error::IdentifyHost { source })?,
    };
    let digest = Sha256::new().chain_update("monai supervisor host ").chain_update(id.trim_ascii()).finalize();
    Ok(hex::encode(&digest[..16]))
}
