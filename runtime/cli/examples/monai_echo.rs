//! The binary `monai` with a model that sends back what it gets, for tests of everything around the model.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use bytes::Bytes;
use clap::Command;
use monai_cli::{serve, supervise};
use monai_server::{Answer, Inference, Part, Refusal};
use monai_spec::api::{Limits, ModelCard, ResultKind};
use monai_spec::{Digest, Settings};

struct Echo(ModelCard);

impl Inference for Echo {
    fn predict(&self, parts: Vec<Part>) -> Result<Answer, Refusal> {
        let image: Bytes = parts.into_iter().flat_map(|part| part.bytes).collect();
        assert_ne!(&image[..], b"SECRET panic", "as the test asked");
        Ok(Answer { body: image, stages: Vec::new() })
    }

    fn model(&self) -> &ModelCard {
        &self.0
    }

    fn result(&self) -> ResultKind {
        ResultKind::Nifti
    }
}

/// A bundle is a folder with the file `version`; without one it cannot be served.
fn load(bundle: &Path, settings: &Settings) -> Result<Arc<dyn Inference>, String> {
    let version = std::fs::read_to_string(bundle.join("version")).map_err(|error| error.to_string())?;
    Ok(Arc::new(Echo(ModelCard {
        name: "echo".into(),
        version,
        digest: Digest::of_sha256([0; 32]),
        runtime_version: env!("CARGO_PKG_VERSION").into(),
        description: None,
        intended_use: None,
        network: "Echo".into(),
        inputs: Vec::new(),
        beside: Vec::new(),
        outputs: Vec::new(),
        labels: Default::default(),
        compute: settings.into(),
        limits: Limits {
            max_volume_bytes: settings.max_volume,
            timeout_ms: settings.timeout.as_millis() as u64,
            in_flight: settings.target_in_flight as u32,
            queue_depth: settings.queue_depth as u32,
        },
    })))
}

fn main() -> ExitCode {
    let command = Command::new("monai").subcommand(supervise::command()).subcommand(serve::command());
    let outcome = match command.get_matches().subcommand() {
        Some(("supervise", arguments)) => supervise::run(arguments),
        Some(("serve", arguments)) => serve::run(arguments, load),
        _ => Ok(ExitCode::from(2)),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("monai: {error}");
        ExitCode::FAILURE
    })
}
