//! Times convolutions of usual layers beside the peak rate of this machine, in single precision and where it can in bf16: `cargo
//! run --release -p monai-kernels --example convolutions [THREADS]`.

use std::time::Instant;

use monai_kernels::{Axis, Epilogue, Filter, Geometry, LANES, Layout, Level, Source, Winograd};

/// Input and output channels, edge of the input, taps along each axis, stride.
const LAYERS: [(usize, usize, usize, usize, usize); 21] = [
    (1, 16, 96, 3, 1),
    (1, 16, 96, 3, 2),
    (2, 2, 96, 3, 1),
    (16, 16, 96, 3, 1),
    (16, 32, 48, 3, 2),
    (32, 32, 48, 3, 1),
    (32, 32, 96, 3, 1),
    (32, 64, 48, 3, 2),
    (48, 48, 96, 3, 1),
    (64, 64, 48, 3, 1),
    (64, 64, 24, 3, 1),
    (128, 128, 24, 3, 1),
    (128, 256, 24, 3, 2),
    (256, 256, 12, 3, 1),
    (256, 256, 6, 3, 1),
    (320, 320, 8, 3, 1),
    (16, 16, 96, 1, 1),
    (64, 32, 48, 1, 1),
    (128, 128, 24, 1, 1),
    (48, 192, 24, 1, 1),
    (768, 768, 8, 1, 1),
];

fn main() {
    let threads = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
    let levels: Vec<Level> = [Some(Level::detect()), Level::detect_bf16()].into_iter().flatten().collect();
    println!("{threads} threads; GFLOP/s of the plain sum, and share of a core's {:.0} times threads", peak());
    pool.install(|| LAYERS.iter().for_each(|layer| time(&levels, *layer, threads)));
}

/// Multiply-adds of one thread in GFLOP/s, from one channel block held in registers.
fn peak() -> f64 {
    let rate = |_| monai_kernels::peak_rate(Level::detect());
    (0..5).map(rate).fold(0.0, f64::max) / 1e9
}

fn time(
    levels: &[Level],
    (inputs, outputs, edge, kernel, stride): (usize, usize, usize, usize, usize),
    threads: usize,
) {
    let (before, behind) = (kernel / 2, kernel / 2);
    let axis = Axis::Strided { kernel, stride, dilation: 1, before, behind };
    let geometry = Geometry { axes: [axis; 3], inputs: vec![inputs], out_channels: outputs, groups: 1 };
    let taps = kernel.pow(3);
    let weights: Vec<f32> = (0..inputs * outputs * taps).map(|i| (i * 7919 % 1013) as f32 / 506.0 - 1.0).collect();
    let size = [edge; 3];
    let planar = inputs <= 4;
    let count = if planar { inputs } else { inputs.next_multiple_of(LANES) } * edge.pow(3);
    let input: Vec<f32> = (0..count).map(|i| (i * 104_729 % 997) as f32 / 498.0 - 1.0).collect();
    let layout = if planar { Layout::Planar } else { Layout::Blocked };
    let source = Source { data: &input, layout, channels: inputs, prologue: None };
    let filters: Vec<_> =
        levels.iter().map(|level| Filter::new(*level, geometry.clone(), [kernel; 3], &weights, None)).collect();
    let fits = Winograd::fits(&geometry);
    let winograds = levels.iter().filter(|_| fits).map(|level| Winograd::new(*level, geometry.clone(), &weights, None));
    let winograds: Vec<_> = winograds.collect();
    let extent = filters[0].output(size);
    let mut output = vec![0.0; extent.blocked()];
    let flops = 2.0 * (taps * inputs * outputs * extent.voxels()) as f64;
    let mut seconds = vec![[f64::INFINITY; 2]; levels.len()];
    let runs = (4e10 / flops).clamp(5.0, 60.0) as usize;
    let clock = |best: &mut f64, run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        *best = best.min(start.elapsed().as_secs_f64());
    };
    // In turn, so that other load meets all of them.
    for _ in 0..runs {
        for (at, [sums, points]) in seconds.iter_mut().enumerate() {
            clock(sums, &mut || drop(filters[at].run(&[source], size, &mut output, &Epilogue::NONE)));
            if let Some(winograd) = winograds.get(at) {
                clock(points, &mut || drop(winograd.run(&[source], size, &mut output, &Epilogue::NONE)));
            }
        }
    }
    let all = peak() * threads as f64;
    println!("{inputs} -> {outputs}, {edge}^3, {kernel} taps, stride {stride}");
    for (level, ways) in levels.iter().zip(&seconds) {
        for (way, found) in ["sums", "points"].iter().zip(ways).filter(|(_, found)| found.is_finite()) {
            let rate = flops / found / 1e9;
            let (took, share) = (found * 1e3, rate / all);
            println!("    {:<16} {way:6} {took:8.2} ms {rate:6.0} ({share:4.2})", level.to_string());
        }
    }
}
