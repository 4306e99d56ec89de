//! Calls that are put off, and those that a client does not let be put off.

use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::value::{decode, encode};
use tfplugin_rust::{
    Action, Call, Catalog, Create, DataSource, Deferral, Diagnostic, Diagnostics, Draft, Ephemeral, ImportBy, Model,
    Opened, Plan, Progress, Provider, Resource, Schema, Service, Update, Value,
};
use wire::deferred::Reason;
use wire::provider_client::ProviderClient;
use wire::provider_server::ProviderServer;

/// What the provider is configured with.
#[derive(Debug, Clone, PartialEq, Model)]
struct Settings {
    /// Where it is.
    #[attr(optional)]
    cluster: Option<String>,
}

struct Late;

impl Provider for Late {
    type Config = Settings;
    const NAME: &'static str = "late";

    fn defers(config: &SettingsPlan) -> bool {
        config.cluster.is_unknown()
    }

    async fn configure(config: SettingsPlan, _terraform: &str) -> Result<Self, Diagnostics> {
        match config.cluster.is_unknown() {
            true => Err(Diagnostic::error("Unknown cluster", "The cluster must be known.").at("cluster").into()),
            false => Ok(Self),
        }
    }

    fn catalog() -> Catalog<Self> {
        Catalog::new().resource(Objects).data_source(Objects).ephemeral(Objects).action(Actions)
    }
}

/// An object.
#[derive(Debug, Clone, PartialEq, Model)]
struct Object {
    /// Its name.
    #[attr(required)]
    name: String,
    /// What it is known by.
    #[attr(computed)]
    id: String,
}

struct Objects;

/// Defers what is named `absent`; `both` says something wrong as well, and `neither` goes on regardless.
fn wait(name: &str, call: &mut Call<Late>) -> Result<(), Diagnostics> {
    let deferred = matches!(name, "absent" | "both" | "neither").then(|| call.defer(Deferral::PrerequisiteAbsent));
    call.warn(Diagnostic::warning("Looked", format!("It may wait: {}.", call.can_defer())));
    match (name, deferred) {
        ("absent", Some(deferred)) => Err(deferred),
        ("both", _) => Err(Diagnostic::error("Wrong", "It is wrong.").into()),
        _ => Ok(()),
    }
}

fn made(name: String) -> Object {
    Object { id: format!("id of {name}"), name }
}

impl Resource for Objects {
    type Provider = Late;
    type Model = Object;
    const NAME: &'static str = "late_object";

    async fn plan(&self, plan: &mut Plan<Object>, call: &mut Call<Late>) -> Result<(), Diagnostics> {
        match plan.planned.name.known() {
            Some(name) => wait(name, call),
            None => Err(call.defer(Deferral::ConfigurationUnknown)),
        }
    }

    async fn create(&self, change: Create<Object>, call: &mut Call<Late>) -> Result<Object, Diagnostics> {
        wait(&change.plan.name, call)?;
        Ok(made(change.plan.name))
    }

    async fn read(&self, state: ObjectDraft, call: &mut Call<Late>) -> Result<Option<Object>, Diagnostics> {
        wait(&state.name, call)?;
        state.settle().map(Some)
    }

    async fn update(&self, change: Update<Object>, _call: &mut Call<Late>) -> Result<Object, Diagnostics> {
        Ok(made(change.plan.name))
    }

    async fn delete(&self, _state: ObjectDraft, _call: &mut Call<Late>) -> Result<(), Diagnostics> {
        Ok(())
    }

    async fn import(&self, by: ImportBy<'_, Object>, call: &mut Call<Late>) -> Result<Object, Diagnostics> {
        let ImportBy::Id(id) = by;
        wait(id, call)?;
        Ok(made(id.to_owned()))
    }
}

impl DataSource for Objects {
    type Provider = Late;
    type Model = Object;
    const NAME: &'static str = "late_object";

    async fn read(&self, config: ObjectDraft, call: &mut Call<Late>) -> Result<Object, Diagnostics> {
        wait(&config.name, call)?;
        Ok(made(config.name))
    }
}

impl Ephemeral for Objects {
    type Provider = Late;
    type Model = Object;
    const NAME: &'static str = "late_object";

    async fn open(&self, config: ObjectDraft, call: &mut Call<Late>) -> Result<Opened<Object>, Diagnostics> {
        wait(&config.name, call)?;
        Ok(Opened::new(made(config.name)))
    }
}

