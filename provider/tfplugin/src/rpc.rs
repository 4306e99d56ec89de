//! The calls of the protocol, one file each.

mod action;
mod apply;
mod configure;
mod ephemeral;
mod function;
mod generate;
mod guard;
mod identity;
mod import;
mod list;
mod move_state;
mod plan;
mod read;
mod read_data;
mod schema;
mod streamed;
mod upgrade;
mod validate;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use crate::call::{Kept, Stop};
use crate::deferral::Deferral;
use crate::dump::{Asked, Dump, Recording, Said, Subject};
use crate::erased::{AnyAction, AnyDataSource, AnyEphemeral, AnyList, AnyResource};
use crate::generated::tfplugin6::{self as wire, provider_server};
use crate::secrets::Secrets;
use crate::value::{self, Type, Value};
use crate::{Attribute, Call, Catalog, Diagnostic, Diagnostics, Model, Private, Provider, Schema};

/// A provider as the protocol's service.
pub struct Service<P>(Arc<Inner<P>>);

pub(crate) struct Inner<P> {
    catalog: Catalog<P>,
    config: Schema,
    configured: Mutex<Option<Arc<P>>>,
    /// Whether everything waits until the provider's configuration is known.
    waiting: AtomicBool,
    stop: Mutex<CancellationToken>,
    /// Those of the provider's configuration.
    secrets: Mutex<Secrets>,
    dump: Option<Dump>,
}

impl<P> Clone for Service<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<P: Provider> Default for Service<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Provider> Service<P> {
    /// The service of this provider, not configured yet.
    pub fn new() -> Self {
        Self(Arc::new(Inner {
            catalog: P::catalog(),
            config: P::Config::schema(0),
            configured: Mutex::new(None),
            waiting: AtomicBool::new(false),
            stop: Mutex::new(CancellationToken::new()),
            secrets: Mutex::default(),
            dump: Dump::from_environment(),
        }))
    }
}

impl<P: Provider> Inner<P> {
    fn resource(&self, name: &str) -> Result<&dyn AnyResource<P>, Diagnostics> {
        self.known(&self.catalog.resources, "resource", name)
    }

    fn data_source(&self, name: &str) -> Result<&dyn AnyDataSource<P>, Diagnostics> {
        self.known(&self.catalog.data_sources, "data source", name)
    }

    fn ephemeral(&self, name: &str) -> Result<&dyn AnyEphemeral<P>, Diagnostics> {
        self.known(&self.catalog.ephemerals, "ephemeral resource", name)
    }

    fn action(&self, name: &str) -> Result<&dyn AnyAction<P>, Diagnostics> {
        self.known(&self.catalog.actions, "action", name)
    }

    fn list(&self, name: &str) -> Result<&dyn AnyList<P>, Diagnostics> {
        self.known(&self.catalog.lists, "list of", name)
    }

    /// What the catalog has of a kind by this name.
    fn known<'a, T: ?Sized>(
        &self,
        all: &'a BTreeMap<&'static str, Box<T>>,
        kind: &str,
        name: &str,
    ) -> Result<&'a T, Diagnostics> {
        all.get(name).map(Box::as_ref).ok_or_else(|| {
            let summary = format!("Unknown {}", kind.trim_end_matches(" of"));
            Diagnostic::error(summary, format!("The provider {} has no {kind} {name}.", P::NAME)).into()
        })
    }

    fn call(&self, deadline: Option<Instant>, kept: &Kept) -> Result<Call<P>, Diagnostics> {
        let configured = self.configured.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let provider = configured.ok_or_else(|| {
            Diagnostic::error(
                "Provider not configured",
                format!("Terraform called the provider {} before configuring it.", P::NAME),
            )
        })?;
        Ok(Call::new(provider, deadline, self.stop(), kept.clone()))
    }

    /// Whether this call is put off because the provider's configuration is not known.
    fn waits(&self, kept: &Kept) -> bool {
        let mut kept = kept.lock();
        let waits = kept.may_defer && self.waiting.load(Ordering::Relaxed);
        kept.deferral = waits.then_some(Deferral::ProviderUnknown);
        waits
    }

    /// What stops a call that begins now.
    fn stop(&self) -> Stop {
        let signal = self.stop.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Stop { signal, grace: P::GRACE }
    }

    /// Cancels the calls in flight; later ones get a signal of their own.
    fn stop_all(&self) {
        let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *stop).cancel();
    }
}

