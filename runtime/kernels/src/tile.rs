//! The innermost loop of everything that multiplies matrices: a few rows of inputs times some blocks of weights, with all sums
//! in registers.

use crate::lanes::{LANES, Lanes};

/// What is multiplied, by tiles of a few rows. Row `t` of the output is `bias` plus, over all segments and their `depth` numbers, input
/// number times a row of weights.
///
/// In bf16 each number of the input stands for a pair: two numbers of 16 bits one after the other. In a row of weights then lie
/// those of the first and of the second number in turn, as many pairs as the row has lanes.
pub(crate) struct Product<'a> {
    /// Rows of the input and of the output.
    pub(crate) rows: usize,
    /// Blocks of the output: at most as many as the lanes have tiles for.
    pub(crate) blocks: usize,
    /// The first row; number `k` of a segment lies at `input + segment + k`.
    pub(crate) input: *const f32,
    /// From one row of the input to the next.
    pub(crate) stride: usize,
    /// Where the parts of a row begin.
    pub(crate) segments: &'a [usize],
    /// Numbers of each part.
    pub(crate) depth: usize,
    /// `[segments, depth, blocks, LANES]`.
    pub(crate) weights: *const f32,
    /// `[blocks, LANES]`.
    pub(crate) bias: *const f32,
    /// The first row of the first block.
    pub(crate) output: *mut f32,
    /// From one row of the output to the next.
    pub(crate) step: usize,
    /// From one block of the output to the next.
    pub(crate) block: usize,
}

/// How `count` rows are cut into tiles of at most `most`: the number of rows of each tile. The last tile begins earlier than its
/// turn where rows are left over, so that some rows are computed twice instead of in a smaller tile. Other strides are done row by row.
fn height(count: usize, most: usize, stride: usize) -> usize {
    match stride {
        8 | 16 | 32 => count.div_ceil(count.div_ceil(most)),
        1 | 2 | 3 | 4 | 6 if count >= most => most,
        _ => 1,
    }
}

/// The most blocks that any lanes have tiles for.
pub(crate) const BLOCKS: usize = 4;

/// Whether a tile of so many rows and blocks fits the registers.
const fn fits<L: Lanes>(rows: usize, blocks: usize) -> bool {
    blocks <= L::ROWS.len() && rows <= L::ROWS[blocks - 1]
}

/// Computes a product by tiles of `T` rows and `N` blocks; rows of the input lie `S` numbers apart.
///
/// # Safety
/// As for [`Product::run`]; the product has at least `T` rows.
#[inline(always)]
pub(crate) unsafe fn run<L: Lanes, const T: usize, const N: usize, const S: usize>(product: &Product<'_>) {
    let mut at = 0;
    while at < product.rows {
        // The last tile reaches back, so that it is whole.
        let first = at.min(product.rows - T);
        // SAFETY: as for this function.
        unsafe {
            let mut sums = [[L::zero(); N]; T];
            let bias: [L; N] = std::array::from_fn(|n| L::load(product.bias.add(n * LANES)));
            for (n, bias) in bias.into_iter().enumerate() {
                sums.iter_mut().for_each(|row| row[n] = bias);
            }
            let rows = product.input.add(first * product.stride);
            let mut weights = product.weights;
            for segment in product.segments {
                let mut input = rows.add(*segment);
                for _ in 0..product.depth {
                    let columns: [L; N] = std::array::from_fn(|n| L::load(weights.add(n * LANES)));
                    for (t, row) in sums.iter_mut().enumerate() {
                        let value = L::splat(*input.add(t * S));
                        for (sum, column) in row.iter_mut().zip(columns) {
                            *sum = value.add_product(column, *sum);
                        }
                    }
                    weights = weights.add(N * LANES);
                    input = input.add(1);
                }
            }
            let output = product.output.add(first * product.step);
            for (t, row) in sums.into_iter().enumerate() {
                for (n, sum) in row.into_iter().enumerate() {
                    sum.store(output.add(t * product.step + n * product.block));
                }
            }
        }
        at = first + T;
    }
}

impl Product<'_> {
    /// Computes it.
    ///
    /// # Safety
    /// The processor has the features of the lanes; everything that the product names lies in memory that may be read, its output in
    /// memory that nobody else uses.
    #[inline(always)]
    pub(crate) unsafe fn run<L: Lanes>(&self) {
        let (blocks, stride) = (self.blocks, self.stride);
        let rows = height(self.rows, L::ROWS[blocks - 1], stride);
        macro_rules! rows {
            ($blocks:literal, $stride:literal: $($rows:literal)*) => {
                match rows {
                    $($rows => {
                        // Tiles that do not fit the registers are not compiled, nor those of few channels in bf16.
                        if const { fits::<L>($rows, $blocks) && (L::FACTORS == 1 || matches!($stride, 0 | 8 | 16 | 32)) } {
                            // SAFETY: as for this function; `height` gives no more rows than there are.
                            unsafe { L::tiles::<$rows, $blocks, $stride>(self) }
                        }
                    })*
                    _ => unreachable!("no tile has {rows} rows"),
                }
            };
        }
        macro_rules! strides {
            ($blocks:literal: $($stride:literal)*) => {
                match stride {
                    8 => rows!($blocks, 8: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28),
                    16 => rows!($blocks, 16: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28),
                    32 => rows!($blocks, 32: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28),
                    $($stride => rows!($blocks, $stride: 1 2 3 4 6 9 14 28),)*
                    // A single row has no stride.
                    _ => rows!($blocks, 0: 1),
                }
            };
        }
        match blocks {
            1 => strides!(1: 1 2 3 4 6),
            2 => strides!(2: 1 2 3 4 6),
            3 => strides!(3: 1 2 3 4 6),
            4 => strides!(4: 1 2 3 4 6),
            _ => unreachable!("a product has at most {BLOCKS} blocks"),
        }
    }
}
