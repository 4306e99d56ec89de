//! Finds the runtime's binary and checks that it fits this provider.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use monai_deploy::Pinned;
use monai_deploy_local::file_digest;
use tfplugin_rust::{Diagnostic, Diagnostics};

const NAME: &str = "monai";

/// Finds the runtime: the given path, else beside this provider, else on PATH.
pub(super) fn find(given: Option<&str>) -> Result<Pinned, Diagnostics> {
    let path = match given {
        Some(path) => PathBuf::from(path),
        None => search().ok_or_else(|| {
            let detail = format!(
                "`{NAME}` lies neither beside the provider nor on PATH. Install it, or name it by `local.runtime`."
            );
            Diagnostic::error("Runtime not found", detail).at("local.runtime")
        })?,
    };
    let failed = |reason: String| {
        Diagnostic::error("Runtime not usable", format!("{}: {reason}", path.display())).at("local.runtime")
    };
    let source = path.canonicalize().map_err(|error| failed(error.to_string()))?;
    let output = Command::new(&source).arg("--version").env_clear().stdin(Stdio::null()).output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    let (found, expected) = (String::from_utf8_lossy(&output.stdout), concat!("monai ", env!("CARGO_PKG_VERSION")));
    if found.trim() != expected {
        let found = found.lines().next().unwrap_or_default();
        return Err(failed(format!("found `{found}`, this provider works with `{expected}`")).into());
    }
    let digest = file_digest(&source).map_err(failed)?;
    Ok(Pinned { source, digest })
}

fn search() -> Option<PathBuf> {
    let beside = std::env::current_exe().ok().and_then(|provider| Some(provider.parent()?.join(NAME)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(NAME));
    beside.into_iter().chain(on_path).find(|program| program.is_file())
}
