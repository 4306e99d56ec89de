//! What a plan refuses, and in which words.

use std::fs;

use serde_json::{Value, json};

use crate::endpoint::Endpoint;

#[test]
fn a_plan_refuses_a_configuration_that_cannot_be_honoured() {
    let local = |rest: Value| {
        let mut local = json!({ "port": 18443 });
        local.as_object_mut().expect("an object").extend(rest.as_object().cloned().unwrap_or_default());
        local
    };
    let digest = format!("sha256:{}", "0".repeat(64));
    let cases: [(&str, Value, &[&str]); 16] = [
        ("auth", json!({ "api_keys_wo": { "clinic": "short" } }), &["Invalid API key", "at least 128 are required"]),
        ("auth", json!({}), &["No way to authenticate", "anonymous = true"]),
        ("auth", json!({ "api_keys_wo": {} }), &["No way to authenticate"]),
        ("auth", json!({ "anonymous": false }), &["No way to authenticate"]),
        ("auth", json!({ "anonymous": true, "api_keys_wo": { "a": "${var.key}" } }), &["Keys on an open endpoint"]),
        ("auth", Value::Null, &["auth", "required"]),
        ("local", Value::Null, &["No platform"]),
        ("kubernetes", json!({ "namespace": "imaging" }), &["No argument or block type is named \"kubernetes\""]),
        ("eks", json!({ "cluster_name": "prod" }), &["No argument or block type is named \"eks\""]),
        ("local", local(json!({ "port": 70000 })), &["70000", "65535"]),
        ("local", local(json!({ "address": "0.0.0.0" })), &["Address without TLS", "0.0.0.0"]),
        ("local", local(json!({ "runtime": "./no-such-file" })), &["Runtime not usable", "no-such-file"]),
        ("local", local(json!({ "runtime": "/bin/true" })), &["Runtime not usable", "/bin/true"]),
        ("name", json!("No Good"), &["Invalid name"]),
        ("bundle", json!({ "source": "./bundle", "digest": digest }), &["Another bundle than expected", &digest]),
        ("bundle", json!({ "source": "hf://MONAI/spleen" }), &["Unsupported bundle source", "hf://MONAI/spleen"]),
    ];
    for (attribute, value, words) in cases {
        let mut endpoint = Endpoint::new();
        endpoint.set(attribute, value);
        endpoint.plan().failed_with(words);
    }
    for (attribute, value, words) in [
        ("logging", json!({ "level": "loud" }), ["loud", "info"]),
        ("serving", json!({ "timeout": "soon" }), ["soon", "timeout"]),
        ("serving", json!({ "max_volume": "-1" }), ["-1", "max_volume"]),
        ("serving", json!({ "time_out": "5m" }), ["time_out", "Did you mean \"timeout\""]),
        ("bundle", json!({ "source": "./bundle", "digset": digest }), ["digset", "Did you mean \"digest\""]),
        ("local", local(json!({ "adress": "127.0.0.1" })), ["adress", "Did you mean \"address\""]),
        ("auth", json!({ "anonymus": true }), ["anonymus", "Did you mean \"anonymous\""]),
        ("scaling", json!({ "target_inflight": 1 }), ["target_inflight", "Did you mean \"target_in_flight\""]),
        ("logging", json!({ "lvl": "info" }), ["lvl", "No argument or block type"]),
        ("timeouts", json!({ "craete": "5m" }), ["craete", "Did you mean \"create\""]),
        ("scaling", json!({ "target_in_flight": 0 }), ["0", "target_in_flight"]),
        ("compute", json!({ "precision": "fp8" }), ["fp8", "precision"]),
        ("compute", json!({ "devise": "cpu" }), ["devise", "Did you mean \"device\""]),
    ] {
        let mut endpoint = Endpoint::new();
        endpoint.set(attribute, value);
        endpoint.plan().failed_with(&words);
    }
}

#[test]
fn a_plan_opens_the_bundle_and_names_file_id_and_reason() {
    type Harm = fn(&mut Value);
    let harms: [(Harm, &[&str]); 5] = [
        (
            |config| config["network_def"]["_target_"] = json!("NoSuchNet"),
            &["inference.json", "network_def", "NoSuchNet"],
        ),
        (|config| config["network_def"]["no_such_argument"] = json!(1), &["network_def", "no_such_argument"]),
        (
            |config| config["preprocessing"]["transforms"][0]["_target_"] = json!("NoSuchTransformd"),
            &["inference.json", "preprocessing::transforms::0", "NoSuchTransformd"],
        ),
        (
            |config| config["inferer"] = json!("$__import__('os').system('touch /tmp/never')"),
            &["inference.json", "inferer", "__import__"],
        ),
        (|config| config["network_def"]["channels"][0] = json!(7), &["model.pt", "shape"]),
    ];
    for (harm, words) in harms {
        let endpoint = Endpoint::new();
        let file = endpoint.bundle().join("configs/inference.json");
        let text = fs::read_to_string(&file).expect("the bundle has a config");
        let mut config: Value = serde_json::from_str(&text).expect("it is JSON");
        harm(&mut config);
        fs::write(&file, config.to_string()).expect("the bundle is ours");
        endpoint.plan().failed_with(&[&["This bundle does not run"], words].concat());
        fs::write(&file, text).expect("the bundle is ours");
        endpoint.plan().succeeded();
    }
    let endpoint = Endpoint::new();
    fs::remove_file(endpoint.bundle().join("models/model.pt")).expect("the bundle is ours");
    endpoint.plan().failed_with(&["This bundle does not run", "model.pt"]);
    fs::remove_dir_all(endpoint.bundle()).expect("the bundle is ours");
    endpoint.plan().failed_with(&["Bundle not found", "./bundle"]);
}
