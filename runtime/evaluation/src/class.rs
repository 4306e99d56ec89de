use serde::Serialize;

/// One class that a model tells apart: a value of its label maps, a channel of them, or a classifier's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Class {
    /// Its number in the bundle's `channel_def`.
    pub number: u16,
    /// What it means.
    pub name: String,
}

impl Class {
    /// Whether this is what MONAI's `include_background=False` leaves out: number 0, where it is called so.
    pub fn is_background(&self) -> bool {
        self.number == 0 && self.name.eq_ignore_ascii_case("background")
    }
}