/// An act.
#[derive(Debug, Clone, PartialEq, Model)]
#[attr(given)]
struct Act {
    /// Its name.
    #[attr(required)]
    name: String,
}

struct Actions;

impl Action for Actions {
    type Provider = Late;
    type Model = Act;
    const NAME: &'static str = "late_act";

    async fn plan(&self, config: &ActPlan, call: &mut Call<Late>) -> Result<(), Diagnostics> {
        wait(config.name.known().map_or("", String::as_str), call)
    }

    async fn invoke(&self, _act: Act, _progress: &Progress, _call: &mut Call<Late>) -> Result<(), Diagnostics> {
        Ok(())
    }
}

/// What a call answered: why it waits, what is said, and the value.
struct Said(Option<Reason>, String, Value);

fn said(
    schema: &Schema,
    deferred: Option<wire::Deferred>,
    found: &[wire::Diagnostic],
    value: Option<wire::DynamicValue>,
) -> Said {
    let found = found.iter().map(|found| format!("{}: {}", found.summary, found.detail)).collect::<Vec<_>>();
    let value = value.map_or(Value::Null, |sent| decode(&sent.msgpack, &schema.ty()).expect("it fits"));
    Said(deferred.map(|deferred| deferred.reason()), found.join("\n"), value)
}

const CALLS: [&str; 6] = ["plan", "read", "import", "data", "open", "act"];

/// Configures a provider and makes a call about an object of this name.
async fn call(what: &str, cluster: &Value, name: Value, allowed: bool) -> Said {
    let schema = Object::schema(0);
    let client = || Some(wire::ClientCapabilities { deferral_allowed: allowed, ..Default::default() });
    let send =
        |schema: &Schema, value: &Value| Some(wire::DynamicValue::from(encode(value, &schema.ty()).expect("it fits")));
    let mut rpc = ProviderClient::new(ProviderServer::new(Service::<Late>::new()));
    let request = wire::configure_provider::Request {
        config: send(&Settings::schema(0), &Value::object([("cluster", cluster.clone())])),
        client_capabilities: client(),
        ..Default::default()
    };
    let found = rpc.configure_provider(request).await.expect("an answer").into_inner().diagnostics;
    if !found.is_empty() {
        return said(&schema, None, &found, None);
    }
    let object = |id: Value| send(&schema, &Value::object([("name", name.clone()), ("id", id)]));
    let (type_name, client_capabilities) = ("late_object".to_owned(), client());
    match what {
        "plan" => {
            let request = wire::plan_resource_change::Request {
                type_name,
                client_capabilities,
                prior_state: send(&schema, &Value::Null),
                config: object(Value::Null),
                proposed_new_state: object(Value::Null),
                ..Default::default()
            };
            let answer = rpc.plan_resource_change(request).await.expect("an answer").into_inner();
            said(&schema, answer.deferred, &answer.diagnostics, answer.planned_state)
        }
        "read" => {
            let current_state = object("old".into());
            let request =
                wire::read_resource::Request { type_name, client_capabilities, current_state, ..Default::default() };
            let answer = rpc.read_resource(request).await.expect("an answer").into_inner();
            said(&schema, answer.deferred, &answer.diagnostics, answer.new_state)
        }
        "import" => {
            let Value::String(id) = name else { panic!("an id is a text") };
            let request = wire::import_resource_state::Request { type_name, client_capabilities, id, identity: None };
            let mut answer = rpc.import_resource_state(request).await.expect("an answer").into_inner();
            let imported = answer.imported_resources.pop().and_then(|object| object.state);
            said(&schema, answer.deferred, &answer.diagnostics, imported)
        }
        "data" => {
            let config = object(Value::Null);
            let request =
                wire::read_data_source::Request { type_name, client_capabilities, config, ..Default::default() };
            let answer = rpc.read_data_source(request).await.expect("an answer").into_inner();
            said(&schema, answer.deferred, &answer.diagnostics, answer.state)
        }
        "open" => {
            let config = object(Value::Null);
            let request = wire::open_ephemeral_resource::Request { type_name, client_capabilities, config };
            let answer = rpc.open_ephemeral_resource(request).await.expect("an answer").into_inner();
            said(&schema, answer.deferred, &answer.diagnostics, answer.result)
        }
        _ => {
            let config = send(&Act::schema(0), &Value::object([("name", name.clone())]));
            let request =
                wire::plan_action::Request { action_type: "late_act".to_owned(), client_capabilities, config };
            let answer = rpc.plan_action(request).await.expect("an answer").into_inner();
            said(&schema, answer.deferred, &answer.diagnostics, None)
        }
    }
}

