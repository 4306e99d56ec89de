//! A complete provider: notes that are files in a folder.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tfplugin_rust::{
    Call, Catalog, Create, Diagnostic, Diagnostics, Draft, Ephemeral, Function, FunctionError, ImportBy, Model, Opened,
    Parameters, Plan, Provider, Resource, Timeouts, Update, serve,
};

/// Keeps notes as files.
#[derive(Debug, Clone, PartialEq, Model)]
struct Settings {
    /// The folder of the notes; the temporary folder where it is not set.
    #[attr(optional)]
    folder: Option<String>,
}

struct Notes {
    folder: PathBuf,
}

impl Provider for Notes {
    type Config = Settings;
    const NAME: &'static str = "note";
    const SOURCE: Option<&'static str> = Some("example.com/notes/note");

    async fn configure(config: SettingsPlan, _terraform: &str) -> Result<Self, Diagnostics> {
        let folder = config.folder.into_known().map_or_else(std::env::temp_dir, PathBuf::from);
        Ok(Self { folder })
    }

    fn catalog() -> Catalog<Self> {
        Catalog::new().resource(NoteResource).ephemeral(TextEphemeral).function(Title)
    }
}

/// A note.
#[derive(Debug, Clone, PartialEq, Model)]
struct Note {
    /// The name of its file.
    #[attr(required, replace, length = 1..=64)]
    name: String,
    /// Its text.
    #[attr(required)]
    text: String,
    /// How urgent it is.
    #[attr(default = "low", one_of = ["low", "high"])]
    urgency: String,
    /// The path of its file.
    #[attr(computed, keep_state)]
    id: String,
    /// The number of bytes in its file.
    #[attr(computed)]
    size: u64,
    /// Time limits of the operations.
    #[attr(optional)]
    timeouts: Option<Timeouts>,
}

struct NoteResource;

fn failed(what: &str, error: &std::io::Error) -> Diagnostics {
    Diagnostic::error(format!("Cannot {what} the note"), error.to_string()).into()
}

impl NoteResource {
    fn write(mut note: NoteDraft, call: &Call<Notes>) -> Result<Note, Diagnostics> {
        let path = call.provider().folder.join(&note.name);
        let body = format!("{}\n{}", note.urgency, note.text);
        std::fs::write(&path, &body).map_err(|error| failed("write", &error))?;
        note.id = Some(path.display().to_string());
        note.size = Some(body.len() as u64);
        note.settle()
    }

    /// The note in a file; `None` where there is no such file.
    fn find(id: &str) -> Result<Option<Note>, Diagnostics> {
        let body = match std::fs::read_to_string(id) {
            Ok(body) => body,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("read", &error)),
        };
        let (urgency, text) = body.split_once('\n').unwrap_or(("low", &body));
        let name = Path::new(id).file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Some(Note {
            name: name.unwrap_or_default(),
            text: text.to_owned(),
            urgency: urgency.to_owned(),
            id: id.to_owned(),
            size: body.len() as u64,
            timeouts: None,
        }))
    }
}

impl Resource for NoteResource {
    type Provider = Notes;
    type Model = Note;
    const NAME: &'static str = "note_note";

    async fn validate(&self, config: &NotePlan) -> Diagnostics {
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

    async fn read(&self, state: NoteDraft, _call: &mut Call<Notes>) -> Result<Option<Note>, Diagnostics> {
        let Some(id) = &state.id else { return Ok(None) };
        let note = Self::find(id)?;
        Ok(note.map(|note| Note { timeouts: state.timeouts, ..note }))
    }

    async fn update(&self, change: Update<Note>, call: &mut Call<Notes>) -> Result<Note, Diagnostics> {
        Self::write(change.plan, call)
    }

    async fn delete(&self, state: NoteDraft, _call: &mut Call<Notes>) -> Result<(), Diagnostics> {
        match std::fs::remove_file(state.id.unwrap_or_default()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed("delete", &error)),
            _ => Ok(()),
        }
    }

