//! What Terraform asked and what it was answered, in files, for whoever looks for a fault.

mod folder;
mod mask;
mod messages;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::{Map, Value as Json, json};
use time::OffsetDateTime;
use time::macros::format_description;

use self::folder::Folder;
pub(crate) use self::messages::{Asked, Said, Subject};
use crate::Schema;
use crate::log::{self, Level};

/// Names the folder, as it does for providers of the Go SDK.
pub(crate) const VARIABLE: &str = "TF_LOG_SDK_PROTO_DATA_DIR";

/// A folder into which calls are written. Nothing that goes wrong with it ever fails a call.
#[derive(Debug)]
pub(crate) struct Dump {
    folder: Folder,
    /// Begins the names of this process's files, which sort by it.
    start: String,
    calls: AtomicU64,
    warned: AtomicBool,
}

/// One call, whose answer is still to be written.
#[derive(Debug)]
pub(crate) struct Recording<'a> {
    dump: &'a Dump,
    number: u64,
    rpc: &'static str,
    schema: Option<&'a Schema>,
    parts: u64,
}

impl Dump {
    /// A dump into the folder that the environment names; `None` where it names none.
    pub(crate) fn from_environment() -> Option<Self> {
        let path = std::env::var_os(VARIABLE).filter(|path| !path.is_empty())?;
        let format = format_description!("[year][month][day]T[hour][minute][second].[subsecond digits:6]Z");
        let now = OffsetDateTime::now_utc().format(format).unwrap_or_default();
        Some(Self {
            folder: Folder::new(path.into()),
            start: format!("{now}-{}", std::process::id()),
            calls: AtomicU64::new(0),
            warned: AtomicBool::new(false),
        })
    }

    /// Writes what was asked. `schema` is the one of what the call is about.
    pub(crate) fn begin<'a, Q: Asked>(&'a self, request: &Q, schema: Option<&'a Schema>) -> Recording<'a> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let recording = Recording { dump: self, number, rpc: Q::RPC, schema, parts: 0 };
        let same_version = match request.subject() {
            Subject::Upgraded(_, version) => schema.is_some_and(|schema| schema.version == version),
            _ => false,
        };
        recording.write("request", &request.fields(), same_version);
        recording
    }

    fn warn(&self, error: &std::io::Error) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            let fields = [("folder", json!(self.folder.path())), ("reason", json!(error.to_string()))];
            log::write(Level::Warn, "tfplugin", "cannot write the calls that are asked for", fields);
        }
    }
}

impl<'a> Recording<'a> {
    /// The same with an answer of this schema.
    pub(crate) fn about(self, schema: Option<&'a Schema>) -> Self {
        Self { schema, ..self }
    }

    /// Writes a part of an answer that comes in parts.
    pub(crate) fn part(&mut self, part: &impl Said) {
        self.write(&format!("part-{:05}", self.parts), &part.fields(), false);
        self.parts += 1;
    }

    /// Writes what was answered.
    pub(crate) fn end(self, answer: &impl Said) {
        self.write("response", &answer.fields(), false);
    }

    fn write(&self, direction: &str, fields: &[(&'static str, messages::Field<'_>)], same_version: bool) {
        let shown = fields.iter().map(|(name, field)| ((*name).to_owned(), field.show(self.schema, same_version)));
        let text = format!("{:#}\n", Json::Object(shown.collect::<Map<_, _>>()));
        let name = format!("{}-{:05}-{}-{direction}.json", self.dump.start, self.number, self.rpc);
        if let Err(error) = self.dump.folder.write(&name, text.as_bytes()) {
            self.dump.warn(&error);
        }
    }
}
