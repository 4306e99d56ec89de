/// A scale and then a shift for each channel: constants, not parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Affine {
    /// One factor per channel.
    pub scale: Vec<f32>,
    /// One summand per channel.
    pub shift: Vec<f32>,
}
