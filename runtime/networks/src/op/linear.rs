use crate::parameter::ParameterId;
use crate::shapes::Shape;

/// `torch.nn.Linear`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linear {
    /// `[out_channels, in_channels]`.
    pub weight: ParameterId,
    /// `[out_channels]`.
    pub bias: Option<ParameterId>,
    /// Channels of the input.
    pub in_channels: usize,
    /// Channels of the output.
    pub out_channels: usize,
}

impl Linear {
    pub(super) fn infer(&self, input: &Shape) -> Result<Shape, String> {
        if input.channels != self.in_channels {
            return Err(format!("a vector of {} numbers meets weights for {}", input.channels, self.in_channels));
        }
        Ok(Shape { channels: self.out_channels, spatial: input.spatial.clone() })
    }
}
