//! MONAI's own tests of its sliding windows and slices, as `tests/parity/monai_cases/inferers.py` watched them, and the table of
//! which of them hold.

use std::cell::Cell;
use std::fmt::Write as _;
use std::path::PathBuf;

use monai_engine::{Device, Error, Executor, Features, slice, sliding_window};
use monai_networks::Network;
use monai_pipeline::Inferer;
use serde_json::Value;

use crate::{counter, fixtures};

const FILES: [&str; 2] = ["test_sliding_window_inference", "test_slice_inferer"];

/// Most that a voxel may differ, in parts of the output's largest.
const TOLERANCE: f64 = 1e-6;

/// Why a case whose network has outputs of several sizes does not hold.
const SIZES: &str = "refused: the network's output has another size than its window";

/// What became of a case.
enum Outcome {
    Holds,
    Differs(String),
    /// It means nothing here.
    LeftOut(String),
}

/// The images, the outputs and the cases of one file of MONAI's tests.
struct Cases {
    document: Value,
    /// The last run and what came of it: how MONAI buffers changes no setting here, and the images are large.
    last: Option<(String, Vec<Features>)>,
}

/// What stands for the network.
enum Function<'a> {
    /// The text of a Python function.
    Text(&'a str),
    Network(Box<Executor>),
}

fn folder() -> PathBuf {
    fixtures::root().join("tests/fixtures/monai_cases/inferers")
}

impl Cases {
    fn read(file: &str) -> Cases {
        let text = std::fs::read(folder().join(format!("{file}.json"))).expect("the cases are committed");
        Cases { document: serde_json::from_slice(&text).expect("the cases are JSON"), last: None }
    }

    fn entry(&self, table: &str, number: &Value) -> Value {
        self.document[table][number.as_u64().expect("a number") as usize].clone()
    }

    fn run(&mut self, case: &Value) -> Outcome {
        if let Some(why) = case["not_applicable"].as_str() {
            return Outcome::LeftOut(why.to_owned());
        }
        let calls = case["calls"].as_array().expect("calls");
        assert!(!calls.is_empty(), "{} calls nothing", case["test"]);
        for call in calls {
            if let Err(why) = self.call(call) {
                return Outcome::Differs(why);
            }
        }
        Outcome::Holds
    }

    /// Runs one call and compares; why it is not as in MONAI.
    fn call(&mut self, call: &Value) -> Result<(), String> {
        let given = self.entry("images", &call["image"]);
        let function = match &call["function"] {
            Value::String(text) => Function::Text(text),
            network => {
                let network = Network::parse("UNet", network["UNet"].clone()).expect("MONAI builds it");
                Function::Network(Box::new(counter::executor(&network, "monai_cases/slice", Device::Cpu)))
            }
        };
        let target = fixtures::text(call, "target");
        let axes = if target == "SliceInferer" { 2 } else { fixtures::sizes(&given["shape"]).len() - 2 };
        let inferer = Inferer::parse(target, call["arguments"].clone(), axes).map_err(|error| error.to_string())?;
        let run = format!("{inferer:?} {} {given}", call["function"]);
        if self.last.as_ref().is_none_or(|(last, _)| *last != run) {
            let outputs = images(&given).into_iter().map(|image| infer(&inferer, &function, image));
            let outputs: Result<Vec<Features>, Error> = outputs.collect();
            match outputs {
                Ok(outputs) => self.last = Some((run, outputs)),
                Err(Error::StitchWindow { .. }) if call["output"].is_null() => return Err(SIZES.to_owned()),
                Err(error) => return Err(error.to_string()),
            }
        }
        let (_, outputs) = self.last.as_ref().expect("it has just run");
        self.compare(outputs, &self.entry("outputs", &call["output"]))
    }

    /// Holds the outputs of a batch to MONAI's numbers, and all of them to the digest where they are near whole numbers.
    fn compare(&self, outputs: &[Features], theirs: &Value) -> Result<(), String> {
        let shape = [&[outputs.len(), outputs[0].channels()], outputs[0].spatial()].concat();
        if shape != fixtures::sizes(&theirs["shape"]) {
            return Err(format!("shape {shape:?}, MONAI {}", theirs["shape"]));
        }
        let ours = || outputs.iter().flat_map(|output| output.data());
        let values = theirs["values"].as_array().expect("numbers").iter();
        let values: Vec<f64> = values.map(|value| value.as_f64().expect("a number")).collect();
        let step = theirs["step"].as_u64().expect("a number") as usize;
        let tolerance = match theirs["std"].as_f64() {
            Some(std) => std * self.document["tolerance_of_std"].as_f64().expect("a number"),
            None => values.iter().fold(1.0, |most: f64, value| most.max(value.abs())) * TOLERANCE,
        };
        assert_eq!(ours().count().div_ceil(step), values.len());
        for (number, (ours, theirs)) in ours().step_by(step).zip(&values).enumerate() {
            let difference = (f64::from(*ours) - theirs).abs();
            if difference.is_nan() || difference > tolerance {
                return Err(format!("voxel {} is {ours}, MONAI {theirs}", number * step));
            }
        }
        let whole: Vec<u8> = ours().flat_map(|value| (value.round_ties_even() as i32).to_le_bytes()).collect();
        match theirs["whole_sha256"].as_str().is_none_or(|digest| digest == fixtures::sha256(&whole)) {
            true => Ok(()),
            false => Err("some voxels are not those of MONAI".to_owned()),
        }
    }
}