/// A call that is answered.
struct Answering<'a> {
    recording: Option<Recording<'a>>,
    /// Of the answer, where anything of it is a secret.
    schema: Option<&'a Schema>,
    /// What was asked and its schema, where anything of it is a secret.
    asked: Vec<wire::DynamicValue>,
    asked_schema: Option<&'a Schema>,
    /// The secrets of the provider's configuration.
    known: &'a Mutex<Secrets>,
    /// Those of the call, once they were needed.
    secrets: Option<Secrets>,
}

impl<P: Provider> Inner<P> {
    /// Takes what was asked, and dumps it where calls are dumped.
    fn begin<Q: Asked>(&self, request: Request<Q>) -> (Answering<'_>, Q) {
        let request = request.into_inner();
        let schema = match request.subject() {
            Subject::Provider => Some(&self.config),
            Subject::Resource(name) | Subject::Upgraded(name, _) => {
                self.catalog.resources.get(name).map(|resource| resource.schema())
            }
            Subject::DataSource(name) => self.catalog.data_sources.get(name).map(|data_source| data_source.schema()),
            Subject::Ephemeral(name) => self.catalog.ephemerals.get(name).map(|ephemeral| ephemeral.schema()),
            Subject::Action(name) => self.catalog.actions.get(name).map(|action| action.schema()),
            Subject::List(name) => self.catalog.lists.get(name).map(|list| list.schema()),
            Subject::Function => None,
        };
        let recording = self.dump.as_ref().map(|dump| dump.begin(&request, schema));
        let schema = schema.filter(|schema| Secrets::any(&schema.attributes));
        let (mut asked, known) = (Vec::new(), &self.secrets);
        if let Some(schema) = schema {
            asked.extend(request.fields().iter().filter_map(|(_, field)| field.sent()));
            if matches!(request.subject(), Subject::Provider) {
                let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
                asked.iter().for_each(|sent| known.learn_sent(schema, sent));
            }
        }
        (Answering { recording, schema, asked, asked_schema: schema, known, secrets: None }, request)
    }
}

impl<'a> Answering<'a> {
    /// The same with an answer that has this schema.
    fn about(self, schema: Option<&'a Schema>) -> Self {
        let recording = self.recording.map(|recording| recording.about(schema));
        Self { recording, schema: schema.filter(|schema| Secrets::any(&schema.attributes)), ..self }
    }

    /// Takes a part of an answer that comes in parts, with no secret in what the user is told.
    fn part<A: Said>(&mut self, mut part: A) -> A {
        self.mask(&mut part);
        if let Some(recording) = &mut self.recording {
            recording.part(&part);
        }
        part
    }

    /// What no message may hold.
    fn secrets(&mut self) -> &mut Secrets {
        let Self { known, asked, asked_schema, .. } = self;
        self.secrets.get_or_insert_with(|| {
            let mut secrets = known.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(schema) = asked_schema {
                asked.iter().for_each(|sent| secrets.learn_sent(schema, sent));
            }
            secrets
        })
    }

    fn mask(&mut self, answer: &mut impl Said) {
        if !answer.diagnostics().is_empty() {
            let schema = self.schema;
            let secrets = self.secrets();
            if let Some(schema) = schema {
                let said: Vec<_> = answer.fields().iter().filter_map(|(_, field)| field.sent()).collect();
                said.iter().for_each(|sent| secrets.learn_sent(schema, sent));
            }
            secrets.mask(answer.diagnostics());
        }
    }

    /// Answers, with no secret in what the user is told.
    fn end<A: Said>(mut self, mut answer: A) -> Answer<A> {
        self.mask(&mut answer);
        if let Some(recording) = self.recording {
            recording.end(&answer);
        }
        Ok(Response::new(answer))
    }
}

