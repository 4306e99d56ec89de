//! The plugin that Terraform starts.

use std::process::ExitCode;

use terraform_provider_monai::Monai;
use tfplugin_rust::serve;

fn main() -> ExitCode {
    serve::<Monai>()
}
