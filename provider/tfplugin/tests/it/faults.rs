//! What handlers do wrong, and what the user gets to see of it.

use serde_json::json;
use tfplugin_rust::value::Refinement;
use tfplugin_rust::{Type, Value};

use crate::lab::{Client, known};

fn kit<const N: usize>(name: &str, entries: [(&str, Value); N]) -> Value {
    let mut kit = Client::kit([("name", name.into())]);
    for (name, value) in entries {
        kit.set(name, value);
    }
    kit
}

/// Does what comes to `act` with an object of this name; the error that it ends with.
async fn check(client: &mut Client, name: &str, act: &str, timeouts: Value) -> (String, Value) {
    let config = kit(name, [("timeouts", timeouts)]);
    // Only `act` fails, so that all before it succeeds.
    let failed = match act {
        "validate" => client.validate(config, true).await.pop().map(|(_, detail)| (detail, Value::Null)),
        "plan" => client.plan(&Value::Null, &config).await.err().map(|error| (error, Value::Null)),
        "import" => client.import(name).await.err().map(|error| (error, Value::Null)),
        "create" => {
            let planned = client.plan(&Value::Null, &config).await.expect("a plan");
            client.apply(&Value::Null, &config, &planned).await.err().map(|failed| (failed.detail, failed.state))
        }
        _ => {
            let made = client.create(&config).await.state;
            let mut changed = config.clone();
            changed.set("level", "high".into());
            match act {
                "read" => client.read(&made).await.err().map(|error| (error, made)),
                "plan_delete" => client.plan(&made, &Value::Null).await.err().map(|error| (error, made)),
                "update" => {
                    let planned = client.plan(&made, &changed).await.expect("a plan");
                    client.apply(&made, &changed, &planned).await.err().map(|failed| (failed.detail, failed.state))
                }
                _ => {
                    let planned = client.plan(&made, &Value::Null).await.expect("a plan");
                    client.apply(&made, &Value::Null, &planned).await.err().map(|failed| (failed.detail, failed.state))
                }
            }
        }
    };
    failed.unwrap_or_else(|| panic!("{name}: {act} must fail"))
}

#[tokio::test]
async fn a_panic_anywhere_is_a_diagnostic_and_the_provider_goes_on() {
    let mut client = Client::kits().await;
    for act in ["validate", "plan", "create", "read", "update", "plan_delete", "delete", "import"] {
        let name = format!("panic {act}");
        let (said, state) = check(&mut client, &name, act, Value::Null).await;
        assert!(said.contains("fault of the provider"), "{act}: {said}");
        assert!(!said.contains("with a secret"), "{act}: the message of a panic may hold a secret: {said}");
        if ["read", "update", "delete"].contains(&act) {
            assert_eq!(state.get("id"), &"kit-1".into(), "{act}: the object is not forgotten");
        }
        client.create(&kit("good", [])).await;
    }
    let data = |path: &str| Value::object([("path", path.into()), ("length", Value::Null)]);
    assert!(client.data(data("panic read")).await.expect_err("refused").contains("panicked"));
    assert!(client.data(data("nothing")).await.expect("it is read").get("length").is_null());
    let panicked = Value::object([("region", Value::Null), ("folder", "panic".into())]);
    assert!(client.configure(panicked).await.expect_err("refused").contains("panicked"));
}

#[tokio::test]
async fn each_operation_ends_at_its_own_time_limit() {
    let mut client = Client::kits().await;
    for act in ["create", "read", "update", "delete"] {
        let limits = ["create", "read", "update", "delete"]
            .map(|name| (name, if name == act { "20ms".into() } else { Value::Null }));
        let (said, state) = check(&mut client, &format!("slow {act}"), act, Value::object(limits)).await;
        assert!(said.contains("out of time") && said.contains("0.02 seconds"), "{act}: {said}");
        assert!(said.contains(&format!("`timeouts` gives it longer, by `{act}`")), "{act}: {said}");
        assert_eq!(state.is_null(), act == "create", "{act}: the object is not forgotten");
    }
    let wrong = kit(
        "n",
        [("timeouts", Value::object(["create", "read", "update", "delete"].map(|name| (name, "soon".into()))))],
    );
    let found = client.validate(wrong, true).await;
    assert!(found[0].1.contains("such as `90s`, `20m` or `1h30m`"), "{found:?}");
}

