//! Where everything comes from: lines of JSON and YAML, and the parts that made a value.

use monai_bundle::{Bundle, Part};

use crate::{METADATA, folder};

const JSON: &str = "configs/inference.json";
const LATER: &str = "configs/later.yaml";
const PARTS: &str = "configs/parts.yaml";

const FIRST: &str = r#"{
  "imports": ["$import os",
              "$import numpy as np"],
  "bundle_root": "/workspace",
  "width": 8,
  "channels": [
    "@width", 16,
    "$@width * 4"],
  "net": {"_target_": "UNet",
    "channels": "@channels",
    "norm": {
      "name": "batch"
    }},
  "copy": "%configs/parts.yaml::nets::0",
  "same": ["%net::norm", 1],
  "path": "$os.path.join(@bundle_root, 'models')",
  "kind": "$np.float32"
}
"#;
const SECOND: &str =
    "# overrides\nwidth: 16\nnet#norm:\n  name: instance\n+channels:\n- 64\n+fresh: [1]\nnet#extra: 1\n";
const THIRD: &str = "nets:\n  - _target_: UNet\n    channels:\n      - 1\n      - '@width'\n";

fn bundle(overrides: &[(&str, &str)]) -> Bundle {
    let folder = folder(&[(JSON, FIRST), (LATER, SECOND), (PARTS, THIRD)]);
    let bundle = Bundle::open_with(folder.path(), &[JSON, LATER], overrides).unwrap();
    assert!(bundle.errors().is_empty(), "{:?}", bundle.errors());
    bundle
}

#[test]
fn every_item_knows_its_line() {
    let bundle = bundle(&[]);
    let check = |id: &str, file: &str, line: u32| {
        let place = bundle.config().origin(id);
        assert_eq!((&*place.file, place.line), (file, Some(line)), "{id}");
    };
    check("imports", JSON, 2);
    check("imports::1", JSON, 3);
    check("channels", JSON, 6);
    check("channels::0", JSON, 7);
    check("channels::1", JSON, 7);
    check("channels::2", JSON, 8);
    check("channels::3", LATER, 6);
    check("net", JSON, 9);
    check("net#_target_", JSON, 9);
    check("net::channels", JSON, 10);
    check("net::norm", LATER, 3);
    check("net::norm::name", LATER, 4);
    check("net::norm::gone::too", LATER, 3);
    check("width", LATER, 2);
    check("copy", PARTS, 2);
    check("copy::channels", PARTS, 3);
    check("copy::channels::1", PARTS, 5);
    check("same::0::name", LATER, 4);
    check("_meta_::version", "configs/metadata.json", 1);
    check("kind", JSON, 17);
}

#[test]
fn a_value_names_the_parts_that_made_it() {
    let trace = |bundle: &Bundle, id: &str| {
        let (_, parts) = bundle.config().trace(id).unwrap_or_else(|errors| panic!("{id}: {errors:?}"));
        let shown = |part: &Part| {
            let place = part.place.as_ref().map_or("the runtime".to_owned(), |place| {
                let file = place.file.rsplit('/').next().unwrap_or_default();
                format!("{file}:{}", place.line.map_or("-".to_owned(), |line| line.to_string()))
            });
            format!("{} {} {place}", part.role.as_str(), part.id)
        };
        parts.iter().map(shown).collect::<Vec<_>>()
    };
    let plain = bundle(&[]);
    let check = |id: &str, expected: &[&str]| assert_eq!(trace(&plain, id), expected, "{id}");
    check("width", &["item width inference.json:5", "override width later.yaml:2"]);
    check("fresh", &["item fresh later.yaml:7"]);
    check("net::norm::name", &["item net::norm::name inference.json:12", "override net::norm::name later.yaml:4"]);
    check(
        "net",
        &[
            "item net inference.json:9",
            "override net::norm later.yaml:3",
            "merge net::extra later.yaml:8",
            "reference width inference.json:5",
            "override width later.yaml:2",
            "reference channels inference.json:6",
            "merge channels later.yaml:5",
        ],
    );
    check(
        "copy",
        &[
            "item copy parts.yaml:2",
            "macro copy inference.json:14",
            "reference width inference.json:5",
            "override width later.yaml:2",
        ],
    );
    check("same", &["item same inference.json:15", "macro same::0 inference.json:15"]);
    check(
        "path",
        &[
            "item path inference.json:16",
            "reference bundle_root inference.json:4",
            "override bundle_root the runtime",
            "import os inference.json:2",
        ],
    );
    check("kind", &["item kind inference.json:17", "import np inference.json:3"]);
    check("_meta_::version", &["item _meta_::version metadata.json:1"]);
    let set = bundle(&[("net::norm#name", "group"), ("width", "$2 * 2")]);
    let check = |id: &str, expected: &[&str]| assert_eq!(trace(&set, id), expected, "{id}");
    check(
        "net::norm",
        &["item net::norm inference.json:11", "override net::norm later.yaml:3", "override net::norm::name override:-"],
    );
    check("width", &["item width inference.json:5", "override width later.yaml:2", "override width override:-"]);
}

