//! The server's settings from flags, environment and a settings file. A flag goes before its environment variable, that
//! before the file, that before the default.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use monai_engine::{Device, Precision};
use monai_spec::settings::{ALL, DEVICE, MAX_MEMORY, MAX_VOLUME, MIRROR, PRECISION, Setting, THREADS};
use monai_spec::{ApiKey, Auth, Secret, Settings};
use serde_json::{Map, Value};

use crate::Error;

/// Those settings of a server that mean something without one.
pub(crate) const OFFLINE: [Setting; 6] = [DEVICE, PRECISION, THREADS, MIRROR, MAX_VOLUME, MAX_MEMORY];

/// One flag per setting, and those that say who may call.
pub(crate) fn arguments() -> Vec<Arg> {
    let mut arguments: Vec<Arg> = ALL.iter().map(argument).collect();
    arguments.push(
        Arg::new("settings")
            .long("settings")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .env("MONAI_SETTINGS")
            .help("A JSON file with settings and `auth`; flags and environment go before it"),
    );
    arguments.push(
        Arg::new("anonymous")
            .long("anonymous")
            .action(ArgAction::SetTrue)
            .conflicts_with("api-key")
            .help("Let anyone call"),
    );
    arguments.push(
        Arg::new("api-key")
            .long("api-key")
            .value_name("ID=FILE")
            .action(ArgAction::Append)
            .help("Let the bearer of the key in FILE call, logged as ID; may be repeated"),
    );
    arguments
}

/// The flag of one setting.
pub(crate) fn argument(setting: &Setting) -> Arg {
    let help = format!("{} Takes {}. [default: {}]", setting.text, setting.expected(), setting.default);
    Arg::new(setting.key).long(setting.flag()).env(setting.variable()).value_name("VALUE").help(help)
}

/// Puts the settings together.
pub(crate) fn settings(arguments: &ArgMatches) -> Result<Settings, Error> {
    let (mut document, place) = match arguments.get_one::<PathBuf>("settings") {
        Some(path) => (read(path)?, Some(path)),
        None => (Map::new(), None),
    };
    for setting in ALL {
        if let Some(text) = arguments.get_one::<String>(setting.key) {
            document.insert(setting.key.to_owned(), Value::String(text.clone()));
        }
    }
    let keys: Vec<&String> = arguments.get_many("api-key").into_iter().flatten().collect();
    let auth = match (arguments.get_flag("anonymous"), keys.is_empty()) {
        (true, _) => Some(Auth::Anonymous),
        (false, false) => Some(Auth::api_keys(keys.into_iter().map(|key| api_key(key)).collect::<Result<_, _>>()?)?),
        (false, true) => None,
    };
    if let Some(auth) = auth {
        document.insert("auth".into(), serde_json::to_value(auth).expect("`auth` is plain data"));
    }
    if !document.contains_key("auth") {
        return Err(Error::NoAuth);
    }
    let text = |setting: Setting| match document.get(setting.key) {
        Some(Value::String(text)) => text,
        _ => setting.default,
    };
    find(text(DEVICE), text(PRECISION))?;
    Settings::try_from(document).map_err(|error| match place {
        Some(path) => Error::SettingsFile { path: path.clone(), reason: error.to_string() },
        None => error.into(),
    })
}

/// The settings of a command that serves nobody, from the flags and variables of those of [`OFFLINE`] that it has.
pub(crate) fn offline(arguments: &ArgMatches) -> Result<Settings, Error> {
    let text = |setting: &Setting| {
        let given = arguments.try_get_one::<String>(setting.key).ok().flatten();
        given.map(|text| (setting.key.to_owned(), text.clone()))
    };
    let texts: BTreeMap<String, String> = OFFLINE.iter().filter_map(text).collect();
    let text = |setting: Setting| texts.get(setting.key).map_or(setting.default, String::as_str);
    find(text(DEVICE), text(PRECISION))?;
    Ok(Settings::from_texts(&texts, Auth::Anonymous)?)
}

