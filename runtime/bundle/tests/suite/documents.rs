use monai_bundle::{Bundle, Extent};
use serde_json::json;

use crate::{config, folder, open};

fn yaml(text: &str) -> Result<serde_json::Value, monai_bundle::Error> {
    let folder = folder(&[("configs/inference.yaml", text)]);
    open(folder.path(), &["configs/inference.yaml"])?.resolve("x").map(|value| value.to_json())
}

/// Expected values are what PyYAML's `SafeLoader` gives.
#[test]
fn yaml_scalars_have_pyyaml_types() {
    let check = |text: &str, expected: serde_json::Value| {
        let found = yaml(&format!("x: {text}\n")).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(found, expected, "{text}");
    };
    check("1", json!(1));
    check("-12", json!(-12));
    check("+3", json!(3));
    check("010", json!(8));
    check("0x1f", json!(31));
    check("0b101", json!(5));
    check("1_000", json!(1000));
    check("1.5", json!(1.5));
    check("1.", json!(1.0));
    check(".5", json!(0.5));
    check("1.0e-3", json!(0.001));
    check("1e-3", json!("1e-3"));
    check("1.0e3", json!("1.0e3"));
    check("-.inf", json!("-inf"));
    check("yes", json!(true));
    check("Off", json!(false));
    check("y", json!("y"));
    check("~", json!(null));
    check("", json!(null));
    check("null", json!(null));
    check("'1'", json!("1"));
    check("\"a\\nb\"", json!("a\nb"));
    check("!!str 1", json!("1"));
    check("[1, {a: b}]", json!([1, {"a": "b"}]));
    check("2020-01", json!("2020-01"));
    check("\n  0: background\n  1: spleen", json!({"0": "background", "1": "spleen"}));
    check("\n  - &a {k: 1}\n  - *a", json!([{"k": 1}, {"k": 1}]));
}

#[test]
fn refused_documents() {
    let check = |file: &str, text: &str, words: &str| {
        let folder = folder(&[(file, text)]);
        let error = open(folder.path(), &[file]).expect_err(text);
        assert!(error.to_string().contains(words), "{text}: {error}");
        assert_eq!(error.file(), file);
    };
    let json = "configs/inference.json";
    let yaml = "configs/inference.yaml";
    check(json, r#"{"a": 1, "a": 2}"#, "line 1, column 10: duplicate key `a`");
    check(json, "{\"b\": {\n  \"a\": 1,\n  \"a\": 2}}", "line 3, column 3: duplicate key `a`");
    check(json, r#"{"a": 1,}"#, "expected a key");
    check(json, r#"{"a": 01}"#, "not a number");
    check(json, r#"{"a": 1"#, "expected `,` or `}`");
    check(json, r#"{"a": "\ud800"}"#, "surrogate");
    check(json, r#"{"a": 99999999999999999999}"#, "64 bits");
    check(json, "[1]", "expected a mapping");
    check(json, "", "document ends");
    check(json, &"[".repeat(100_000), "nested deeper");
    check(yaml, "a: 1\nb: 2\na: 3\n", "line 3, column 1: duplicate key `a`");
    check(yaml, "a: &x [*x]\n", "alias");
    check(yaml, "a: !!python/object/apply:os.system [true]\n", "tag");
    check(yaml, "a: !!python/name:os.system x\n", "tag");
    check(yaml, "<<: {a: 1}\n", "merge keys");
    check(yaml, "yes: 1\n", "quote it");
    check(yaml, "a: 1:30\n", "base 60");
    check(yaml, "a: 1\n---\nb: 1\n", "second document");
    check(yaml, "- 1\n", "expected a mapping");
    check(yaml, &format!("a: {}\n", "[".repeat(1000)), "line 1");
    check("configs/inference.toml", "a = 1", "not a .json, .yaml or .yml file");
    let mut bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
    for n in 1..20 {
        let aliases = vec![format!("*a{}", n - 1); 10].join(", ");
        bomb += &format!("a{n}: &a{n} [{aliases}]\n");
    }
    check(yaml, &bomb, "aliases counted");
}

#[test]
fn json_numbers_are_pythons() {
    let value = config(r#"{"a": [1, 1.0, -1e3, NaN, Infinity, -Infinity, "\u00e9\ud83d\ude00"]}"#).unwrap();
    let expected = json!([1, 1.0, -1000.0, "nan", "inf", "-inf", "é😀"]);
    assert_eq!(value.resolve("a").unwrap().to_json(), expected);
}

#[test]
fn metadata_is_typed() {
    let folder = folder(&[("configs/inference.yml", "a: 1\n")]);
    let text = json!({
        "version": "0.5.9", "task": "Segmentation", "network_data_format": {
            "inputs": {"image": {"type": "image", "format": "hounsfield", "modality": "CT", "num_channels": 1,
                "spatial_shape": [96, "16*n", "*", "256"], "dtype": "float32", "value_range": [0, 1],
                "is_patch_data": true, "channel_def": {"0": "image"}}},
            "outputs": {"pred": {"num_channels": "2", "channel_def": {"0": "background", "1": "spleen"}}}}
    });
    std::fs::write(folder.path().join("configs/metadata.json"), text.to_string()).unwrap();
    let bundle = Bundle::open(folder.path()).unwrap();
    assert_eq!(bundle.config().files(), ["configs/inference.yml"]);
    let image = &bundle.metadata().inputs["image"];
    let shape = [Extent::Fixed(96), Extent::Expression("16*n".to_owned()), Extent::Any, Extent::Fixed(256)];
    assert_eq!(image.spatial_shape, shape);
    assert_eq!(image.channels, Some(1));
    let pred = &bundle.metadata().outputs["pred"];
    assert_eq!((pred.channels, pred.labels[&1].as_str()), (Some(2), "spleen"));

    std::fs::write(folder.path().join("configs/metadata.json"), r#"{"task": 1}"#).unwrap();
    let errors: Vec<String> = Bundle::open(folder.path()).unwrap().errors().iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "`configs/metadata.json`, `version`: is missing",
            "`configs/metadata.json` line 1, `task`: is an integer, expected a string"
        ]
    );
    std::fs::write(folder.path().join("configs/inference.json"), "{}").unwrap();
    let error = Bundle::open(folder.path()).unwrap_err();
    assert!(error.to_string().contains("one inference config is expected"), "{error}");
}
