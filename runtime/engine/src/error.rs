/// Why a network could not be prepared or run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The checkpoint did not give a parameter's numbers.
    #[error("cannot read the weights `{name}`")]
    ReadWeights {
        /// PyTorch's name.
        name: String,
        /// What the reader said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A parameter has another number of elements than the network's table says.
    #[error("weights `{name}` have {found} numbers, the network needs {expected}")]
    CountWeights {
        /// PyTorch's name.
        name: String,
        /// Numbers read.
        found: usize,
        /// Numbers needed.
        expected: usize,
    },
    /// The graph has an operation that this executor does not run.
    #[error("the executor cannot run `{node}`")]
    PrepareNode {
        /// The PyTorch module.
        node: String,
    },
    /// The image or a window of it does not fit the network.
    #[error("the network does not accept the image")]
    AcceptImage(#[from] monai_networks::Error),
    /// The image has another number of channels than the network.
    #[error("the image has {found} channels, the network takes {expected}")]
    AcceptChannels {
        /// Channels of the image.
        found: usize,
        /// Channels of the network.
        expected: usize,
    },
    /// Samples that run together have several sizes.
    #[error("a batch has samples of {expected:?} and of {found:?} voxels")]
    AcceptBatch {
        /// Spatial size of one.
        found: Vec<usize>,
        /// Spatial size of the first.
        expected: Vec<usize>,
    },
    /// The image has another number of spatial axes than the network.
    #[error("the image has {found} spatial axes, the network takes {expected}")]
    AcceptAxes {
        /// Spatial axes of the image.
        found: usize,
        /// Spatial axes of the network.
        expected: usize,
    },
    /// The image is too small for this kind of padding, as in PyTorch.
    #[error("axis {axis} of {size} voxels cannot be padded by {amount} in mode {mode}")]
    PadImage {
        /// Spatial axis.
        axis: usize,
        /// Voxels there.
        size: usize,
        /// Voxels to add at one end.
        amount: usize,
        /// PyTorch's name of the mode.
        mode: &'static str,
    },
    /// The network gave another size than its window has.
    #[error("the network gives {found:?} voxels for a window of {expected:?}; a sliding window needs equal sizes")]
    StitchWindow {
        /// Spatial size of the output.
        found: Vec<usize>,
        /// Spatial size of the window.
        expected: Vec<usize>,
    },
    /// The device is not one, or not on this machine.
    #[error("cannot run on `{name}`: {reason}. The devices are:\n{devices}")]
    FindDevice {
        /// What was asked for.
        name: String,
        /// Why it is not there.
        reason: String,
        /// Each device with its adapter or why it is absent, one per line.
        devices: String,
    },
    /// The precision is not one, or the device lacks it.
    #[error(
        "cannot compute in `{name}` on `{device}`: {reason}; leave the precision at `fp32`, or run where it is there"
    )]
    FindPrecision {
        /// What was asked for.
        name: String,
        /// Where.
        device: crate::Device,
        /// Why it is not there.
        reason: String,
    },
    /// The device cannot be opened.
    #[error("cannot run on `{device}`: {absence}")]
    OpenDevice {
        /// Which.
        device: crate::Device,
        /// Why it is not there.
        absence: crate::Absence,
    },
    /// The device failed.
    #[error("the device could not finish the network: {reason}")]
    ReadDevice {
        /// What the device said.
        reason: String,
    },
    /// The threads could not be started.
    #[error("cannot start the inference threads: {reason}")]
    StartThreads {
        /// What the system said.
        reason: String,
    },
    /// A part has a name that nothing has which the bundle takes.
    #[error("a part has a name that the bundle does not know; its are {}", names(.expected))]
    KnowPart {
        /// The names.
        expected: Vec<String>,
    },
    /// Two parts bring one channel.
    #[error("the part `{name}` is there twice")]
    RepeatPart {
        /// Name of the channel.
        name: String,
    },
    /// Channels of the image came with no part.
    #[error("parts are missing: {}", if .missing.is_empty() { "there is none".to_owned() } else { names(.missing) })]
    LackParts {
        /// Names of the channels.
        missing: Vec<String>,
    },
    /// Parts without names are not as many as the image has channels.
    #[error("{found} files, expected one{}", if .expected.is_empty() { String::new() } else { format!(", or {} in this order: {}", .expected.len(), names(.expected)) })]
    CountParts {
        /// Files of the request.
        found: usize,
        /// Names of the channels; empty where one file has all of them.
        expected: Vec<String>,
    },
    /// The parts do not lie on one grid.
    #[error("the parts do not make one image")]
    StackParts {
        /// What differs.
        source: monai_imaging::Error,
    },
    /// What should come beside the image as JSON is none.
    #[error("the part `{name}` is no JSON: {reason}")]
    ReadItem {
        /// Name of the part.
        name: String,
        /// Where it breaks off.
        reason: String,
    },
    /// An image beside the image has another form.
    #[error("the part `{name}` has {found}; expected one channel of {expected:?}, as the image")]
    FitItem {
        /// Name of the part.
        name: String,
        /// Its channels and shape.
        found: String,
        /// Shape of the image.
        expected: [usize; 3],
    },
    /// The answer would take more memory than it may.
    #[error("the answer needs {needed} bytes of memory, at most {limit} may be used")]
    ExceedMemory {
        /// As estimated, in bytes.
        needed: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// There is no such axis to mirror.
    #[error("cannot mirror along axis {axis} of an image of {rank} spatial axes")]
    MirrorAxis {
        /// The axis, from 0.
        axis: usize,
        /// Spatial axes of the image.
        rank: usize,
    },
    /// The bytes are no image that can be read.
    #[error("cannot decode the image")]
    DecodeImage {
        /// Name of the part, where it has one.
        part: Option<String>,
        /// What the codec said.
        source: monai_imaging::Error,
    },
    /// A transform failed on this image.
    #[error("cannot transform the image")]
    Transform(#[from] monai_transforms::Error),
    /// The transforms removed the image that they should pass on.
    #[error("the transforms leave no image `{key}`")]
    LoseImage {
        /// The key of the sample.
        key: String,
    },
    /// The result has another shape than the input.
    #[error("the result has {found:?} voxels, the input {expected:?}")]
    RestoreGrid {
        /// Shape of the result.
        found: [usize; 3],
        /// Shape of the input.
        expected: [usize; 3],
    },
    /// The result lies elsewhere in the world than the input.
    #[error("a corner of the result lies {distance} mm from that of the input")]
    RestorePlace {
        /// Largest distance of two corners, in mm.
        distance: f64,
    },
    /// The result could not be written as a file.
    #[error("cannot encode the result")]
    EncodeImage {
        /// What the codec said.
        source: monai_imaging::Error,
    },
}

fn names(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
