//! `cargo quickstart`: from a clone to a segmented brain.
//!
//! Builds the provider and the runtime, applies `examples/local`, sends the Colin27 brain to the endpoint and compares the
//! answer with its reference. Talk goes to stderr, the result to stdout.

mod apply;
mod compare;
mod overlay;
mod place;
mod report;
mod request;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use lab::{Programs, Terraform, Workspace};

use place::Place;
use report::{Report, Stage};

/// Serves the demonstration bundle with one `terraform apply` and segments a brain with it.
#[derive(Parser)]
#[command(name = "cargo quickstart", version)]
struct Arguments {
    /// Removes the endpoint and every file that the quickstart made.
    #[arg(long)]
    destroy: bool,
    /// Prints one JSON object with `url`, `model`, `dice`, `stages` and `files`.
    #[arg(long)]
    json: bool,
    /// The port on 127.0.0.1 where the endpoint listens.
    #[arg(long, default_value_t = 18080)]
    port: u16,
}

/// What stopped the quickstart, with a next step.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Lab(#[from] lab::Error),
    #[error("cannot {act} {path}")]
    File { act: &'static str, path: String, source: std::io::Error },
    #[error("the system gave no random bytes for the key: {0}")]
    DrawKey(getrandom::Error),
    #[error("the endpoint at {url} did not answer")]
    Ask { url: String, source: Box<ureq::Error> },
    #[error("the endpoint at {url} answered {status}: {body}")]
    Refused { url: String, status: u16, body: String },
    #[error("cannot read the image {name}")]
    Decode { name: String, source: monai_imaging::Error },
    #[error("the label map lies on the grid {found:?}, the reference on {expected:?}")]
    CompareGrids { found: [usize; 3], expected: [usize; 3] },
    #[error("cannot write the picture {path}")]
    Picture { path: String, source: png::EncodingError },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = if arguments.destroy { destroy(&arguments) } else { run(&arguments) };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quickstart: {error}");
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let tool = Terraform::find()?;
    let place = Place::prepare()?;
    let mut stages = Vec::new();

    let programs = timed(&mut stages, "build", || Ok(Programs::build()?))?;
    let key = place.key()?;
    let workspace = Workspace::new(tool, &programs, &configuration(), place.folder())?;
    let outputs = timed(&mut stages, "apply", || apply::apply(&workspace, &place, &key, arguments.port))?;
    let answer = timed(&mut stages, "predict", || request::predict(&outputs.url, &key))?;
    let label_map = place.write("brain_tissue.nii.gz", &answer)?;
    let comparison = timed(&mut stages, "compare", || compare::compare(&answer))?;
    let picture = timed(&mut stages, "picture", || overlay::write(&place, &comparison))?;

    let report = Report {
        url: outputs.url,
        model: outputs.model,
        dice: comparison.dice(),
        volume_ml: comparison.volumes_ml(),
        stages,
        files: vec![
            label_map.display().to_string(),
            picture.display().to_string(),
            place.state().display().to_string(),
        ],
    };
    if arguments.json {
        report.print_json()
    } else {
        report.print_text(&place)
    }
    Ok(())
}

fn destroy(arguments: &Arguments) -> Result<(), Error> {
    let place = Place::find();
    if !place.exists() {
        eprintln!("quickstart: there is nothing to destroy");
        return Ok(());
    }
    let tool = Terraform::find()?;
    if place.state().exists() {
        let workspace = Workspace::new(tool, &Programs::build()?, &configuration(), place.folder())?;
        apply::destroy(&workspace, &place, &place.key()?, arguments.port)?;
    }
    place.remove()?;
    eprintln!("quickstart: the endpoint and the files of the quickstart are gone");
    Ok(())
}

fn configuration() -> PathBuf {
    lab::root().join("examples/local")
}

fn timed<T>(stages: &mut Vec<Stage>, name: &'static str, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    eprintln!("quickstart: {name} ...");
    let start = Instant::now();
    let result = work()?;
    stages.push(Stage { name, seconds: start.elapsed().as_secs_f64() });
    Ok(result)
}
