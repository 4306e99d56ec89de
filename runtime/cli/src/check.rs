//! `monai check BUNDLE`: would it run here?

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgMatches, Command};
use monai_pipeline::{Pipeline, Report};

use crate::Error;
use crate::arguments::bundle;
use crate::print::print;

/// The command's arguments.
pub fn command() -> Command {
    Command::new("check").about("Says whether a bundle can be served, and every reason why not").arg(bundle())
}

/// Runs the command: what the bundle is on standard output and success, or its problems, one per line, and failure.
pub fn run(arguments: &ArgMatches) -> Result<ExitCode, Error> {
    let bundle: &PathBuf = arguments.get_one("bundle").expect("it is required");
    match Pipeline::open(bundle) {
        Ok(pipeline) => {
            print(&format!("{}\n", summary(&pipeline)))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(Report { problems }) => {
            print(&problems.iter().map(|problem| format!("{problem}\n")).collect::<String>())?;
            eprintln!("monai: {} cannot be served: {} problem(s)", bundle.display(), problems.len());
            Ok(ExitCode::FAILURE)
        }
    }
}

fn summary(pipeline: &Pipeline) -> String {
    let parameters: usize =
        pipeline.network.parameters.iter().map(|parameter| parameter.shape.iter().product::<usize>()).sum();
    let name = pipeline.metadata.name.as_deref().unwrap_or("unnamed");
    [
        format!("bundle          {name} {}", pipeline.metadata.version),
        format!("digest          {}", pipeline.digest),
        format!(
            "network         `{}`: {} parameters, {} channels in, {} out, {} spatial dimensions",
            pipeline.network_id,
            parameters,
            pipeline.network.in_channels,
            pipeline.network.out_channels,
            pipeline.network.spatial_dims,
        ),
        format!("weights         {}", pipeline.checkpoint_file),
        format!("preprocessing   {} transforms", pipeline.preprocessing.len()),
        format!("postprocessing  {} transforms", pipeline.postprocessing.len()),
    ]
    .join("\n")
}
