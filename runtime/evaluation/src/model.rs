use crate::Error;

/// What runs the cases: a bundle in an engine, or a stand-in for it in tests.
pub trait Model: Sync {
    /// What the model's answers depend on, such as its bundle's digest.
    fn digest(&self) -> &str;

    /// Whether the answers depend on what the datalist says under this key of a case.
    fn takes(&self, key: &str) -> bool;

    /// Bytes of memory that the answer takes at most, beside the files themselves.
    fn need(&self, question: &Question) -> u64;

    /// The answer for one case.
    ///
    /// # Errors
    /// [`Error::Model`], without the content or the name of a file.
    fn answer(&self, question: &Question) -> Result<Answer, Error>;
}

/// What a model is given of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The contents of its image files, in the datalist's order.
    pub images: Vec<Vec<u8>>,
    /// What else the datalist says of it that a model takes: the key, and JSON.
    pub others: Vec<(String, Vec<u8>)>,
}

/// What a model answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A NIfTI file on the grid of the first image: class numbers, or one channel of 0 and 1 per class.
    Map(Vec<u8>),
    /// A classifier's probabilities, one per class.
    Scores(Vec<f64>),
}
