use crate::Error;

/// What runs the cases: a bundle in an engine, or a stand-in for it in tests.
pub trait Model: Sync {
    /// What the model's answers depend on, such as its bundle's digest.
    fn digest(&self) -> &str;

    /// Bytes of memory that the answer to these images takes at most, beside the files themselves.
    fn need(&self, images: &[Vec<u8>]) -> u64;

    /// The answer to the files of one case, in the datalist's order.
    ///
    /// # Errors
    /// [`Error::Model`], without the content or the name of a file.
    fn answer(&self, images: &[Vec<u8>]) -> Result<Answer, Error>;
}

/// What a model answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A NIfTI file on the grid of the first image: class numbers, or one channel of 0 and 1 per class.
    Map(Vec<u8>),
    /// A classifier's probabilities, one per class.
    Scores(Vec<f64>),
}
