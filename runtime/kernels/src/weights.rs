//! How weights are found in PyTorch's order and cut into groups of blocks.

use crate::bf16;
use crate::lanes::LANES;
use crate::level::Level;

/// Bytes of weights that stay in the second cache while parts of the work read them again.
pub(crate) const KEPT: usize = 640 << 10;

/// Weights in PyTorch's order.
pub(crate) struct Dense<'a> {
    weights: &'a [f32],
    kernel: [usize; 3],
    /// Channels of input and output in one group.
    inside: [usize; 2],
    transposed: bool,
}

impl<'a> Dense<'a> {
    /// `[out, in / groups, kernel...]`, transposed `[in, out / groups, kernel...]`; `channels` are those of input and output.
    pub(crate) fn new(
        weights: &'a [f32],
        kernel: [usize; 3],
        channels: [usize; 2],
        groups: usize,
        transposed: bool,
    ) -> Self {
        let inside = channels.map(|channels| channels / groups);
        let expected = channels[0] * channels[1] / groups * kernel.iter().product::<usize>();
        assert_eq!(weights.len(), expected, "the weights have their shape");
        Self { weights, kernel, inside, transposed }
    }

    /// Whether an output depends on an input.
    pub(crate) fn sees(&self, out: usize, input: usize) -> bool {
        out / self.inside[1] == input / self.inside[0]
    }

    /// Zero where the two are of different groups.
    pub(crate) fn weight(&self, out: usize, input: usize, [x, y, z]: [usize; 3]) -> f32 {
        if !self.sees(out, input) {
            return 0.0;
        }
        let [inputs, outputs] = self.inside;
        let pair = if self.transposed { input * outputs + out % outputs } else { out * inputs + input % inputs };
        let [width, height, depth] = self.kernel;
        self.weights[((pair * width + x) * height + y) * depth + z]
    }
}

/// Rows of so many numbers, as products of `level` read them: as they are, or each two rows as one of pairs.
pub(crate) fn ordered(level: Level, rows: Vec<f32>, wide: usize) -> Vec<f32> {
    if level.factors() == 1 {
        return rows;
    }
    let pairs = rows.chunks_exact(2 * wide).map(|rows| rows.split_at(wide));
    pairs
        .flat_map(|(first, second)| first.iter().zip(second).map(|(first, second)| bf16::pair(*first, *second)))
        .collect()
}

/// The channel in each lane of the blocks of all sources; `None` where a block is filled up.
pub(crate) fn slots(inputs: &[usize]) -> Vec<Option<usize>> {
    let (mut slots, mut first) = (Vec::new(), 0);
    for channels in inputs {
        slots.extend((first..first + channels).map(Some));
        slots.resize(slots.len().next_multiple_of(LANES), None);
        first += channels;
    }
    slots
}

/// First block and number of blocks of each group: two at once where the registers suffice.
pub(crate) fn groups(level: Level, out_channels: usize) -> impl Iterator<Item = (usize, usize)> {
    let blocks = out_channels.div_ceil(LANES);
    let [one, two] = level.rows();
    // Two blocks share the loads of the inputs, which pays where as many sums stay in registers.
    let wide = if 2 * two >= one && two >= 8 { 2 } else { 1 };
    (0..blocks).step_by(wide).map(move |first| (first, wide.min(blocks - first)))
}
