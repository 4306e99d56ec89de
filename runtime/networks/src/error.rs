/// Why a network could not be built from its arguments, or does not accept an input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bundle names a network that this version does not have.
    #[error("network `{target}` is not supported; supported: {supported}")]
    UnknownNetwork {
        /// The `_target_` as found.
        target: String,
        /// The networks that exist, comma separated.
        supported: String,
    },
    /// The arguments are not a map.
    #[error("arguments of `{owner}` are {found}, expected a map")]
    ArgumentsNotMap {
        /// Network or layer.
        owner: String,
        /// What was found.
        found: String,
    },
    /// An argument that the network or layer does not take.
    #[error("`{owner}` has no supported argument `{argument}`; supported: {supported}")]
    UnknownArgument {
        /// Network or layer.
        owner: String,
        /// The argument as found.
        argument: String,
        /// The arguments that exist, nearest first.
        supported: String,
    },
    /// A required argument is not given.
    #[error("`{owner}` needs the argument `{argument}`")]
    MissingArgument {
        /// Network or layer.
        owner: String,
        /// The argument that is missing.
        argument: String,
    },
    /// An argument has a value that the network cannot have.
    #[error("argument `{argument}` of `{owner}` is {found}, expected {expected}")]
    InvalidArgument {
        /// Network or layer.
        owner: String,
        /// The argument.
        argument: String,
        /// Its value.
        found: String,
        /// What is allowed.
        expected: String,
    },
    /// A layer name that exists in MONAI or not at all, but not here.
    #[error("{factory} layer `{name}` is not supported; supported: {supported}")]
    UnknownLayer {
        /// MONAI's factory: `Act`, `Norm` or `Dropout`.
        factory: &'static str,
        /// The layer as found.
        name: String,
        /// The layers that exist.
        supported: &'static str,
    },
    /// The input has another number of axes or channels than the network.
    #[error("input has {found}, the network takes {expected}")]
    InputMismatch {
        /// What came.
        found: String,
        /// What the network takes.
        expected: String,
    },
    /// A spatial size that the network cannot process.
    #[error("spatial size {size:?} does not fit at `{node}`: {reason}")]
    SizeMismatch {
        /// Spatial size of the network's input.
        size: Vec<usize>,
        /// The module where it fails.
        node: String,
        /// Why.
        reason: String,
    },
}
