//! `peers-meter`, under a provider's name: runs the file `provider` beside itself and adds what it cost to `costs.jsonl`.
//!
//! Terraform starts it in the provider's place, so that the figures are the provider's alone.

use std::error::Error;
use std::io::Write as _;
use std::process::{Command, ExitCode};

use wait4::Wait4 as _;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let this = std::env::current_exe()?;
    let folder = this.parent().ok_or("a program lies in a folder")?;
    let mut costs = std::fs::File::options().create(true).append(true).open(folder.join("costs.jsonl"))?;
    costs.write_all(b"{\"started\":true}\n")?;
    let used = Command::new(folder.join("provider")).args(std::env::args_os().skip(1)).spawn()?.wait4()?;
    let processor = (used.rusage.utime + used.rusage.stime).as_secs_f64();
    // One write per line: providers of one run may end at the same time.
    costs.write_all(format!("{{\"processor\":{processor},\"peak\":{}}}\n", used.rusage.maxrss).as_bytes())?;
    Ok(if used.status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
