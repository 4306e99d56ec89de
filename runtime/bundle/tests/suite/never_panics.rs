use std::path::Path;

use monai_bundle::Config;
use proptest::prelude::*;

fn parse(file: &str, text: &str) -> Result<Config, monai_bundle::Error> {
    Config::parse(Path::new("/nowhere"), file, text)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn documents(text in "[\\{\\}\\[\\]:,\"a1 .\\n@%$#&*!<|>\\-_]{0,60}") {
        for file in ["configs/inference.json", "configs/inference.yaml"] {
            if let Ok(config) = parse(file, &text) {
                prop_assert_eq!(&*config.origin("a").file, file);
                if let Err(error) = config.resolve("") {
                    prop_assert!(!error.reason().is_empty());
                }
            }
        }
    }
}
