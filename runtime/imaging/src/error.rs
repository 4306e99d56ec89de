/// What can go wrong between bytes and a [`Volume`](crate::Volume). No message holds a voxel or a header text.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to decode.
    #[error("the image is empty: found 0 bytes, expected a NIfTI file")]
    Empty,
    /// The bytes are of no format that is read.
    #[error("the bytes are no image of a known format: expected NIfTI, PNG or JPEG")]
    UnknownFormat,
    /// A picture is damaged.
    #[error("the {format} is damaged")]
    Damaged {
        /// The format's name.
        format: &'static str,
    },
    /// A picture ends before all of it was read.
    #[error("the {format} is cut off after {found} bytes")]
    CutOff {
        /// The format's name.
        format: &'static str,
        /// Bytes that are there.
        found: u64,
    },
    /// A picture's pixels are of a kind that is not read.
    #[error("the {format} has {found}; expected grey or red, green and blue, of 8 bit")]
    UnsupportedColours {
        /// The format's name.
        format: &'static str,
        /// What there is.
        found: &'static str,
    },
    /// A volume cannot be written as a picture.
    #[error("a volume of {channels} channels and shape {shape:?} is no picture; expected a plane of 1 to 4 channels")]
    NotAPicture {
        /// Number of channels.
        channels: usize,
        /// Spatial extents.
        shape: [usize; 3],
    },
    /// There is nothing to stack.
    #[error("no image was given to be stacked; expected at least one")]
    StackNothing,
    /// An image has another shape than the first.
    #[error("image {index} (counted from 0) has the shape {found:?}; expected {expected:?}, as the first")]
    StackShape {
        /// Which image, counted from 0.
        index: usize,
        /// The first one's.
        expected: [usize; 3],
        /// Its own.
        found: [usize; 3],
    },
    /// An image has another number of spatial axes than the first.
    #[error("image {index} (counted from 0) has {found} axes; expected {expected}, as the first")]
    StackAxes {
        /// Which image, counted from 0.
        index: usize,
        /// The first one's.
        expected: u8,
        /// Its own.
        found: u8,
    },
    /// An image lies elsewhere than the first.
    #[error("image {index} (counted from 0) lies elsewhere: {part} is {found:?}; expected {expected:?}, as the first")]
    StackPlace {
        /// Which image, counted from 0.
        index: usize,
        /// What of the affine differs.
        part: &'static str,
        /// The first one's.
        expected: [f64; 3],
        /// Its own.
        found: [f64; 3],
    },
    /// A voxel is no number.
    #[error("the image has {found} voxels that are not finite, the first one at {place:?} of channel {channel}")]
    NotFinite {
        /// How many.
        found: u64,
        /// Where the first one is, along X, Y and Z.
        place: [usize; 3],
        /// Its channel.
        channel: usize,
    },
    /// The extent of a voxel is not known where it is needed.
    #[error("the NIfTI field pixdim is 0 along axis {axis}, and no sform says how large voxels are")]
    ZeroVoxelSize {
        /// The axis, counted from 0.
        axis: usize,
    },
    /// The voxels are colours.
    #[error("the NIfTI datatype {code} is colours (RGB or RGBA); expected one number for each voxel")]
    ColourVoxels {
        /// The header's datatype code.
        code: i16,
    },
    /// The bytes are of another format.
    #[error("the bytes are no NIfTI file: expected the header size 348 or 540 at the start, with the matching magic")]
    NotNifti,
    /// The header belongs to a pair of files.
    #[error("the NIfTI header names a separate .img file; expected one single file (.nii or .nii.gz)")]
    DetachedHeader,
    /// The bytes end before what the header promises.
    #[error("the image is cut off: the header promises {expected} bytes, found {found}")]
    Truncated {
        /// Bytes that the header promises, inflated.
        expected: u64,
        /// Bytes that are there, inflated.
        found: u64,
    },
    /// The gzip stream is damaged.
    #[error("the gzip stream is damaged after {found} inflated bytes")]
    DamagedGzip {
        /// Bytes inflated before the damage.
        found: u64,
    },
    /// The volume needs more memory than is allowed.
    #[error("the image needs {needed} bytes of memory; the limit is {limit}")]
    TooLarge {
        /// Bytes for the volume as 32-bit floats.
        needed: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// The header's extents cannot be an image.
    #[error("the NIfTI field dim is no image: axis {axis} has extent {found}, expected at least 1")]
    BadExtent {
        /// The axis, counted from 0.
        axis: usize,
        /// The extent in the header.
        found: i64,
    },
    /// The number of axes is not one that is read.
    #[error("the image has {found} axes; expected 2 or 3, 4 with channels last, or 5 with a fourth one of extent 1")]
    UnsupportedRank {
        /// Number of axes in the header.
        found: i64,
    },
    /// The voxel type is not one that is read.
    #[error(
        "the NIfTI datatype {code} is not supported; expected an integer or float type (2, 4, 8, 16, 64, 256, 512, 768, 1024, 1280)"
    )]
    UnsupportedDatatype {
        /// The header's datatype code.
        code: i16,
    },
    /// `scl_inter` is no number.
    #[error("the NIfTI field scl_inter is not finite")]
    BadScaling,
    /// The quaternion of the qform is longer than 1.
    #[error("the NIfTI quaternion is longer than 1, so the qform is no rotation")]
    BadQuaternion,
    /// The data offset lies outside the file.
    #[error("the NIfTI field vox_offset is {found}; expected at least {least}")]
    BadOffset {
        /// The offset in the header.
        found: i64,
        /// The smallest possible one.
        least: i64,
    },
    /// An affine holds NaN or infinity.
    #[error("the affine is not finite")]
    AffineNotFinite,
    /// An affine has no inverse.
    #[error("the affine is singular: it maps the voxels onto a plane, a line or a point")]
    AffineSingular,
    /// An affine has numbers that a header of 32-bit floats cannot hold.
    #[error("the affine cannot be written: its numbers do not fit the 32-bit floats of NIfTI-1")]
    AffineNotStorable,
    /// Data and shape disagree.
    #[error("a volume of {channels} channels and shape {shape:?} needs {expected} voxels; found {found}")]
    ShapeMismatch {
        /// Number of channels.
        channels: usize,
        /// Spatial extents.
        shape: [usize; 3],
        /// Voxels that the shape needs.
        expected: usize,
        /// Voxels that are there.
        found: usize,
    },
    /// The volume does not fit the format's header.
    #[error("NIfTI-1 holds at most 32767 voxels along an axis; found {found}")]
    AxisTooLong {
        /// The extent.
        found: usize,
    },
}
