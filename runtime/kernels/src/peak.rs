use std::hint::black_box;
use std::time::Instant;

use crate::lanes::{LANES, Lanes};
use crate::level::{Kernel, Level};

/// Multiplications and additions per second that one thread can do at most, measured for some ten milliseconds: sums that stay in
/// registers.
pub fn peak_rate(level: Level) -> f64 {
    const ROUNDS: usize = 400_000;
    let time = |rounds: usize| {
        let start = Instant::now();
        black_box(level.run(Sums { rounds }));
        start.elapsed().as_secs_f64()
    };
    time(ROUNDS / 10);
    let seconds = (0..5).map(|_| time(ROUNDS)).fold(f64::INFINITY, f64::min);
    (2 * LANES * level.rows()[0].min(SUMS) * ROUNDS) as f64 / seconds
}

/// The most sums, which wait long enough for their last results on every processor; fewer where the registers hold fewer.
const SUMS: usize = 12;

struct Sums {
    rounds: usize,
}

impl Kernel for Sums {
    type Output = f32;

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) -> f32 {
        // All differ: equal ones would be computed once.
        let starts: [[f32; LANES]; SUMS] =
            black_box(std::array::from_fn(|sum| std::array::from_fn(|lane| (sum * LANES + lane) as f32)));
        // SAFETY: the caller's promise about the processor; each start, and `out`, has sixteen numbers.
        unsafe {
            let (factor, term) = (L::splat(black_box(0.999)), L::splat(black_box(1e-3)));
            let mut sums = starts.map(|start| L::load(start.as_ptr()));
            let sums = &mut sums[..L::ROWS[0].min(SUMS)];
            for _ in 0..self.rounds {
                for sum in &mut *sums {
                    *sum = sum.mul_add(factor, term);
                }
            }
            let mut out = [0.0; LANES];
            sums.iter().fold(L::zero(), |all, sum| all.add(*sum)).store(out.as_mut_ptr());
            out.iter().sum()
        }
    }
}
