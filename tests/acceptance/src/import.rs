//! Taking an endpoint that runs into a state that does not know it.

use crate::endpoint::{Endpoint, KEY};

#[test]
fn an_imported_endpoint_goes_on_serving() {
    let endpoint = Endpoint::new();
    endpoint.apply().succeeded();
    let before = endpoint.state();
    let servers = endpoint.observed()["servers"].clone();
    endpoint.run("state", &["rm", "monai_model_endpoint.it"]).succeeded();
    endpoint.run("import", &["-input=false", "-no-color", "monai_model_endpoint.it", "it"]).succeeded();
    let imported = endpoint.state();
    for attribute in ["id", "name", "url", "status", "desired_digest", "runtime_digest", "local"] {
        assert_eq!(imported[attribute], before[attribute], "{attribute}");
    }
    endpoint.apply().succeeded();
    assert_eq!(endpoint.planned(), [""; 0]);
    assert_eq!(endpoint.status(KEY), 200);
    assert_eq!(endpoint.observed()["servers"], servers, "the server was not restarted");
    endpoint.destroy().succeeded();
}

#[test]
fn what_does_not_exist_cannot_be_imported() {
    let endpoint = Endpoint::new();
    let ran = endpoint.run("import", &["-input=false", "-no-color", "monai_model_endpoint.it", "it"]);
    ran.failed_with(&["This machine has no endpoint `it`"]);
}
