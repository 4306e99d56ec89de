//! The JSON schema of a settings document, from the table of settings.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::{ALL, Kind, Setting, Settings};
use crate::Auth;

impl JsonSchema for Settings {
    fn schema_name() -> Cow<'static, str> {
        "Settings".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut properties: Map<String, Value> =
            ALL.iter().map(|setting| (setting.key.to_owned(), property(setting))).collect();
        properties.insert("auth".into(), generator.subschema_for::<Auth>().to_value());
        json_schema!({
            "type": "object",
            "properties": properties,
            "required": ["auth"],
            "additionalProperties": false,
        })
    }
}

/// A whole number may be written as a number or as text, as an environment variable has it.
fn property(setting: &Setting) -> Value {
    let description = format!("{} Takes {}.", setting.text, setting.expected());
    match setting.kind {
        Kind::Integer { minimum, maximum } => json!({
            "description": description,
            "type": ["integer", "string"],
            "minimum": minimum,
            "maximum": maximum,
            "pattern": "^[0-9]+$",
            "default": setting.default,
        }),
        Kind::Choice(words) => json!({ "description": description, "enum": words, "default": setting.default }),
        Kind::Address | Kind::Duration { .. } | Kind::Size { .. } => {
            json!({ "description": description, "type": "string", "default": setting.default })
        }
    }
}