    async fn import(&self, by: ImportBy<'_, Note>, _call: &mut Call<Notes>) -> Result<Note, Diagnostics> {
        let ImportBy::Id(id) = by;
        let missing = || Diagnostic::error("No such note", format!("There is no note {id}.")).into();
        Self::find(id)?.ok_or_else(missing)
    }
}

/// The text of a note, in no plan and in no state.
#[derive(Debug, Clone, PartialEq, Model)]
struct Text {
    /// The path of the note's file.
    #[attr(required)]
    id: String,
    /// Its text.
    #[attr(computed, sensitive)]
    text: String,
}

struct TextEphemeral;

impl Ephemeral for TextEphemeral {
    type Provider = Notes;
    type Model = Text;
    const NAME: &'static str = "note_text";

    async fn open(&self, config: TextDraft, _call: &mut Call<Notes>) -> Result<Opened<Text>, Diagnostics> {
        let missing = || Diagnostic::error("No such note", format!("There is no note {}.", config.id)).at("id");
        let note = NoteResource::find(&config.id)?.ok_or_else(missing)?;
        Ok(Opened::new(Text { id: note.id, text: note.text }))
    }
}

/// Answers the title of a text: its first line that is not empty.
#[derive(Parameters)]
struct TitleParameters {
    /// The text.
    text: String,
}

struct Title;

impl Function for Title {
    type Arguments = TitleParameters;
    type Answer = String;
    const NAME: &'static str = "title";

    fn call(&self, arguments: TitleParameters) -> Result<String, FunctionError> {
        let title = arguments.text.lines().map(str::trim).find(|line| !line.is_empty());
        title.map(str::to_owned).ok_or_else(|| FunctionError::new("a text with a title is not empty").about("text"))
    }
}

fn main() -> ExitCode {
    serve::<Notes>()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tfplugin_rust::testing::{Action, Core, Failure, Step, Steps, UNKNOWN, planned, state};

    use super::*;

    /// A note's life. The folder is the provider's; a file in it changes behind Terraform's back.
    fn life(folder: &Path) -> Steps<Notes> {
        let note = |name: &str, text: &str| json!({ "note_note.a": { "name": name, "text": text, "timeouts": { "create": "1m" } } });
        let (file, same) = (folder.join("first"), folder.join("first"));
        Steps::new([
            Step::plan(note("first", UNKNOWN))
                .plans("note_note.a", Action::Create)
                .holds(planned("note_note.a", "size").is_unknown()),
            Step::apply(note("first", "hello"))
                .holds(planned("note_note.a", "size").equals(9))
                .holds(planned("note_note.a", "id").is_unknown())
                .holds(state("note_note.a", "urgency").equals("low"))
                .holds(state("note_note.a", "id").equals(file.display().to_string())),
            Step::does("make the note urgent", move || {
                std::fs::write(&file, "high\nhello").expect("the folder is there");
            }),
            Step::apply(note("first", "hello")).plans("note_note.a", Action::Update),
            Step::does("remove the note", move || std::fs::remove_file(&same).expect("the note is there")),
            Step::apply(note("first", "hello")).plans("note_note.a", Action::Create),
            Step::import("note_note.a", "${note_note.a.id}").except("timeouts").leaves_changes(),
            Step::apply(note("second", "hello")).plans("note_note.a", Action::Replace),
            Step::fails(note("a/b", "hello"), "A name has no slash."),
        ])
        .provider(json!({ "folder": folder.display().to_string() }))
    }

    #[tokio::test]
    async fn a_note_lives_in_process() -> Result<(), Failure> {
        let folder = tempfile::tempdir().expect("a folder");
        life(folder.path()).run_in_process().await
    }

    #[tokio::test]
    async fn a_note_lives_under_a_core() -> Result<(), Failure> {
        let folder = tempfile::tempdir().expect("a folder");
        life(folder.path()).run_with(&Core::find()?).await
    }
}
