//! Bundles: what one is, whether it runs and fits, and the data source and the function that say so.

mod cost;
mod data_source;
mod fits;
mod inspection;

use cost::{Cost, Question};
pub(crate) use data_source::BundleDataSource;
pub(crate) use fits::Fits;
pub(crate) use inspection::{Inspection, digest_of};
