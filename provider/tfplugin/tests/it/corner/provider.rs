//! The provider `framework`.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tfplugin_rust::{Catalog, Diagnostics, Model, Provider};

use super::user::Person;
use super::{
    action, customtype, deferral, dynamic, echo, ephemeral_lifecycle, ephemeral_schema, functions, identity, moves,
    precision, raw, reflection, schema, set_defaults, set_equality, shuffle, timeouts, timetypes, user, writeonce,
    writeonly, writeonly_import, writeonly_upgrade, writeonly_validations,
};

/// What the provider is configured with.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
pub(crate) struct Settings {
    /// Which of the stores of people it uses.
    #[attr(optional)]
    dummy: Option<String>,
    /// Whether it is not ready.
    #[attr(optional)]
    deferral: Option<bool>,
}

/// People by store and address.
static PEOPLE: Mutex<BTreeMap<(String, String), Person>> = Mutex::new(BTreeMap::new());

/// The configured provider.
pub(crate) struct Framework {
    store: String,
    waits: bool,
}

impl Framework {
    /// Whether it is not ready, and leaves it to each resource to say so.
    pub(super) fn waits(&self) -> bool {
        self.waits
    }

    fn key(&self, email: &str) -> (String, String) {
        (self.store.clone(), email.to_owned())
    }

    /// The store that it was told of.
    pub(super) fn store(&self) -> &str {
        &self.store
    }

    pub(super) fn person(&self, email: &str) -> Option<Person> {
        PEOPLE.lock().expect("no panic").get(&self.key(email)).cloned()
    }

    /// Keeps a person, and answers who was there before.
    pub(super) fn keep(&self, email: &str, person: Person) -> Option<Person> {
        PEOPLE.lock().expect("no panic").insert(self.key(email), person)
    }

    pub(super) fn forget(&self, email: &str) {
        PEOPLE.lock().expect("no panic").remove(&self.key(email));
    }
}

impl Provider for Framework {
    type Config = Settings;
    const NAME: &'static str = "framework";
    const SOURCE: Option<&'static str> = Some("registry.terraform.io/hashicorp/framework");

    fn defers(config: &SettingsPlan) -> bool {
        config.deferral.known() == Some(&true) && config.dummy.is_null()
    }

    async fn configure(config: SettingsPlan, _: &str) -> Result<Self, Diagnostics> {
        let waits = config.deferral.known() == Some(&true);
        Ok(Self { store: config.dummy.into_known().unwrap_or_default(), waits })
    }

    fn catalog() -> Catalog<Self> {
        functions::add(Catalog::new())
            .resource(schema::Everything)
            .resource(customtype::CustomTypes)
            .resource(precision::Float32)
            .resource(precision::Float64)
            .resource(dynamic::TypeChange)
            .resource(user::Users)
            .resource(shuffle::Shuffle)
            .resource(echo::Echo)
            .resource(timeouts::Limited)
            .resource(timetypes::Times)
            .resource(set_defaults::InAttribute)
            .resource(set_defaults::InBlock)
            .resource(set_equality::Addresses)
            .resource(reflection::Reflection)
            .resource(writeonly::Secrets)
            .resource(writeonly_import::Imported)
            .resource(writeonly_validations::Passwords)
            .resource(writeonly_upgrade::Upgraded)
            .resource(writeonce::Once)
            .resource(identity::Identity)
            .resource(moves::Texts)
            .resource(moves::Greetings)
            .resource(deferral::Actions)
            .resource(deferral::Planned)
            .resource(raw::Leaks)
            .data_source(raw::Time)
            .data_source(raw::Absent)
            .action(action::ModifyFile)
            .ephemeral(ephemeral_schema::Everything)
            .ephemeral(ephemeral_lifecycle::Tokens)
    }
}
