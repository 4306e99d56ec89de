//! JSON as values of a schema, as Terraform reads a configuration: with conversions, empty blocks and references.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use unicode_normalization::UnicodeNormalization;

use super::Fault;
use super::template::{Part, parts};
use crate::plan::distinct;
use crate::schema::{Attribute, Kind, Nesting, Parts, Shape, object};
use crate::value::{Number, Type, Value};

/// What references lead to: the type and the value.
pub(super) trait Scope {
    fn find(&self, reference: &str, at: &Location<'_>) -> Result<(Type, Value), Fault>;
}

/// No text is a template: what a core says of a state.
pub(super) struct Plain;

impl Scope for Plain {
    fn find(&self, reference: &str, at: &Location<'_>) -> Result<(Type, Value), Fault> {
        Err(at.fault(format!("no reference is expected, found {reference}")))
    }
}

/// Where a literal stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Location<'a> {
    outer: Option<&'a Location<'a>>,
    name: &'a str,
}

impl<'a> Location<'a> {
    pub(super) fn root(name: &'a str) -> Self {
        Self { outer: None, name }
    }

    fn within(&'a self, name: &'a str) -> Location<'a> {
        Location { outer: Some(self), name }
    }

    fn show(&self) -> String {
        self.outer.map_or_else(|| self.name.to_owned(), |outer| format!("{}.{}", outer.show(), self.name))
    }

    pub(super) fn fault(&self, reason: String) -> Fault {
        Fault::Read { place: self.show(), reason }
    }
}

/// How literals are read.
pub(super) struct Reader<'a> {
    pub(super) scope: &'a dyn Scope,
    /// Whether texts may refer to other values.
    pub(super) templates: bool,
}

impl Reader<'_> {
    /// Reads what a core says, in which no text refers to anything.
    pub(super) fn plain() -> Reader<'static> {
        Reader { scope: &Plain, templates: false }
    }

    /// An object with these attributes: what is not said is null, or empty where it is a block.
    pub(super) fn object(&self, attributes: &[Attribute], json: &Json, at: &Location<'_>) -> Result<Value, Fault> {
        let empty = serde_json::Map::new();
        let entries = match json {
            Json::Object(entries) => entries,
            Json::Null => &empty,
            other => return Err(at.fault(format!("expected an object, found {other}"))),
        };
        if let Some(name) = entries.keys().find(|name| attributes.iter().all(|item| item.name != **name)) {
            return Err(at.fault(format!("there is no attribute or block {name}")));
        }
        let attributes = attributes.iter().map(|item| {
            let (at, json) = (at.within(&item.name), entries.get(&item.name).unwrap_or(&Json::Null));
            let value = match (&item.shape, item.block) {
                (Shape::Nested(nesting, inner), Some(_)) => self.blocks(*nesting, inner, json, &at),
                _ => self.value(item.shape.kind(), json, &at),
            };
            Ok((item.name.clone(), value?))
        });
        Ok(Value::Map(attributes.collect::<Result<_, Fault>>()?))
    }

    fn blocks(&self, nesting: Nesting, inner: &[Attribute], json: &Json, at: &Location<'_>) -> Result<Value, Fault> {
        match (nesting, json) {
            (Nesting::List | Nesting::Set, Json::Null) => Ok(Value::List(Vec::new())),
            (Nesting::Map, Json::Null) => Ok(Value::Map(BTreeMap::new())),
            (Nesting::Group, Json::Null) => self.object(inner, json, at),
            (Nesting::List, Json::Object(_)) => Ok(Value::List(vec![self.object(inner, json, at)?])),
            (Nesting::Set, Json::Object(_)) => Ok(Value::List(vec![self.object(inner, json, at)?])),
            (Nesting::Single | Nesting::Group, Json::Array(items)) if items.len() == 1 => {
                self.object(inner, &items[0], at)
            }
            (nesting, json) => self.value(Shape::Nested(nesting, inner.to_vec()).kind(), json, at),
        }
    }

    /// A value of this kind.
    pub(super) fn value(&self, kind: Kind<'_>, json: &Json, at: &Location<'_>) -> Result<Value, Fault> {
        if let Json::String(text) = json
            && self.templates
            && text.contains("${")
        {
            return self.template(kind, text, at);
        }
        let wrong = |expected: &str| at.fault(format!("expected {expected}, found {json}"));
        Ok(match (kind.parts(), json) {
            (_, Json::Null) => Value::Null,
            (Parts::Leaf, json) => {
                let Kind::Type(ty) = kind else { return Err(wrong("an object")) };
                leaf(ty, json).ok_or_else(|| wrong(ty.name()))?
            }
            (Parts::Dynamic, json) => {
                let ty = self.inferred(json, at)?;
                let value = self.value(Kind::Type(&ty), json, at)?;
                Value::Dynamic(Box::new((ty, value)))
            }
            (Parts::List(element), Json::Array(items)) => self.items(element, items, at)?,
            (Parts::Set(element), Json::Array(items)) => {
                let Value::List(items) = self.items(element, items, at)? else { return Err(wrong("a set")) };
                let mut kept: Vec<Value> = Vec::with_capacity(items.len());
                let whole = distinct(element, &items) == items.len();
                for item in items {
                    if whole || !kept.contains(&item) {
                        kept.push(item);
                    }
                }
                Value::List(kept)
            }
            (Parts::Tuple(types), Json::Array(items)) if types.len() == items.len() => {
                let items = types.iter().zip(items).map(|(ty, item)| self.value(Kind::Type(ty), item, at));
                Value::List(items.collect::<Result<_, _>>()?)
            }
            (Parts::Map(element), Json::Object(entries)) => {
                let entries =
                    entries.iter().map(|(key, item)| Ok((key.clone(), self.value(element, item, &at.within(key))?)));
                Value::Map(entries.collect::<Result<_, Fault>>()?)
            }
            (Parts::Object(_), Json::Object(entries)) => match kind {
                Kind::Object(attributes) => self.object(attributes, json, at)?,
                Kind::Type(Type::Object(types)) => {
                    let fields = types.iter().map(|(name, ty)| {
                        let json = entries.get(name).unwrap_or(&Json::Null);
                        Ok((name.clone(), self.value(Kind::Type(ty), json, &at.within(name))?))
                    });
                    Value::Map(fields.collect::<Result<_, Fault>>()?)
                }
                _ => return Err(wrong("an object")),
            },
            (Parts::List(_) | Parts::Set(_) | Parts::Tuple(_), _) => return Err(wrong("an array")),
            (Parts::Map(_) | Parts::Object(_), _) => return Err(wrong("an object")),
        })
    }

    fn items(&self, element: Kind<'_>, items: &[Json], at: &Location<'_>) -> Result<Value, Fault> {
        let items = items.iter().enumerate();
        let items = items.map(|(index, item)| self.value(element, item, &at.within(&index.to_string())));
        Ok(Value::List(items.collect::<Result<_, _>>()?))
    }

    fn template(&self, kind: Kind<'_>, text: &str, at: &Location<'_>) -> Result<Value, Fault> {
        let parts = parts(text, at)?;
        if let [Part::Reference(reference)] = parts.as_slice() {
            let (ty, value) = self.scope.find(reference, at)?;
            return converted(kind, &ty, value)
                .ok_or_else(|| at.fault(format!("{reference} is {}, which does not fit", ty.name())));
        }
        let mut whole = String::new();
        for part in parts {
            match part {
                Part::Text(text) => whole.push_str(&text),
                Part::Reference(reference) => match self.scope.find(&reference, at)?.1 {
                    Value::Unknown(_) => return Ok(Value::unknown()),
                    value => match converted(Kind::Type(&Type::String), &Type::String, value) {
                        Some(Value::String(text)) => whole.push_str(&text),
                        _ => return Err(at.fault(format!("{reference} is no text"))),
                    },
                },
            }
        }
        self.value(kind, &Json::String(whole.nfc().collect()), at)
    }

    /// The type of JSON where any is allowed.
    fn inferred(&self, json: &Json, at: &Location<'_>) -> Result<Type, Fault> {
        Ok(match json {
            Json::Null => Type::Dynamic,
            Json::Bool(_) => Type::Bool,
            Json::Number(_) => Type::Number,
            Json::String(text) if self.templates && text.contains("${") => match parts(text, at)?.as_slice() {
                [Part::Reference(reference)] => self.scope.find(reference, at)?.0,
                _ => Type::String,
            },
            Json::String(_) => Type::String,
            Json::Array(items) => {
                Type::Tuple(items.iter().map(|item| self.inferred(item, at)).collect::<Result<_, _>>()?)
            }
            Json::Object(entries) => {
                let fields = entries.iter().map(|(name, item)| Ok((name.clone(), self.inferred(item, at)?)));
                Type::Object(fields.collect::<Result<_, Fault>>()?)
            }
        })
    }
}

