//! Damaged and hostile bundles.

mod documents;
mod expressions;

use monai_bundle::Value;

/// The bound on all values of one resolution, 2,000,000, while the last list grows.
const MOST: usize = 2_000_000 * 3 * size_of::<Value>();
