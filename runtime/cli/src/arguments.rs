//! Arguments that several commands have.

use std::path::PathBuf;

use clap::{Arg, value_parser};

/// The bundle's folder, `BUNDLE`.
pub(crate) fn bundle() -> Arg {
    Arg::new("bundle")
        .value_name("BUNDLE")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("The bundle's folder")
}
