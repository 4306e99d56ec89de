//! What is built or downloaded once, outside the clone.

use std::path::PathBuf;

/// `$XDG_CACHE_HOME/terraform-provider-monai`, else `~/.cache/terraform-provider-monai`.
pub(crate) fn folder() -> Result<PathBuf, String> {
    let cache = match (std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME")) {
        (Some(cache), _) => PathBuf::from(cache),
        (None, Some(home)) => PathBuf::from(home).join(".cache"),
        (None, None) => return Err("neither XDG_CACHE_HOME nor HOME is set, so there is no place for a cache".into()),
    };
    Ok(cache.join("terraform-provider-monai"))
}
