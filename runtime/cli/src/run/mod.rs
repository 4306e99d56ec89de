//! `monai run BUNDLE IMAGE... -o DIR`: offline inference, the answers as files.

mod layout;
mod progress;
mod table;

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use flate2::read::GzDecoder;
use monai_engine::{Answer, Part, Session};
use serde_json::{Map, Value, json};

use crate::arguments::{Source, source};
use crate::scores::scores;
use crate::session::{self, chain};
use crate::{Error, settings};
use layout::{Ending, Job, Layout};
use progress::Progress;
use table::Table;

/// The command's arguments.
pub fn command() -> Command {
    Command::new("run")
        .about("Runs a bundle over image files and writes the answers")
        .long_about(
            "Runs a bundle over image files and writes the answers, named as the bundle's `SaveImaged` says: \
             DIR/STEM/STEM_trans.nii.gz where it says nothing, as MONAI does. A classifier's go to DIR/STEM.json, and to the table that its `SaveClassificationd` names. Prints one JSON object per image: `image`, \
             `output`, `seconds` and `stages` (seconds by name), or `image` and `error`. An image that fails fails alone; \
             the exit status is then 1.",
        )
        .args(source())
        .arg(
            Arg::new("images")
                .value_name("IMAGE")
                .required(true)
                .num_args(1..)
                .value_parser(value_parser!(OsString))
                .help("Image files, NIfTI, PNG or JPEG, told by their content")
                .long_help(
                    "Image files, NIfTI, PNG or JPEG, told by their content. Where a bundle's `channel_def` names several \
                     channels, an image may be several files that together make one, named by channel: \
                     T1c=a.nii.gz,T1=b.nii.gz. Its answer is named after the first. What a bundle takes beside the image, as `monai check` \
                     lists it, comes the same way: image=a.nii.gz,spleen=clicks.json.",
                ),
        )
        .arg(
            Arg::new("output")
                .short('o')
                .long("output")
                .value_name("DIR")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Folder for the answers, in place of the bundle's `output_dir` and `data_root_dir`"),
        )
        .arg(
            Arg::new("overwrite")
                .long("overwrite")
                .action(ArgAction::SetTrue)
                .help("Replace answers that exist; without it their images fail"),
        )
        .args(settings::OFFLINE.iter().map(settings::argument))
}

/// Runs the command. Nothing is computed where two answers would have one name or an answer would replace an image.
pub fn run(arguments: &ArgMatches) -> Result<ExitCode, Error> {
    let source = Source::of(arguments);
    let folder: &PathBuf = arguments.get_one("output").expect("it is required");
    let images: Vec<&OsString> = arguments.get_many("images").expect("it is required").collect();
    let settings = settings::offline(arguments)?;
    let refused = |reason: String| Error::Run { bundle: source.folder.to_owned(), reason };
    let pipeline = source.pipeline().map_err(|report| refused(report.to_string()))?;
    let layout = Layout::of(&pipeline, folder)?;
    let jobs = layout.jobs(&images)?;
    let table = Table::of(&pipeline, folder)?;
    let session = session::prepare(pipeline, &settings).map_err(refused)?;
    hide_panics();
    let batch = Batch {
        session,
        limit: settings.max_volume,
        ending: layout.ending,
        table,
        overwrite: arguments.get_flag("overwrite"),
    };
    let mut progress = Progress::start(jobs.len());
    let mut failed = false;
    for job in &jobs {
        progress.next(&job.image);
        let started = Instant::now();
        let outcome = batch.answer(job);
        let image = job.image.to_string_lossy();
        let line = match &outcome {
            Ok(stages) => {
                let stages: Map<String, Value> =
                    stages.iter().map(|(name, took)| ((*name).to_owned(), seconds(*took))).collect();
                let output = job.output.to_string_lossy();
                json!({"image": image, "output": output, "seconds": seconds(started.elapsed()), "stages": stages})
            }
            Err(error) => json!({"image": image, "error": error.to_string()}),
        };
        failed |= outcome.is_err();
        progress.done(outcome.map(|_| started.elapsed()));
        let mut out = std::io::stdout().lock();
        writeln!(out, "{line}").and_then(|()| out.flush()).map_err(Error::Print)?;
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Whole microseconds, so that a line does not end in digits that mean nothing.
fn seconds(duration: Duration) -> Value {
    json!((duration.as_secs_f64() * 1e6).round() / 1e6)
}

struct Batch {
    session: Session,
    limit: u64,
    ending: Ending,
    table: Option<Table>,
    overwrite: bool,
}

impl Batch {
    /// Computes and writes one answer; gives what was done and how long it took.
    fn answer(&self, job: &Job) -> Result<Vec<(&'static str, Duration)>, Error> {
        if !self.overwrite && job.output.exists() {
            return Err(Error::OutputExists { path: job.output.clone() });
        }
        let mut stages = Vec::new();
        let started = Instant::now();
        let files: Vec<(Option<&str>, Vec<u8>)> = job
            .parts
            .iter()
            .map(|part| Ok((part.name.as_deref(), part.read(self.limit)?)))
            .collect::<Result<_, Error>>()?;
        let parts: Vec<Part<'_>> = files.iter().map(|(name, bytes)| Part { name: *name, bytes }).collect();
        stages.push(("read", started.elapsed()));
        // A job that panics fails alone; the session keeps nothing of one image for the next.
        let prediction = catch_unwind(AssertUnwindSafe(|| self.session.predict(&parts, self.limit)));
        let fault = |reason: String| Error::Answer { image: job.image.clone(), reason };
        let prediction = prediction
            .map_err(|_| fault("a fault of the runtime".to_owned()))?
            .map_err(|error| fault(chain(&error)))?;
        stages.extend(prediction.stages);
        let started = Instant::now();
        let scored = if let Answer::Scores(scores) = &prediction.answer { Some(scores.clone()) } else { None };
        let body = self.body(prediction.answer).map_err(&fault)?;
        replace(&job.output, &body, self.overwrite)
            .map_err(|source| Error::Write { path: job.output.clone(), source })?;
        if let Some((table, scores)) = self.table.as_ref().zip(scored) {
            table.put(&job.image, &scores)?;
        }
        stages.push(("write", started.elapsed()));
        Ok(stages)
    }

    /// The bytes of the answer's file.
    fn body(&self, answer: Answer) -> Result<Vec<u8>, String> {
        match answer {
            Answer::Nifti(gzip) if self.ending == Ending::Nifti => {
                let mut body = Vec::new();
                GzDecoder::new(gzip.as_slice()).read_to_end(&mut body).map_err(|error| error.to_string())?;
                Ok(body)
            }
            Answer::Nifti(file) | Answer::Png(file) => Ok(file),
            Answer::Scores(numbers) => {
                let named = scores(self.session.pipeline(), &numbers);
                Ok(format!("{:#}\n", json!(named)).into_bytes())
            }
        }
    }
}

/// Writes a file beside its final name first, so that a reader of the folder sees whole files only. What is there is replaced only if
/// it may be.
fn replace(path: &Path, body: &[u8], overwrite: bool) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    let mut file = builder.permissions(std::fs::Permissions::from_mode(0o666)).tempfile_in(folder)?;
    file.write_all(body)?;
    file.as_file().sync_all()?;
    let placed = if overwrite { file.persist(path) } else { file.persist_noclobber(path) };
    placed.map(|_| ()).map_err(|error| error.error)
}

/// A panic's message may hold what was being computed, so only its place is told.
pub(crate) fn hide_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("monai: a job panicked at {place}");
    }));
}
