//! Steps under a real core: Terraform or OpenTofu.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use super::configuration::{Address, Configuration};
use super::engine::{Change, Changes, Engine, Mode, Objects};
use super::literal::{Location, Reader};
use super::{Action, Failure, Fault};
use crate::schema::{Kind, Parts};
use crate::server::attached::{Attached, attach};
use crate::value::Value;
use crate::{Catalog, Provider};

/// A core and how it gets the provider.
#[derive(Debug, Clone)]
pub struct Core {
    program: PathBuf,
    provider: Option<PathBuf>,
}

impl Core {
    /// The core that `TF_ACC_TERRAFORM_PATH` names, else `terraform` or `tofu` of PATH. The provider is served to it from
    /// this process.
    ///
    /// # Errors
    /// There is none.
    pub fn find() -> Result<Self, Failure> {
        let named = std::env::var_os("TF_ACC_TERRAFORM_PATH").map(PathBuf::from);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        let mut found =
            ["terraform", "tofu"].iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        named.or_else(|| found.find(|program| program.is_file())).map(Self::at).ok_or_else(|| Failure {
            step: 0,
            act: "find a core".to_owned(),
            fault: Fault::Run { reason: "there is no `terraform` and no `tofu` on PATH".to_owned() },
        })
    }

    /// The core that is this program.
    pub fn at(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), provider: None }
    }

    /// The same, which starts this program as the provider, by `dev_overrides`.
    pub fn starting(mut self, provider: impl Into<PathBuf>) -> Self {
        self.provider = Some(provider.into());
        self
    }
}

/// A core with a folder of its own.
pub(super) struct Running<P> {
    core: Core,
    folder: tempfile::TempDir,
    catalog: Catalog<P>,
    source: &'static str,
    attached: Option<Attached>,
    ready: bool,
}

/// The source address of a provider that is not published.
const NOWHERE: &str = "example.com/testing/provider";

fn fails(reason: impl ToString) -> Fault {
    Fault::Run { reason: reason.to_string() }
}

impl<P: Provider> Running<P> {
    pub(super) fn start(core: &Core) -> Result<Self, Fault> {
        let folder = tempfile::tempdir().map_err(fails)?;
        let source = P::SOURCE.unwrap_or(NOWHERE);
        let mut settings = String::new();
        let attached = match &core.provider {
            Some(program) => {
                let plugins = folder.path().join("plugins");
                std::fs::create_dir(&plugins).map_err(fails)?;
                let name = format!("terraform-provider-{}{}", P::NAME, std::env::consts::EXE_SUFFIX);
                std::fs::copy(program, plugins.join(name)).map_err(fails)?;
                settings = format!(
                    "provider_installation {{\n  dev_overrides {{\n    {source:?} = {plugins:?}\n  }}\n  direct {{}}\n}}\n"
                );
                None
            }
            None => Some(attach::<P>().map_err(fails)?),
        };
        std::fs::write(folder.path().join("cli.rc"), settings).map_err(fails)?;
        let ready = attached.is_none();
        Ok(Self { core: core.clone(), folder, catalog: P::catalog(), source, attached, ready })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command of the core; what it says on standard output.
    fn run(&self, act: &str, words: &[&str]) -> Result<String, Fault> {
        let mut command = Command::new(&self.core.program);
        let variables = std::env::vars_os().map(|(name, _)| name);
        for name in variables.filter(|name| name.to_str().is_some_and(|name| name.starts_with("TF_"))) {
            command.env_remove(name);
        }
        command.current_dir(self.path()).args(words).stdin(Stdio::null());
        command.env("TF_CLI_CONFIG_FILE", self.path().join("cli.rc")).env("CHECKPOINT_DISABLE", "1");
        if let Some(attached) = &self.attached {
            command.env("TF_REATTACH_PROVIDERS", attached.reattach(self.source).to_string());
        }
        let output = command.output().map_err(|error| fails(format!("{}: {error}", self.core.program.display())))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            return Ok(text(&output.stdout));
        }
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        Err(Fault::Refused { act: act.to_owned(), said })
    }

    fn write(&mut self, configuration: &Configuration) -> Result<(), Fault> {
        let whole = configuration.render::<P>(self.source);
        std::fs::write(self.path().join("main.tf.json"), whole.to_string()).map_err(fails)?;
        if !self.ready {
            self.run("init", &["init", "-input=false", "-no-color"])?;
            self.ready = true;
        }
        Ok(())
    }

    fn json(&self, words: &[&str]) -> Result<Json, Fault> {
        serde_json::from_str(&self.run("show", words)?).map_err(fails)
    }

    fn object(&self, address: &Address, known: &Json, unknown: &Json) -> Result<Value, Fault> {
        if known.is_null() && unknown.is_null() {
            return Ok(Value::Null);
        }
        let attributes = &address.schema(&self.catalog)?.attributes;
        let mut object = Reader::plain().object(attributes, known, &Location::root(&address.to_string()))?;
        open(Kind::Object(attributes), &mut object, unknown);
        Ok(object)
    }
}

