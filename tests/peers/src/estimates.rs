//! What was known beforehand of an answer's memory and time, beside what it took; and how both grow with the image.

use std::process::Command;

use serde_json::Value;

use crate::engine::{Bench, Setting, THREADS};
use crate::error::Error;
use crate::measure::median;
use crate::programs::RUNTIME;
use crate::report::{Goal, Row, Rows};
use crate::warm::Warm;
use crate::zoo::Subject;

/// The row of all of them.
pub(crate) const NAME: &str = "estimates";

/// Answers of one process, if they do not take too long; each of their figures is the median.
const RUNS: usize = 3;

/// Seconds of answers of one process after which there are no more.
const PATIENCE: f64 = 12.0;

/// Bundles, the size of their subjects' voxels in mm, and three shapes.
const CASES: [(&str, &str, [&str; 3]); 6] = [
    ("spleen_ct_segmentation", "0.8x0.8x2.5", ["512x512x57", "512x512x114", "512x512x228"]),
    ("prostate_mri_anatomy", "0.5x0.5x3", ["320x320x30", "320x320x60", "400x400x40"]),
    ("pediatric_abdominal_ct_segmentation", "1.2x1.2x3", ["160x200x80", "200x200x80", "240x240x80"]),
    ("brats_mri_segmentation", "1x1x1", ["200x200x120", "240x240x155", "240x260x155"]),
    ("swin_unetr_btcv_segmentation", "1.5x1.5x2", ["120x120x80", "160x160x80", "160x160x120"]),
    ("wholeBody_ct_segmentation", "1.5x1.5x1.5", ["144x144x96", "216x168x168", "287x287x200"]),
];

/// The bundle whose images double.
const GROWING: &str = "spleen_ct_segmentation";

/// What one subject took.
struct Taken {
    shape: &'static str,
    /// In bytes, known and measured.
    memory: [f64; 2],
    /// In the network, known and measured.
    seconds: [f64; 2],
    /// Outside of it.
    outside: f64,
    /// How often the network ran.
    runs: f64,
}

/// Measures every bundle.
pub(crate) fn run(bench: &Bench<'_>) -> Result<(Vec<Setting>, Vec<Row>), Error> {
    let mut rows = Rows::default();
    for (bundle, spacing, shapes) in CASES {
        let take = |shape| take(bench, Subject { bundle, shape, spacing });
        let taken = shapes.into_iter().map(take).collect::<Result<Vec<_>, _>>()?;
        for Taken { shape, memory, seconds, .. } in &taken {
            let [known, measured] = memory.map(|bytes| bytes / 1e6);
            let memory = Row::new(format!("{bundle} {shape}, memory known and measured"), "MB", known, measured);
            let seconds =
                Row::new(format!("{bundle} {shape}, inference known and measured"), "s", seconds[0], seconds[1]);
            rows.add([memory.goal(Goal::Within([1.0, 1.2])), seconds.goal(Goal::Within([0.7, 1.3]))]);
        }
        if bundle == GROWING {
            rows.add(growth(bundle, &taken));
        }
    }
    let settings = vec![(
        "estimates",
        format!(
            "known: as `monai check --image` says; measured: peak of what is resident above what was before, {RUNS} \
             answers of one process, fewer above {PATIENCE} s, {THREADS} threads"
        ),
    )];
    Ok((settings, rows.0))
}

/// From each image to the next, which has twice the slices.
fn growth(bundle: &str, taken: &[Taken]) -> Vec<Row> {
    let pairs = taken.windows(2).flat_map(|pair| {
        let [small, large] = pair else { unreachable!("windows have two") };
        let of = format!("{bundle} {} to {}", small.shape, large.shape);
        let outside = Row::new(format!("{of}, time outside of the inferer"), "s", large.outside, small.outside);
        let each = |taken: &Taken| taken.seconds[1] / taken.runs;
        let window = Row::new(format!("{of}, time per window"), "s", each(large), each(small));
        [outside.goal(Goal::Ratio(2.1)), window.goal(Goal::Within([0.95, 1.05]))]
    });
    pairs.collect()
}

fn take(bench: &Bench<'_>, subject: Subject) -> Result<Taken, Error> {
    let program = bench.programs.program(&RUNTIME, "peers-warm")?;
    let place = bench.place(subject)?;
    let mut session = Warm::start(&mut place.command(Command::new(program), "ours", &[])?)?;
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let (mut answers, mut spent) = (Vec::new(), 0.0);
    while answers.len() < RUNS && spent < PATIENCE {
        answers.push(session.answer()?);
        spent += number(&answers[answers.len() - 1]["seconds"]);
    }
    let foreseen = session.settings["foreseen"].clone();
    session.end()?;
    let infer = median(&answers, |answer| number(&answer["stages"]["infer"]));
    // What a process keeps from one answer is not taken again for the next.
    let memory = answers.iter().map(|answer| number(&answer["memory"])).fold(0.0, f64::max);
    Ok(Taken {
        shape: subject.shape,
        memory: [number(&foreseen["memory"]), memory],
        seconds: [number(&foreseen["seconds"]), infer],
        outside: median(&answers, |answer| number(&answer["seconds"])) - infer,
        runs: number(&foreseen["runs"]),
    })
}
