//! A provider of three resources that live in Terraform's state alone: our side of `cargo peers provider`.

mod blob;
mod item;
mod set;

use std::num::NonZeroUsize;
use std::process::ExitCode;

use tfplugin_rust::{Catalog, Diagnostics, Model, Provider, serve};

/// Resources to measure with.
#[derive(Debug, Clone, PartialEq, Model)]
struct Settings {}

struct Bench;

impl Provider for Bench {
    type Config = Settings;
    const NAME: &'static str = "bench";
    const SOURCE: Option<&'static str> = Some("registry.terraform.io/monai-rs/bench");
    const THREADS: Option<NonZeroUsize> = NonZeroUsize::new(1);

    async fn configure(_config: SettingsPlan, _terraform: &str) -> Result<Self, Diagnostics> {
        Ok(Self)
    }

    fn catalog() -> Catalog<Self> {
        Catalog::new().resource(item::ItemResource).resource(set::SetResource).resource(blob::BlobResource)
    }
}

/// musl's own allocator takes twice the time for a call.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    serve::<Bench>()
}
