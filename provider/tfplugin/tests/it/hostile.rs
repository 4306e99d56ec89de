//! Clients that do what Terraform never should.

use std::io;

use hyper_util::rt::TokioIo;
use serde_json::json;
use tfplugin_rust::generated::tfplugin6 as wire;
use tfplugin_rust::{Service, Value};
use tokio::io::DuplexStream;
use tokio_stream::StreamExt as _;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint, Server};
use wire::provider_client::ProviderClient;
use wire::provider_server::ProviderServer;

use crate::lab::{Client, HELD, Lab, RELEASED};

/// Serves one connection in a task of its own.
async fn connect(service: &Service<Lab>) -> Channel {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    let provider = ProviderServer::new(service.clone());
    let incoming = tokio_stream::once(Ok::<DuplexStream, io::Error>(theirs)).chain(tokio_stream::pending());
    tokio::spawn(Server::builder().add_service(provider).serve_with_incoming(incoming));
    let mut ours = Some(TokioIo::new(ours));
    let connect = tower::service_fn(move |_| {
        let ours = ours.take().ok_or_else(|| io::Error::other("the only connection is used up"));
        async move { ours }
    });
    let channel = Endpoint::from_static("http://localhost").connect_with_connector(connect).await;
    channel.expect("a connection")
}

#[tokio::test]
async fn a_client_that_hangs_up_ends_its_call_and_no_other() {
    let service = Service::<Lab>::new();
    let mut client = ProviderClient::new(connect(&service).await);
    client.configure_provider(Client::configuration()).await.expect("an answer");
    let planned = client.plan_resource_change(Client::thing_plan("held", Value::Null)).await.expect("an answer");
    let apply = Client::thing_apply("held", Value::Null, planned.into_inner());
    let calling = tokio::spawn(async move { client.apply_resource_change(apply).await });
    HELD.notified().await;
    // The connection goes with its only client.
    calling.abort();
    assert!(calling.await.expect_err("it was given up").is_cancelled());
    RELEASED.notified().await;
    let mut next = ProviderClient::new(connect(&service).await);
    let planned =
        next.plan_resource_change(Client::thing_plan("a", Value::Null)).await.expect("an answer").into_inner();
    assert!(planned.planned_state.is_some() && planned.diagnostics.is_empty(), "{:?}", planned.diagnostics);
}

#[tokio::test]
async fn two_calls_at_once_on_one_resource_do_not_mix() {
    let service = Service::<Lab>::new();
    let mut client = ProviderClient::new(connect(&service).await);
    client.configure_provider(Client::configuration()).await.expect("an answer");
    let create = |urgency: &'static str| {
        let mut client = client.clone();
        async move {
            let plan = Client::thing_plan("meet", urgency.into());
            let planned = client.plan_resource_change(plan).await.expect("an answer").into_inner();
            let apply = Client::thing_apply("meet", urgency.into(), planned);
            // Neither returns before both are there.
            let made = client.apply_resource_change(apply).await.expect("an answer").into_inner();
            assert!(made.diagnostics.is_empty(), "{urgency}: {:?}", made.diagnostics);
            (Client::thing_of(made.new_state), made.private)
        }
    };
    let (low, high) = tokio::join!(create("low"), create("high"));
    for (urgency, (state, private)) in [("low", low), ("high", high)] {
        assert_eq!(state.get("urgency"), &urgency.into());
        assert_eq!(private, json!({ "urgency": urgency }).to_string().into_bytes());
    }
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_the_connection_goes_on() {
    let channel = connect(&Service::<Lab>::new()).await;
    let mut raw = tonic::client::Grpc::new(channel.clone());
    let plan = || PathAndQuery::from_static("/tfplugin6.Provider/PlanResourceChange");
    // Its first field is a number, where the request has a text.
    let other = wire::Schema { version: 7, block: None };
    let codec = tonic_prost::ProstCodec::<_, wire::plan_resource_change::Response>::default();
    raw.ready().await.expect("it is connected");
    let refused = raw.unary(tonic::Request::new(other), plan(), codec).await.expect_err("refused");
    assert_eq!(refused.code(), tonic::Code::Internal);
    assert!(refused.message().contains("failed to decode Protobuf message"), "{refused}");
    let unheard = PathAndQuery::from_static("/tfplugin6.Provider/PlanEverything");
    let codec = tonic_prost::ProstCodec::<wire::Schema, wire::Schema>::default();
    raw.ready().await.expect("it is connected");
    let refused = raw.unary(tonic::Request::new(wire::Schema::default()), unheard, codec).await.expect_err("refused");
    assert_eq!(refused.code(), tonic::Code::Unimplemented, "{refused}");
    let mut client = ProviderClient::new(channel);
    client.configure_provider(Client::configuration()).await.expect("the connection goes on");
}

