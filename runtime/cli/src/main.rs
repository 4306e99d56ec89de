//! The binary `monai`.

use std::process::ExitCode;

use clap::Command;
use monai_cli::{check, devices, evaluate, inspect, load, run, serve, supervise};

fn main() -> ExitCode {
    let command = Command::new("monai")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Serves trained MONAI bundles without Python")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(check::command())
        .subcommand(devices::command())
        .subcommand(evaluate::command())
        .subcommand(inspect::command())
        .subcommand(run::command())
        .subcommand(serve::command())
        .subcommand(supervise::command());
    let outcome = match command.get_matches().subcommand() {
        Some(("check", arguments)) => check::run(arguments),
        Some(("devices", arguments)) => devices::run(arguments),
        Some(("evaluate", arguments)) => evaluate::run(arguments),
        Some(("inspect", arguments)) => inspect::run(arguments),
        Some(("run", arguments)) => run::run(arguments),
        Some(("serve", arguments)) => serve::run(arguments, load),
        Some(("supervise", arguments)) => supervise::run(arguments),
        _ => Ok(ExitCode::from(2)),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("monai: {error}");
        ExitCode::FAILURE
    })
}
