//! Arguments that several commands have.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use monai_bundle::Bundle;
use monai_pipeline::{Pipeline, Report};

/// The bundle's folder, `BUNDLE`.
pub(crate) fn bundle() -> Arg {
    Arg::new("bundle")
        .value_name("BUNDLE")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("The bundle's folder")
}

/// The bundle's folder, and which config of it is read: `BUNDLE`, `--config` and `--set`.
pub(crate) fn source() -> [Arg; 3] {
    let config = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .action(ArgAction::Append)
        .help("A config file of the bundle in place of its inference config; several are merged in order");
    let set = Arg::new("set")
        .long("set")
        .value_name("ID=VALUE")
        .action(ArgAction::Append)
        .value_parser(assignment)
        .help("Set an item: a reference, a macro or an expression as it is, else YAML; applied after the files");
    [bundle(), config, set]
}

/// `ID=VALUE`.
fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((id, value)) if !id.is_empty() => Ok((id.to_owned(), value.to_owned())),
        _ => Err("expected ID=VALUE".to_owned()),
    }
}

/// What [`source`] was given.
pub(crate) struct Source<'a> {
    /// The bundle's folder.
    pub(crate) folder: &'a Path,
    files: Vec<&'a str>,
    overrides: Vec<(&'a str, &'a str)>,
}

impl<'a> Source<'a> {
    pub(crate) fn of(arguments: &'a ArgMatches) -> Source<'a> {
        let files = arguments.get_many::<String>("config").into_iter().flatten();
        let overrides = arguments.get_many::<(String, String)>("set").into_iter().flatten();
        Source {
            folder: arguments.get_one::<PathBuf>("bundle").expect("it is required"),
            files: files.map(String::as_str).collect(),
            overrides: overrides.map(|(id, value)| (id.as_str(), value.as_str())).collect(),
        }
    }

    /// A bundle as it is.
    pub(crate) fn plain(folder: &'a Path) -> Source<'a> {
        Source { folder, files: Vec::new(), overrides: Vec::new() }
    }

    pub(crate) fn bundle(&self) -> Result<Bundle, monai_bundle::Error> {
        Bundle::open_with(self.folder, &self.files, &self.overrides)
    }

    pub(crate) fn pipeline(&self) -> Result<Pipeline, Report> {
        Pipeline::open_with(self.folder, &self.files, &self.overrides)
    }

    /// The files and the items that are not those of the bundle's own inference config.
    pub(crate) fn changes(&self) -> Vec<String> {
        let files = self.files.iter().map(|file| (*file).to_owned());
        files.chain(self.overrides.iter().map(|(id, value)| format!("{id}={value}"))).collect()
    }
}
