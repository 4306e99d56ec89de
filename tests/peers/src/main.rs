//! `cargo peers NAME`: our programs beside their peers, each at its documented best.
//!
//! Runs are interleaved, figures are medians, and what counts is their ratio: a busy machine slows both sides. Settings and
//! table go to standard output, progress to standard error, rows to `target/peers/NAME.json`.

mod bench;
mod client;
mod end_to_end;
mod engine;
mod error;
mod estimates;
mod folder;
mod forward;
mod golang;
mod labels;
mod measure;
mod metered;
mod plan;
mod plugin;
mod process;
mod programs;
mod provider;
mod python;
mod report;
mod schema;
mod start;
mod transforms;
mod warm;
mod whole;
mod zoo;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::Error;
use programs::Ours;

/// Compares our programs with their peers.
#[derive(Parser)]
#[command(name = "cargo peers", version)]
struct Arguments {
    #[command(subcommand)]
    comparison: Comparison,
    /// A folder with our programs, which are then measured as they are. Default: they are built for release.
    #[arg(long, global = true, value_name = "FOLDER")]
    built: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Comparison {
    /// The provider's start, schema, end and memory beside a provider on HashiCorp's Go framework, and `terraform plan`.
    Start {
        /// How often each side runs; one more run before is not counted.
        #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u32).range(1..))]
        runs: u32,
    },
    /// Our framework beside HashiCorp's: `terraform plan` of providers whose resources live in the state alone.
    Provider {
        /// How often each side runs; one more run before is not counted.
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
        runs: u32,
        /// Only these rows, such as `items-1000` or `set-100`; `items-1` is always among them.
        #[arg(long, num_args = 1.., value_name = "ROW")]
        rows: Vec<String>,
    },
    /// Bundles and networks alone beside MONAI on the CPU, and what is known of an answer beforehand.
    Engine {
        /// How often each side runs, more often where it takes little time and less often where it takes long; one more run
        /// before is not counted.
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
        runs: u32,
        /// Only these rows: a bundle such as `spleen_ct_segmentation`, a network such as `unet`, `convolutions`,
        /// `brain_tissue`, `first_answer`, `estimates` or `transforms`.
        #[arg(long = "row", num_args = 1.., value_name = "ROW")]
        rows: Vec<String>,
        /// A Python with MONAI, PyTorch, ONNX Runtime and OpenVINO. Default: one of our own, made below the cache folder.
        #[arg(long)]
        python: Option<PathBuf>,
    },
    /// Writes `tests/peers/go/schema.go`, the Go peer's schema, anew from our provider's.
    Schema,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let programs = arguments.built.map_or(Ours::Release, Ours::Built);
    let outcome = match arguments.comparison {
        Comparison::Start { runs } => start::run(runs as usize, &programs),
        Comparison::Provider { runs, rows } => provider::run(runs as usize, &rows, &programs),
        Comparison::Engine { runs, rows, python } => engine::run(runs as usize, &rows, &programs, python),
        Comparison::Schema => start::write_schema(&programs),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("peers: {error}");
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}
