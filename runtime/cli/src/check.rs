//! `monai check BUNDLE`: would it run here?

use std::ffi::{OsStr, OsString};
use std::process::ExitCode;
use std::str::FromStr;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use monai_engine::{Part, Session};
use monai_pipeline::{AnswerKind, Item, ItemKind, Member, Pipeline, Problem, Rates, Report, Study};
use monai_spec::Settings;
use monai_spec::settings::{DEVICE, MAX_VOLUME, MIRROR, PRECISION, THREADS};
use monai_transforms::Format;
use serde_json::{Value, json};

use crate::arguments::{Source, source};
use crate::file_part::FilePart;
use crate::print::{print, warn};
use crate::session::{self, chain};
use crate::{Error, settings};

/// The command's arguments.
pub fn command() -> Command {
    Command::new("check")
        .about("Says whether a bundle can be served, and every reason why not")
        .long_about(
            "Says whether a bundle can be served. Where it cannot, prints every reason with its file, its line and the item \
             of the config, one to a line, and exits with 1.",
        )
        .args(source())
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print one JSON object, not text: `served`, `problems`, each with `file`, `line`, `id` and `reason`, and `warnings`"),
        )
        .arg(
            Arg::new("shape")
                .long("shape")
                .value_name("XxYxZ")
                .value_parser(axes::<usize>)
                .help("Say too how much memory and time the answer to an image of so many voxels takes, such as 512x512x114")
                .long_help(
                    "Say too how much memory and time the answer to an image of so many voxels takes, such as 512x512x114. \
                     Memory is what is needed at most beside the weights. Time is measured: the network runs twice on this \
                     machine, and the second run counts. What was measured is kept in the user's cache, where the \
                     provider's data source `monai_bundle` finds it.",
                ),
        )
        .arg(
            Arg::new("spacing")
                .long("spacing")
                .value_name("XxYxZ")
                .requires("shape")
                .value_parser(axes::<f64>)
                .help("The size of that image's voxels in mm, such as 0.8x0.8x2.5 [default: 1 mm]"),
        )
        .arg(
            Arg::new("image")
                .long("image")
                .value_name("IMAGE")
                .conflicts_with("shape")
                .value_parser(value_parser!(OsString))
                .help("Say it of this image, or of NAME=FILE,... as `monai run` takes one")
                .long_help(
                    "Say it of this image, or of NAME=FILE,... as `monai run` takes one. Where a bundle crops images to their \
                     content (`CropForegroundd`), only the image tells how much is left; of a shape all of it is reckoned with.",
                ),
        )
        .args([DEVICE, PRECISION, THREADS, MIRROR, MAX_VOLUME].iter().map(settings::argument))
}

/// Numbers with an x between them, one for each axis.
fn axes<T: FromStr + PartialOrd + Default>(text: &str) -> Result<Axes<T>, String> {
    let numbers: Vec<T> = text.split('x').map_while(|number| number.parse().ok()).collect();
    let good = numbers.len() == text.split('x').count() && (2..=3).contains(&numbers.len());
    if good && numbers.iter().all(|number| *number > T::default()) {
        return Ok(Axes(numbers));
    }
    Err("expected two or three positive numbers such as 512x512x114".to_owned())
}

#[derive(Debug, Clone)]
struct Axes<T>(Vec<T>);

/// What the answer to an image takes, as far as a bundle can be run.
fn estimate(
    arguments: &ArgMatches,
    settings: &Settings,
    source: &Source<'_>,
    pipeline: Pipeline,
) -> Result<Option<Value>, Error> {
    let refused = |reason: String| Error::Run { bundle: source.folder.to_owned(), reason };
    let shape = arguments.get_one::<Axes<usize>>("shape");
    let image = arguments.get_one::<OsString>("image");
    if shape.is_none() && image.is_none() {
        return Ok(None);
    }
    let digest = pipeline.digest.clone();
    let session = session::prepare(pipeline, settings).map_err(refused)?;
    let study = if let Some(image) = image {
        study(&session, image, settings.max_volume)?
    } else {
        let shape = shape.map(|axes| axes.0.as_slice()).unwrap_or_default();
        let spacing = arguments.get_one::<Axes<f64>>("spacing").map(|axes| axes.0.as_slice());
        Study::for_bundle(session.pipeline(), shape, spacing).map_err(|error| refused(error.to_string()))?
    };
    let estimate = session.estimate(&study).map_err(|error| refused(error.to_string()))?;
    let seconds = session.time(&estimate).map_err(|error| refused(chain(&error)))?.as_secs_f64();
    let rate = estimate.flops as f64 / seconds;
    let record = |rates: Rates| rates.record(&digest, &settings.device, &settings.precision, rate);
    // The digest is that of the bundle as it is.
    let kept = if source.changes().is_empty() { Rates::of_user().map(record) } else { None };
    if let Some(Err(error)) = kept {
        eprintln!("monai: cannot keep what was measured for the provider's plans: {error}");
    }
    Ok(Some(json!({
        "memory": estimate.memory,
        "grid": estimate.grid,
        "runs": estimate.runs,
        "flops": estimate.flops,
        "seconds": (seconds * 1000.0).round() / 1000.0,
        "measured": true,
    })))
}

