//! Damaged messages to a provider: each is answered, by a panic never, and no honest handler is blamed for one.

use std::path::Path;

use fuzz::Corpus;
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::{
    Call, Catalog, Create, Diagnostics, Draft, Dynamic, ImportBy, Model, Number, Provider, Resource, Service, Update,
};
use wire::provider_client::ProviderClient;
use wire::provider_server::ProviderServer;

/// Nothing.
#[derive(Debug, Clone, PartialEq, Model)]
struct Settings {}

struct Gates;

impl Provider for Gates {
    type Config = Settings;
    const NAME: &'static str = "gate";

    async fn configure(_config: SettingsPlan, _terraform: &str) -> Result<Self, Diagnostics> {
        Ok(Self)
    }

    fn catalog() -> Catalog<Self> {
        Catalog::new().resource(GateResource)
    }
}

/// A gate. Its first attributes are those of the objects in the corpora.
#[derive(Debug, Clone, PartialEq, Model)]
struct Gate {
    /// Its name.
    #[attr(required, identity)]
    name: String,
    /// Its port.
    #[attr(optional)]
    port: Option<Number>,
    /// What passes.
    #[attr(optional)]
    rules: Option<Vec<Rule>>,
    /// Anything.
    #[attr(optional)]
    any: Option<Dynamic>,
    /// Its kind.
    #[attr(default = "plain")]
    kind: String,
    /// What it is known by.
    #[attr(computed, keep_state)]
    id: String,
}

/// What passes.
#[derive(Debug, Clone, PartialEq, Model)]
struct Rule {
    /// Where.
    #[attr(optional)]
    path: Option<String>,
    /// Whether.
    #[attr(default = false)]
    open: bool,
}

struct GateResource;

fn made(mut plan: GateDraft) -> Result<Gate, Diagnostics> {
    plan.id = Some("gate".to_owned());
    plan.settle()
}

impl Resource for GateResource {
    type Provider = Gates;
    type Model = Gate;
    const NAME: &'static str = "gate_gate";

    async fn create(&self, change: Create<Gate>, _call: &mut Call<Gates>) -> Result<Gate, Diagnostics> {
        made(change.plan)
    }

    async fn read(&self, state: GateDraft, _call: &mut Call<Gates>) -> Result<Option<Gate>, Diagnostics> {
        made(state).map(Some)
    }

    async fn update(&self, change: Update<Gate>, _call: &mut Call<Gates>) -> Result<Gate, Diagnostics> {
        made(change.plan)
    }

    async fn delete(&self, _state: GateDraft, _call: &mut Call<Gates>) -> Result<(), Diagnostics> {
        Ok(())
    }

    async fn import(&self, by: ImportBy<'_, Gate>, _call: &mut Call<Gates>) -> Result<Gate, Diagnostics> {
        let name = match by {
            ImportBy::Id(id) => id.to_owned(),
            ImportBy::Identity(identity) => identity.name,
        };
        Ok(Gate { name, port: None, rules: None, any: None, kind: "plain".to_owned(), id: "gate".to_owned() })
    }
}

type Client = ProviderClient<ProviderServer<Service<Gates>>>;

const NAME: &str = "gate_gate";
/// `null` and `{}` in MessagePack.
const NULL: &[u8] = b"\xc0";

fn packed(bytes: &[u8]) -> Option<wire::DynamicValue> {
    Some(wire::DynamicValue::from(bytes.to_vec()))
}

fn identity(bytes: &[u8]) -> Option<wire::ResourceIdentityData> {
    Some(wire::ResourceIdentityData { identity_data: packed(bytes) })
}

fn raw(bytes: &[u8]) -> Option<wire::RawState> {
    Some(wire::RawState { json: bytes.to_vec().into(), ..Default::default() })
}

/// Whether what was answered is free of errors. A handler that does what it should is never blamed.
fn fine(found: &[wire::Diagnostic]) -> Result<bool, String> {
    for found in found {
        let said = format!("{}: {}", found.summary, found.detail);
        if ["panicked", "fault of the provider", "rule of Terraform"].iter().any(|words| said.contains(words)) {
            return Err(said);
        }
    }
    let error = wire::diagnostic::Severity::Error;
    Ok(!found.iter().any(|found| found.severity() == error))
}

