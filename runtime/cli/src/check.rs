//! `monai check BUNDLE`: would it run here?

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use monai_bundle::Bundle;
use monai_pipeline::{AnswerKind, Member, Pipeline, Problem, Report};
use monai_transforms::Format;
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
    let name = pipeline.metadata.name.as_deref().unwrap_or("unnamed");
    let mut lines = vec![
        format!("bundle          {name} {}", pipeline.metadata.version),
        format!("digest          {}", pipeline.digest),
    ];
    for Member { id, network, checkpoint_file, .. } in &pipeline.members {
        let parameters: usize =
            network.parameters.iter().map(|parameter| parameter.shape.iter().product::<usize>()).sum();
        lines.push(format!(
            "network         `{id}`: {parameters} parameters, {} channels in, {} out, {} spatial dimensions",
            network.in_channels, network.out_channels, network.spatial_dims,
        ));
        lines.push(format!("weights         {checkpoint_file}"));
    }
    lines.push(format!("preprocessing   {} transforms", pipeline.preprocessing.len()));
    lines.push(format!("postprocessing  {} transforms", pipeline.postprocessing.len()));
    let parts = &pipeline.input.parts;
    if !parts.is_empty() {
        lines.push(format!("parts           {}", parts.join(", ")));
    }
    let answer = match pipeline.answer.kind {
        AnswerKind::Image(Format::Nifti) => "an image, .nii",
        AnswerKind::Image(Format::NiftiGz) => "an image, .nii.gz",
        AnswerKind::Image(Format::Png) => "a picture, .png",
        AnswerKind::Scores => "a number for each class",
    };
    lines.push(format!("answer          {answer}"));
    lines.join("\n")
}
