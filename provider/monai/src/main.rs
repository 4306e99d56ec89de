//! The plugin that Terraform starts.

use terraform_provider_monai::Monai;
use tfplugin_rust::{ServeError, serve};

fn main() -> Result<(), ServeError> {
    serve::<Monai>()
}
