//! From the maps that HoVerNet gives to nuclei (`monai.apps.pathology.transforms.post`). All maps are planes.

mod border;
mod contour;
mod instance_map;
mod markers;
mod nuclear_type;
mod plane;
mod watershed;

pub use instance_map::HoVerNetInstanceMapPostProcessingd;
pub use nuclear_type::HoVerNetNuclearTypePostProcessingd;
pub use plane::Activation;
