use monai_kernels::{Attention, LANES, Level, Windows};

use crate::naive::{block, numbers, unblock, worst};

struct Case {
    heads: usize,
    width: usize,
    /// Voxels of a whole window and of the windows that run.
    whole: usize,
    voxels: usize,
    windows: usize,
    shifted: bool,
}

#[test]
fn windows_attend_as_plain_loops_do() {
    let case = |heads, width, whole, voxels, windows, shifted| Case { heads, width, whole, voxels, windows, shifted };
    for case in [
        case(2, 16, 27, 27, 3, true),
        case(3, 8, 40, 40, 2, false),
        case(1, 24, 48, 36, 2, true),
        case(4, 4, 8, 8, 5, true),
        case(1, 16, 64, 17, 1, false),
    ] {
        for level in Level::available() {
            check(level, &case);
        }
    }
}

fn check(level: Level, case: &Case) {
    let Case { heads, width, whole, voxels, windows, shifted } = *case;
    let (channels, all) = (heads * width, windows * voxels);
    let table = numbers(50 * heads, 1);
    let rows: Vec<usize> = (0..whole * whole).map(|pair| (pair * 7 + pair / whole) % 50).collect();
    let input = numbers(3 * channels * all, 2);
    // Windows that interleave.
    let order: Vec<usize> =
        (0..windows).flat_map(|window| (0..voxels).map(move |slot| slot * windows + window)).collect();
    let regions: Vec<usize> = (0..all).map(|slot| slot * 5 / 3 % 3).collect();

    let number = |part: usize, head: usize, at: usize, voxel: usize| {
        f64::from(input[((part * heads + head) * width + at) * all + voxel])
    };
    let mut expected = vec![0.0; channels * all];
    for (window, head) in (0..windows).flat_map(|window| (0..heads).map(move |head| (window, head))) {
        let slots = &order[window * voxels..][..voxels];
        for (i, query) in slots.iter().enumerate() {
            let mut weights: Vec<f64> = Vec::new();
            for (j, key) in slots.iter().enumerate() {
                let product: f64 = (0..width).map(|at| number(0, head, at, *query) * number(1, head, at, *key)).sum();
                let bias = f64::from(table[rows[i * whole + j] * heads + head]);
                let apart = shifted && regions[window * voxels + i] != regions[window * voxels + j];
                weights.push(product / (width as f64).sqrt() + bias - if apart { 100.0 } else { 0.0 });
            }
            let most = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            weights.iter_mut().for_each(|weight| *weight = (*weight - most).exp());
            let sum: f64 = weights.iter().sum();
            for at in 0..width {
                let seen: f64 =
                    slots.iter().zip(&weights).map(|(key, weight)| weight / sum * number(2, head, at, *key)).sum();
                expected[(head * width + at) * all + query] = seen;
            }
        }
    }
    let attention = Attention::new(level, [heads, width], whole, &table, &rows);
    let places = Windows { voxels, order, regions: shifted.then_some(regions) };
    let mut output = vec![f32::NAN; channels.next_multiple_of(LANES) * all];
    attention.run(&block(&input, 3 * channels), &places, &mut output);
    assert!(output.iter().all(|number| !number.is_nan()), "{level}: what fills up the last block is zero");
    let worst = worst(&unblock(&output, channels), &expected);
    assert!(worst < 1e-5, "{level}, {heads} heads of {width}, {voxels} of {whole} voxels: {worst:e}");
}
