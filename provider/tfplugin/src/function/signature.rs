//! What callers of a function must know.

use super::{Function, Parameter, Parameters};
use crate::generated::tfplugin6 as wire;
use crate::model::Typed;
use crate::schema::{Schema, has_dynamic};
use crate::value::Type;

/// What a function is called, what it takes and what it answers.
#[derive(Debug, Clone)]
pub struct Signature {
    /// Its name.
    pub name: &'static str,
    /// Markdown.
    pub description: &'static str,
    /// Why not to use it any more.
    pub deprecated: Option<&'static str>,
    /// Its parameters in order.
    pub parameters: Vec<Parameter>,
    /// The type of its answer.
    pub answer: Type,
}

impl Signature {
    pub(crate) fn of<F: Function>() -> Self {
        Self {
            name: F::NAME,
            description: F::Arguments::description(),
            deprecated: F::DEPRECATED,
            parameters: F::Arguments::parameters(),
            answer: F::Answer::shape().ty(),
        }
    }

    /// The first sentence of the description.
    pub fn summary(&self) -> String {
        let paragraph = self.description.split("\n\n").next().unwrap_or_default();
        let text = paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        match text.find(". ") {
            Some(end) => text[..=end].to_owned(),
            None => text,
        }
    }

    /// The parameter that takes the argument at this place.
    pub(crate) fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or_else(|| self.parameters.last().filter(|last| last.variadic))
    }

    /// The place of the first argument that this parameter takes.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.parameters.iter().position(|parameter| parameter.name() == name)
    }

    /// Every rule of Terraform that this breaks, as sentences; empty where it is sound.
    pub fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut letters = self.name.chars();
        let begins = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_');
        if !begins || !letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
            found.push("a name begins with a letter or _ and has only letters, digits and _".to_owned());
        }
        let attributes = self.parameters.iter().map(|parameter| parameter.attribute.clone()).collect();
        let parameters = Schema { version: 0, description: String::new(), attributes };
        found.extend(parameters.problems());
        let before_last = self.parameters.len().saturating_sub(1);
        if let Some(parameter) = self.parameters.iter().take(before_last).find(|parameter| parameter.variadic) {
            found.push(format!("{}: only the last parameter takes all arguments that are left", parameter.name()));
        }
        if collects_dynamic(&self.answer) {
            found.push("dynamic is not allowed inside collections of its answer".to_owned());
        }
        found.into_iter().map(|problem| format!("function {}: {problem}", self.name)).collect()
    }

    pub(crate) fn to_wire(&self) -> wire::Function {
        let (variadic, parameters) = self.parameters.iter().partition::<Vec<_>, _>(|parameter| parameter.variadic);
        wire::Function {
            parameters: parameters.into_iter().map(Parameter::to_wire).collect(),
            variadic_parameter: variadic.into_iter().map(Parameter::to_wire).next(),
            r#return: Some(wire::function::Return { r#type: self.answer.to_bytes() }),
            summary: self.summary(),
            description: self.description.to_owned(),
            description_kind: wire::StringKind::Markdown.into(),
            deprecation_message: self.deprecated.unwrap_or_default().to_owned(),
        }
    }
}

impl Parameter {
    fn to_wire(&self) -> wire::function::Parameter {
        wire::function::Parameter {
            name: self.name().to_owned(),
            r#type: self.ty().to_bytes(),
            allow_null_value: self.nullable,
            allow_unknown_values: self.unknowable,
            description: self.attribute.full_description(),
            description_kind: wire::StringKind::Markdown.into(),
        }
    }
}

/// Whether elements of a list, set or map would each have their own type.
fn collects_dynamic(ty: &Type) -> bool {
    match ty {
        Type::List(inner) | Type::Set(inner) | Type::Map(inner) => has_dynamic(inner),
        Type::Object(attributes) => attributes.values().any(collects_dynamic),
        Type::Tuple(elements) => elements.iter().any(collects_dynamic),
        Type::String | Type::Number | Type::Bool | Type::Dynamic => false,
    }
}