/// The same settings in the precision that the argument of this name gives; none where it is not given.
pub(crate) fn against(arguments: &ArgMatches, name: &str, settings: &Settings) -> Result<Option<Settings>, Error> {
    let Some(precision) = arguments.get_one::<String>(name) else { return Ok(None) };
    find(&settings.device, precision)?;
    Ok(Some(Settings { precision: precision.clone(), ..settings.clone() }))
}

/// The device and the precision of these names, where this machine has both.
pub(crate) fn find(device: &str, precision: &str) -> Result<(Device, Precision), monai_engine::Error> {
    let device = Device::find(device)?;
    Ok((device, Precision::find(precision, device)?))
}

fn read(path: &Path) -> Result<Map<String, Value>, Error> {
    let text = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let reason = |error: serde_json::Error| Error::SettingsFile { path: path.to_owned(), reason: error.to_string() };
    serde_json::from_slice(&text).map_err(reason)
}

fn api_key(argument: &str) -> Result<ApiKey, Error> {
    let (id, path) = argument.split_once('=').ok_or(Error::ApiKeyArgument)?;
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.into(), source })?;
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| Error::Start(std::io::Error::other(error.to_string())))?;
    Ok(ApiKey::seal(id, &Secret::parse(id, text.trim())?, salt)?)
}

/// The settings by key, for a test of the order of their sources.
#[cfg(test)]
fn texts(settings: &Settings) -> BTreeMap<&'static str, String> {
    settings.texts().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::*;

    fn check(line: &[&str], expected: Result<&[(&str, &str)], &str>) {
        let command = Command::new("serve").no_binary_name(true).args(arguments());
        let outcome = command.try_get_matches_from(line).map_err(|error| error.to_string());
        let outcome = outcome.and_then(|matches| settings(&matches).map_err(|error| error.to_string()));
        match (outcome, expected) {
            (Ok(settings), Ok(expected)) => {
                let texts = texts(&settings);
                expected.iter().for_each(|(key, text)| assert_eq!(texts[key], *text, "{line:?}: {key}"));
            }
            (Err(error), Err(words)) => assert!(error.contains(words), "{line:?}: `{error}` lacks `{words}`"),
            (found, expected) => panic!("{line:?}: found {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn flags_go_before_the_file_and_the_file_before_defaults() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("the file is written");
            path.to_str().expect("UTF-8").to_owned()
        };
        let good = write("good.json", r#"{"port": 9000, "timeout": "5m", "auth": {"anonymous": true}}"#);
        let typo = write("typo.json", r#"{"prt": 9000, "auth": {"anonymous": true}}"#);
        let list = write("list.json", "[]");
        let key = write("key", "0123456789abcdef0123456789abcdef\n");
        let weak = write("weak", "0123456789abcdef");
        check(&["--settings", &good, "--port", "9001"], Ok(&[("port", "9001"), ("timeout", "5m"), ("drain", "30s")]));
        check(&["--anonymous"], Ok(&[("port", "8080")]));
        check(&["--api-key", &format!("clinic={key}")], Ok(&[("port", "8080")]));
        check(&["--api-key", &format!("clinic={weak}")], Err("API key `clinic`: holds at most 64 bit"));
        check(&["--api-key", "clinic"], Err("ID=FILE"));
        check(&["--settings", &typo], Err("did you mean `port`?"));
        check(&["--settings", &list], Err("list.json"));
        check(&["--settings", "/nowhere/settings.json"], Err("/nowhere/settings.json"));
        check(&["--anonymous", "--port", "0"], Err("1 to 65535"));
        check(&["--anonymous", "--device", "cpu"], Ok(&[("device", "cpu")]));
        check(&["--anonymous", "--device", "gpu"], Err("no device of this name. The devices are:\ncpu "));
        check(&["--anonymous", "--device", "rocm"], Err("cannot run on `rocm`: not in this build"));
        check(&["--anonymous", "--precision", "fp32"], Ok(&[("precision", "fp32")]));
        check(&["--anonymous", "--precision", "fp16"], Err("cannot compute in `fp16` on `cpu`: there is no precision"));
        check(&["--anonymous", "--api-key", "a=b"], Err("cannot be used with"));
        check(&[], Err("--anonymous"));
        check(&["--prt", "1"], Err("--port"));
    }
}
