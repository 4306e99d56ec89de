//! NIfTI-1 and NIfTI-2, single files, plain or gzip.

mod bytes;
mod decode;
mod encode;
mod gzip;
mod header;
mod placement;

pub use decode::{Decoded, Facts, decode, decode_form, decode_within};
pub use encode::{PLANES, encode};
pub use header::Version;
pub use placement::{Frame, Units};
