/// How the pixels of a picture become channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colours {
    /// As the file has them: grey, grey and opacity, colours, colours and opacity, or the numbers of a palette's colours.
    #[default]
    AsStored,
    /// Grey, of 8 bit: Pillow's `convert("L")`.
    Grey,
    /// Red, green and blue, of 8 bit: Pillow's `convert("RGB")`.
    Rgb,
    /// Red, green, blue and opacity, of 8 bit: Pillow's `convert("RGBA")`.
    Rgba,
}

impl Colours {
    /// The number of channels, where the file does not decide.
    pub fn channels(self) -> Option<usize> {
        match self {
            Colours::AsStored => None,
            Colours::Grey => Some(1),
            Colours::Rgb => Some(3),
            Colours::Rgba => Some(4),
        }
    }
}
