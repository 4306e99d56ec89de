//! A password that is stored, and one that is not, of which only one may be given.

use serde_json::{Value as Json, json};
use tfplugin_rust::testing::{Action, Step, Steps, planned, state};
use tfplugin_rust::{Call, Create, Diagnostic, Diagnostics, Model, Resource, Update};

use super::Case;
use super::keeps::forgets;
use super::provider::Framework;

/// A password.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Password {
    /// The password, stored.
    #[attr(optional, replace)]
    old_password_attr: Option<String>,
    /// Which password it is.
    #[attr(optional, replace)]
    password_version: Option<String>,
    /// The password, not stored.
    #[attr(optional, write_only)]
    writeonly_password: Option<String>,
}

fn created(config: Password) -> Result<Password, Diagnostics> {
    let (given, known) = match (&config.writeonly_password, &config.old_password_attr) {
        (Some(password), _) => (password, ["newpassword", "newpassword2"]),
        (None, Some(password)) => (password, ["oldpassword", "oldpassword2"]),
        (None, None) => return Err(Diagnostic::error("No password", "There is none.").into()),
    };
    if known.contains(&given.as_str()) {
        return Ok(config);
    }
    Err(Diagnostic::error("Unexpected password", format!("It is none of {known:?}.")).into())
}

pub(crate) struct Passwords;

impl Resource for Passwords {
    type Provider = Framework;
    type Model = Password;
    const NAME: &'static str = "framework_writeonly_validations";

    async fn validate(&self, config: &PasswordPlan) -> Diagnostics {
        let PasswordPlan { old_password_attr: old, password_version: version, writeonly_password: new } = config;
        let mut found = Diagnostics::default();
        let mut wrong = |summary: &str, detail: &str| found.push(Diagnostic::error(summary, detail));
        if old.is_null() && new.is_null() {
            wrong("Missing Attribute Configuration", "One of old_password_attr and writeonly_password must be given.");
        }
        if old.known().is_some() && new.known().is_some() {
            wrong(
                "Invalid Attribute Combination",
                "Only one of old_password_attr and writeonly_password may be given.",
            );
        }
        if old.known().is_some() && version.known().is_some() {
            wrong("Invalid Attribute Combination", "password_version belongs to writeonly_password.");
        }
        if new.known().is_some() && version.is_null() {
            wrong("Invalid Attribute Combination", "writeonly_password needs password_version beside it.");
        }
        if old.known().is_some() {
            let detail = "writeonly_password is not stored; use it instead of old_password_attr.";
            found.push(
                Diagnostic::warning("Available Write-only Attribute Alternative", detail).at("old_password_attr"),
            );
        }
        found
    }

    async fn create(&self, change: Create<Password>, _: &mut Call<Framework>) -> Result<Password, Diagnostics> {
        created(change.config)
    }

    async fn read(&self, state: Password, _: &mut Call<Framework>) -> Result<Option<Password>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(&self, _: Update<Password>, _: &mut Call<Framework>) -> Result<Password, Diagnostics> {
        Err(Diagnostic::error("Cannot be changed", "Each change needs a new object.").into())
    }

    forgets!(Password);
}

const ADDRESS: &str = "framework_writeonly_validations.test";

fn applied(body: Json, action: Action, old: Option<&str>) -> Step {
    Step::apply(json!({ ADDRESS: body }))
        .plans(ADDRESS, action)
        .holds(planned(ADDRESS, "writeonly_password").is_null())
        .holds(state(ADDRESS, "old_password_attr").equals(old))
        .holds(state(ADDRESS, "writeonly_password").is_null())
}

pub(super) fn cases() -> Vec<Case> {
    let fails = |body: Json, words: &str| Step::fails(json!({ ADDRESS: body }), words);
    let new = |version: &str, password: &str| json!({ "password_version": version, "writeonly_password": password });
    let old = |password: &str| json!({ "old_password_attr": password });
    let both = json!({ "password_version": "v1", "old_password_attr": "oldpassword" });
    let steps = [
        fails(json!({}), "Missing Attribute Configuration"),
        applied(old("oldpassword"), Action::Create, Some("oldpassword")),
        fails(both, "Invalid Attribute Combination"),
        fails(json!({ "writeonly_password": "newpassword" }), "Invalid Attribute Combination"),
        applied(new("v1", "newpassword"), Action::Replace, None),
        applied(new("v1", "won't trigger an update on its own"), Action::NoOp, None),
        fails(json!({ "password_version": "v2" }), "Missing Attribute Configuration"),
        applied(new("v2", "newpassword2"), Action::Replace, None),
        applied(old("oldpassword2"), Action::Replace, Some("oldpassword2")),
    ];
    vec![Case::new("TestWriteOnlyValidationsResource", Steps::<Framework>::new(steps))]
}
