//! Hostile bundles: an error that names file and reason, nothing executed, nothing read from outside.

use std::fs;
use std::os::unix::fs::symlink;

use monai_bundle::{Bundle, Error};

use crate::{METADATA, folder};

const JSON: &str = "configs/inference.json";
const YAML: &str = "configs/inference.yaml";

/// What the bundle of one config says of the item `x`.
fn refusal(file: &str, text: &str) -> Error {
    let folder = folder(&[(file, text)]);
    match Bundle::open(folder.path()) {
        Ok(bundle) => bundle.config().resolve("x").expect_err("it is hostile"),
        Err(error) => error,
    }
}

fn check(file: &str, text: &str, line: Option<u32>, words: &str) {
    let start: String = text.chars().take(60).collect();
    let error = refusal(file, text);
    assert!(error.to_string().contains(words), "{start}: {error}");
    assert_eq!((error.file(), error.line()), (file, line), "{start}: {error}");
    let shown = error.to_string();
    assert!(shown.len() < 10_000 && !shown.contains(char::is_control), "{start}: {shown:?}");
}

#[test]
fn sizes_are_bounded() {
    let million = 1 << 20;
    check(JSON, &" ".repeat(50 * million), None, "larger than 8388608 bytes");
    check(JSON, &format!("{{\n\"x\": {}", "[".repeat(100_000)), Some(2), "nested deeper than 64 levels");
    check(JSON, &format!("{{\"x\":\n{}", "{\"a\":".repeat(100_000)), Some(2), "nested deeper than 64 levels");
    check(YAML, &format!("x:\n {}", "[".repeat(100_000)), Some(2), "recursion limit exceeded");
    check(YAML, &format!("x:\n {}", "- ".repeat(100_000)), Some(2), "nested deeper than 64 levels");
    check(JSON, &format!("{{\"x\": [\n{}1]}}", "1,".repeat(300_000)), Some(2), "more than 200000 items");
    check(YAML, &format!("x: [{}1]", "1,".repeat(300_000)), Some(1), "more than 200000 items");
    let mut bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
    for n in 1..20 {
        bomb += &format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", "));
    }
    check(YAML, &bomb, Some(5), "aliases counted");
    check(JSON, &format!("{{\"x\":\n\"${}1\"}}", "1 + ".repeat(million / 4)), Some(1), "longer than 2000 tokens");
    check(JSON, &format!("{{\"x\": \"${}\"}}", "(".repeat(million)), Some(1), "longer than 2000 tokens");
    check(JSON, &format!("{{\"x\": \"$@{}\"}}", "a::".repeat(million / 3)), Some(1), "is not defined");
    check(JSON, &format!("{{\"{}\": 1}}", "k".repeat(million)), Some(1), "a key is longer than 1000 bytes");
}

#[test]
fn copies_are_bounded() {
    // Every macro copies all that the macros before it copied.
    let mut doubling = "{\"a0\": [1, 1, 1, 1]".to_owned();
    for n in 1..40 {
        doubling += &format!(",\n\"a{n}\": [\"%a{}\", \"%a{}\"]", n - 1, n - 1);
    }
    let text = doubling + ",\n\"x\": \"@a39\"}";
    check(JSON, &text, Some(40), "the config grows past 200000 items");
    // A long way to an item, repeated by every relative reference to it.
    let key = "k".repeat(900);
    let inner = format!("\"{}\"", "@# ".repeat(100_000));
    let text = format!("{{\"x\": {}{inner}{}}}", format!("{{\"{key}\":").repeat(3), "}".repeat(3));
    check(JSON, &text, Some(1), "relative ids make the text longer than");
    let big = format!("[{}1]", "1,".repeat(90_000));
    let text = format!("{{\"big\": {big},\n\"x\": [{}1]}}", "\"%big\",".repeat(90_000));
    check(JSON, &text, Some(2), "the config grows past 200000 items");
    let text = format!("{{\"big\": {big},\n\"x\": \"$lambda x: {}1\"}}", "@big + ".repeat(900));
    check(JSON, &text, Some(2), "the references of a lambda have more than 10000 values");
    let deep = format!("{}[{}1]{}", format!("{{\"{key}\":").repeat(50), "1,".repeat(2000), "}".repeat(50));
    check(JSON, &format!("{{\"x\": {deep}}}"), None, "the ids of the config have more than");
}

#[test]
fn as_many_errors_are_kept_as_someone_reads() {
    let missing: Vec<String> = (0..100_000).map(|n| format!("\"@gone{n}\"")).collect();
    let folder =
        folder(&[(JSON, &format!("{{\"x\": [{}], \"y\": [{}1]}}", missing.join(","), "\"%gone\",".repeat(90_000)))]);
    let bundle = Bundle::open(folder.path()).unwrap();
    assert_eq!(bundle.config().resolve_all("x").unwrap_err().len(), 1000);
    assert_eq!((bundle.errors().len(), bundle.config().resolve_all("y").unwrap_err().len()), (1000, 1000));
}

