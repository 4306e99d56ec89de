//! Numbers that need no file: the same function of (key, index) as in `tests/parity/counter.py`, and what
//! `tests/parity/metrics.py` paints with it.

use serde::Deserialize;

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

fn fnv1a64(key: &str) -> u64 {
    key.bytes().fold(0xCBF2_9CE4_8422_2325, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// Numbers in [-1, 1).
pub(crate) fn uniform(key: &str, count: usize) -> impl Iterator<Item = f64> + use<> {
    let start = fnv1a64(key);
    (1..=count as u64).map(move |index| {
        let z = start.wrapping_add(index.wrapping_mul(GOLDEN));
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 * 2.0_f64.powi(-52) - 1.0
    })
}

/// Balls (class, radius, centre) over nothing, later ones over earlier ones, then single voxels where the noise is high.
#[derive(Deserialize)]
pub(crate) struct Recipe {
    balls: Vec<Vec<i64>>,
    noise: Option<String>,
    above: f64,
    classes: usize,
}

impl Recipe {
    /// The labels of an image, the last axis fastest.
    pub(crate) fn paint(&self, [nx, ny, nz]: [usize; 3]) -> Vec<u16> {
        let mut labels = vec![0; nx * ny * nz];
        for ball in &self.balls {
            let (label, radius, centre) = (ball[0], ball[1], &ball[2..]);
            for (index, out) in labels.iter_mut().enumerate() {
                let place = [index / (ny * nz), index / nz % ny, index % nz];
                let square: i64 = centre.iter().zip(place).map(|(centre, place)| (place as i64 - centre).pow(2)).sum();
                if square <= radius * radius {
                    *out = label as u16;
                }
            }
        }
        if let Some(key) = &self.noise {
            for (index, noise) in uniform(key, labels.len()).enumerate() {
                if noise > self.above {
                    labels[index] = (index % self.classes) as u16;
                }
            }
        }
        labels
    }
}
