//! The metrics, one file each, without any IO. Their conventions are those of MONAI 1.6.1.

mod average_surface_distance;
mod confusion_matrix;
mod dice;
mod distance_transform;
mod hausdorff_distance;
mod iou;
mod roc_auc;
mod surface;
mod volume_error;

pub use average_surface_distance::average_surface_distance;
pub use confusion_matrix::Counts;
pub use dice::dice;
pub(crate) use distance_transform::distances;
pub use hausdorff_distance::hausdorff_distance;
pub use iou::iou;
pub use roc_auc::roc_auc;
pub use surface::{Bounds, Surfaces};
pub use volume_error::volume_error;
