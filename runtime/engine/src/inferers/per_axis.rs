use crate::Error;

/// A setting that is one value for all spatial axes or one per axis.
#[derive(Debug, Clone, PartialEq)]
pub enum PerAxis<T> {
    /// The same everywhere.
    All(T),
    /// One per axis, the first axis first.
    Each(Vec<T>),
}

impl<T: Clone> PerAxis<T> {
    /// One value per axis; `argument` names the setting when their numbers differ.
    pub fn expand(&self, argument: &'static str, axes: usize) -> Result<Vec<T>, Error> {
        match self {
            Self::All(value) => Ok(vec![value.clone(); axes]),
            Self::Each(values) if values.len() == axes => Ok(values.clone()),
            Self::Each(values) => Err(Error::PlaceWindows { argument, found: values.len(), expected: axes }),
        }
    }
}
