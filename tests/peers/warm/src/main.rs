//! `peers-warm BUNDLE OUTPUT THREADS FILE...`: our side of the warm comparison, in the words of `monai_warm.py`.
//!
//! Prints a line of settings with what the answer was `foreseen` to take, then answers each line of standard input with one
//! prediction from file to file, as `{"seconds": …, "stages": {…}, "memory": …}` with the file that was `saved` in the folder
//! OUTPUT, or the `scores` where there is none. A line may name other files, with tabs between.
//! Memory is the peak of what is resident less what was before.

use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::time::Instant;

use monai_engine::{Answer, Options, Part, Session};
use monai_pipeline::Pipeline;
use serde_json::{Map, Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The most bytes that a volume may take; the command line's default is smaller, and no peer has a limit.
const LIMIT: u64 = 8 << 30;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [bundle, output, threads, files @ ..] = arguments.as_slice() else {
        return Err("usage: peers-warm BUNDLE OUTPUT THREADS FILE...".into());
    };
    let threads: usize = threads.parse()?;
    let pipeline = Pipeline::open(Path::new(bundle)).map_err(|report| report.to_string())?;
    let session = Session::prepare(pipeline, Options::threads(threads))?;
    let foreseen = foresee(&session, files)?;
    say(&json!({ "threads": threads, "version": env!("CARGO_PKG_VERSION"), "foreseen": foreseen }))?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let named: Vec<&str> = line.split('\t').filter(|name| !name.is_empty()).collect();
        let files = if named.is_empty() { files.iter().map(String::as_str).collect() } else { named };
        // What the answer before was read into is no part of what is idle.
        monai_kernels::give_back();
        // The kernel's own account of the peak, from here on.
        std::fs::write("/proc/self/clear_refs", "5")?;
        let idle = status("VmRSS")?;
        let start = Instant::now();
        let bytes: Vec<Vec<u8>> = files.iter().map(std::fs::read).collect::<Result<_, _>>()?;
        let parts: Vec<Part<'_>> = bytes.iter().map(|bytes| Part::whole(bytes)).collect();
        let prediction = session.predict(&parts, LIMIT)?;
        let (key, value) = keep(&prediction.answer, Path::new(output))?;
        let seconds = start.elapsed().as_secs_f64();
        let stages = prediction.stages.iter().map(|(name, time)| ((*name).to_owned(), time.as_secs_f64().into()));
        let memory = status("VmHWM")?.saturating_sub(idle);
        say(&json!({
            "seconds": seconds, "stages": stages.collect::<Map<String, Value>>(), "memory": memory, key: value,
        }))?;
    }
    Ok(())
}

/// What is known of the answer beforehand.
fn foresee(session: &Session, files: &[String]) -> Outcome<Value> {
    let bytes: Vec<Vec<u8>> = files.iter().map(std::fs::read).collect::<Result<_, _>>()?;
    let parts: Vec<Part<'_>> = bytes.iter().map(|bytes| Part::whole(bytes)).collect();
    let estimate = session.estimate(&session.study(&parts, LIMIT)?)?;
    let seconds = session.time(&estimate)?.as_secs_f64();
    Ok(json!({ "memory": estimate.memory, "runs": estimate.runs, "seconds": seconds }))
}

/// Writes an answer, where it is a file.
fn keep(answer: &Answer, folder: &Path) -> Outcome<(&'static str, Value)> {
    let (name, bytes) = match answer {
        Answer::Scores(scores) => return Ok(("scores", json!(scores))),
        Answer::Nifti(bytes) => ("ours.nii.gz", bytes),
        Answer::Png(bytes) => ("ours.png", bytes),
    };
    let path = folder.join(name);
    std::fs::write(&path, bytes)?;
    Ok(("saved", json!(path)))
}

/// A line of this process's status, in bytes.
fn status(name: &str) -> Outcome<u64> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("the kernel does not say")?;
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    Ok(digits.parse::<u64>()? * 1024)
}

fn say(answer: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{answer}")?;
    out.flush()
}
