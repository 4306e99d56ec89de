//! Metrics equal to MONAI's over a labelled dataset, and reports of them. Runs no model itself: it is given one.

mod budget;
mod case_scores;
mod class;
mod classification;
pub mod dataset;
mod error;
pub mod evaluation;
mod gallery;
mod grid;
mod label_map;
pub mod metric;
pub mod metrics;
mod model;
pub mod report;
mod score;
pub mod segmentation;
mod statistics;
mod store;
mod tally;
mod threshold;

pub use case_scores::{CaseScores, Scores};
pub use class::Class;
pub use classification::{Classified, ClassifiedCase, Values};
pub use dataset::Dataset;
pub use error::Error;
pub use evaluation::Evaluation;
pub use grid::Grid;
pub use label_map::{LabelMap, Side};
pub use metric::{Better, Metric, Unit};
pub use model::{Answer, Model, Question};
pub use report::Report;
pub use score::Score;
pub use segmentation::{Agreement, Conventions, Segmentation};
pub use statistics::Statistics;
pub use store::{Key, Store};
pub use threshold::{Threshold, Verdict};
