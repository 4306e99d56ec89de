//! `cargo verify`: sets up and runs every check, shows progress on stderr and ends with one line of counts on stdout.

mod cache;
mod check;
mod cores;
mod devices;
mod parity;
mod platforms;
mod record;
mod tally;
mod tool;

use std::process::ExitCode;
use std::time::Instant;

use check::{Check, Tier};
use tally::Tally;

const HELP: &str = "\
Runs every check of the project.

Usage: cargo verify [--full]

  --full   also build the Terraform cores that are not built yet, run the checks
           that need Python with MONAI, and write docs/verified.txt, the record
           of what was covered";

fn main() -> ExitCode {
    let mut tier = Tier::Default;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--full" => tier = Tier::Full,
            "--help" | "-h" => {
                println!("{HELP}");
                return ExitCode::SUCCESS;
            }
            other => {
                eprintln!("verify: unknown argument `{other}`\n\n{HELP}");
                return ExitCode::from(2);
            }
        }
    }
    let (start, mut tally) = (Instant::now(), Tally::default());
    for check in Check::all() {
        tally.add(check.name, check.run(tier, start));
    }
    if tier == Tier::Full && tally.succeeded() {
        if let Err(error) = record::write(&tally) {
            eprintln!("verify: {error}");
            return ExitCode::FAILURE;
        }
    } else if let Some(warning) = record::warning() {
        eprintln!("verify: warning: {warning}");
    }
    println!("{tally}");
    if tally.succeeded() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