#[tokio::test]
async fn an_error_leaves_the_state_as_it_was() {
    let mut client = Client::kits().await;
    for act in ["plan", "create", "read", "update", "delete", "import"] {
        let (said, _) = check(&mut client, &format!("silent {act}"), act, Value::Null).await;
        assert!(said.contains("failed without saying why"), "{act}: {said}");
    }
    for act in ["create", "update", "delete"] {
        let (said, state) = check(&mut client, &format!("fail {act}"), act, Value::Null).await;
        assert_eq!(said, "Failed: It failed.", "{act}");
        assert_eq!(state.get("level").is_null(), act == "create", "{act}");
        assert_ne!(state.get("level"), &"high".into(), "{act}: the plan is not taken for what is");
    }
}

#[tokio::test]
async fn a_secret_never_reaches_plan_or_state() {
    let mut client = Client::kits().await;
    let config = kit("n", [("secret_wo", "hush, hush".into())]);
    let planned = client.plan(&Value::Null, &config).await.expect("a plan");
    let made = client.apply(&Value::Null, &config, &planned).await.expect("an object");
    let mut high = config.clone();
    high.set("level", "high".into());
    let change = client.plan(&made, &high).await.expect("a plan");
    let changed = client.apply(&made, &high, &change).await.expect("an object");
    let read = client.read(&made).await.expect("a state");
    let imported = client.import("n").await.expect("a state");
    let upgraded = client.upgrade(0, json!({"name": "n", "secret_wo": "leaked"})).await.expect("a state");
    for (what, object) in [
        ("plan", &planned.state),
        ("create", &made),
        ("second plan", &change.state),
        ("update", &changed),
        ("read", &read),
        ("import", &imported),
        ("upgrade", &upgraded),
    ] {
        assert_eq!(object.get("secret_wo"), &Value::Null, "{what}");
    }
    let long = "hush".repeat(11);
    let found = client.validate(kit("n", [("secret_wo", long.as_str().into())]), true).await;
    assert_eq!(found, [("secret_wo".to_owned(), "secret_wo must be 1 to 40 long.".to_owned())]);
    let vault = |code: &str, number: u64| Value::object([("code", code.into()), ("number", known(number))]);
    for (name, value) in [("pin", known(987_654)), ("vault", vault("98765", 1)), ("vault", vault("1", 987_654))] {
        let found = client.validate(kit("n", [(name, value)]), true).await;
        assert!(found.len() == 1 && found[0].0.starts_with(name) && !found[0].1.contains("98765"), "{found:?}");
    }
    for secret in ["hush".into(), Value::unknown()] {
        let found = client.validate(kit("n", [("secret_wo", secret)]), false).await;
        assert!(found[0].1.contains("Terraform 1.11 or OpenTofu 1.11"), "{found:?}");
    }
}

#[tokio::test]
async fn a_provider_that_tells_a_secret_is_hushed() {
    let mut client = Client::kits().await;
    let vault = Value::object([("code", "9876".into()), ("number", known(4711))]);
    let config = kit(
        "n",
        [("level", "telling".into()), ("secret_wo", "hush \"hush\"".into()), ("pin", known(31337)), ("vault", vault)],
    );
    let planned = client.plan(&Value::Null, &config).await.expect("a plan");
    let failed = client.apply(&Value::Null, &config, &planned).await.expect_err("it fails").detail;
    assert!(failed.starts_with("Told: It has") && failed.matches("(sensitive value)").count() == 4, "{failed}");
    for secret in ["hush", "31337", "9876", "4711"] {
        assert!(!failed.contains(secret), "{failed}");
    }
}

