//! Bundles of the model zoo, and that of the examples, from file to file in a warm process, beside MONAI's pipeline with each engine in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use lab::root;
use serde_json::Value;

use crate::engine::{Bench, PATIENCE, Setting, THREADS};
use crate::error::Error;
use crate::labels::agreement;
use crate::measure::{Contender, least, median, patiently};
use crate::programs::RUNTIME;
use crate::report::{Goal, Row, Rows};
use crate::warm::Warm;
use crate::zoo::{Place, Subject};

/// What runs the network in MONAI's pipeline.
const ENGINES: [&str; 4] = ["torch", "compile", "onnxruntime", "openvino"];

/// The least share of voxels that must have one label on both sides: random weights leave many of them nearly undecided.
const AGREEMENT: f64 = 0.99;

/// The most that two sides' scores may differ by.
const TOLERANCE: f64 = 1e-3;

/// A subject, and what time should be beside MONAI's pipeline.
struct Case {
    name: &'static str,
    /// None: the bundle of the examples.
    subject: Option<Subject>,
    /// The size of a smaller image of at least two windows, by which the engines are told apart; None: the image itself.
    trial: Option<&'static str>,
    /// With its fastest engine.
    fastest: f64,
    /// With PyTorch.
    torch: Option<f64>,
}

const fn case(bundle: &'static str, shape: &'static str, spacing: &'static str, trial: Option<&'static str>) -> Case {
    Case { name: bundle, subject: Some(Subject { bundle, shape, spacing }), trial, fastest: 0.75, torch: None }
}

const CASES: [Case; 10] = [
    Case { name: "brain_tissue_warm", subject: None, trial: None, fastest: 1.0, torch: None },
    Case { torch: Some(0.3), ..case("spleen_ct_segmentation", "512x512x114", "0.8x0.8x2.5", Some("256x256x60")) },
    case("brats_mri_segmentation", "240x240x155", "1x1x1", None),
    case("prostate_mri_anatomy", "320x320x30", "0.5x0.5x3", Some("144x144x24")),
    case("swin_unetr_btcv_segmentation", "144x144x144", "1.5x1.5x2", Some("144x96x96")),
    case("pediatric_abdominal_ct_segmentation", "160x200x80", "1.2x1.2x3", Some("150x120x80")),
    case("classification_template", "256x224", "1x1", None),
    case("endoscopic_inbody_classification", "720x576", "1x1", None),
    case("breast_density_classification", "800x1000", "1x1", None),
    Case { fastest: 0.5, ..case("wholeBody_ct_segmentation", "287x287x200", "1.5x1.5x1.5", Some("144x96x96")) },
];

/// The rows that there are.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    CASES.iter().map(|case| case.name)
}

/// Measures the rows that are wanted.
pub(crate) fn run(bench: &Bench<'_>) -> Result<(Vec<Setting>, Vec<Row>), Error> {
    let program = bench.programs.program(&RUNTIME, "peers-warm")?;
    let mut rows = Rows::default();
    for case in CASES.iter().filter(|case| bench.wants(case.name)) {
        rows.add(case.measure(bench, &program)?);
    }
    let settings = vec![
        (
            "end to end",
            format!(
                "from file to file in a process with the model loaded, {THREADS} threads, fp32, random weights (brain_tissue_warm: its own); {}",
                bench.programs.described()
            ),
        ),
        ("", "MONAI: the bundle's transforms and inferer under inference_mode, the network by each engine".to_owned()),
        (
            "",
            "each engine runs twice, on a smaller image where one is named; the second run says which is the fastest"
                .to_owned(),
        ),
        ("", "ours and PyTorch's answers to it are compared; then ours and the fastest run in turn".to_owned()),
    ];
    Ok((settings, rows.0))
}

/// One evaluation of one side.
struct Evaluation {
    seconds: f64,
    stages: Value,
}

impl Evaluation {
    fn of(answer: &Value) -> Self {
        Self { seconds: answer["seconds"].as_f64().unwrap_or(f64::NAN), stages: answer["stages"].clone() }
    }

    /// The seconds of some stages together.
    fn of_stages(&self, names: &[&str]) -> f64 {
        names.iter().filter_map(|name| self.stages[*name].as_f64()).sum()
    }
}

