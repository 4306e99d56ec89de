//! Bundles: what one is, whether it runs, and the data source that says so.

mod data_source;
mod inspection;

pub(crate) use data_source::BundleDataSource;
pub(crate) use inspection::{Inspection, digest_of};
