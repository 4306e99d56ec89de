//! MONAI transforms and their inverses.
//!
//! One file per transform, named as MONAI names its class: arguments as a typed struct, `apply` beside it.

#![expect(clippy::needless_range_loop, reason = "matrices and axes are indexed as their formulas are written")]

mod activations;
mod arguments;
mod as_discrete;
mod cast_to_type;
mod crop_foreground;
mod ensure_channel_first;
mod error;
mod invert;
mod keep_largest_connected_component;
mod lambda;
mod load_image;
mod mask_intensity;
mod normalize_intensity;
mod orientation;
mod percentile;
mod record;
mod resample;
mod resize;
mod sample;
mod save_image;
mod scale_intensity;
mod scale_intensity_range;
mod scale_intensity_range_percentiles;
mod spacing;
mod threshold_intensity;
mod transform;

pub use activations::Activationsd;
pub use arguments::{Flag, Keys, Number, PerKey, TypeName};
pub use as_discrete::AsDiscreted;
pub use cast_to_type::{CastToTyped, EnsureTyped};
pub use crop_foreground::CropForegroundd;
pub use ensure_channel_first::EnsureChannelFirstd;
pub use error::Error;
pub use invert::Invertd;
pub use keep_largest_connected_component::KeepLargestConnectedComponentd;
pub use lambda::Lambdad;
pub use load_image::LoadImaged;
pub use mask_intensity::MaskIntensityd;
pub use normalize_intensity::NormalizeIntensityd;
pub use orientation::Orientationd;
pub use record::Record;
pub use resample::{Interpolation, Padding};
pub use resize::Resized;
pub use sample::{Image, Sample};
pub use save_image::SaveImaged;
pub use scale_intensity::ScaleIntensityd;
pub use scale_intensity_range::ScaleIntensityRanged;
pub use scale_intensity_range_percentiles::ScaleIntensityRangePercentilesd;
pub use spacing::Spacingd;
pub use threshold_intensity::ThresholdIntensityd;
pub use transform::Transform;
