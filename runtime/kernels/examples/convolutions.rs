//! Times convolutions of usual layers beside the peak rate of this machine: `cargo run --release -p monai-kernels --example
//! convolutions [THREADS]`.

use std::time::Instant;

use monai_kernels::{Axis, Epilogue, Filter, Geometry, LANES, Layout, Level, Source, Winograd};

/// Input and output channels, edge of the input, stride.
const LAYERS: [(usize, usize, usize, usize); 16] = [
    (1, 16, 96, 1),
    (1, 16, 96, 2),
    (2, 2, 96, 1),
    (16, 16, 96, 1),
    (16, 32, 48, 2),
    (32, 32, 48, 1),
    (32, 32, 96, 1),
    (32, 64, 48, 2),
    (48, 48, 96, 1),
    (64, 64, 48, 1),
    (64, 64, 24, 1),
    (128, 128, 24, 1),
    (128, 256, 24, 2),
    (256, 256, 12, 1),
    (256, 256, 6, 1),
    (320, 320, 8, 1),
];

fn main() {
    let threads = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
    let level = Level::detect();
    println!("{level}, {threads} threads; GFLOP/s of the plain sum, and share of a core's {:.0} times threads", peak());
    pool.install(|| LAYERS.iter().for_each(|layer| time(level, *layer, threads)));
}

/// Multiply-adds of one thread in GFLOP/s, from one channel block held in registers.
fn peak() -> f64 {
    let rate = |_| monai_kernels::peak_rate(Level::detect());
    (0..5).map(rate).fold(0.0, f64::max) / 1e9
}

fn time(level: Level, (inputs, outputs, edge, stride): (usize, usize, usize, usize), threads: usize) {
    let axis = Axis::Strided { kernel: 3, stride, dilation: 1, before: 1, behind: 1 };
    let geometry = Geometry { axes: [axis; 3], inputs: vec![inputs], out_channels: outputs, groups: 1 };
    let weights: Vec<f32> = (0..inputs * outputs * 27).map(|i| (i * 7919 % 1013) as f32 / 506.0 - 1.0).collect();
    let size = [edge; 3];
    let planar = inputs <= 4;
    let count = if planar { inputs } else { inputs.next_multiple_of(LANES) } * edge.pow(3);
    let input: Vec<f32> = (0..count).map(|i| (i * 104_729 % 997) as f32 / 498.0 - 1.0).collect();
    let layout = if planar { Layout::Planar } else { Layout::Blocked };
    let source = Source { data: &input, layout, channels: inputs, prologue: None };
    let filter = Filter::new(level, geometry.clone(), [3; 3], &weights, None);
    let winograd = Winograd::fits(&geometry).then(|| Winograd::new(level, geometry, &weights, None));
    let extent = filter.output(size);
    let mut output = vec![0.0; extent.blocked()];
    let flops = 2.0 * 27.0 * (inputs * outputs * extent.voxels()) as f64;
    let (mut sums, mut points) = (f64::INFINITY, f64::INFINITY);
    let runs = (4e10 / flops).clamp(5.0, 60.0) as usize;
    for _ in 0..runs {
        let start = Instant::now();
        filter.run(&[source], size, &mut output, &Epilogue::NONE);
        sums = sums.min(start.elapsed().as_secs_f64());
        if let Some(winograd) = &winograd {
            let start = Instant::now();
            winograd.run(&[source], size, &mut output, &Epilogue::NONE);
            points = points.min(start.elapsed().as_secs_f64());
        }
    }
    let all = peak() * threads as f64;
    let rate = |seconds: f64| flops / seconds / 1e9;
    println!(
        "{inputs:4} -> {outputs:4}, {edge:3}^3, stride {stride}: sums {:8.2} ms {:6.0} ({:4.2}), points {:8.2} ms {:6.0} ({:4.2})",
        sums * 1e3,
        rate(sums),
        rate(sums) / all,
        points * 1e3,
        rate(points),
        rate(points) / all,
    );
}