/// Makes unknown what `unknown` says.
fn open(kind: Kind<'_>, value: &mut Value, unknown: &Json) {
    match (kind.parts(), value, unknown) {
        (_, value, Json::Bool(true)) => *value = Value::unknown(),
        (Parts::Object(fields), Value::Map(entries), Json::Object(unknown)) => {
            for field in fields.iter() {
                if let (Some(value), Some(unknown)) = (entries.get_mut(field.name), unknown.get(field.name)) {
                    open(field.kind, value, unknown);
                }
            }
        }
        (Parts::List(element) | Parts::Set(element), Value::List(items), Json::Array(unknown)) => {
            items.iter_mut().zip(unknown).for_each(|(item, unknown)| open(element, item, unknown));
        }
        (Parts::Tuple(types), Value::List(items), Json::Array(unknown)) => {
            let items = types.iter().zip(items).zip(unknown);
            items.for_each(|((ty, item), unknown)| open(Kind::Type(ty), item, unknown));
        }
        (Parts::Map(element), Value::Map(entries), Json::Object(unknown)) => {
            for (key, unknown) in unknown {
                open(element, entries.entry(key.clone()).or_insert(Value::Null), unknown);
            }
        }
        (Parts::Dynamic, Value::Dynamic(inner), unknown) => open(Kind::Type(&inner.0), &mut inner.1, unknown),
        _ => {}
    }
}

fn action(change: &Json) -> Result<Action, Fault> {
    let words: Vec<&str> = change["actions"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    Ok(match words.as_slice() {
        ["no-op"] => Action::NoOp,
        ["create"] => Action::Create,
        ["read"] => Action::Read,
        ["update"] => Action::Update,
        ["delete"] => Action::Delete,
        ["delete", "create"] | ["create", "delete"] => Action::Replace,
        other => return Err(fails(format!("it plans {other:?}, which this kit does not know"))),
    })
}

/// The address of an object that the core shows; `None` where it is not of a provider that is tested.
fn address(shown: &Json) -> Result<Option<Address>, Fault> {
    let text = shown["address"].as_str().unwrap_or_default();
    if text.starts_with("terraform_data.") { Ok(None) } else { Address::parse(text).map(Some) }
}

impl<P: Provider> Engine for Running<P> {
    async fn plan(&mut self, configuration: &Configuration, mode: Mode) -> Result<Changes, Fault> {
        self.write(configuration)?;
        let more: &[&str] = match mode {
            Mode::Refreshed => &[],
            Mode::Unread => &["-refresh=false"],
            Mode::Destroy => &["-destroy"],
        };
        self.run("plan", &[&["plan", "-input=false", "-no-color", "-out=made.tfplan"], more].concat())?;
        let shown = self.json(&["show", "-json", "made.tfplan"])?;
        let mut changes = Changes::new();
        for shown in shown["resource_changes"].as_array().into_iter().flatten() {
            let (Some(address), change) = (address(shown)?, &shown["change"]) else { continue };
            let before = self.object(&address, &change["before"], &json!(null))?;
            let after = self.object(&address, &change["after"], &without_false(&change["after_unknown"]))?;
            changes.insert(address, Change { action: action(change)?, before, after });
        }
        Ok(changes)
    }

    async fn apply(&mut self, configuration: &Configuration) -> Result<(), Fault> {
        self.write(configuration)?;
        self.run("apply", &["apply", "-input=false", "-no-color", "made.tfplan"]).map(drop)
    }

    async fn refresh(&mut self, configuration: &Configuration) -> Result<(), Fault> {
        self.write(configuration)?;
        self.run("refresh", &["apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color"]).map(drop)
    }

    async fn import(&mut self, configuration: &Configuration, address: &Address, id: &str) -> Result<(), Fault> {
        self.write(configuration)?;
        let address = address.to_string();
        if self.run("list the state", &["state", "list"])?.lines().any(|line| line == address) {
            self.run("forget", &["state", "rm", &address])?;
        }
        self.run("import", &["import", "-input=false", "-no-color", &address, id]).map(drop)
    }

    fn objects(&mut self) -> Result<Objects, Fault> {
        let shown = self.json(&["show", "-json"])?;
        let mut objects = Objects::new();
        for shown in shown["values"]["root_module"]["resources"].as_array().into_iter().flatten() {
            let Some(address) = address(shown)? else { continue };
            let object = self.object(&address, &shown["values"], &json!(null))?;
            objects.insert(address, object);
        }
        Ok(objects)
    }
}

/// What is not unknown at all is null.
fn without_false(unknown: &Json) -> Json {
    if unknown.as_bool() == Some(false) { Json::Null } else { unknown.clone() }
}
