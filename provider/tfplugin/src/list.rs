//! Lists: what exists of a resource, whether or not Terraform manages it.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::model::Convert;
use crate::value::Value;
use crate::{Call, Diagnostic, Diagnostics, Model, Resource};

/// Finds the objects of a resource that has an identity, for `terraform query` of Terraform 1.14 or newer.
pub trait List: Send + Sync + 'static {
    /// The resource, whose name the list has as well.
    type Resource: Resource;
    /// What the block `config` of a list may say. Nothing of it is computed.
    type Config: Model;

    /// How long a list may take.
    const LIMIT: Duration = Duration::from_secs(300);

    /// Checks a configuration, of which parts may be unknown, before the provider is configured.
    fn validate(&self, config: &<Self::Config as Model>::Plan) -> impl Future<Output = Diagnostics> + Send {
        let _ = config;
        async { Diagnostics::default() }
    }

    /// Adds what it finds to `found`, one after the other. The framework sends each at once, waits where Terraform is
    /// slower, and ends this call when Terraform has as many as it wants or goes away.
    fn list(
        &self,
        config: <Self::Config as Model>::Draft,
        found: &mut Found<<Self::Resource as Resource>::Model>,
        call: &mut Call<<Self::Resource as Resource>::Provider>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;
}

/// Takes the results of a list.
pub struct Found<M: Model> {
    wanted: Wanted,
    model: PhantomData<fn(M)>,
}

/// One result of a list.
#[derive(Debug)]
pub struct Listed<M: Model> {
    name: String,
    what: What<M>,
    said: Diagnostics,
}

#[derive(Debug)]
enum What<M: Model> {
    Identity(M::Identity),
    Object(Box<M>),
}

/// What Terraform wants of a list, and where it takes it.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Has room for one result that is not sent yet.
    pub(crate) entries: mpsc::Sender<Entry>,
    /// How many more; `None` where there is no limit.
    pub(crate) most: Option<u64>,
    pub(crate) objects: bool,
}

/// A result without its type.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// Null where it is in the object.
    pub(crate) identity: Value,
    pub(crate) object: Option<Value>,
    pub(crate) said: Diagnostics,
}

impl<M: Model> Found<M> {
    pub(crate) fn new(wanted: Wanted) -> Self {
        Self { wanted, model: PhantomData }
    }

    /// How many more results Terraform takes, for the size of a page; `None` where it takes all.
    pub fn wanted(&self) -> Option<u64> {
        self.wanted.most
    }

    /// Whether Terraform wants the whole object of each result. Where a result brings none, the framework asks the
    /// resource's `import` for it; a list that has the objects at hand spares that by [`Listed::whole`].
    pub fn wants_objects(&self) -> bool {
        self.wanted.objects
    }

    /// Adds a result; waits until there is room for it.
    pub async fn add(&mut self, result: Listed<M>) {
        if self.wanted.most == Some(0) || self.wanted.entries.send(result.erase()).await.is_err() {
            // Nobody takes results any more, so this call is about to be dropped.
            std::future::pending::<()>().await;
        }
        self.wanted.most = self.wanted.most.map(|most| most.saturating_sub(1));
    }
}

impl<M: Model> fmt::Debug for Found<M> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Found").field(&self.wanted).finish()
    }
}

impl<M: Model> Listed<M> {
    /// An object of which the identity is known; the name is what a user reads.
    pub fn new(name: impl Into<String>, identity: M::Identity) -> Self {
        Self { name: name.into(), what: What::Identity(identity), said: Diagnostics::default() }
    }

    /// An object that is known as a whole, and its identity with it.
    pub fn whole(name: impl Into<String>, object: M) -> Self {
        Self { name: name.into(), what: What::Object(Box::new(object)), said: Diagnostics::default() }
    }

    /// The same with a message about it. At an error Terraform ends the list.
    pub fn saying(mut self, diagnostic: Diagnostic) -> Self {
        self.said.push(diagnostic);
        self
    }

    fn erase(self) -> Entry {
        let (identity, object) = match self.what {
            What::Identity(identity) => (identity.write(), None),
            What::Object(object) => (Value::Null, Some(object.write())),
        };
        Entry { name: self.name, identity, object, said: self.said }
    }
}