/// What a call that is put off answers instead of an object.
fn instead(what: &str, name: &str) -> Value {
    match what {
        "plan" => Value::object([("name", name.into()), ("id", Value::unknown())]),
        "read" => Value::object([("name", name.into()), ("id", "old".into())]),
        "act" => Value::Null,
        _ => Value::unknown(),
    }
}

#[tokio::test]
async fn a_handler_puts_its_call_off_where_that_is_allowed() {
    for what in CALLS {
        let Said(reason, found, value) = call(what, &Value::Null, "absent".into(), true).await;
        assert_eq!((reason, value), (Some(Reason::AbsentPrereq), instead(what, "absent")), "{what}");
        assert_eq!(found, "Looked: It may wait: true.", "{what}: a warning and no error");
        let Said(reason, found, _) = call(what, &Value::Null, "absent".into(), false).await;
        assert_eq!(reason, None, "{what}");
        assert!(
            found.contains("may wait: false") && found.contains("something that it needs does not exist"),
            "{found}"
        );
        assert!(found.contains("Apply first what it waits for, with `-target`."), "{what}: {found}");
    }
    let Said(reason, _, value) = call("plan", &Value::Null, Value::unknown(), true).await;
    assert_eq!(reason, Some(Reason::ResourceConfigUnknown));
    assert!(value.get("name").is_unknown());
}

#[tokio::test]
async fn an_error_and_an_answer_count_more_than_a_deferral() {
    for what in CALLS {
        let Said(reason, found, _) = call(what, &Value::Null, "both".into(), true).await;
        assert_eq!(reason, None, "{what}");
        assert!(found.ends_with("Wrong: It is wrong."), "{what}: {found}");
        let Said(reason, found, value) = call(what, &Value::Null, "neither".into(), true).await;
        assert_eq!((reason, found.as_str()), (None, "Looked: It may wait: true."), "{what}");
        assert_eq!(value.is_null(), what == "act", "{what}");
    }
}

#[tokio::test]
async fn a_provider_that_is_not_known_puts_everything_off() {
    for what in CALLS {
        let Said(reason, found, value) = call(what, &Value::unknown(), "x".into(), true).await;
        assert_eq!((reason, value), (Some(Reason::ProviderConfigUnknown), instead(what, "x")), "{what}");
        assert_eq!(found, "", "{what}: no handler was asked");
        let Said(reason, found, _) = call(what, &Value::unknown(), "x".into(), false).await;
        assert_eq!((reason, found.as_str()), (None, "Unknown cluster: The cluster must be known."), "{what}");
        let Said(reason, ..) = call(what, &"c".into(), "x".into(), true).await;
        assert_eq!(reason, None, "{what}");
    }
}

#[tokio::test]
async fn an_apply_cannot_be_put_off() {
    let schema = Object::schema(0);
    let object = Value::object([("name", "absent".into()), ("id", Value::unknown())]);
    let send = |value: &Value| Some(wire::DynamicValue::from(encode(value, &schema.ty()).expect("it fits")));
    let mut rpc = ProviderClient::new(ProviderServer::new(Service::<Late>::new()));
    let config = wire::DynamicValue::from(
        encode(&Value::object([("cluster", Value::Null)]), &Settings::schema(0).ty()).expect("it fits"),
    );
    let client_capabilities = Some(wire::ClientCapabilities { deferral_allowed: true, ..Default::default() });
    let request = wire::configure_provider::Request { config: Some(config), client_capabilities, ..Default::default() };
    rpc.configure_provider(request).await.expect("an answer");
    let request = wire::apply_resource_change::Request {
        type_name: "late_object".to_owned(),
        prior_state: send(&Value::Null),
        planned_state: send(&object),
        config: send(&Value::object([("name", "absent".into()), ("id", Value::Null)])),
        ..Default::default()
    };
    let answer = rpc.apply_resource_change(request).await.expect("an answer").into_inner();
    assert!(answer.diagnostics.iter().any(|found| found.summary == "Cannot be put off"), "{answer:?}");
}