/// Reads a value that Terraform sent; nothing sent is null.
fn decode(sent: Option<wire::DynamicValue>, ty: &Type) -> Result<Value, Diagnostics> {
    let Some(sent) = sent else { return Ok(Value::Null) };
    sent.read(ty).map_err(|error| {
        Diagnostic::error("Terraform sent a value that does not fit the schema", error.to_string()).into()
    })
}

/// A configuration that is unknown as a whole, or that is not there, as one whose attributes are.
fn spread(attributes: &[Attribute], config: Value) -> Value {
    match config {
        Value::Map(_) => config,
        other => Value::object(attributes.iter().map(|item| (item.name.clone(), other.clone()))),
    }
}

fn encode(value: &Value, ty: &Type) -> Result<wire::DynamicValue, Diagnostics> {
    let msgpack = value::encode(value, ty).map_err(|error| {
        Diagnostic::error("The provider made a value that does not fit its schema", error.to_string())
    })?;
    Ok(wire::DynamicValue::from(msgpack))
}

fn private(bytes: &[u8]) -> Result<Private, Diagnostics> {
    Private::from_bytes(bytes).ok_or_else(|| {
        Diagnostic::error("Private data cannot be read", "The state's private data was not written by this provider.")
            .into()
    })
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl<P: Provider> provider_server::Provider for Service<P> {
    async fn get_metadata(&self, _: Request<wire::get_metadata::Request>) -> Answer<wire::get_metadata::Response> {
        Ok(Response::new(schema::metadata(&self.0)))
    }

    async fn get_provider_schema(
        &self,
        _: Request<wire::get_provider_schema::Request>,
    ) -> Answer<wire::get_provider_schema::Response> {
        Ok(Response::new(schema::schemas(&self.0)))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<wire::get_resource_identity_schemas::Request>,
    ) -> Answer<wire::get_resource_identity_schemas::Response> {
        Ok(Response::new(identity::schemas(&self.0)))
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<wire::upgrade_resource_identity::Request>,
    ) -> Answer<wire::upgrade_resource_identity::Response> {
        let (call, request) = self.0.begin(request);
        call.end(identity::upgrade(&self.0, request).await)
    }

    async fn get_functions(&self, _: Request<wire::get_functions::Request>) -> Answer<wire::get_functions::Response> {
        Ok(Response::new(function::functions(&self.0)))
    }

    async fn validate_provider_config(
        &self,
        request: Request<wire::validate_provider_config::Request>,
    ) -> Answer<wire::validate_provider_config::Response> {
        let (call, request) = self.0.begin(request);
        call.end(validate::provider(&self.0, request).await)
    }

    async fn validate_resource_config(
        &self,
        request: Request<wire::validate_resource_config::Request>,
    ) -> Answer<wire::validate_resource_config::Response> {
        let (call, request) = self.0.begin(request);
        call.end(validate::resource(&self.0, request).await)
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<wire::validate_data_resource_config::Request>,
    ) -> Answer<wire::validate_data_resource_config::Response> {
        let (call, request) = self.0.begin(request);
        call.end(validate::data_source(&self.0, request).await)
    }

    async fn configure_provider(
        &self,
        request: Request<wire::configure_provider::Request>,
    ) -> Answer<wire::configure_provider::Response> {
        let (call, request) = self.0.begin(request);
        call.end(configure::configure(&self.0, request).await)
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<wire::upgrade_resource_state::Request>,
    ) -> Answer<wire::upgrade_resource_state::Response> {
        let (call, request) = self.0.begin(request);
        call.end(upgrade::upgrade(&self.0, request).await)
    }

    async fn move_resource_state(
        &self,
        request: Request<wire::move_resource_state::Request>,
    ) -> Answer<wire::move_resource_state::Response> {
        let (call, request) = self.0.begin(request);
        call.end(move_state::move_state(&self.0, request).await)
    }

    async fn read_resource(
        &self,
        request: Request<wire::read_resource::Request>,
    ) -> Answer<wire::read_resource::Response> {
        let (call, request) = self.0.begin(request);
        call.end(read::read(&self.0, request).await)
    }

    async fn plan_resource_change(
        &self,
        request: Request<wire::plan_resource_change::Request>,
    ) -> Answer<wire::plan_resource_change::Response> {
        let (call, request) = self.0.begin(request);
        call.end(plan::plan(&self.0, request).await)
    }

    async fn apply_resource_change(
        &self,
        request: Request<wire::apply_resource_change::Request>,
    ) -> Answer<wire::apply_resource_change::Response> {
        let (call, request) = self.0.begin(request);
        call.end(apply::apply(&self.0, request).await)
    }

    async fn import_resource_state(
        &self,
        request: Request<wire::import_resource_state::Request>,
    ) -> Answer<wire::import_resource_state::Response> {
        let (call, request) = self.0.begin(request);
        call.end(import::import(&self.0, request).await)
    }

    async fn generate_resource_config(
        &self,
        request: Request<wire::generate_resource_config::Request>,
    ) -> Answer<wire::generate_resource_config::Response> {
        let (call, request) = self.0.begin(request);
        call.end(generate::generate(&self.0, request).await)
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<wire::validate_list_resource_config::Request>,
    ) -> Answer<wire::validate_list_resource_config::Response> {
        let (call, request) = self.0.begin(request);
        call.end(list::validate(&self.0, request).await)
    }

    async fn list_resource(
        &self,
        request: Request<wire::list_resource::Request>,
    ) -> Answer<BoxStream<wire::list_resource::Event>> {
        Ok(Response::new(list::list(self.0.clone(), request)))
    }

    async fn read_data_source(
        &self,
        request: Request<wire::read_data_source::Request>,
    ) -> Answer<wire::read_data_source::Response> {
        let (call, request) = self.0.begin(request);
        call.end(read_data::read(&self.0, request).await)
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<wire::validate_ephemeral_resource_config::Request>,
    ) -> Answer<wire::validate_ephemeral_resource_config::Response> {
        let (call, request) = self.0.begin(request);
        call.end(ephemeral::validate(&self.0, request).await)
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<wire::open_ephemeral_resource::Request>,
    ) -> Answer<wire::open_ephemeral_resource::Response> {
        let (call, request) = self.0.begin(request);
        call.end(ephemeral::open(&self.0, request).await)
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<wire::renew_ephemeral_resource::Request>,
    ) -> Answer<wire::renew_ephemeral_resource::Response> {
        let (call, request) = self.0.begin(request);
        call.end(ephemeral::renew(&self.0, request).await)
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<wire::close_ephemeral_resource::Request>,
    ) -> Answer<wire::close_ephemeral_resource::Response> {
        let (call, request) = self.0.begin(request);
        call.end(ephemeral::close(&self.0, request).await)
    }

    async fn call_function(
        &self,
        request: Request<wire::call_function::Request>,
    ) -> Answer<wire::call_function::Response> {
        let (call, request) = self.0.begin(request);
        call.end(function::call(&self.0, request).await)
    }

    async fn validate_action_config(
        &self,
        request: Request<wire::validate_action_config::Request>,
    ) -> Answer<wire::validate_action_config::Response> {
        let (call, request) = self.0.begin(request);
        call.end(action::validate(&self.0, request).await)
    }

    async fn plan_action(&self, request: Request<wire::plan_action::Request>) -> Answer<wire::plan_action::Response> {
        let (call, request) = self.0.begin(request);
        call.end(action::plan(&self.0, request).await)
    }

    async fn invoke_action(
        &self,
        request: Request<wire::invoke_action::Request>,
    ) -> Answer<tonic::codegen::BoxStream<wire::invoke_action::Event>> {
        Ok(Response::new(action::invoke(self.0.clone(), request)))
    }

    async fn stop_provider(&self, _: Request<wire::stop_provider::Request>) -> Answer<wire::stop_provider::Response> {
        self.0.stop_all();
        Ok(Response::new(wire::stop_provider::Response::default()))
    }
}
