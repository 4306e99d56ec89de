//! The cases of MONAI's own tests of its bundle language, and the table of which of them hold.

use std::collections::BTreeMap;
use std::fs;

use monai_bundle::{Bundle, Error, Mode, Value};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::{METADATA, fixtures, folder};

/// The cases of one file of MONAI's tests.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    source: String,
    cases: Vec<Case>,
}

/// One case: what is written, and what must become of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    test: String,
    /// Why the case means nothing here; nothing else is given then.
    not_applicable: Option<String>,
    /// Why the case ends otherwise than in MONAI; the rest says how it ends here.
    differs: Option<String>,
    config: Option<Json>,
    #[serde(default)]
    files: Vec<(String, String)>,
    #[serde(default)]
    beside: BTreeMap<String, String>,
    metadata: Option<Json>,
    #[serde(default)]
    set: Vec<(String, String)>,
    #[serde(default)]
    values: BTreeMap<String, Json>,
    #[serde(default)]
    callable: Vec<String>,
    #[serde(default)]
    refused: BTreeMap<String, String>,
    #[serde(default)]
    absent: Vec<String>,
    #[serde(default)]
    names: BTreeMap<String, Option<String>>,
    #[serde(default)]
    warnings: Vec<String>,
    unreadable: Option<String>,
    bad_metadata: Option<String>,
}

const FILES: [&str; 12] = [
    "test_config_item",
    "test_config_parser",
    "test_reference_resolver",
    "test_component_locator",
    "test_bundle_workflow",
    "test_bundle_verify_metadata",
    "test_bundle_verify_net",
    "test_bundle_get_data",
    "test_bundle_ckpt_export",
    "test_bundle_download",
    "test_bundle_utils",
    "test_integration_bundle_run",
];

fn open(case: &Case) -> Result<Bundle, Error> {
    let mut files: Vec<(String, String)> = case.files.clone();
    files.extend(case.config.iter().map(|config| ("configs/inference.json".to_owned(), config.to_string())));
    let configs: Vec<String> = files.iter().map(|(path, _)| path.clone()).collect();
    files.extend(case.beside.clone());
    let metadata = case.metadata.as_ref().map_or(METADATA.to_owned(), Json::to_string);
    files.push(("configs/metadata.json".to_owned(), metadata));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = folder(&files);
    let set: Vec<(&str, &str)> = case.set.iter().map(|(id, value)| (id.as_str(), value.as_str())).collect();
    Bundle::open_with(folder.path(), &configs.iter().map(String::as_str).collect::<Vec<_>>(), &set)
}

fn hold(case: &Case) {
    let test = &case.test;
    let bundle = match (open(case), &case.unreadable) {
        (Ok(bundle), None) => bundle,
        (Err(error), Some(words)) => return assert!(error.to_string().contains(words), "{test}: {error}"),
        (Err(error), None) => panic!("{test}: {error}"),
        (Ok(_), Some(words)) => panic!("{test}: was read, expected: {words}"),
    };
    let config = bundle.config();
    let errors: Vec<String> = bundle.errors().iter().map(ToString::to_string).collect();
    match &case.bad_metadata {
        Some(words) => assert!(errors.iter().any(|error| error.contains(words)), "{test}: {errors:?}"),
        None => assert!(errors.is_empty(), "{test}: {errors:?}"),
    }
    for (id, expected) in &case.values {
        let value = config.resolve(id).unwrap_or_else(|error| panic!("{test}, {id}: {error}"));
        assert_eq!(&value.to_json(), expected, "{test}, {id}");
    }
    for id in &case.callable {
        let Ok(Value::Component(component)) = config.resolve(id) else { panic!("{test}, {id}") };
        assert_eq!(component.mode, Mode::Callable, "{test}, {id}");
    }
    for (id, words) in &case.refused {
        let error = config.resolve(id).expect_err(id);
        assert!(error.to_string().contains(words), "{test}, {id}: {error}");
    }
    for id in &case.absent {
        assert!(config.get(id).is_none() && config.resolve(id).is_err(), "{test}, {id}");
    }
    for (name, path) in &case.names {
        assert_eq!(config.imported(name), path.as_deref(), "{test}, {name}");
    }
    let warnings: Vec<String> = bundle.warnings().iter().map(ToString::to_string).collect();
    for words in &case.warnings {
        assert!(warnings.iter().any(|warning| warning.contains(words)), "{test}: {warnings:?}");
    }
    let asserted = case.values.len() + case.refused.len() + case.names.len() + case.absent.len();
    assert!(asserted + usize::from(case.bad_metadata.is_some()) > 0, "{test} asserts nothing");
}

#[test]
fn monais_own_cases_hold_as_the_table_says() {
    let place = fixtures("monai_cases/bundle");
    let mut rows = String::new();
    let mut reasons = String::new();
    let mut sum = [0; 3];
    for file in FILES {
        let text = fs::read_to_string(place.join(format!("{file}.json"))).unwrap();
        let Cases { source, cases } = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let mut count = [cases.len(), 0, 0];
        for case in &cases {
            let reason = case.not_applicable.as_ref().or(case.differs.as_ref());
            if case.not_applicable.is_none() {
                hold(case);
                count[1] += 1;
                count[2] += usize::from(case.differs.is_none());
            }
            if let Some(reason) = reason {
                let what = if case.differs.is_some() { "differs" } else { "does not apply" };
                reasons += &format!("| {file} | {} | {what} | {reason} |\n", case.test);
            }
        }
        let [all, apply, same] = count;
        rows += &format!("| {source} | {all} | {apply} | {same} |\n");
        sum.iter_mut().zip(count).for_each(|(sum, count)| *sum += count);
    }
    let [all, apply, same] = sum;
    let expected = format!(
        "# MONAI's tests of the bundle language\n\n`runtime/bundle/tests/suite/conformance.rs` runs the cases beside this page and holds it to them. They are those of \
         MONAI's\nown tests (Apache License 2.0, Copyright MONAI Consortium), restated as data.\n\n\
         | file | cases | apply | hold as in MONAI |\n|---|---:|---:|---:|\n{rows}| all | {all} | {apply} | {same} |\n\n\
         | file | case | | why |\n|---|---|---|---|\n{reasons}"
    );
    let found = fs::read_to_string(place.join("README.md")).unwrap_or_default();
    assert!(found == expected, "tests/fixtures/monai_cases/bundle/README.md should be:\n{expected}");
}
