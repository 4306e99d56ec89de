//! A complete provider: notes that are files in a folder.

use std::path::PathBuf;
use std::process::ExitCode;

use tfplugin_rust::{
    Attr, Call, Catalog, Create, Diagnostic, Diagnostics, Model, Plan, Provider, Resource, Timeouts, Update, serve,
};

/// Keeps notes as files.
#[derive(Debug, Clone, Model)]
struct Settings {
    /// The folder of the notes; the temporary folder where it is not set.
    #[attr(optional)]
    folder: Attr<String>,
}

struct Notes {
    folder: PathBuf,
}

impl Provider for Notes {
    type Config = Settings;
    const NAME: &'static str = "note";
    const SOURCE: Option<&'static str> = Some("example.com/notes/note");

    async fn configure(config: Settings, _terraform: &str) -> Result<Self, Diagnostics> {
        let folder = config.folder.into_known().map_or_else(std::env::temp_dir, PathBuf::from);
        Ok(Self { folder })
    }

    fn catalog() -> Catalog<Self> {
        Catalog::new().resource(NoteResource)
    }
}

/// A note.
#[derive(Debug, Clone, Model)]
struct Note {
    /// The name of its file.
    #[attr(required, replace, length = 1..=64)]
    name: Attr<String>,
    /// Its text.
    #[attr(required)]
    text: Attr<String>,
    /// How urgent it is.
    #[attr(default = "low", one_of = ["low", "high"])]
    urgency: Attr<String>,
    /// The path of its file.
    #[attr(computed, keep)]
    id: Attr<String>,
    /// The number of bytes in its file.
    #[attr(computed)]
    size: Attr<u64>,
    /// Time limits of the operations.
    #[attr(optional)]
    timeouts: Attr<Timeouts>,
}

struct NoteResource;

fn failed(what: &str, error: &std::io::Error) -> Diagnostics {
    Diagnostic::error(format!("Cannot {what} the note"), error.to_string()).into()
}

impl NoteResource {
    fn write(mut note: Note, call: &Call<Notes>) -> Result<Note, Diagnostics> {
        let path = call.provider().folder.join(note.name.known().map_or("", String::as_str));
        let body = format!(
            "{}\n{}",
            note.urgency.known().map_or("", String::as_str),
            note.text.known().map_or("", String::as_str)
        );
        std::fs::write(&path, &body).map_err(|error| failed("write", &error))?;
        note.id = path.display().to_string().into();
        note.size = (body.len() as u64).into();
        Ok(note)
    }
}

impl Resource for NoteResource {
    type Provider = Notes;
    type Model = Note;
    const NAME: &'static str = "note_note";

    async fn validate(&self, config: &Note) -> Diagnostics {
        match config.name.known() {
            Some(name) if name.contains('/') => {
                Diagnostic::error("Invalid name", "A name has no slash.").at("name").into()
            }
            _ => Diagnostics::default(),
        }
    }

    async fn plan(&self, plan: &mut Plan<Note>, _call: &mut Call<Notes>) -> Result<(), Diagnostics> {
        if let (Some(text), Some(urgency)) = (plan.planned.text.known(), plan.planned.urgency.known()) {
            plan.planned.size = ((urgency.len() + 1 + text.len()) as u64).into();
        }
        Ok(())
    }

    async fn create(&self, change: Create<Note>, call: &mut Call<Notes>) -> Result<Note, Diagnostics> {
        Self::write(change.plan, call)
    }

    async fn read(&self, state: Note, _call: &mut Call<Notes>) -> Result<Option<Note>, Diagnostics> {
        let mut note = state;
        let body = match std::fs::read_to_string(note.id.known().map_or("", String::as_str)) {
            Ok(body) => body,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("read", &error)),
        };
        let (urgency, text) = body.split_once('\n').unwrap_or(("low", &body));
        note.urgency = urgency.into();
        note.text = text.into();
        note.size = (body.len() as u64).into();
        Ok(Some(note))
    }

    async fn update(&self, change: Update<Note>, call: &mut Call<Notes>) -> Result<Note, Diagnostics> {
        Self::write(change.plan, call)
    }

    async fn delete(&self, state: Note, _call: &mut Call<Notes>) -> Result<(), Diagnostics> {
        match std::fs::remove_file(state.id.known().map_or("", String::as_str)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed("delete", &error)),
            _ => Ok(()),
        }
    }

    async fn import(&self, id: &str, _call: &mut Call<Notes>) -> Result<Note, Diagnostics> {
        let name = std::path::Path::new(id).file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Note {
            name: name.into(),
            text: Attr::Null,
            urgency: Attr::Null,
            id: id.into(),
            size: Attr::Null,
            timeouts: Attr::Null,
        })
    }
}

fn main() -> ExitCode {
    serve::<Notes>()
}
