/// How one axis of a filter maps its output to a zero-padded copy of its input.
///
/// A convolution has one phase, and reads place `index * stride + tap`. A transposed convolution with stride `s` is `s`
/// small convolutions, one per remainder of `output + padding` by `s`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Axis {
    Strided { kernel: usize, stride: usize, padding: usize },
    Transposed { kernel: usize, stride: usize, padding: usize, output_padding: usize },
}

/// Outputs of one phase that lie side by side in the packed input.
pub(crate) struct Run {
    pub(crate) phase: usize,
    /// First packed place, for the tap of shift 0.
    pub(crate) start: usize,
    pub(crate) count: usize,
    /// First output and the step to the next.
    pub(crate) first: usize,
    pub(crate) step: usize,
}

impl Axis {
    pub(crate) fn output(self, input: usize) -> usize {
        match self {
            Self::Strided { kernel, stride, padding } => (input + 2 * padding - kernel) / stride + 1,
            Self::Transposed { kernel, stride, padding, output_padding } => {
                (input - 1) * stride + kernel + output_padding - 2 * padding
            }
        }
    }

    pub(crate) fn phases(self) -> usize {
        match self {
            Self::Strided { .. } => 1,
            Self::Transposed { stride, .. } => stride,
        }
    }

    /// Kernel indices that a phase uses, each with its shift in the packed input.
    pub(crate) fn taps(self, phase: usize) -> Vec<(usize, usize)> {
        match self {
            Self::Strided { kernel, .. } => (0..kernel).map(|tap| (tap, tap)).collect(),
            Self::Transposed { kernel, stride, .. } => {
                let reach = (kernel - 1) / stride;
                (phase..kernel).step_by(stride).enumerate().map(|(back, tap)| (tap, reach - back)).collect()
            }
        }
    }

    /// Zeros in front of the input in the packed copy.
    pub(crate) fn before(self) -> usize {
        match self {
            Self::Strided { padding, .. } => padding,
            Self::Transposed { kernel, stride, .. } => (kernel - 1) / stride,
        }
    }

    /// Phase and packed place of one output, for the tap of shift 0.
    pub(crate) fn place(self, output: usize) -> (usize, usize) {
        match self {
            Self::Strided { stride, .. } => (0, output * stride),
            Self::Transposed { stride, padding, .. } => ((output + padding) % stride, (output + padding) / stride),
        }
    }

    /// Packed places that some output of an axis of this input size reads.
    pub(crate) fn packed(self, input: usize) -> usize {
        let last = self.place(self.output(input) - 1).1;
        match self {
            Self::Strided { kernel, .. } => last + kernel,
            Self::Transposed { .. } => last + self.before() + 1,
        }
    }

    /// Packed rows are split by this remainder so that strided outputs read neighbours.
    pub(crate) fn interleave(self) -> usize {
        match self {
            Self::Strided { stride, .. } => stride,
            Self::Transposed { .. } => 1,
        }
    }

    /// The outputs of a row.
    pub(crate) fn runs(self, input: usize) -> Vec<Run> {
        let output = self.output(input);
        match self {
            Self::Strided { .. } => vec![Run { phase: 0, start: 0, count: output, first: 0, step: 1 }],
            Self::Transposed { stride, padding, .. } => (0..stride)
                .map(|phase| {
                    let start = padding.saturating_sub(phase).div_ceil(stride);
                    let end = (output + padding).saturating_sub(phase).div_ceil(stride);
                    let first = start * stride + phase - padding;
                    Run { phase, start, count: end.saturating_sub(start), first, step: stride }
                })
                .filter(|run| run.count > 0)
                .collect(),
        }
    }
}
