use std::path::Path;

use monai_bundle::Config;
use proptest::prelude::*;

/// Text from the expression language's own alphabet, so that most inputs reach the parser and the evaluator.
fn expression() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "1",
        "0",
        "2.5",
        "'a'",
        "@a",
        "@b::0",
        "@x",
        "None",
        "True",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        ".",
        "+",
        "-",
        "*",
        "**",
        "/",
        "//",
        "%",
        "<",
        "==",
        "=",
        " if ",
        " else ",
        " not ",
        " and ",
        " or ",
        " in ",
        " is ",
        "lambda ",
        "len",
        "range",
        "os.path.join",
        "torch",
        "to",
        "sum",
        "9223372036854775807",
        "é",
        "\\",
        "\"",
        "$",
        "for",
        "int",
        "max",
        "sorted",
        "1e",
        "_",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

fn parse(file: &str, text: &str) -> Result<Config, monai_bundle::Error> {
    Config::parse(Path::new("/nowhere"), file, text)
}

/// `PROPTEST_CASES` asks for more than the default.
fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(asked.unwrap_or(20_000)) }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn expressions(text in prop_oneof![expression(), "\\PC{0,40}"]) {
        let document = serde_json::json!({"a": 2, "b": [1, "c"], "x": format!("${text}")});
        if let Err(error) = parse("x.json", &document.to_string()).and_then(|config| config.resolve("x")) {
            prop_assert!(!error.reason().is_empty());
        }
    }

    #[test]
    fn documents(text in "[\\{\\}\\[\\]:,\"a1 .\\n@%$#&*!<|>\\-_]{0,60}") {
        for file in ["configs/inference.json", "configs/inference.yaml"] {
            if let Ok(config) = parse(file, &text) {
                prop_assert_eq!(config.origin("a"), file);
                if let Err(error) = config.resolve("") {
                    prop_assert!(!error.reason().is_empty());
                }
            }
        }
    }
}
