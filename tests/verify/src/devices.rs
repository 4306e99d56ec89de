//! The code path of GPUs: run by `wgpu` on Mesa's software Vulkan, type-checked for the drivers that no test machine has.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::check::{command, counted_some};
use crate::tally::Outcome;

/// Debian's package with the software adapter `llvmpipe`.
const PACKAGE: &str = "mesa-vulkan-drivers";
/// Where drivers of Vulkan are announced.
const DRIVERS: [&str; 3] = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
const TESTS: [&str; 6] = ["cargo", "test", "--package", "devices", "--features", "wgpu"];
/// The features that need a toolkit or a download to be built, and none to be checked where documentation is built.
const CHECKED: [&str; 6] = ["cargo", "check", "--package", "monai-engine", "--features", "cuda,rocm,vulkan,metal"];

/// Runs the networks on the software adapter, which is installed where it is missing and that is possible.
pub(crate) fn run() -> Outcome {
    let driver = match software_driver() {
        Ok(driver) => driver,
        Err(why) => return Outcome::NotRun { why },
    };
    let mut tests = command(&TESTS);
    // A GPU of this machine must not take the place of the adapter that the tests are about; older loaders know the second.
    tests.env("VK_DRIVER_FILES", &driver).env("VK_ICD_FILENAMES", &driver);
    counted_some(tests)
}

/// Type-checks the devices that nothing here can run.
pub(crate) fn check_types() -> Outcome {
    let mut check = command(&CHECKED);
    // Cubecl's build script downloads LLVM from GitHub unless documentation is built.
    let passed = check.env("DOCS_RS", "1").status().is_ok_and(|status| status.success());
    Outcome::Ran { passed: usize::from(passed), failed: usize::from(!passed) }
}

fn software_driver() -> Result<PathBuf, String> {
    if let Some(driver) = installed() {
        return Ok(driver);
    }
    eprintln!("verify: installing {PACKAGE} ...");
    let words = ["apt-get", "install", "--yes", "--no-install-recommends", PACKAGE];
    for before in [&[][..], &["sudo", "--non-interactive"][..]] {
        let words = [before, &words[..]].concat();
        let mut install = Command::new(words[0]);
        install.args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        if install.status().is_ok_and(|status| status.success()) {
            break;
        }
    }
    installed().ok_or_else(|| format!("there is no software Vulkan, and {PACKAGE} could not be installed"))
}

/// The file that announces Mesa's software driver.
fn installed() -> Option<PathBuf> {
    let files = DRIVERS.iter().filter_map(|folder| Path::new(folder).read_dir().ok()).flatten().flatten();
    let software = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("lvp_icd"));
    files.map(|entry| entry.path()).find(software)
}
