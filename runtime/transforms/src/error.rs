/// What can go wrong in reading a transform's arguments or in applying it. No message holds a voxel.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such transform here.
    #[error("the transform `{target}` is not supported")]
    UnknownTransform {
        /// The `_target_` as written.
        target: String,
    },
    /// The arguments are not the transform's.
    #[error("the arguments of `{target}` are wrong: {reason}")]
    BadArguments {
        /// MONAI's class name.
        target: String,
        /// What was found and expected.
        reason: String,
    },
    /// A value that MONAI knows is not built here.
    #[error("`{target}` does not support `{argument}` = {found}; expected {expected}")]
    Unsupported {
        /// MONAI's class name.
        target: &'static str,
        /// The argument.
        argument: &'static str,
        /// Its value.
        found: String,
        /// What is supported.
        expected: &'static str,
    },
    /// The sample has no such key.
    #[error("`{target}` needs the key `{key}`, which the sample does not hold")]
    MissingKey {
        /// MONAI's class name.
        target: &'static str,
        /// The key.
        key: String,
    },
    /// The sample has the key already.
    #[error("`{target}` would write the key `{key}`, which the sample already holds")]
    KeyExists {
        /// MONAI's class name.
        target: &'static str,
        /// The key.
        key: String,
    },
    /// What is no image in the sample has another form than the transform takes.
    #[error("`{target}` expected {expected} under `{key}`; found {found}")]
    WrongValue {
        /// MONAI's class name.
        target: &'static str,
        /// The key.
        key: String,
        /// What it takes.
        expected: String,
        /// What there was, without its numbers and texts.
        found: String,
    },
    /// The image has another form than the transform takes.
    #[error("`{target}` expected {expected}; found {found}")]
    WrongShape {
        /// MONAI's class name.
        target: &'static str,
        /// What it takes.
        expected: String,
        /// What there was.
        found: String,
    },
    /// The image has no foreground to crop to.
    #[error("`{target}` found no foreground in the image")]
    NoForeground {
        /// MONAI's class name.
        target: &'static str,
    },
    /// The result would have more voxels than the sample allows.
    #[error("`{target}` would make an image of shape {shape:?} and {channels} channels; the limit is {most} voxels")]
    TooLarge {
        /// MONAI's class name.
        target: &'static str,
        /// The shape.
        shape: [usize; 3],
        /// Number of channels.
        channels: usize,
        /// Voxels that are allowed.
        most: usize,
    },
    /// The geometry broke down.
    #[error("`{target}` failed on the image's geometry: {source}")]
    Geometry {
        /// MONAI's class name.
        target: &'static str,
        /// What is wrong with the affine.
        source: monai_imaging::Error,
    },
}

impl Error {
    pub(crate) fn unsupported(
        target: &'static str,
        argument: &'static str,
        found: impl ToString,
        expected: &'static str,
    ) -> Error {
        Error::Unsupported { target, argument, found: found.to_string(), expected }
    }

    pub(crate) fn shape(target: &'static str, expected: impl ToString, found: impl ToString) -> Error {
        Error::WrongShape { target, expected: expected.to_string(), found: found.to_string() }
    }

    pub(crate) fn value(target: &'static str, key: &str, expected: impl ToString, found: impl ToString) -> Error {
        Error::WrongValue { target, key: key.to_owned(), expected: expected.to_string(), found: found.to_string() }
    }
}