impl Case {
    fn measure(&self, bench: &Bench<'_>, program: &Path) -> Result<Vec<Row>, Error> {
        let name = self.name;
        let place = match self.subject {
            Some(subject) => bench.place(subject)?,
            None => Place::brain_tissue()?,
        };
        let trial = match (self.subject, self.trial) {
            (Some(subject), Some(shape)) => bench.place(Subject { shape, ..subject })?.line(),
            _ => place.line(),
        };
        let tried = self.trial.map_or_else(|| name.to_owned(), |shape| format!("{name} {shape}"));
        eprintln!("peers: {tried} by ours ...");
        let mut session = Warm::start(&mut place.command(Command::new(program), "ours", &[])?)?;
        let first = session.ask(&trial)?;
        let once = Evaluation::of(&session.ask(&trial)?).seconds;
        // One engine at a time: all of them together may not fit the memory. Those that stay are run again.
        let mut times = Vec::new();
        let mut fastest: Option<(&str, f64, Warm)> = None;
        let mut torch = None;
        for engine in ENGINES {
            eprintln!("peers: {tried} by MONAI with {engine} ...");
            let mut evaluator = Command::new(&bench.python.program);
            evaluator.arg(root().join("tests/peers/monai_warm.py"));
            let mut peer = Warm::start(&mut place.command(evaluator, engine, &[engine])?)?;
            let warm_up = peer.ask(&trial)?;
            // Of random weights, the last digits of another engine may join two components of a label.
            if engine == "torch" {
                compare(name, &first, &warm_up)?;
            }
            let seconds = Evaluation::of(&peer.ask(&trial)?).seconds;
            times.push((engine, seconds));
            let best = fastest.as_ref().is_none_or(|(_, least, _)| seconds < *least);
            if best && let Some((engine, _, slower)) = fastest.replace((engine, seconds, peer)) {
                if engine == "torch" && self.torch.is_some() { torch = Some(slower) } else { _ = slower.end()? }
            }
        }
        let (engine, _, mut peer) = fastest.expect("there is an engine");
        eprintln!("peers: {name} beside {engine} ...");
        let mut ours_once = || session.answer().map(|answer| Evaluation::of(&answer));
        let mut peer_once = || peer.answer().map(|answer| Evaluation::of(&answer));
        let mut torch_once = torch.as_mut().map(|torch| || torch.answer().map(|answer| Evaluation::of(&answer)));
        let mut sides: Vec<Contender<'_, Evaluation>> = vec![&mut ours_once, &mut peer_once];
        sides.extend(torch_once.as_mut().map(|once| once as Contender<'_, Evaluation>));
        let measured = patiently(bench.runs, &PATIENCE, |one| one.seconds, &mut sides)?;
        let peaks = [session.end()?, peer.end()?];
        torch.map(Warm::end).transpose()?;

        let mut rows: Vec<Row> = times
            .iter()
            .map(|(engine, seconds)| Row::new(format!("{tried}, one run with {engine}"), "s", once, *seconds))
            .collect();
        if let Some(goal) = self.torch {
            let torch = measured.get(2).unwrap_or(&measured[1]);
            rows.push(row(format!("{name}, torch"), &measured[0], torch).goal(Goal::Ratio(goal)));
        }
        let best = row(format!("{name}, the fastest ({engine})"), &measured[0], &measured[1]);
        rows.push(best.goal(Goal::Ratio(self.fastest)));
        for (what, ours, peer) in [
            ("before the network", &["decode", "preprocess"][..], "preprocess"),
            ("inferer and network", &["infer"][..], "infer"),
            ("after the network", &["postprocess", "encode"][..], "postprocess"),
        ] {
            let ours = median(&measured[0], |one| one.of_stages(ours));
            rows.push(Row::new(
                format!("{name}, {what}"),
                "s",
                ours,
                median(&measured[1], |one| one.of_stages(&[peer])),
            ));
        }
        rows.push(Row::new(format!("{name}, peak memory"), "MB", peaks[0] / 1e6, peaks[1] / 1e6));
        Ok(rows)
    }
}

fn row(name: String, ours: &[Evaluation], peer: &[Evaluation]) -> Row {
    let seconds = |one: &Evaluation| one.seconds;
    Row::new(name, "s", median(ours, seconds), median(peer, seconds)).least(least(ours, seconds), least(peer, seconds))
}

/// Fails where two sides do not answer alike.
fn compare(bundle: &str, ours: &Value, peer: &Value) -> Result<(), Error> {
    let path = |answer: &Value| answer["saved"].as_str().map(PathBuf::from);
    if let (Some(ours), Some(peer)) = (path(ours), path(peer)) {
        return agreement(bundle, AGREEMENT, &ours, &peer).map(drop);
    }
    let scores = |answer: &Value| -> Vec<f64> {
        answer["scores"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
    };
    let (left, right) = (scores(ours), scores(peer));
    let near = left.iter().zip(&right).all(|(left, right)| (left - right).abs() <= TOLERANCE);
    if near && left.len() == right.len() && !left.is_empty() {
        return Ok(());
    }
    let described = |answer: &Value, scores: &[f64]| match path(answer) {
        Some(path) => path.display().to_string(),
        None => format!("{} scores from {:?} on", scores.len(), &scores[..scores.len().min(8)]),
    };
    let found = format!("{} and {}", described(ours, &left), described(peer, &right));
    Err(Error::CompareLabels { bundle: bundle.to_owned(), found })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scores_are_compared() {
        let same =
            |left: Value, right: Value| compare("b", &json!({"scores": left}), &json!({"scores": right})).is_ok();
        assert!(same(json!([0.0, 1.0]), json!([0.0, 1.0001])));
        assert!(!same(json!([0.0, 1.0]), json!([0.0, 0.9])));
        assert!(!same(json!([0.0]), json!([0.0, 1.0])));
        assert!(!same(json!([]), json!([])), "nothing was compared");
    }
}
