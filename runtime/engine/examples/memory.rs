//! `memory BUNDLE THREADS FILE...`: the peak of resident memory while a bundle answers, beside what was known beforehand.
//!
//! Prints one JSON object: `measured` (the peak less what the process held before), `estimated`, their `ratio`, and the
//! seconds by stage. Several files are the channels of one image, in their order.

use std::error::Error;
use std::path::Path;

use monai_engine::{Options, Part, Session};
use monai_imaging::{Colours, decode};
use monai_pipeline::{Pipeline, Study};
use serde_json::{Map, Value, json};

const LIMIT: u64 = 64 << 30;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [bundle, threads, files @ ..] = arguments.as_slice() else {
        return Err("usage: memory BUNDLE THREADS FILE...".into());
    };
    let threads: usize = threads.parse()?;
    let pipeline = Pipeline::open(Path::new(bundle)).map_err(|report| report.to_string())?;
    let files: Vec<Vec<u8>> = files.iter().map(std::fs::read).collect::<Result<_, _>>()?;
    let session = Session::prepare(pipeline, Options::threads(threads))?;
    let first = decode(&files[0], Colours::AsStored, LIMIT)?.volume;
    let study = Study { channels: first.channels * files.len(), shape: first.shape, affine: first.affine, files: 0 };
    drop(first);
    let estimate = session.estimate(&study)?;

    // The kernel's own account of the peak, from here on.
    std::fs::write("/proc/self/clear_refs", "5")?;
    let idle = status("VmRSS")?;
    let parts: Vec<Part<'_>> = files.iter().map(|bytes| Part::whole(bytes)).collect();
    let prediction = session.predict(&parts, LIMIT)?;
    let measured = status("VmHWM")? - idle;
    let stages = prediction.stages.iter().map(|(name, time)| ((*name).to_owned(), json!(time.as_secs_f64())));
    println!(
        "{}",
        json!({
            "measured": measured,
            "estimated": estimate.memory,
            "ratio": estimate.memory as f64 / measured as f64,
            "runs": estimate.runs,
            "flops": estimate.flops,
            "stages": stages.collect::<Map<String, Value>>(),
        })
    );
    Ok(())
}

/// A line of this process's status, in bytes.
fn status(name: &str) -> Result<u64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("the kernel does not say")?;
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    Ok(digits.parse::<u64>()? * 1024)
}