fn leaf(ty: &Type, json: &Json) -> Option<Value> {
    Some(match (ty, json) {
        (Type::String, Json::String(text)) => Value::String(text.nfc().collect()),
        (Type::String, Json::Bool(value)) => Value::String(value.to_string()),
        (Type::String, Json::Number(number)) => Value::String(Number::parse(&number.to_string())?.to_string()),
        (Type::Number, Json::Number(number)) => Value::Number(Number::parse(&number.to_string())?),
        (Type::Number, Json::String(text)) => Value::Number(Number::parse(text)?),
        (Type::Bool, Json::Bool(value)) => Value::Bool(*value),
        (Type::Bool, Json::String(text)) => Value::Bool(text.parse().ok()?),
        _ => return None,
    })
}

/// A value that something refers to as one of the kind that is needed there.
fn converted(kind: Kind<'_>, ty: &Type, value: Value) -> Option<Value> {
    Some(match (kind.parts(), value) {
        (_, Value::Null) => Value::Null,
        (_, Value::Unknown(certain)) => Value::Unknown(certain),
        (Parts::Dynamic, Value::Dynamic(inner)) => Value::Dynamic(inner),
        (Parts::Dynamic, value) => Value::Dynamic(Box::new((ty.clone(), value))),
        (_, Value::Dynamic(inner)) => converted(kind, &inner.0, inner.1)?,
        (Parts::Leaf, value) => {
            let json = match value {
                Value::String(text) => Json::String(text),
                Value::Bool(value) => Json::Bool(value),
                Value::Number(number) => serde_json::from_str(&number.to_string()).ok()?,
                _ => return None,
            };
            let Kind::Type(ty) = kind else { return None };
            leaf(ty, &json)?
        }
        (Parts::List(_) | Parts::Set(_) | Parts::Tuple(_), value @ Value::List(_)) => value,
        (Parts::Map(_) | Parts::Object(_), value @ Value::Map(_)) => value,
        _ => return None,
    })
}

/// The type of a kind.
pub(super) fn type_of(kind: Kind<'_>) -> Type {
    match kind {
        Kind::Type(ty) => ty.clone(),
        Kind::Object(attributes) => object(attributes),
        Kind::List(attributes) => Type::list(object(attributes)),
        Kind::Set(attributes) => Type::set(object(attributes)),
        Kind::Map(attributes) => Type::map(object(attributes)),
    }
}
