//! Resources.

use std::future::Future;

use serde_json::Value as Json;

use crate::{Call, Diagnostic, Diagnostics, ImportBy, Model, Moved, Path, Private, Provider, TimeLimits};

/// A kind of object that Terraform creates, reads, updates and deletes.
///
/// Validation and planning see the model's plan, in which anything may be unknown; all other handlers see its draft, in
/// which nothing is, and which lacks no more than computed values.
pub trait Resource: Send + Sync + 'static {
    /// The provider that it belongs to.
    type Provider: Provider;
    /// Its attributes.
    type Model: Model;

    /// Its full name, such as `monai_model_endpoint`.
    const NAME: &'static str;
    /// The version of its schema.
    const VERSION: i64 = 0;
    /// The version of its identity, for [`upgrade_identity`](Self::upgrade_identity).
    const IDENTITY_VERSION: i64 = 0;
    /// Whether the identity of an object may change while it exists, as by a renaming. Else such a change is an error.
    const IDENTITY_MAY_CHANGE: bool = false;
    /// How long operations may take where the configuration's `timeouts` says nothing.
    const LIMITS: TimeLimits = TimeLimits::DEFAULT;

    /// Checks a configuration, of which parts may be unknown, before the provider is configured.
    fn validate(&self, config: &<Self::Model as Model>::Plan) -> impl Future<Output = Diagnostics> + Send {
        let _ = config;
        async { Diagnostics::default() }
    }

    /// Looks at a planned creation or change, may fill computed values and ask for a replacement.
    fn plan(
        &self,
        plan: &mut Plan<Self::Model>,
        call: &mut Call<Self::Provider>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        let _ = (plan, call);
        async { Ok(()) }
    }

    /// Looks at a planned deletion.
    fn plan_delete(
        &self,
        prior: &<Self::Model as Model>::Draft,
        call: &mut Call<Self::Provider>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        let _ = (prior, call);
        async { Ok(()) }
    }

    /// Creates the object and answers its state, in which nothing is unknown.
    fn create(
        &self,
        change: Create<Self::Model>,
        call: &mut Call<Self::Provider>,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;

    /// Answers what the object is now; `None` where it is gone.
    fn read(
        &self,
        state: <Self::Model as Model>::Draft,
        call: &mut Call<Self::Provider>,
    ) -> impl Future<Output = Result<Option<Self::Model>, Diagnostics>> + Send;

    /// Changes the object and answers its new state.
    fn update(
        &self,
        change: Update<Self::Model>,
        call: &mut Call<Self::Provider>,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;

    /// Deletes the object; an object that is gone already is a success.
    fn delete(
        &self,
        state: <Self::Model as Model>::Draft,
        call: &mut Call<Self::Provider>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// Finds an existing object by the id or the identity that the user gives, and answers what it is.
    fn import(
        &self,
        by: ImportBy<'_, Self::Model>,
        call: &mut Call<Self::Provider>,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send {
        let _ = (by, call);
        async { Err(Diagnostic::error("Import not supported", format!("{} cannot be imported.", Self::NAME)).into()) }
    }

    /// Brings the JSON of a state of an older version to the present one.
    fn upgrade(&self, version: i64, state: Json) -> Result<Json, Diagnostics> {
        let _ = state;
        let detail = format!(
            "The state of {} has version {version}; this provider reads version {}.",
            Self::NAME,
            Self::VERSION
        );
        Err(Diagnostic::error("State of another version", detail).into())
    }

    /// Takes over what a `moved` block names, an object that was of another type so far; `None` where this cannot be done.
    /// Terraform asks before the provider is configured, and has the result read afterwards: what is not known may be
    /// missing. `private` is the private data of the result, empty at first.
    fn adopt(
        &self,
        source: Moved,
        private: &mut Private,
    ) -> Result<Option<<Self::Model as Model>::Draft>, Diagnostics> {
        let _ = (source, private);
        Ok(None)
    }

    /// Takes out of a configuration, which is written for an imported object, what a user would not write: one of two
    /// attributes that exclude each other. What only the provider gives, defaults and what is deprecated are out already.
    fn write_config(&self, config: &mut <Self::Model as Model>::Plan) {
        let _ = config;
    }

    /// Brings the JSON of an identity of an older version to the present one.
    fn upgrade_identity(&self, version: i64, identity: Json) -> Result<Json, Diagnostics> {
        let _ = identity;
        let detail = format!(
            "The identity of {} has version {version}; this provider reads version {}.",
            Self::NAME,
            Self::IDENTITY_VERSION
        );
        Err(Diagnostic::error("Identity of another version", detail).into())
    }
}

/// A planned creation (`prior` is `None`) or change.
#[derive(Debug)]
pub struct Plan<M: Model> {
    /// What the state says.
    pub prior: Option<M::Draft>,
    /// What the configuration says; the only place with write-only values.
    pub config: M::Plan,
    /// What is planned. Only values that the configuration leaves open may be changed.
    pub planned: M::Plan,
    pub(crate) replace: Vec<Path>,
}

impl<M: Model> Plan<M> {
    /// Asks for a new object because of this attribute.
    pub fn replace(&mut self, path: impl Into<Path>) {
        self.replace.push(path.into());
    }
}

/// A creation.
#[derive(Debug)]
pub struct Create<M: Model> {
    /// What was planned; a computed value that the plan leaves open is missing.
    pub plan: M::Draft,
    /// What the configuration says, with defaults; the only place with write-only values.
    pub config: M::Draft,
}

/// A change.
#[derive(Debug)]
pub struct Update<M: Model> {
    /// What the state says.
    pub prior: M::Draft,
    /// What was planned; a computed value that the plan leaves open is missing.
    pub plan: M::Draft,
    /// What the configuration says, with defaults; the only place with write-only values.
    pub config: M::Draft,
}
