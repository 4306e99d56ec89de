//! `peers-warm BUNDLE IMAGE OUTPUT THREADS`: our side of the warm comparison, in the words of `monai_warm.py`.
//!
//! Prints a line of settings, then answers each line of standard input with one prediction from file to file, as
//! `{"seconds": …, "stages": {…}}`.

use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::time::Instant;

use monai_engine::{Answer, Options, Part, Session};
use monai_pipeline::Pipeline;
use serde_json::{Map, Value, json};

/// The most bytes that a volume may take; the command line's default is smaller, and no peer has a limit.
const LIMIT: u64 = 8 << 30;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [bundle, image, output, threads] = arguments.as_slice() else {
        return Err("usage: peers-warm BUNDLE IMAGE OUTPUT THREADS".into());
    };
    let threads: usize = threads.parse()?;
    let pipeline = Pipeline::open(Path::new(bundle)).map_err(|report| report.to_string())?;
    let session = Session::prepare(pipeline, Options::threads(threads))?;
    say(&json!({ "threads": threads, "version": env!("CARGO_PKG_VERSION") }))?;
    for line in std::io::stdin().lock().lines() {
        line?;
        let start = Instant::now();
        let bytes = std::fs::read(image)?;
        let prediction = session.predict(&[Part::whole(&bytes)], LIMIT)?;
        let Answer::Nifti(file) = &prediction.answer else {
            return Err("the bundle does not answer with an image".into());
        };
        std::fs::write(output, file)?;
        let seconds = start.elapsed().as_secs_f64();
        let stages = prediction.stages.iter().map(|(name, time)| ((*name).to_owned(), time.as_secs_f64().into()));
        say(&json!({ "seconds": seconds, "stages": stages.collect::<Map<String, Value>>() }))?;
    }
    Ok(())
}

fn say(answer: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{answer}")?;
    out.flush()
}
