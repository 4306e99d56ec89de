use monai_transforms::Format;

/// What a request gets back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Key under which postprocessing leaves it.
    pub key: String,
    /// Its form.
    pub kind: AnswerKind,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    /// An image on the input's grid, as `SaveImaged` writes it; `.nii.gz` where the bundle does not say.
    Image(Format),
    /// One number per class, of a network that gives a vector.
    Scores,
}
