//! `monai check BUNDLE`: would it run here?

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use monai_bundle::Bundle;
use monai_pipeline::{Pipeline, Problem, Report};
use serde_json::{Value, json};

use crate::Error;
use crate::arguments::bundle;
use crate::print::{print, warn};

/// The command's arguments.
pub fn command() -> Command {
    Command::new("check")
        .about("Says whether a bundle can be served, and every reason why not")
        .long_about(
            "Says whether a bundle can be served. Where it cannot, prints every reason with its file, its line and the item \
             of the config, one to a line, and exits with 1.",
        )
        .arg(bundle())
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print one JSON object, not text: `served`, `problems`, each with `file`, `line`, `id` and `reason`, and `warnings`"),
        )
}

/// Runs the command: what the bundle is on standard output and success, or its problems, one per line, and failure.
pub fn run(arguments: &ArgMatches) -> Result<ExitCode, Error> {
    let folder: &PathBuf = arguments.get_one("bundle").expect("it is required");
    let outcome = Pipeline::open(folder);
    let warnings = Bundle::open(folder).map(|bundle| bundle.warnings().to_vec()).unwrap_or_default();
    let problems = outcome.as_ref().err().map(|report| report.problems.as_slice()).unwrap_or_default();
    if arguments.get_flag("json") {
        let warnings: Vec<Value> = warnings
            .iter()
            .map(|w| json!({"file": &*w.place.file, "line": w.place.line, "id": w.id, "reason": w.text}))
            .collect();
        let problems: Vec<Value> = problems.iter().map(problem).collect();
        let object = json!({"served": outcome.is_ok(), "problems": problems, "warnings": warnings});
        print(&format!("{object:#}\n"))?;
        return Ok(if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let exit = match &outcome {
        Ok(pipeline) => {
            print(&format!("{}\n", summary(pipeline)))?;
            ExitCode::SUCCESS
        }
        Err(Report { problems }) => {
            print(&problems.iter().map(|problem| format!("{problem}\n")).collect::<String>())?;
            eprintln!("monai: {} cannot be served: {} problem(s)", folder.display(), problems.len());
            ExitCode::FAILURE
        }
    };
    warn(&warnings);
    Ok(exit)
}

fn problem(problem: &Problem) -> Value {
    json!({"file": problem.file, "line": problem.line, "id": problem.id, "reason": problem.reason})
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
