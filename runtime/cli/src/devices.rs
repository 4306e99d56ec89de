//! `monai devices`: what can run a network here.

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use monai_engine::{Device, Listed};
use serde_json::{Value, json};

use crate::Error;
use crate::print::print;

/// The command's arguments.
pub fn command() -> Command {
    Command::new("devices")
        .about("Lists what can run a network on this machine, and why another device cannot")
        .long_about(
            "Lists the words that `--device` takes, each with the adapter that this machine has, or why it has none. Opens \
             every device that is there. `untested` marks a device on which this version never ran.",
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print a JSON list: `device`, `tested`, and `adapter` or `absent`, the reason"),
        )
}

/// Runs the command.
pub fn run(arguments: &ArgMatches) -> Result<ExitCode, Error> {
    let listed = Device::list();
    if arguments.get_flag("json") {
        let list: Vec<Value> = listed.iter().map(object).collect();
        print(&format!("{:#}\n", Value::from(list)))?;
    } else {
        print(&listed.iter().map(|device| format!("{device}\n")).collect::<String>())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn object(listed: &Listed) -> Value {
    let (device, tested) = (listed.device.name(), listed.device.is_tested());
    match &listed.adapter {
        Ok(adapter) => json!({"device": device, "tested": tested, "adapter": adapter}),
        Err(absence) => json!({"device": device, "tested": tested, "absent": absence.to_string()}),
    }
}

#[cfg(test)]
mod tests {
    use monai_engine::Precision;
    use monai_spec::settings::{DEVICE, Kind, PRECISION};

    use super::*;

    #[test]
    fn the_settings_take_what_the_engine_has() {
        let Kind::Choice(words) = DEVICE.kind else { panic!("{:?}", DEVICE.kind) };
        assert_eq!(words, Device::NAMED.map(Device::name));
        assert_eq!(DEVICE.default, Device::default().name());
        let Kind::Choice(words) = PRECISION.kind else { panic!("{:?}", PRECISION.kind) };
        assert_eq!(words, Precision::NAMED.map(Precision::name));
        assert_eq!(PRECISION.default, Precision::default().name());
    }
}
