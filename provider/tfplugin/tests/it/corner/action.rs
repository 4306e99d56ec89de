//! An action that writes a file.

use serde_json::{Value as Json, json};
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::{Action, Call, Diagnostic, Diagnostics, Model, Progress};
use wire::invoke_action::event::Type;

use super::Case;
use super::provider::Framework;
use super::rpc::{Caller, Outcome, answered, errors, fails, object, sent};

/// What is written, and where.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Written {
    /// The file.
    #[attr(required)]
    filename: String,
    /// What it holds afterwards.
    #[attr(required)]
    content: String,
    /// Whether its plan fails.
    #[attr(optional)]
    plan_error: Option<bool>,
}

pub(crate) struct ModifyFile;

impl Action for ModifyFile {
    type Provider = Framework;
    type Model = Written;
    const NAME: &'static str = "framework_modify_file_action";

    async fn plan(&self, config: &WrittenPlan, _: &mut Call<Framework>) -> Result<(), Diagnostics> {
        if config.plan_error.known() == Some(&true) {
            return Err(Diagnostic::error("ModifyPlan error", "plan_error is true.").at("plan_error").into());
        }
        Ok(())
    }

    async fn invoke(&self, config: Written, progress: &Progress, _: &mut Call<Framework>) -> Result<(), Diagnostics> {
        progress.say("starting").await;
        std::fs::write(&config.filename, &config.content).map_err(|error| {
            let detail = format!("{} cannot be written: {error}.", config.filename);
            Diagnostics::from(Diagnostic::error("Error writing to file", detail).at("filename"))
        })
    }
}

const KIND: &str = "framework_modify_file_action";

async fn planned(caller: &mut Caller, body: &Json) -> Outcome {
    let config = sent(&object(&Written::attributes(), body)?, &Written::schema(0).ty())?;
    let request = wire::plan_action::Request { action_type: KIND.to_owned(), config, client_capabilities: None };
    errors(&answered(caller.rpc.plan_action(request).await)?.diagnostics)
}

/// Invokes it and waits for its end; how often it said something.
async fn invoked(caller: &mut Caller, body: &Json) -> Result<usize, String> {
    let config = sent(&object(&Written::attributes(), body)?, &Written::schema(0).ty())?;
    let request = wire::invoke_action::Request { action_type: KIND.to_owned(), config, client_capabilities: None };
    let mut events = answered(caller.rpc.invoke_action(request).await)?;
    let mut said = 0;
    while let Some(event) = events.message().await.map_err(|status| status.to_string())? {
        match event.r#type {
            Some(Type::Completed(done)) => return errors(&done.diagnostics).map(|()| said),
            Some(Type::Progress(_)) => said += 1,
            None => {}
        }
    }
    Err("it never ended".to_owned())
}

/// Triggers are the core's: here it is planned and invoked as they would.
async fn file_is_written() -> Outcome {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = folder.path().join("local_file");
    let body = |content: &str| json!({ "filename": file, "content": content });
    let holds = |content: &str| {
        let found = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
        if found == content { Ok(()) } else { Err(format!("expected {content}, found {found}")) }
    };
    let mut caller = Caller::new().await?;
    planned(&mut caller, &body("test data")).await?;
    if file.exists() {
        return Err("a plan writes nothing".to_owned());
    }
    if invoked(&mut caller, &body("test data")).await? != 1 {
        return Err("it says once that it starts".to_owned());
    }
    holds("test data")?;
    planned(&mut caller, &body("updated test data")).await?;
    holds("test data")?;
    invoked(&mut caller, &body("updated test data")).await?;
    holds("updated test data")?;
    let mut broken = body("test data");
    broken["plan_error"] = true.into();
    fails(planned(&mut caller, &broken).await, "ModifyPlan error")?;
    holds("updated test data")
}

pub(super) fn cases() -> Vec<Case> {
    vec![Case::calls("TestModifyFileAction", file_is_written())]
}