fn answer<T>(answer: Result<tonic::Response<T>, tonic::Status>) -> Result<T, String> {
    answer.map(tonic::Response::into_inner).map_err(|status| format!("no answer but {status}"))
}

/// Gives the bytes as whatever holds MessagePack or private data. Answers whether they can be planned.
async fn check_packed(mut client: Client, bytes: &[u8]) -> Result<bool, String> {
    let type_name = || NAME.to_owned();
    let validate =
        wire::validate_resource_config::Request { type_name: type_name(), config: packed(bytes), ..Default::default() };
    fine(&answer(client.validate_resource_config(validate).await)?.diagnostics)?;
    let read = wire::read_resource::Request {
        type_name: type_name(),
        current_state: packed(bytes),
        current_identity: identity(bytes),
        private: bytes.to_vec(),
        ..Default::default()
    };
    fine(&answer(client.read_resource(read).await)?.diagnostics)?;
    let import = wire::import_resource_state::Request {
        type_name: type_name(),
        identity: identity(bytes),
        ..Default::default()
    };
    fine(&answer(client.import_resource_state(import).await)?.diagnostics)?;
    let plan = wire::plan_resource_change::Request {
        type_name: type_name(),
        prior_state: packed(NULL),
        proposed_new_state: packed(bytes),
        config: packed(bytes),
        ..Default::default()
    };
    let planned = answer(client.plan_resource_change(plan).await)?;
    if !fine(&planned.diagnostics)? {
        return Ok(false);
    }
    let apply = wire::apply_resource_change::Request {
        type_name: type_name(),
        prior_state: packed(NULL),
        planned_state: planned.planned_state,
        config: packed(bytes),
        planned_private: planned.planned_private,
        planned_identity: planned.planned_identity,
        ..Default::default()
    };
    fine(&answer(client.apply_resource_change(apply).await)?.diagnostics)?;
    Ok(true)
}

/// Gives the bytes as whatever is JSON. Answers whether they are a state.
async fn check_raw(mut client: Client, bytes: &[u8]) -> Result<bool, String> {
    let type_name = || NAME.to_owned();
    let upgrade =
        wire::upgrade_resource_identity::Request { type_name: type_name(), version: 0, raw_identity: raw(bytes) };
    fine(&answer(client.upgrade_resource_identity(upgrade).await)?.diagnostics)?;
    let take = wire::move_resource_state::Request {
        source_type_name: "other".to_owned(),
        source_state: raw(bytes),
        source_identity: raw(bytes),
        target_type_name: type_name(),
        ..Default::default()
    };
    fine(&answer(client.move_resource_state(take).await)?.diagnostics)?;
    let upgrade = wire::upgrade_resource_state::Request { type_name: type_name(), version: 0, raw_state: raw(bytes) };
    fine(&answer(client.upgrade_resource_state(upgrade).await)?.diagnostics)
}

fn campaign(name: &str, words: &[&[u8]], check: impl AsyncFn(Client, &[u8]) -> Result<bool, String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut client = ProviderClient::new(ProviderServer::new(Service::<Gates>::new()));
    let config = wire::configure_provider::Request { config: packed(b"\x80"), ..Default::default() };
    let configured = runtime.block_on(client.configure_provider(config)).expect("an answer").into_inner();
    assert!(configured.diagnostics.is_empty(), "{:?}", configured.diagnostics);
    let corpus = Corpus::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name));
    corpus.mutate(words, |bytes| runtime.block_on(check(client.clone(), bytes)));
}

#[test]
fn damaged_values_are_answered() {
    campaign("msgpack", &[NULL, b"\x80", b"\xa3any", b"\xd4\0\0", b"\xa4kind", b"\x90", b"\x92\xc4"], check_packed);
}

#[test]
fn damaged_states_are_answered() {
    campaign("state", &[b"null", b"\"any\":", b"\"kind\":\"x\",", b"[]", b"{}", b"1e90"], check_raw);
}