/// Sends an empty request, and one that only names the resource; both are answered, and by no panic.
macro_rules! check_empty {
    ($client:ident, $($call:ident($request:expr) because $words:literal;)*) => {$(
        for request in [Default::default(), $request] {
            let answer = $client.$call(request).await.expect("an answer").into_inner();
            let said = format!("{:?}", answer.diagnostics);
            assert!(!said.contains("panicked"), "{}: {said}", stringify!($call));
        }
        let answer = $client.$call($request).await.expect("an answer").into_inner();
        let said = answer.diagnostics.iter().map(|found| format!("{}: {}", found.summary, found.detail));
        let said = said.collect::<Vec<_>>().join("\n");
        assert!(said.contains($words), "{}: {said}", stringify!($call));
    )*};
}

#[tokio::test]
async fn requests_without_content_are_refused_with_words() {
    let mut client = ProviderClient::new(ProviderServer::new(Service::<Lab>::new()));
    client.configure_provider(Client::configuration()).await.expect("an answer");
    let type_name = || "lab_thing".to_owned();
    check_empty!(client,
        validate_resource_config(wire::validate_resource_config::Request { type_name: "lab_none".into(), ..Default::default() }) because "no resource lab_none";
        upgrade_resource_state(wire::upgrade_resource_state::Request { type_name: type_name(), version: 1, raw_state: None }) because "Terraform 0.11";
        read_resource(wire::read_resource::Request { type_name: type_name(), ..Default::default() }) because "not set";
        plan_resource_change(wire::plan_resource_change::Request { type_name: "".into(), ..Default::default() }) because "has no resource";
        apply_resource_change(wire::apply_resource_change::Request { type_name: type_name(), ..Default::default() }) because "not set";
        import_resource_state(wire::import_resource_state::Request { type_name: type_name(), ..Default::default() }) because "imported by its id";
        read_data_source(wire::read_data_source::Request { type_name: type_name(), ..Default::default() }) because "has no data source lab_thing";
        generate_resource_config(wire::generate_resource_config::Request { type_name: "lab_none".into(), state: None }) because "no resource lab_none";
        move_resource_state(wire::move_resource_state::Request { target_type_name: type_name(), ..Default::default() }) because "sent no state";
    );
}

#[tokio::test]
async fn values_of_another_type_are_named() {
    let mut client = ProviderClient::new(ProviderServer::new(Service::<Lab>::new()));
    client.configure_provider(Client::configuration()).await.expect("an answer");
    // {"any": [TYPE, VALUE]} in MessagePack.
    let any = |ty: &str, value: &[u8]| {
        let mut bytes = b"\x81\xa3any\x92\xc4".to_vec();
        bytes.push(ty.len() as u8);
        bytes.extend(ty.as_bytes());
        bytes.extend(value);
        bytes
    };
    for (msgpack, words) in [
        (any("\"string\"", b"\xc3"), "expected string, found bool"),
        (any("[\"list\",\"number\"]", b"\x91\xa1x"), "the number cannot be read"),
        (any("\"wish\"", b"\xc3"), "the type of the dynamic value cannot be read"),
        (b"\x81\xa3any\xc3".to_vec(), "expected dynamic, found bool"),
        (b"\x81\xa4nane\xc3".to_vec(), "no attribute is called nane"),
        (b"\x81\xa4name\x91\xc3".to_vec(), "name: expected string, found array"),
        (b"\xdf\xff\xff\xff\xff".to_vec(), "ends too early"),
        (b"\xc1".to_vec(), "begins no MessagePack token"),
    ] {
        let config = Some(wire::DynamicValue::from(msgpack));
        let request =
            wire::validate_resource_config::Request { type_name: "lab_kit".into(), config, ..Default::default() };
        let said = client.validate_resource_config(request).await.expect("an answer").into_inner().diagnostics;
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!(said[0].summary, "Terraform sent a value that does not fit the schema");
        assert!(said[0].detail.contains(words), "{words}: {}", said[0].detail);
    }
}

#[tokio::test]
async fn private_data_of_anybody_else_is_refused() {
    let mut client = Client::configured().await;
    let config = Client::thing([("name", "a".into())]);
    let made = client.create(&config).await;
    let deep = b"{\"a\":".repeat(5000);
    for bytes in [&b"not ours"[..], b"[]", b"7", b"{\"a\":", b"\xff\xfe", b"{\"a\":1e400000}}", &deep] {
        let said = client.read_with(&made.state, bytes).await.expect_err("refused");
        assert!(said.contains("not written by this provider"), "{said}");
        let said = client.plan_with(&made.state, &config, bytes, &[]).await.expect_err("refused");
        assert!(said.contains("not written by this provider"), "{said}");
        let said = client.plan_with(&made.state, &config, &[], bytes).await.expect_err("refused");
        assert!(said.contains("not written by this provider"), "{said}");
    }
}
