//! A write-only value that an import answers.

use serde_json::json;
use tfplugin_rust::testing::{Step, Steps, state};
use tfplugin_rust::{Call, Create, Diagnostics, ImportBy, Model, Resource, Update};

use super::Case;
use super::keeps::forgets;
use super::provider::Framework;

/// A text and a secret.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Greeting {
    /// A text.
    #[attr(required)]
    pub(super) string_attr: String,
    /// A secret.
    #[attr(optional, write_only)]
    pub(super) writeonly_string: Option<String>,
}

impl Greeting {
    /// With a secret that must not come to Terraform.
    pub(super) fn leaking(text: &str) -> Self {
        Self { string_attr: text.to_owned(), writeonly_string: Some("this must not come to Terraform".to_owned()) }
    }
}

pub(crate) struct Imported;

impl Resource for Imported {
    type Provider = Framework;
    type Model = Greeting;
    const NAME: &'static str = "framework_writeonly_import";

    async fn create(&self, change: Create<Greeting>, _: &mut Call<Framework>) -> Result<Greeting, Diagnostics> {
        Ok(change.config)
    }

    async fn read(&self, _: Greeting, _: &mut Call<Framework>) -> Result<Option<Greeting>, Diagnostics> {
        Ok(Some(Greeting::leaking("hello world!")))
    }

    async fn update(&self, change: Update<Greeting>, _: &mut Call<Framework>) -> Result<Greeting, Diagnostics> {
        Ok(change.config)
    }

    async fn import(&self, _: ImportBy<'_, Greeting>, _: &mut Call<Framework>) -> Result<Greeting, Diagnostics> {
        Ok(Greeting::leaking("hello world!"))
    }

    forgets!(Greeting);
}

pub(super) fn cases() -> Vec<Case> {
    const ADDRESS: &str = "framework_writeonly_import.test";
    let body = json!({ ADDRESS: { "string_attr": "hello world!", "writeonly_string": "fakepassword" } });
    let steps = [
        Step::apply(body).holds(state(ADDRESS, "writeonly_string").is_null()),
        Step::import(ADDRESS, "hello world!")
            .holds(state(ADDRESS, "string_attr").equals("hello world!"))
            .holds(state(ADDRESS, "writeonly_string").is_null()),
    ];
    vec![Case::new("TestWriteOnlyImportResource", Steps::<Framework>::new(steps))]
}
