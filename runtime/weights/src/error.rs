use std::io;

/// Why a checkpoint cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be opened or read.
    #[error("`{file}` cannot be read: {source}")]
    Read {
        /// The file.
        file: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not a checkpoint of a known form.
    #[error("`{file}` is not a checkpoint: {reason}")]
    Format {
        /// The file.
        file: String,
        /// Found and expected.
        reason: String,
    },
    /// The pickle asks for something that is not on the list.
    #[error("`{file}`: the pickle uses `{name}`, which is refused")]
    Refused {
        /// The file.
        file: String,
        /// The global, the reduction or the opcode.
        name: String,
    },
    /// A tensor's description contradicts itself or the file.
    #[error("`{file}`: tensor `{tensor}`: {reason}")]
    Tensor {
        /// The file.
        file: String,
        /// Name of the tensor.
        tensor: String,
        /// Found and expected.
        reason: String,
    },
    /// The file has no state dictionary where one is expected.
    #[error("`{file}` holds no state dictionary: {reason}")]
    StateDict {
        /// The file.
        file: String,
        /// Found and expected.
        reason: String,
    },
}
