use std::fmt;

use crate::place::Place;

/// Something in a bundle that is read, but hardly as its author meant it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where it is written.
    pub place: Place,
    /// Id of the item.
    pub id: String,
    /// What was found and what became of it.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, `{}`: {}", self.place, self.id, self.text)
    }
}