#[tokio::test]
async fn private_data_goes_from_plan_to_state_and_back() {
    let mut client = Client::kits().await;
    let config = kit("n", []);
    let planned = client.plan(&Value::Null, &config).await.expect("a plan");
    assert_eq!(planned.private, br#"{"plans":1}"#);
    let made = client.apply_with(&Value::Null, &config, &planned).await.expect("an object");
    assert_eq!(made.private, br#"{"created":true,"plans":1}"#);
    let read = client.read_with(&made.state, &made.private).await.expect("a state");
    assert_eq!(read.private, br#"{"created":true,"plans":1,"read":true}"#);
    let next = client.plan_with(&read.state, &config, &read.private, &[]).await.expect("a plan");
    assert_eq!(next.private, br#"{"created":true,"plans":2,"read":true}"#);
    let repeated = client.plan_with(&read.state, &config, &read.private, &next.private).await.expect("a plan");
    assert_eq!(repeated.private, br#"{"created":true,"plans":3,"read":true}"#, "the earlier plan's data comes back");
    let imported = client.import_with("n").await.expect("a state");
    assert_eq!(imported.private, br#"{"imported":true}"#);
    let foreign = client.read_with(&read.state, b"not ours").await.expect_err("refused");
    assert!(foreign.contains("not written by this provider"), "{foreign}");
}

#[tokio::test]
async fn results_are_checked_as_terraform_checks_them() {
    let mut client = Client::kits().await;
    let config = kit("n", [("level", "unsettled".into())]);
    let planned = client.plan(&Value::Null, &config).await.expect("a plan");
    let failed = client.apply(&Value::Null, &config, &planned).await.expect_err("refused");
    assert!(failed.detail.contains("gave no value for given"), "{}", failed.detail);
    assert_eq!((failed.state.get("name"), failed.state.get("given")), (&"n".into(), &Value::Null), "what was saved");
    let any = |ty: Type, value: Value| Value::Dynamic(Box::new((ty, value)));
    let misfit = kit("n", [("level", "misfit".into()), ("any", any(Type::String, "x".into()))]);
    let planned = client.plan(&Value::Null, &misfit).await.expect("a plan");
    let failed = client.apply(&Value::Null, &misfit, &planned).await.expect_err("refused");
    assert!(failed.detail.contains("any: expected string, found bool"), "{}", failed.detail);
    assert_eq!(failed.state.get("name"), &"n".into(), "it exists");
    let made = client.create(&kit("n", [("level", "unread".into())])).await.state;
    assert!(client.read(&made).await.expect_err("refused").contains("gave no value for given"));
    let made = client.create(&kit("n", [("level", "gone".into())])).await.state;
    assert!(client.read(&made).await.expect("nothing").is_null(), "an object that is gone");
    let accent = client.create(&kit("n", [("level", "accent".into())])).await.state;
    assert_eq!(accent.get("given"), &"\u{e9}".into(), "text is normalised as Terraform does");
}

#[tokio::test]
async fn old_states_and_imports_have_their_blocks() {
    let mut client = Client::kits().await;
    let old = client.upgrade(0, json!({"name": "n", "many": [{"label": "a"}], "unheard_of": {"x": [1]}})).await;
    let imported = client.import("n").await.expect("a state");
    for (what, state) in [("upgrade", old.expect("a state")), ("import", imported)] {
        assert_eq!(state.get("few"), &Value::List(Vec::new()), "{what}");
        assert_eq!(state.get("named"), &Value::object::<&str>([]), "{what}");
        let size = if what == "import" { known(0) } else { Value::Null };
        assert_eq!(state.get("whole"), &Value::object([("note", Value::Null), ("size", size)]), "{what}");
        assert_eq!(state.get("one"), &Value::Null, "{what}: a single block may be missing");
        client.read(&state).await.expect("a model can hold it");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let mut client = Client::kits().await;
    for (json, words) in [
        (&b""[..], "Terraform 0.11"),
        (b"[1, 2", "EOF"),
        (b"null", "It is no object"),
        (br#"{"name": 3}"#, "expected string, found number"),
        (br#"{"amount": "many"}"#, "the number cannot be read"),
    ] {
        let failed = client.upgrade_raw(0, json.to_vec()).await.expect_err("refused");
        assert!(failed.contains(words), "{failed}");
    }
    let newer = client.upgrade(3, json!({"name": "n"})).await.expect_err("refused");
    assert!(newer.contains("has version 3") && newer.contains("up to 0; use the newer one"), "{newer}");
    assert!(client.import("").await.expect_err("refused").contains("imported by its id"));
    assert!(client.validate_json("lab_nothing", json!({})).await.contains("has no resource lab_nothing"));
    assert!(client.validate_json("lab_kit", json!({"name": 1})).await.contains("expected string, found number"));
    assert_eq!(client.validate_json("lab_kit", json!({"name": "n", "many": [], "few": [], "named": {}})).await, "");
}

#[tokio::test]
async fn a_provider_block_may_be_unknown() {
    let mut client = Client::new();
    let with = |region: Value, folder: Value| Value::object([("region", region), ("folder", folder)]);
    client.configure(with(Value::unknown(), Value::Null)).await.expect("an attribute that may be unknown");
    let failed = client.configure(with(Value::Null, Value::unknown())).await.expect_err("refused");
    assert!(failed.contains("The folder must be known"), "{failed}");
    let failed = client.configure(Value::unknown()).await.expect_err("each attribute is unknown");
    assert!(failed.contains("The folder must be known"), "{failed}");
    assert!(
        client.configure(with("nowhere".into(), Value::Null)).await.expect_err("refused").contains("It is nowhere")
    );
}

#[tokio::test]
async fn refinements_of_unknown_values_are_kept() {
    let mut client = Client::kits().await;
    let refined =
        Value::Unknown(Refinement { not_null: true, prefix: Some("ab".to_owned()), ..Refinement::default() }.into());
    let planned = client.plan(&Value::Null, &kit("n", [("given", refined.clone())])).await.expect("a plan");
    assert_eq!(planned.state.get("given"), &refined);
    assert_eq!(planned.state.get("level"), &"low".into());
}
