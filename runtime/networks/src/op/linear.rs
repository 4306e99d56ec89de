use crate::parameter::ParameterId;
use crate::shapes::Shape;

/// `torch.nn.Linear`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linear {
    /// `[out_channels, in_channels]`.
    pub weight: ParameterId,
    /// `[out_channels]`.
    pub bias: Option<ParameterId>,
    /// Channels of the output.
    pub out_channels: usize,
}

impl Linear {
    pub(super) fn infer(&self, input: &Shape) -> Shape {
        Shape { channels: self.out_channels, spatial: input.spatial.clone() }
    }
}
