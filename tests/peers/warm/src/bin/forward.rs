//! `peers-forward FOLDER THREADS`: our side of the forward passes, in the words of `forward.py`.
//!
//! Reads `model.json`, `state.pt` and `input.bin` of a folder, writes the result of the first pass to `ours.bin`, prints a line of
//! settings, then answers each line of standard input with `{"seconds": …, "peak": …}`: the time of one pass, and the
//! multiplications and additions per second that all threads could do right after it.

use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::time::Instant;

use monai_engine::{Device, Executor, Features, Precision, start_threads};
use monai_kernels::{
    Axis, Epilogue, Filter, Geometry, Layout, Level, Source, Winograd, peak_rate, to_blocked, to_planar,
};
use monai_networks::Network;
use monai_weights::Checkpoint;
use rayon::ThreadPool;
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, threads] = arguments.as_slice() else {
        return Err("usage: peers-forward FOLDER THREADS".into());
    };
    let (folder, threads) = (Path::new(folder), threads.parse()?);
    let pool = start_threads(threads)?;
    let model: Value = serde_json::from_slice(&std::fs::read(folder.join("model.json"))?)?;
    let spatial: Vec<usize> = serde_json::from_value(model["spatial"].clone())?;
    let channels = model["channels"].as_u64().ok_or("`channels` is a count")? as usize;
    let repeats = model["repeats"].as_u64().ok_or("`repeats` is a count")? as usize;
    let input = numbers(&std::fs::read(folder.join("input.bin"))?);
    let checkpoint = Checkpoint::open(&folder.join("state.pt"), None)?;
    let input = Features::new(channels, &spatial, input);
    let target = model["target"].as_str().ok_or("`target` is a class")?;
    let mut pass: Box<dyn Pass> = match target {
        "torch.nn.Conv3d" => Box::new(Convolution::prepare(&model["arguments"], &checkpoint, input)?),
        network => Box::new(Forward::prepare(network, model["arguments"].clone(), &checkpoint, input)?),
    };
    pool.install(|| pass.run())?;
    let bytes: Vec<u8> = pass.output().iter().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(folder.join("ours.bin"), bytes)?;
    say(&json!({ "threads": threads, "level": Level::detect().to_string(), "flops": pass.flops() }))?;
    for line in std::io::stdin().lock().lines() {
        line?;
        let start = Instant::now();
        for _ in 0..repeats {
            pool.install(|| pass.run())?;
        }
        let seconds = start.elapsed().as_secs_f64() / repeats as f64;
        say(&json!({ "seconds": seconds, "peak": peak(&pool) }))?;
    }
    Ok(())
}

/// What all threads of a pool can multiply and add per second at once.
fn peak(pool: &ThreadPool) -> f64 {
    let all = || pool.broadcast(|_| peak_rate(Level::detect())).into_iter().sum();
    (0..3).map(|_| all()).fold(0.0, f64::max)
}

fn numbers(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

fn say(answer: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{answer}")?;
    out.flush()
}

/// A model on its input.
trait Pass: Send {
    fn run(&mut self) -> Result<(), monai_engine::Error>;
    /// The result of the last run, in C order.
    fn output(&self) -> Vec<f32>;
    /// Multiplications and additions.
    fn flops(&self) -> f64;
}

struct Forward {
    executor: Executor,
    input: Features,
    output: Vec<f32>,
    flops: f64,
}

impl Forward {
    fn prepare(target: &str, arguments: Value, checkpoint: &Checkpoint, input: Features) -> Outcome<Self> {
        let network = Network::parse(target, arguments)?;
        let flops = network.graph.flops(&network.graph.shapes(input.spatial())?) as f64;
        let executor = Executor::prepare(&network, Device::Cpu, Precision::Fp32, |parameter| {
            let entry = checkpoint.get(&parameter.name).ok_or("the checkpoint lacks it")?;
            Ok(checkpoint.read(entry)?)
        })?;
        Ok(Self { executor, input, output: Vec::new(), flops })
    }
}

impl Pass for Forward {
    fn run(&mut self) -> Result<(), monai_engine::Error> {
        self.output = self.executor.run(self.input.clone())?.into_data();
        Ok(())
    }

    fn output(&self) -> Vec<f32> {
        self.output.clone()
    }

    fn flops(&self) -> f64 {
        self.flops
    }
}

/// A convolution alone, between maps that lie as they do inside of a network.
struct Convolution {
    way: Way,
    size: [usize; 3],
    geometry: Geometry,
    input: Vec<f32>,
    output: Vec<f32>,
}

enum Way {
    Points(Box<Winograd>),
    Sums(Box<Filter>),
}

impl Convolution {
    fn prepare(arguments: &Value, checkpoint: &Checkpoint, input: Features) -> Outcome<Self> {
        let count = |name: &str| arguments[name].as_u64().map(|count| count as usize).ok_or(format!("no `{name}`"));
        let (kernel, stride, padding) = (count("kernel_size")?, count("stride")?, count("padding")?);
        let axis = Axis::Strided { kernel, stride, dilation: 1, before: padding, behind: padding };
        let (inputs, out_channels) = (vec![input.channels()], count("out_channels")?);
        let geometry = Geometry { axes: [axis; 3], inputs, out_channels, groups: 1 };
        let read = |name: &str| Ok::<_, Box<dyn Error>>(checkpoint.read(checkpoint.get(name).ok_or("it lacks it")?)?);
        let (weight, bias, level) = (read("weight")?, read("bias")?, Level::detect());
        let size = input.spatial().try_into()?;
        let way = match Winograd::fits(&geometry) {
            true => Way::Points(Box::new(Winograd::new(level, geometry.clone(), &weight, Some(&bias)))),
            false => Way::Sums(Box::new(Filter::new(level, geometry.clone(), [kernel; 3], &weight, Some(&bias)))),
        };
        let from = monai_kernels::Extent { channels: input.channels(), size };
        let mut blocked = vec![0.0; from.blocked()];
        to_blocked(from, input.data(), &mut blocked);
        let mut convolution = Self { way, size, geometry, input: blocked, output: Vec::new() };
        convolution.output = vec![0.0; convolution.extent().blocked()];
        Ok(convolution)
    }

    fn extent(&self) -> monai_kernels::Extent {
        match &self.way {
            Way::Points(winograd) => winograd.output(self.size),
            Way::Sums(filter) => filter.output(self.size),
        }
    }
}

impl Pass for Convolution {
    fn run(&mut self) -> Result<(), monai_engine::Error> {
        let channels = self.geometry.inputs[0];
        let source = [Source { data: &self.input, layout: Layout::Blocked, channels, prologue: None }];
        match &self.way {
            Way::Points(winograd) => winograd.run(&source, self.size, &mut self.output, &Epilogue::NONE),
            Way::Sums(filter) => filter.run(&source, self.size, &mut self.output, &Epilogue::NONE),
        };
        black_box(&self.output);
        Ok(())
    }

    fn output(&self) -> Vec<f32> {
        let extent = self.extent();
        let mut planar = vec![0.0; extent.planar()];
        to_planar(Level::detect(), extent, &self.output, &mut planar);
        planar
    }

    fn flops(&self) -> f64 {
        let Axis::Strided { kernel, .. } = self.geometry.axes[0] else { unreachable!("it is no transposed one") };
        2.0 * kernel.pow(3) as f64 * self.geometry.inputs[0] as f64 * self.extent().planar() as f64
    }
}
