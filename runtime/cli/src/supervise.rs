//! `monai supervise DIR`: keeps the endpoint of a folder serving, detached from the caller.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use monai_supervisor::{Folder, detach, supervise};

use crate::Error;

/// The command's arguments.
pub fn command() -> Command {
    Command::new("supervise")
        .about("Keeps the endpoint that DIR/desired.json describes serving, and returns once its supervisor answers")
        .arg(
            Arg::new("dir")
                .value_name("DIR")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("The endpoint's folder, made by the provider"),
        )
        .arg(
            Arg::new("attached")
                .long("attached")
                .action(ArgAction::SetTrue)
                .help("Stay in this process until the endpoint is stopped"),
        )
}

/// Runs the command.
pub fn run(arguments: &ArgMatches) -> Result<ExitCode, Error> {
    let dir: &PathBuf = arguments.get_one("dir").expect("it is required");
    let dir = dir.canonicalize().map_err(|source| Error::Read { path: dir.clone(), source })?;
    let folder = Folder::at(&dir);
    if arguments.get_flag("attached") {
        return Ok(supervise(&folder)?);
    }
    detach(&std::env::current_exe().map_err(Error::Start)?, &folder)?;
    Ok(ExitCode::SUCCESS)
}
