//! The plugin that Terraform starts.

use std::process::ExitCode;

use terraform_provider_monai::Monai;
use tfplugin_rust::serve;

/// musl's own allocator takes twice the time for a call.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    serve::<Monai>()
}
