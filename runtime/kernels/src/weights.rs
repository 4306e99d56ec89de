//! How weights are found in PyTorch's order and cut into groups of blocks.

use crate::bf16;
use crate::lanes::LANES;
use crate::level::Level;
use crate::lines::Lines;

/// Bytes of weights that stay in the second cache while parts of the work read them again.
pub(crate) const KEPT: usize = 640 << 10;

/// Bytes of weights that are read for each tile of a few rows.
const TOGETHER: usize = 1 << 20;

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
pub(crate) fn ordered(level: Level, rows: Vec<f32>, wide: usize) -> Lines {
    if level.factors() == 1 {
        return rows.into();
    }
    let pairs = rows.chunks_exact(2 * wide).map(|rows| rows.split_at(wide));
    let pair = |(first, second): (&[f32], &[f32])| -> Vec<f32> {
        first.iter().zip(second).map(|(first, second)| bf16::pair(*first, *second)).collect()
    };
    pairs.flat_map(pair).collect::<Vec<_>>().into()
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

/// First block and number of blocks of each group: as many at once as the registers suffice for, which then share the loads of the
/// inputs, but of large blocks of weights only two, so that they stay in the second cache; and as equal as they can be. Each
/// output is a sum of so many products.
pub(crate) fn groups(level: Level, out_channels: usize, products: usize) -> impl Iterator<Item = (usize, usize)> {
    let blocks = out_channels.div_ceil(LANES);
    let widest = level.rows().len();
    let bytes = size_of::<f32>() * LANES * products;
    let groups = blocks.div_ceil((TOGETHER / bytes).clamp(2.min(widest), widest));
    divide(blocks, groups)
}

/// First block and number of blocks of so many groups, as equal as they can be.
pub(crate) fn divide(blocks: usize, groups: usize) -> impl Iterator<Item = (usize, usize)> {
    let first = move |group: usize| (group * blocks).div_ceil(groups);
    (0..groups).map(move |group| (first(group), first(group + 1) - first(group)))
}
