//! Providers.

mod problems;

use std::collections::BTreeMap;
use std::future::Future;
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::erased::{
    AnyAction, AnyDataSource, AnyEphemeral, AnyFunction, AnyList, AnyResource, ErasedAction, ErasedDataSource,
    ErasedEphemeral, ErasedFunction, ErasedList, ErasedResource,
};
use crate::function::Signature;
use crate::{Action, DataSource, Diagnostics, Ephemeral, Function, List, Model, Resource};

/// A provider. Its value is the configured provider, which every call of a resource is given.
pub trait Provider: Send + Sync + Sized + 'static {
    /// Its configuration.
    type Config: Model;

    /// The name that its resources begin with, such as `monai`.
    const NAME: &'static str;
    /// Where it is published, such as `registry.terraform.io/monai-rs/monai`: what `--debug` tells Terraform to take it for.
    const SOURCE: Option<&'static str> = None;
    /// How long a handler may go on after the user asked Terraform to stop. A handler that listens to
    /// [`Call::stop_signal`](crate::Call::stop_signal) ends by itself; any other is ended then.
    const GRACE: Duration = Duration::from_secs(30);
    /// How many threads run handlers; `None` is one per core, from 2 to 8. One does where no handler blocks its thread, that
    /// is where files, blocking clients and long computations go through `tokio::task::spawn_blocking`; a call then costs
    /// a third less.
    const THREADS: Option<NonZeroUsize> = None;

    /// Checks the configuration, of which parts may be unknown.
    fn validate(config: &<Self::Config as Model>::Plan) -> impl Future<Output = Diagnostics> + Send {
        let _ = config;
        async { Diagnostics::default() }
    }

    /// Makes the provider from its configuration. During plan, parts of it may be unknown. `terraform` is the core's version.
    fn configure(
        config: <Self::Config as Model>::Plan,
        terraform: &str,
    ) -> impl Future<Output = Result<Self, Diagnostics>> + Send;

    /// Whether everything of this provider must wait until more of its configuration is known. Asked only where Terraform
    /// allows that; elsewhere [`configure`](Self::configure) is given what is known.
    fn defers(config: &<Self::Config as Model>::Plan) -> bool {
        let _ = config;
        false
    }

    /// What it has.
    fn catalog() -> Catalog<Self>;
}

/// What a provider has: resources, data sources, ephemeral resources, lists, actions and functions.
pub struct Catalog<P> {
    pub(crate) resources: BTreeMap<&'static str, Box<dyn AnyResource<P>>>,
    pub(crate) data_sources: BTreeMap<&'static str, Box<dyn AnyDataSource<P>>>,
    pub(crate) ephemerals: BTreeMap<&'static str, Box<dyn AnyEphemeral<P>>>,
    pub(crate) lists: BTreeMap<&'static str, Box<dyn AnyList<P>>>,
    pub(crate) functions: BTreeMap<&'static str, Box<dyn AnyFunction>>,
    pub(crate) actions: BTreeMap<&'static str, Box<dyn AnyAction<P>>>,
    /// Names that were added again.
    twice: Vec<&'static str>,
}

impl<P: Provider> Catalog<P> {
    /// An empty catalog.
    pub fn new() -> Self {
        Self {
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            ephemerals: BTreeMap::new(),
            lists: BTreeMap::new(),
            functions: BTreeMap::new(),
            actions: BTreeMap::new(),
            twice: Vec::new(),
        }
    }

    /// Adds a resource.
    pub fn resource<R: Resource<Provider = P>>(mut self, resource: R) -> Self {
        put(&mut self.twice, &mut self.resources, R::NAME, Box::new(ErasedResource::new(resource)));
        self
    }

    /// Adds a data source.
    pub fn data_source<D: DataSource<Provider = P>>(mut self, data_source: D) -> Self {
        put(&mut self.twice, &mut self.data_sources, D::NAME, Box::new(ErasedDataSource::new(data_source)));
        self
    }

    /// Adds an ephemeral resource.
    pub fn ephemeral<E: Ephemeral<Provider = P>>(mut self, ephemeral: E) -> Self {
        put(&mut self.twice, &mut self.ephemerals, E::NAME, Box::new(ErasedEphemeral::new(ephemeral)));
        self
    }

    /// Adds an action.
    pub fn action<A: Action<Provider = P>>(mut self, action: A) -> Self {
        put(&mut self.twice, &mut self.actions, A::NAME, Box::new(ErasedAction::new(action)));
        self
    }

    /// Adds a list of a resource that the catalog has as well.
    pub fn list<L: List<Resource: Resource<Provider = P>>>(mut self, list: L) -> Self {
        put(&mut self.twice, &mut self.lists, L::Resource::NAME, Box::new(ErasedList::new(list)));
        self
    }

    /// Adds a function.
    pub fn function<F: Function>(mut self, function: F) -> Self {
        put(&mut self.twice, &mut self.functions, F::NAME, Box::new(ErasedFunction::new(function)));
        self
    }

    /// The schemas of the resources by name.
    pub fn resource_schemas(&self) -> impl Iterator<Item = (&'static str, &crate::Schema)> {
        self.resources.iter().map(|(name, resource)| (*name, resource.schema()))
    }

    /// The schemas of the data sources by name.
    pub fn data_source_schemas(&self) -> impl Iterator<Item = (&'static str, &crate::Schema)> {
        self.data_sources.iter().map(|(name, data_source)| (*name, data_source.schema()))
    }

    /// The schemas of the ephemeral resources by name.
    pub fn ephemeral_schemas(&self) -> impl Iterator<Item = (&'static str, &crate::Schema)> {
        self.ephemerals.iter().map(|(name, ephemeral)| (*name, ephemeral.schema()))
    }

    /// The schemas of the actions by name.
    pub fn action_schemas(&self) -> impl Iterator<Item = (&'static str, &crate::Schema)> {
        self.actions.iter().map(|(name, action)| (*name, action.schema()))
    }

    /// The schemas of what lists are configured with, by name.
    pub fn list_schemas(&self) -> impl Iterator<Item = (&'static str, &crate::Schema)> {
        self.lists.iter().map(|(name, list)| (*name, list.schema()))
    }

    /// The signatures of the functions in the order of their names.
    pub fn function_signatures(&self) -> impl Iterator<Item = &Signature> {
        self.functions.values().map(|function| function.signature())
    }
}

fn put<T: ?Sized>(
    twice: &mut Vec<&'static str>,
    things: &mut BTreeMap<&'static str, Box<T>>,
    name: &'static str,
    thing: Box<T>,
) {
    if things.insert(name, thing).is_some() {
        twice.push(name);
    }
}

impl<P: Provider> Default for Catalog<P> {
    fn default() -> Self {
        Self::new()
    }
}
