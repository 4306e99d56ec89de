//! Lists, in process.

use std::sync::atomic::Ordering;

use tfplugin_rust::Value;

use crate::lab::{ADDED, Client, DROPPED, Hit, known};

fn search(prefix: &str, count: u64) -> Value {
    Value::object([("prefix", prefix.into()), ("count", known(count))])
}

fn names(hits: &[Hit]) -> Vec<String> {
    hits.iter().map(|hit| hit.identity.get("name")).map(|name| format!("{name:?}")).collect()
}

#[tokio::test]
async fn a_list_has_a_schema_of_its_own() {
    let mut client = Client::new();
    let answer = client.schema().await;
    let schema = answer.list_resource_schemas["lab_place"].block.as_ref().expect("a block");
    let modes: Vec<_> = schema
        .attributes
        .iter()
        .map(|item| (item.name.as_str(), item.required, item.optional, item.computed))
        .collect();
    assert_eq!(modes, [("prefix", true, false, false), ("count", false, true, false)], "a default is not computed");
}

#[tokio::test]
async fn a_search_is_validated() {
    let mut client = Client::new();
    for (prefix, said) in [
        ("aa".into(), ""),
        (Value::unknown(), ""),
        ("bad".into(), "Bad prefix: Nothing begins so."),
        ("x".repeat(17).into(), "prefix must be 1 to 16 long"),
    ] {
        let config = Value::object([("prefix", prefix), ("count", Value::Null)]);
        let found = client.validate_list("lab_place", &config).await;
        assert!(found.contains(said) && found.is_empty() == said.is_empty(), "{config:?}: {found}");
    }
    let found = client.validate_list("lab_kit", &search("a", 1)).await;
    assert!(found.contains("has no list of lab_kit"), "{found}");
}

#[tokio::test]
async fn results_come_with_identity_and_name_and_the_object_where_it_is_wanted() {
    let mut client = Client::configured().await;
    let config = Value::object([("prefix", "aa".into()), ("count", Value::Null)]);
    let hits = client.list(&config, 100, false).await;
    assert_eq!(names(&hits), [r#"String("aa0")"#, r#"String("aa1")"#, r#"String("aa2")"#], "the default of three");
    assert_eq!((hits[0].name.as_str(), &hits[0].object), ("the place aa0", &Value::Null));

    let hits = client.list(&search("aa", 1), 100, true).await;
    assert_eq!(hits[0].object.get("region"), &"here".into(), "the framework asks the resource's import");
    assert_eq!(hits[0].identity.get("number"), &known(3), "and the identity is whole");

    let hits = client.list(&search("whole", 1), 100, true).await;
    assert_eq!(hits[0].object.get("region"), &"there".into(), "the list had the object");
    let hits = client.list(&search("whole", 1), 100, false).await;
    assert_eq!((hits[0].identity.get("region"), &hits[0].object), (&"there".into(), &Value::Null));
}

#[tokio::test]
async fn messages_stand_by_what_they_are_about() {
    let mut client = Client::configured().await;
    for (prefix, whole, expected) in [
        ("said", false, vec!["Old: said0 is old.", "Old: said1 is old.", "Old: said2 is old."]),
        ("warned", false, vec!["", "", "", "Not all: Some places were not looked at."]),
        ("fails", false, vec!["", "", "Lost: The rest is lost."]),
        ("nowhere", true, vec!["No such place: There is no place nowhere."; 3]),
    ] {
        let hits = client.list(&search(prefix, 3), 100, whole).await;
        assert_eq!(hits.iter().map(|hit| hit.said.as_str()).collect::<Vec<_>>(), expected, "{prefix}");
    }
    let hits = client.list(&search("warned", 1), 1, false).await;
    assert_eq!(
        hits.iter().map(|hit| hit.said.as_str()).collect::<Vec<_>>(),
        ["Not all: Some places were not looked at."]
    );
    let hits = client.list(&search("nowhere", 1), 100, true).await;
    assert!(!hits[0].failed && !hits[0].identity.is_null(), "what cannot be read is listed all the same");
    let hits = client.list(&search("panics", 3), 100, false).await;
    assert!(hits.len() == 3 && hits[2].failed && hits[2].said.contains("the provider panicked"), "{hits:?}");
    let hits = client.list_of("lab_kit", &search("a", 1), 1, false).await;
    assert!(hits.len() == 1 && hits[0].said.contains("has no list of lab_kit"), "{hits:?}");
    let hits = Client::new().list(&search("a", 1), 1, false).await;
    assert!(hits[0].said.contains("before configuring"), "{hits:?}");
}

#[tokio::test]
async fn the_framework_holds_the_limit() {
    let mut client = Client::configured().await;
    assert_eq!(client.list(&search("aa", 9), 4, false).await.len(), 4);
    assert_eq!(client.list(&search("aa", 9), 0, false).await.len(), 9, "no limit");
    assert_eq!(client.list(&search("page", 9), 5, false).await.len(), 5);
}

#[tokio::test]
async fn an_endless_list_waits_for_its_client_and_ends_with_it() {
    let mut client = Client::configured().await;
    let mut stream = client.begin_list(&search("endless", 1)).await;
    for _ in 0..3 {
        assert!(stream.message().await.expect("an answer").is_some());
    }
    let ahead = ADDED.load(Ordering::Relaxed);
    assert!((3..20).contains(&ahead), "it is {ahead} results on, not further than what is on its way");
    drop(stream);
    DROPPED.notified().await;
}
