//! People in a store outside of Terraform.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value as Json, json};
use tfplugin_rust::testing::{Step, Steps, state};
use tfplugin_rust::{Call, Create, Diagnostic, Diagnostics, Model, Resource, Update};

use super::Case;
use super::provider::Framework;

/// A person.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct User {
    /// Where the person can be reached.
    #[attr(required, replace)]
    email: String,
    /// What the person is called.
    #[attr(required)]
    name: String,
    /// In years.
    #[attr(required)]
    age: u16,
    /// When the person came.
    #[attr(computed, keep_state)]
    date_joined: String,
    /// What the person speaks.
    #[attr(optional, computed, keep_state)]
    language: String,
}

/// A person as the store has it.
#[derive(Debug, Clone)]
pub(super) struct Person {
    name: String,
    age: u16,
    joined: String,
    language: String,
}

pub(crate) struct Users;

fn user(email: String, person: Person) -> User {
    let Person { name, age, joined, language } = person;
    User { email, name, age, date_joined: joined, language }
}

impl Resource for Users {
    type Provider = Framework;
    type Model = User;
    const NAME: &'static str = "framework_user";

    async fn create(&self, change: Create<User>, call: &mut Call<Framework>) -> Result<User, Diagnostics> {
        let UserDraft { email, name, age, language, .. } = change.plan;
        if call.provider().person(&email).is_some() {
            let detail = format!("There is a user with the address {email} already.");
            return Err(Diagnostic::error("Error creating user", detail).at("email").into());
        }
        let language = language.unwrap_or_else(|| "en".to_owned());
        let person = Person { name, age, joined: "2026-01-02T03:04:05Z".to_owned(), language };
        call.provider().keep(&email, person.clone());
        Ok(user(email, person))
    }

    async fn read(&self, state: UserDraft, call: &mut Call<Framework>) -> Result<Option<User>, Diagnostics> {
        Ok(call.provider().person(&state.email).map(|person| user(state.email, person)))
    }

    async fn update(&self, change: Update<User>, call: &mut Call<Framework>) -> Result<User, Diagnostics> {
        let UserDraft { email, name, age, date_joined, language } = change.plan;
        let joined = date_joined.unwrap_or_default();
        let person = Person { name, age, joined, language: language.unwrap_or_default() };
        call.provider().keep(&email, person.clone());
        Ok(user(email, person))
    }

    async fn delete(&self, state: UserDraft, call: &mut Call<Framework>) -> Result<(), Diagnostics> {
        call.provider().forget(&state.email);
        Ok(())
    }
}

const ADDRESS: &str = "framework_user.foo";

fn ford() -> Json {
    json!({ "email": "ford@prefect.co", "name": "Ford Prefect", "age": 200 })
}

fn stored(configuration: Json, expected: &Json) -> Step {
    let entries = expected.as_object().into_iter().flatten();
    let step = Step::apply(configuration);
    entries.fold(step, |step, (name, value)| step.holds(state(ADDRESS, name).equals(value.clone())))
}

fn with_language(mut user: Json, language: &str) -> Json {
    user["language"] = language.into();
    user
}

pub(super) fn cases() -> Vec<Case> {
    // Each has a store of its own: the same cases run at the same time in process and under a core.
    static STORES: AtomicU64 = AtomicU64::new(0);
    let case = |name: &str, steps: Vec<Step>| {
        let store = STORES.fetch_add(1, Ordering::Relaxed).to_string();
        Case::new(name, Steps::<Framework>::new(steps).provider(json!({ "dummy": store })))
    };
    let doe = json!({ "email": "jdoe@example.com", "name": "J Doe", "age": 18, "language": "es" });
    let shuffled = json!({
        "framework_shuffle.foo": { "input": ["es", "es"] },
        ADDRESS: with_language(ford(), "${framework_shuffle.foo.result[0]}"),
    });
    let basic = || stored(json!({ ADDRESS: ford() }), &with_language(ford(), "en"));
    vec![
        case("TestAccFrameworkResourceUser", vec![basic()]),
        case("TestAccFrameworkResourceUser_language", vec![stored(json!({ ADDRESS: doe }), &doe)]),
        case(
            "TestAccFrameworkResourceUser_interpolateLanguage",
            vec![basic(), stored(shuffled, &with_language(ford(), "es"))],
        ),
    ]
}
