//! Settings documents, good and bad.

use monai_spec::Settings;

fn check(text: &str, expected: Result<&str, &[&str]>) {
    match (serde_json::from_str::<Settings>(text), expected) {
        (Ok(settings), Ok(expected)) => {
            let found = serde_json::to_value(&settings).expect("settings serialise");
            assert_eq!(found, serde_json::from_str::<serde_json::Value>(expected).expect("the expectation is JSON"));
            let again: Settings = serde_json::from_value(found).expect("what is written is read");
            assert_eq!(again, settings);
        }
        (Err(error), Err(words)) => {
            for word in words {
                assert!(error.to_string().contains(word), "{text}: `{error}` lacks `{word}`");
            }
        }
        (found, expected) => panic!("{text}: found {found:?}, expected {expected:?}"),
    }
}

#[test]
fn defaults_are_written_out() {
    check(
        r#"{"auth":{"anonymous":true},"port":9000}"#,
        Ok(
            r#"{"address":"127.0.0.1","port":"9000","device":"cpu","precision":"fp32","threads":"0","mirror":"none","max_volume":"600MiB","max_memory":"1024GiB",
              "timeout":"10m","target_in_flight":"1","queue_depth":"4","drain":"30s","log_level":"info","auth":{"anonymous":true}}"#,
        ),
    );
}

#[test]
fn bad_settings_say_what_was_expected() {
    let anonymous = |rest: &str| format!(r#"{{"auth":{{"anonymous":true}},{rest}}}"#);
    for (text, words) in [
        (r#"{"port":9000}"#.to_owned(), vec!["lacks the key `auth`"]),
        (r#"{"auth":{}}"#.into(), vec!["`anonymous = true` must be written out"]),
        (r#"{"auth":{"anonymous":false}}"#.into(), vec!["`anonymous = true` must be written out"]),
        (r#"{"auth":{"anonymus":true}}"#.into(), vec!["unknown key `anonymus` in `auth`", "did you mean `anonymous`?"]),
        (r#"{"auth":{"api_keys":[{"id":"a","salt":"00","digest":"00"}]}}"#.into(), vec!["API key `a`", "16 bytes"]),
        (anonymous(r#""prt":1"#), vec!["unknown key `prt`", "did you mean `port`?"]),
        (anonymous(r#""port":0"#), vec!["`port`", "found `0`", "1 to 65535"]),
        (anonymous(r#""port":true"#), vec!["`port`", "found true", "1 to 65535"]),
        (anonymous(r#""port":65536"#), vec!["1 to 65535"]),
        (anonymous(r#""timeout":"10""#), vec!["`timeout`", "such as `10m`"]),
        (anonymous(r#""max_volume":"1B""#), vec!["`max_volume`", "1KiB"]),
        (anonymous(r#""max_memory":"1KiB""#), vec!["`max_memory`", "1MiB"]),
        (anonymous(r#""log_level":"loud""#), vec!["`log_level`", "`debug`"]),
        (anonymous(r#""device":"gpu""#), vec!["`device`", "found `gpu`", "`cuda`"]),
        (anonymous(r#""mirror":"0,0""#), vec!["`mirror`", "found `0,0`", "`0,1,2`"]),
        (anonymous(r#""precision":"fp16""#), vec!["`precision`", "found `fp16`", "`bf16`"]),
        (anonymous(r#""address":"localhost""#), vec!["`address`", "an IP address"]),
    ] {
        check(&text, Err(&words));
    }
}

#[test]
fn every_default_is_allowed() {
    for setting in monai_spec::settings::ALL {
        setting.check(setting.default).expect(setting.key);
    }
}

#[test]
fn the_schema_lists_every_setting_with_its_text() {
    let schema = schemars::schema_for!(Settings).to_value();
    let properties = schema["properties"].as_object().expect("an object");
    assert_eq!(properties.len(), monai_spec::settings::ALL.len() + 1);
    for setting in monai_spec::settings::ALL {
        let description = properties[setting.key]["description"].as_str().expect("a text");
        assert!(description.starts_with(setting.text), "{}", setting.key);
        assert_eq!(properties[setting.key]["default"], setting.default);
    }
    assert_eq!(schema["required"], serde_json::json!(["auth"]));
}