#[test]
fn circles_end() {
    check(JSON, r#"{"x": "@y", "y": ["$@x + 1"]}"#, Some(1), "circular reference: `x` -> `y` -> `y::0` -> `x`");
    check(JSON, r#"{"x": "%y", "y": "%x"}"#, Some(1), "not replaced again");
    check(JSON, r#"{"x": "%x"}"#, Some(1), "not replaced again");
    check(JSON, r#"{"x": {"y": "%x"}}"#, Some(1), "not replaced again");
    check(JSON, r#"{"x": "%configs/inference.json::x"}"#, Some(1), "not replaced again");
    let chain: Vec<String> = (0..500).map(|n| format!("\"a{n}\": \"@a{}\"", n + 1)).collect();
    check(JSON, &format!("{{\"x\": \"@a0\", {}}}", chain.join(", ")), Some(1), "nest deeper than 96");
}

#[test]
fn nothing_outside_is_read() {
    for path in ["%../../etc/passwd::x", "%../secret.json::x", "%/etc/hostname.json", "%configs/../../secret.json"] {
        let error = refusal(JSON, &format!("{{\"x\":\n\"{path}\"}}"));
        let known = ["outside the bundle", "names nothing"].iter().any(|words| error.to_string().contains(words));
        assert!(known && error.line() == Some(1), "{path}: {error}");
    }
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.json"), r#"{"k": "secret"}"#).unwrap();
    let folder = folder(&[(
        JSON,
        r#"{"os": "$import os", "x": "%configs/link.json::k", "y": "%away/secret.json::k", "z": "$os.path.exists('away/secret.json')", "pipe": "%configs/pipe.json::k"}"#,
    )]);
    symlink(outside.path().join("secret.json"), folder.path().join("configs/link.json")).unwrap();
    symlink(outside.path(), folder.path().join("away")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("configs/pipe.json")).status().unwrap();
    assert!(made.success());
    let config = Bundle::open(folder.path()).unwrap().config().clone();
    for id in ["x", "y"] {
        let error = config.resolve(id).unwrap_err().to_string();
        assert!(error.contains("outside the bundle") && !error.contains("secret\""), "{error}");
    }
    assert_eq!(config.resolve("z").unwrap().to_json(), false);
    assert!(config.resolve("pipe").unwrap_err().to_string().contains("is not a file"));
    fs::remove_file(folder.path().join(JSON)).unwrap();
    symlink(outside.path().join("secret.json"), folder.path().join(JSON)).unwrap();
    assert!(Bundle::open(folder.path()).unwrap_err().to_string().contains("outside the bundle"));
}

#[test]
fn nothing_is_executed() {
    let marker = tempfile::tempdir().unwrap();
    let path = marker.path().join("was-here");
    let shown = path.display();
    for expression in [
        format!("$__import__('os').system('touch {shown}')"),
        format!("$open('{shown}', 'w')"),
        format!("$(lambda: 1)().__class__.__mro__[-1].__subclasses__() or '{shown}'"),
        format!("$os.system('touch {shown}')"),
        format!("$eval('open(\\\"{shown}\\\", \\\"w\\\")')"),
        format!("$exec('{shown}')"),
        format!("$torch.load('{shown}')"),
        format!("$[open('{shown}', 'w') for _ in [1]]"),
        format!("$getattr(os, 'system')('touch {shown}')"),
        format!("$subprocess.run(['touch', '{shown}'])"),
    ] {
        let text = format!("{{\"i\": [\"$import os\", \"$import subprocess\"], \"x\":\n\"{expression}\"}}");
        check(JSON, &text, Some(1), "expression");
    }
    assert!(!path.exists());
}

#[test]
fn words_cannot_steer_a_terminal() {
    check(JSON, "{\"a\\u0000b\": 1}", Some(1), "the control character `\\u{0}`");
    check(JSON, "{\n\"a\\nb\": 1}", Some(2), "the control character `\\n`");
    check(YAML, "\"a\\u001b[2Jb\": 1\n", Some(1), "the control character `\\u{1b}`");
    check(
        JSON,
        "{\"x\": {\"_target_\": \"UN\\u0000et\\n\"}}",
        Some(1),
        "`_target_` `UN\\u{0}et\\n` is not a class name",
    );
    check(JSON, "{\"x\": {\"_target_\": \"\"}}", Some(1), "`_target_` `` is not a class name");
    check(JSON, "{\"x\": {\"_target_\": \"os.system('true')\"}}", Some(1), "is not a class name");
    check(JSON, "{\"x\": \"$1 +\\n\\u0007\"}", Some(1), "$1 +\\n\\u{7}");
    check(JSON, "{\"x\": \"%a\\u0000\\n.json::b\"}", Some(1), "`%a\\u{0}\\n.json::b`");
    check(JSON, "{\"x\": \"$import os\\n, sys\\u0000\"}", Some(1), "is not an import line");
}

#[test]
fn a_bundle_without_metadata_shows_its_other_faults() {
    let folder = folder(&[(JSON, "{\"x\": \"%gone\"}")]);
    fs::remove_file(folder.path().join("configs/metadata.json")).unwrap();
    let errors: Vec<String> = Bundle::open(folder.path()).unwrap().errors().iter().map(ToString::to_string).collect();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].contains("`configs/metadata.json` cannot be read"), "{errors:?}");
    assert!(errors[1].contains("line 1, `x`: macro `%gone`"), "{errors:?}");
    fs::write(folder.path().join("configs/metadata.json"), METADATA).unwrap();
    assert_eq!(Bundle::open(folder.path()).unwrap().errors().len(), 1);
}
