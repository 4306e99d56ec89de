/// How one axis of a filter maps its output to its input.
///
/// Places count from the first input that any output reads, zeros around the input included. A convolution has one phase, and
/// reads place `index * stride + tap * dilation`. A transposed convolution with stride `s` is `s` small convolutions, one per
/// remainder of `output + padding` by `s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Of a convolution.
    Strided {
        /// Taps.
        kernel: usize,
        /// From one output to the next.
        stride: usize,
        /// From one tap to the next.
        dilation: usize,
        /// Zeros in front.
        before: usize,
        /// Zeros behind.
        behind: usize,
    },
    /// Of a transposed convolution.
    Transposed {
        /// Taps.
        kernel: usize,
        /// From one input to the next.
        stride: usize,
        /// Outputs cut from both ends.
        padding: usize,
        /// Outputs added behind.
        output_padding: usize,
    },
}

/// Outputs of one phase that lie side by side in the input.
pub(crate) struct Run {
    pub(crate) phase: usize,
    /// First place, for the tap of shift 0.
    pub(crate) start: usize,
    pub(crate) count: usize,
    /// First output and the step to the next.
    pub(crate) first: usize,
    pub(crate) step: usize,
}

impl Axis {
    /// Size of the output for a size of the input.
    pub fn output(self, input: usize) -> usize {
        match self {
            Self::Strided { kernel, stride, dilation, before, behind } => {
                (input + before + behind - (kernel - 1) * dilation - 1) / stride + 1
            }
            Self::Transposed { kernel, stride, padding, output_padding } => {
                (input - 1) * stride + kernel + output_padding - 2 * padding
            }
        }
    }

    pub(crate) fn is_transposed(self) -> bool {
        matches!(self, Self::Transposed { .. })
    }

    /// Whether each output reads the input at its own place and no other.
    pub(crate) fn is_plain(self) -> bool {
        matches!(self, Self::Strided { kernel: 1, stride: 1, before: 0, behind: 0, .. })
    }

    pub(crate) fn phases(self) -> usize {
        match self {
            Self::Strided { .. } => 1,
            Self::Transposed { stride, .. } => stride,
        }
    }

    /// Kernel indices that a phase uses, each with its shift from the place, in ascending order of shifts.
    pub(crate) fn taps(self, phase: usize) -> Vec<(usize, usize)> {
        match self {
            Self::Strided { kernel, dilation, .. } => (0..kernel).map(|tap| (tap, tap * dilation)).collect(),
            Self::Transposed { kernel, stride, .. } => {
                let reach = (kernel - 1) / stride;
                let mut taps: Vec<_> =
                    (phase..kernel).step_by(stride).enumerate().map(|(back, tap)| (tap, reach - back)).collect();
                taps.reverse();
                taps
            }
        }
    }

    /// The greatest shift of any tap.
    pub(crate) fn reach(self) -> usize {
        match self {
            Self::Strided { kernel, dilation, .. } => (kernel - 1) * dilation,
            Self::Transposed { kernel, stride, .. } => (kernel - 1) / stride,
        }
    }

    /// Zeros in front of the input at place 0.
    pub(crate) fn before(self) -> usize {
        match self {
            Self::Strided { before, .. } => before,
            Self::Transposed { kernel, stride, .. } => (kernel - 1) / stride,
        }
    }

    /// Phase and place of one output, for the tap of shift 0.
    pub(crate) fn place(self, output: usize) -> (usize, usize) {
        match self {
            Self::Strided { stride, .. } => (0, output * stride),
            Self::Transposed { stride, padding, .. } => ((output + padding) % stride, (output + padding) / stride),
        }
    }

    /// From the place of one output to that of the next of its phase.
    pub(crate) fn advance(self) -> usize {
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
            Self::Transposed { stride, .. } => (0..stride.min(output))
                .map(|first| {
                    let (phase, start) = self.place(first);
                    Run { phase, start, count: (output - first).div_ceil(stride), first, step: stride }
                })
                .collect(),
        }
    }
}
