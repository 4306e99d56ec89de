//! The page that a registry shows, from the schema itself.

use super::{Attribute, Mode, Nesting, Replace, Schema, Shape};
use crate::value::{Type, Value};

impl Schema {
    /// The schema as Markdown: required, optional and read-only attributes, then each nested one under its own heading.
    pub fn to_markdown(&self) -> String {
        let mut page = String::from("## Schema\n");
        section(&self.attributes, "", &mut page);
        page
    }
}

impl Attribute {
    /// The description with default, rules and what changing it does.
    pub fn full_description(&self) -> String {
        let mut text = self.description.trim().to_owned();
        let mut add = |sentence: String| {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&sentence);
        };
        if let Some(default) = &self.default {
            add(format!("Default: `{}`.", literal(default)));
        }
        for rule in &self.rules {
            add(format!("Must be {}.", rule.text()));
        }
        match self.replace {
            Replace::Never => {}
            Replace::Always => add("Changing this replaces the resource.".to_owned()),
            Replace::IfConfigured => add("Changing this in the configuration replaces the resource.".to_owned()),
        }
        if self.write_only {
            add("Write-only: never stored in plan or state.".to_owned());
        }
        text
    }
}

type Belongs = fn(&Attribute) -> bool;

fn section(attributes: &[Attribute], outer: &str, page: &mut String) {
    let groups: [(&str, Belongs); 3] = [
        ("Required", |item| item.mode == Mode::Required && item.block.is_none()),
        ("Optional", |item| matches!(item.mode, Mode::Optional | Mode::OptionalComputed) || item.block.is_some()),
        ("Read-Only", |item| item.mode == Mode::Computed && item.block.is_none()),
    ];
    for (title, belongs) in groups {
        let mut members = attributes.iter().filter(|item| belongs(item)).peekable();
        if members.peek().is_none() {
            continue;
        }
        page.push_str(&format!(
            "\n### {}{title}\n\n",
            if outer.is_empty() { String::new() } else { format!("`{outer}` — ") }
        ));
        for item in members {
            let sensitive = if item.sensitive { ", Sensitive" } else { "" };
            let description = item.full_description();
            page.push_str(&format!("- `{}` ({}{sensitive}) {description}\n", item.name, type_name(&item.shape)));
        }
    }
    for item in attributes {
        if let Shape::Nested(_, inner) = &item.shape {
            let path = if outer.is_empty() { item.name.clone() } else { format!("{outer}.{}", item.name) };
            section(inner, &path, page);
        }
    }
}

fn type_name(shape: &Shape) -> String {
    fn plain(ty: &Type) -> String {
        match ty {
            Type::String => "String".to_owned(),
            Type::Number => "Number".to_owned(),
            Type::Bool => "Boolean".to_owned(),
            Type::Dynamic => "Dynamic".to_owned(),
            Type::List(inner) => format!("List of {}", plain(inner)),
            Type::Set(inner) => format!("Set of {}", plain(inner)),
            Type::Map(inner) => format!("Map of {}", plain(inner)),
            Type::Object(_) => "Object".to_owned(),
            Type::Tuple(_) => "Tuple".to_owned(),
        }
    }
    match shape {
        Shape::Plain(ty) => plain(ty),
        Shape::Nested(Nesting::Single | Nesting::Group, _) => "Attributes".to_owned(),
        Shape::Nested(Nesting::List, _) => "Attributes List".to_owned(),
        Shape::Nested(Nesting::Set, _) => "Attributes Set".to_owned(),
        Shape::Nested(Nesting::Map, _) => "Attributes Map".to_owned(),
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Unknown(_) => "known after apply".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries = entries.iter().filter(|(_, value)| !value.is_null());
            format!(
                "{{{}}}",
                entries.map(|(key, value)| format!("{key} = {}", literal(value))).collect::<Vec<_>>().join(", ")
            )
        }
        Value::Dynamic(inner) => literal(&inner.1),
    }
}
