//! Programs that checks need and that must be built: kept in the cache, keyed by their recipe, which names the version.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cache;
use crate::check::root;

/// How long after its start a default run may still build tools.
pub(crate) const BUILD_AHEAD: Duration = Duration::from_secs(25 * 60);

/// OpenTofu, the other family of Terraform cores. Its own `go.mod` has a replacement, which `go install` refuses; so a
/// module of ours requires it.
pub(crate) static OPENTOFU: Tool = Tool {
    name: "tofu",
    recipe: "tests/lab/opentofu",
    package: "github.com/opentofu/opentofu/cmd/tofu",
    flags: "-s -w -X github.com/opentofu/opentofu/version.dev=no",
    ahead: true,
};

/// The newest Terraform, which queries lists, invokes actions and knows identities; the one on PATH may not. Its `go.mod`
/// replaces modules by folders that no module proxy carries; the module of ours has stubs for them.
pub(crate) static TERRAFORM: Tool = Tool {
    name: "terraform",
    recipe: "tests/lab/terraform",
    package: "github.com/hashicorp/terraform",
    flags: "-s -w -X github.com/hashicorp/terraform/version.dev=no",
    ahead: false,
};

/// A program that Go builds from a module of ours.
pub(crate) struct Tool {
    name: &'static str,
    /// The module's folder.
    recipe: &'static str,
    package: &'static str,
    /// What the linker is told.
    flags: &'static str,
    /// Whether a default run builds it where it has the time; a full run always does.
    pub(crate) ahead: bool,
}

impl Tool {
    /// The program: from the cache, else built if that takes no longer than `limit`; nothing where it would.
    pub(crate) fn program(&self, limit: Duration) -> Result<Option<PathBuf>, String> {
        let place = cache::folder()?.join("tools").join(format!("{}-{}", self.name, self.key()?));
        let program = place.join(self.name);
        if program.is_file() || self.build(&place, &program, limit)? { Ok(Some(program)) } else { Ok(None) }
    }

    fn build(&self, place: &Path, program: &Path, limit: Duration) -> Result<bool, String> {
        if limit.is_zero() {
            return Ok(false);
        }
        eprintln!("verify: building {} ...", self.name);
        let unfinished = place.join("unfinished");
        std::fs::create_dir_all(place).map_err(|error| format!("cannot create {}: {error}", place.display()))?;
        let mut build = Command::new("go")
            .args(["build", "-trimpath", "-ldflags", self.flags, "-o"])
            .arg(&unfinished)
            .arg(self.package)
            .current_dir(root().join(self.recipe))
            .spawn()
            .map_err(|error| format!("cannot start `go`, which builds {}: {error}", self.name))?;
        let start = Instant::now();
        let failed = |error: std::io::Error| format!("cannot build {}: {error}", self.name);
        let status = loop {
            match build.try_wait().map_err(failed)? {
                Some(status) => break status,
                None if start.elapsed() > limit => {
                    build.kill().and_then(|()| build.wait()).map_err(failed)?;
                    return Ok(false);
                }
                None => std::thread::sleep(Duration::from_millis(200)),
            }
        };
        if !status.success() {
            return Err(format!("building {} ended with {status}", self.name));
        }
        std::fs::rename(&unfinished, program).map_err(failed)?;
        Ok(true)
    }

    /// One name for the recipe, by git's hash of its files. `tools.go` only keeps the requirement in `go.mod`.
    fn key(&self) -> Result<String, String> {
        let script = format!(
            "find {} -type f ! -name tools.go | LC_ALL=C sort | xargs cat | git hash-object --stdin",
            self.recipe
        );
        let output = Command::new("sh").args(["-c", &script]).current_dir(root()).stderr(Stdio::inherit()).output();
        match output {
            Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            _ => Err(format!("cannot compute the key of {}; is `git` installed?", self.name)),
        }
    }
}