/// The images of a batch, by the rule that Python wrote.
fn images(given: &Value) -> Vec<Features> {
    let shape = fixtures::sizes(&given["shape"]);
    let count: usize = shape.iter().product();
    let data: Vec<f32> = match &given["of"] {
        Value::Number(value) => vec![value.as_f64().expect("a number") as f32; count],
        Value::Array(range) => {
            let [low, high] = [0, 1].map(|end| range[end].as_f64().expect("a number"));
            let shares = counter::uniform(&format!("monai_cases/{shape:?}"), count).map(|noise| (noise + 1.0) * 0.5);
            shares.map(|share| (low + (share * (high - low)).floor()) as f32).collect()
        }
        rule => {
            assert_eq!(rule, "arange");
            (0..count).map(|index| index as f32).collect()
        }
    };
    let each = data.chunks_exact(count / shape[0]);
    each.map(|data| Features::new(shape[1], &shape[2..], data.to_vec())).collect()
}

fn infer(inferer: &Inferer, function: &Function<'_>, image: Features) -> Result<Features, Error> {
    let calls = Cell::new(1.0);
    let network = |windows: Vec<Features>| match function {
        Function::Text(text) => Ok(apply(text, windows, &calls)),
        Function::Network(executor) => executor.run_batch(windows),
    };
    let whole = |channels: usize, data: Vec<f32>| Ok((channels, data));
    match inferer {
        Inferer::SlidingWindow(settings) => sliding_window(settings, image, settings.sw_batch_size, network, &whole),
        Inferer::Slice(settings) => slice(settings, image, settings.windows.sw_batch_size, network, &whole),
        Inferer::Simple => unreachable!("its tests are not among these"),
    }
}

/// The functions of MONAI's tests. `calls` begins with 1, as there.
fn apply(text: &str, windows: Vec<Features>, calls: &Cell<f32>) -> Vec<Features> {
    let (factor, summand) = match text {
        "return 2.0 * patch" => (2.0, 0.0),
        "return data + 1" | "return data + torch.tensor(1, device=sw_device or device)" => (1.0, 1.0),
        "self.add += 1; return data + self.add" => {
            calls.set(calls.get() + 1.0);
            (1.0, calls.get())
        }
        "return data + data.sum()" => (1.0, windows.iter().flat_map(Features::data).sum()),
        // Of several outputs, one that is smaller than its window.
        text if text.contains("data[:, ::3, ::2, ::2] + 2") => return windows.iter().map(smaller).collect(),
        other => panic!("the function `{other}` is not known here"),
    };
    let change = |window: Features| {
        let (channels, spatial) = (window.channels(), window.spatial().to_vec());
        let data = window.into_data().into_iter().map(|value| factor * value + summand).collect();
        Features::new(channels, &spatial, data)
    };
    windows.into_iter().map(change).collect()
}

/// `data[:, ::3, ::2, ::2] + 2`
fn smaller(window: &Features) -> Features {
    let [height, width] = window.spatial()[..] else { panic!("a window of two axes") };
    let channels = (0..window.channels()).step_by(3);
    let rows = channels.flat_map(|channel| (0..height).step_by(2).map(move |row| (channel * height + row) * width));
    let data = rows.flat_map(|start| window.data()[start..start + width].iter().step_by(2).map(|value| value + 2.0));
    Features::new(window.channels().div_ceil(3), &[height.div_ceil(2), width.div_ceil(2)], data.collect())
}

/// The committed page: each file's cases, those that apply, those that hold, and why the others do not.
fn page(outcomes: &[(&str, String, Outcome)]) -> String {
    let (mut rows, mut reasons) = (String::new(), String::new());
    for name in FILES.iter().copied().chain(["all"]) {
        let of: Vec<_> = outcomes.iter().filter(|(file, ..)| name == "all" || *file == name).collect();
        let apply = of.iter().filter(|(.., outcome)| !matches!(outcome, Outcome::LeftOut(_))).count();
        let hold = of.iter().filter(|(.., outcome)| matches!(outcome, Outcome::Holds)).count();
        let shown = if name == "all" { name.to_owned() } else { format!("tests/inferers/{name}.py") };
        let _ = writeln!(rows, "| {shown} | {} | {apply} | {hold} |", of.len());
    }
    for (file, test, outcome) in outcomes {
        let (kind, why) = match outcome {
            Outcome::Holds => continue,
            Outcome::Differs(why) => ("differs", why),
            Outcome::LeftOut(why) => ("does not apply", why),
        };
        let _ = writeln!(reasons, "| {file} | {test} | {kind} | {why} |");
    }
    format!(
        "# MONAI's tests of the inferers\n\n`runtime/engine/tests/it/inferer_cases.rs` runs the cases beside this page and holds \
         it to them. They are those of MONAI's\nown tests (Apache License 2.0, Copyright MONAI Consortium), with the numbers that \
         MONAI gives when\n`tests/parity/monai_cases/inferers.py` runs them.\n\n| file | cases | apply | hold as in MONAI \
         |\n|---|---:|---:|---:|\n{rows}\n| file | case | | why |\n|---|---|---|---|\n{reasons}"
    )
}

#[test]
fn what_monai_tests_of_inferers_holds_here() {
    let mut outcomes = Vec::new();
    for file in FILES {
        let mut cases = Cases::read(file);
        for case in fixtures::cases(&cases.document).to_vec() {
            outcomes.push((file, fixtures::text(&case, "test").to_owned(), cases.run(&case)));
        }
    }
    let expected = page(&outcomes);
    let found = std::fs::read_to_string(folder().join("README.md")).unwrap_or_default();
    assert!(found == expected, "tests/fixtures/monai_cases/inferers/README.md should be:\n{expected}");
}