/// What is known of an image beforehand.
fn study(session: &Session, image: &OsStr, limit: u64) -> Result<Study, Error> {
    let files = FilePart::of_image(image, &session.pipeline().input.names());
    let bytes = files.iter().map(|file| file.read(limit)).collect::<Result<Vec<_>, _>>()?;
    let parts = files.iter().zip(&bytes).map(|(file, bytes)| Part { name: file.name.as_deref(), bytes });
    let fault = |error| Error::Answer { image: image.into(), reason: chain(&error) };
    session.study(&parts.collect::<Vec<_>>(), limit).map_err(fault)
}

/// Runs the command: what the bundle is on standard output and success, or its problems, one per line, and failure.
pub fn run(arguments: &ArgMatches) -> Result<ExitCode, Error> {
    let source = Source::of(arguments);
    let settings = settings::offline(arguments)?;
    let outcome = source.pipeline();
    let warnings = source.bundle().map(|bundle| bundle.warnings().to_vec()).unwrap_or_default();
    let problems = outcome.as_ref().err().map(|report| report.problems.as_slice()).unwrap_or_default();
    if arguments.get_flag("json") {
        let warnings: Vec<Value> = warnings
            .iter()
            .map(|w| json!({"file": &*w.place.file, "line": w.place.line, "id": w.id, "reason": w.text}))
            .collect();
        let problems: Vec<Value> = problems.iter().map(problem).collect();
        let served = outcome.is_ok();
        let mut object = json!({"served": served, "problems": problems, "warnings": warnings});
        if let Some(estimate) =
            outcome.ok().map(|pipeline| estimate(arguments, &settings, &source, pipeline)).transpose()?.flatten()
        {
            object["estimate"] = estimate;
        }
        print(&format!("{object:#}\n"))?;
        return Ok(if served { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let exit = match outcome {
        Ok(pipeline) => {
            let summary = summary(&pipeline);
            let estimate = estimate(arguments, &settings, &source, pipeline)?;
            print(&format!("{summary}\n{}", estimate.map(|estimate| described(&estimate)).unwrap_or_default()))?;
            ExitCode::SUCCESS
        }
        Err(Report { problems }) => {
            print(&problems.iter().map(|problem| format!("{problem}\n")).collect::<String>())?;
            eprintln!("monai: {} cannot be served: {} problem(s)", source.folder.display(), problems.len());
            ExitCode::FAILURE
        }
    };
    warn(&warnings);
    Ok(exit)
}

fn described(estimate: &Value) -> String {
    let number = |key: &str| estimate[key].as_f64().unwrap_or_default();
    let grid = estimate["grid"].as_array().into_iter().flatten().map(Value::to_string).collect::<Vec<_>>().join("x");
    format!(
        "memory          {:.0} MiB at most, beside the weights\ntime            {:.1} s in the network: {} runs over a grid of {grid}, {:.1} GFLOP\n",
        number("memory") / f64::from(1 << 20),
        number("seconds"),
        number("runs"),
        number("flops") / 1e9,
    )
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
        lines.push(format!(
            "network         `{id}`: {} parameters, {} channels in, {} out, {} spatial dimensions",
            network.numbers(),
            network.in_channels,
            network.out_channels,
            network.spatial_dims,
        ));
        lines.push(format!("weights         {checkpoint_file}"));
    }
    lines.push(format!("preprocessing   {} transforms", pipeline.preprocessing.len()));
    lines.push(format!("postprocessing  {} transforms", pipeline.postprocessing.len()));
    let parts = &pipeline.input.parts;
    if !parts.is_empty() {
        lines.push(format!("parts           {}", parts.join(", ")));
    }
    for Item { key, kind, required } in &pipeline.input.items {
        let kind = match kind {
            ItemKind::Image => "an image on the image's grid",
            ItemKind::Value => "JSON",
        };
        let need = if *required { "required" } else { "optional" };
        lines.push(format!("beside          {key}: {kind}, {need}"));
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
