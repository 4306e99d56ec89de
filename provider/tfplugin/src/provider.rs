//! Providers.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use crate::erased::{
    AnyAction, AnyDataSource, AnyEphemeral, AnyFunction, AnyResource, ErasedAction, ErasedDataSource, ErasedEphemeral,
    ErasedFunction, ErasedResource,
};
use crate::function::Signature;
use crate::{Action, DataSource, Diagnostics, Ephemeral, Function, Model, Resource};

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

/// Arguments that every `resource` or `data` block has.
const TAKEN: [&str; 7] = ["connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"];

/// What a provider has: resources, data sources, ephemeral resources and functions.
pub struct Catalog<P> {
    pub(crate) resources: BTreeMap<&'static str, Box<dyn AnyResource<P>>>,
    pub(crate) data_sources: BTreeMap<&'static str, Box<dyn AnyDataSource<P>>>,
    pub(crate) ephemerals: BTreeMap<&'static str, Box<dyn AnyEphemeral<P>>>,
    pub(crate) functions: BTreeMap<&'static str, Box<dyn AnyFunction>>,
    pub(crate) actions: BTreeMap<&'static str, Box<dyn AnyAction<P>>>,
}

impl<P: Provider> Catalog<P> {
    /// An empty catalog.
    pub fn new() -> Self {
        Self {
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            ephemerals: BTreeMap::new(),
            functions: BTreeMap::new(),
            actions: BTreeMap::new(),
        }
    }

    /// Adds a resource.
    pub fn resource<R: Resource<Provider = P>>(mut self, resource: R) -> Self {
        self.resources.insert(R::NAME, Box::new(ErasedResource::new(resource)));
        self
    }

    /// Adds a data source.
    pub fn data_source<D: DataSource<Provider = P>>(mut self, data_source: D) -> Self {
        self.data_sources.insert(D::NAME, Box::new(ErasedDataSource::new(data_source)));
        self
    }

    /// Adds an ephemeral resource.
    pub fn ephemeral<E: Ephemeral<Provider = P>>(mut self, ephemeral: E) -> Self {
        self.ephemerals.insert(E::NAME, Box::new(ErasedEphemeral::new(ephemeral)));
        self
    }

    /// Adds an action.
    pub fn action<A: Action<Provider = P>>(mut self, action: A) -> Self {
        self.actions.insert(A::NAME, Box::new(ErasedAction::new(action)));
        self
    }

    /// Adds a function.
    pub fn function<F: Function>(mut self, function: F) -> Self {
        self.functions.insert(F::NAME, Box::new(ErasedFunction::new(function)));
        self
    }

    /// What is wrong with the schemas, as sentences; a test should hold this empty.
    pub fn problems(&self) -> Vec<String> {
        let resources = self.resources.iter().map(|(name, resource)| (name, resource.schema()));
        let data_sources = self.data_sources.iter().map(|(name, data_source)| (name, data_source.schema()));
        let ephemerals = self.ephemerals.iter().map(|(name, ephemeral)| (name, ephemeral.schema()));
        let stored = ephemerals.clone().flat_map(|(name, schema)| {
            let stored = |item: &String| {
                format!("{name}.{item}: nothing of an ephemeral resource is stored, so nothing is write-only")
            };
            schema
                .attributes
                .iter()
                .filter(|item| item.write_only)
                .map(|item| &item.name)
                .map(stored)
                .collect::<Vec<_>>()
        });
        let actions = self.actions.iter().map(|(name, action)| (name, action.schema()));
        let computed = actions.clone().flat_map(|(name, schema)| {
            let computed = schema.attributes.iter().filter(|item| item.is_computed() && item.default.is_none());
            let said = |item: &crate::Attribute| format!("{name}.{}: nothing of an action is computed", item.name);
            computed.map(said).collect::<Vec<_>>()
        });
        let functions = self.function_signatures().flat_map(Signature::problems);
        let prefix = format!("{}_", P::NAME);
        let of = |(name, schema): (&&str, &crate::Schema)| {
            let foreign =
                (!name.starts_with(&prefix)).then(|| format!("{name}: the name does not begin with {prefix}"));
            // Words of HCL that Terraform takes for itself in every such block.
            let taken = schema.attributes.iter().map(|item| &item.name).filter(|name| TAKEN.contains(&name.as_str()));
            let taken = taken.map(|item| format!("{name}.{item}: Terraform itself uses this name"));
            let own = schema.problems().into_iter().map(|problem| format!("{name}.{problem}"));
            foreign.into_iter().chain(taken).chain(own).collect::<Vec<_>>()
        };
        resources
            .chain(data_sources)
            .chain(ephemerals)
            .chain(actions)
            .flat_map(of)
            .chain(computed)
            .chain(stored)
            .chain(functions)
            .collect()
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

    /// The signatures of the functions in the order of their names.
    pub fn function_signatures(&self) -> impl Iterator<Item = &Signature> {
        self.functions.values().map(|function| function.signature())
    }
}

impl<P: Provider> Default for Catalog<P> {
    fn default() -> Self {
        Self::new()
    }
}