#[test]
fn an_error_names_file_line_and_id() {
    let folder = folder(&[
        (
            JSON,
            "{\n\"a\": {\n\"b\": \"$1 +\",\n\"c\": \"@nothing\",\n\"d\": 1},\n\"e\": [\"%gone\",\n{\"_target_\": 3},\n\"@a::b\"]}",
        ),
        ("configs/metadata.json", METADATA),
    ]);
    let bundle = Bundle::open(folder.path()).unwrap();
    let all = |id: &str| -> Vec<String> {
        bundle.config().resolve_all(id).expect_err(id).iter().map(ToString::to_string).collect()
    };
    let a = [
        "`configs/inference.json` line 3, `a::b`: expression `$1 +`: ends where a value is expected",
        "`configs/inference.json` line 4, `a::c`: `@nothing` is not defined in the config",
    ];
    let e = [
        "`configs/inference.json` line 6, `e::0`: macro `%gone`: names nothing",
        "`configs/inference.json` line 7, `e::1`: `_target_` is an integer, expected a class name",
    ];
    assert_eq!(all("a"), a);
    assert_eq!(all("e"), [e[0], e[1], a[0]]);
    assert_eq!(all(""), [a[0], a[1], e[0], e[1]]);
    assert_eq!(bundle.errors().iter().map(ToString::to_string).collect::<Vec<_>>(), [e[0]]);
}

#[test]
fn warnings_name_their_place() {
    let metadata = r#"{"version": "0.1.0", "optional_packages_version": {"nibabel": "5"}}"#;
    let files = [
        ("configs/metadata.json", metadata),
        (JSON, "{\"_meta_\": {},\n\"x\": \"$from os.path import join, basename\"}"),
        (LATER, SECOND),
    ];
    let folder = folder(&files);
    let bundle = Bundle::open_with(folder.path(), &[JSON, LATER], &[]).unwrap();
    let found: Vec<String> = bundle.warnings().iter().map(ToString::to_string).collect();
    let expected = [
        "`configs/metadata.json` line 1, `_meta_::optional_packages_version`: is an old name, read as `required_packages_version`",
        "`configs/later.yaml` line 5, `channels`: `+` extends nothing: `channels` is not in the files before; copied",
        "`configs/later.yaml` line 7, `fresh`: `+` extends nothing: `fresh` is not in the files before; copied",
        "`configs/inference.json` line 1, `_meta_`: is not used; the metadata is configs/metadata.json",
        "`configs/inference.json` line 2, `x`: only `join` of `$from os.path import join, basename` is bound, as in MONAI",
    ];
    assert_eq!(found, expected);
    assert_eq!(bundle.errors().len(), 2, "{:?}", bundle.errors());
}
