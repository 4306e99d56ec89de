//! The rules that Terraform has for schemas, so that a mistake shows in a test and not at a user.

use super::{Attribute, Keep, Kind, Limits, Mode, Nesting, Parts, Replace, Schema, Shape};
use crate::path::{Path, Step};
use crate::value::Type;

impl Schema {
    /// Every rule of Terraform or of this crate that the schema breaks, as sentences; empty where it is sound.
    pub fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        check(&self.attributes, "", Place::default(), &mut found);
        found
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Place {
    in_set: bool,
    in_sequence: bool,
    in_collection: bool,
}

fn check(attributes: &[Attribute], outer: &str, place: Place, found: &mut Vec<String>) {
    for (position, attribute) in attributes.iter().enumerate() {
        let path = format!("{outer}{}", attribute.name);
        let mut say = |what: &str| found.push(format!("{path}: {what}"));
        let name = attribute.name.as_bytes();
        if !name.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
            || !name.first().is_some_and(u8::is_ascii_lowercase)
        {
            say("a name begins with a-z and has only a-z, 0-9 and _");
        }
        if attributes[..position].iter().any(|earlier| earlier.name == attribute.name) {
            say("the name is used twice");
        }
        if attribute.default.is_some() && attribute.mode != Mode::OptionalComputed {
            say("a default needs an attribute that is optional and computed");
        }
        if attribute.default.is_some() && attribute.write_only {
            say("a write-only attribute has no default");
        }
        if attribute.write_only && attribute.is_computed() {
            say("a write-only attribute is not computed");
        }
        if attribute.identity.is_some() {
            if attribute.sensitive || attribute.write_only {
                say("an identity is shown and stored: a secret is none");
            }
            if !outer.is_empty() {
                say("only an attribute of the resource itself is part of its identity");
            }
            let flat = match &attribute.shape {
                Shape::Plain(Type::List(element)) => is_primitive(element),
                Shape::Plain(ty) => is_primitive(ty),
                Shape::Nested(..) => false,
            };
            if !flat {
                say("an identity is a text, a number, a bool or a list of them");
            }
        }
        if attribute.write_only && place.in_set {
            say("a write-only attribute cannot be inside a set");
        }
        if attribute.keep != Keep::Recompute && (!attribute.is_computed() || place.in_sequence) {
            say("only a computed attribute outside of lists and sets without a key keeps its state");
        }
        if let Keep::StateUnless(paths) = &attribute.keep {
            for path in paths.iter().filter(|path| !leads(attributes, path)) {
                say(&format!("its state is kept unless {path} changes, which is not beside it"));
            }
        }
        for name in attribute.relations.iter().flat_map(super::Relation::names) {
            if !attributes.iter().any(|item| item.name == name && item.mode != Mode::Computed) {
                say(&format!("it is related to {name}, which no configuration gives beside it"));
            }
        }
        if let Some(default) = &attribute.default {
            let broken = attribute.rules.iter().flat_map(|rule| rule.broken(default));
            broken.for_each(|broken| {
                say(&format!("its default breaks a rule: must be {}, {}", broken.text, broken.found))
            });
        }
        if matches!(attribute.replace, Replace::IfConfigured) && place.in_collection {
            say("only an attribute outside of lists, sets and maps tells who changed it");
        }
        match &attribute.shape {
            Shape::Plain(ty) => {
                if attribute.block.is_some() {
                    say("a block needs nested attributes");
                }
                if attribute.key.is_some() {
                    say("only nested attributes have a key");
                }
                if has_dynamic_collection(ty) {
                    say("dynamic is not allowed inside collections");
                }
            }
            Shape::Nested(nesting, inner) => {
                if *nesting == Nesting::Group && attribute.block.is_none() {
                    say("only blocks are groups");
                }
                if let Some(Limits { min, max }) = attribute.block {
                    match nesting {
                        Nesting::Single if min != max || max > 1 => {
                            say("a single block has a minimum and a maximum of 0, or of 1 where it is required");
                        }
                        Nesting::Group | Nesting::Map if (min, max) != (0, 0) => {
                            say("blocks that form a group or a map have no limits");
                        }
                        Nesting::List | Nesting::Set if min > max && max != 0 => {
                            say("the least number of blocks is above the greatest");
                        }
                        _ => {}
                    }
                }
                if attribute.block.is_some() && attribute.default.is_some() {
                    say("a block has no default");
                }
                if let Some(Limits { min, .. }) = attribute.block.filter(|_| attribute.is_computed())
                    && (min > 0 || *nesting == Nesting::Group || !inner.iter().all(Attribute::is_computed))
                {
                    say("a computed block is no group, has no least number, and all in it is computed");
                }
                if attribute.mode == Mode::OptionalComputed
                    && attribute.block.is_none()
                    && !inner.iter().all(Attribute::is_computed)
                {
                    // Terraform infers from such a part of the state that the configuration had the whole, and drops it.
                    say("all attributes of an optional and computed one must be computed");
                }
                let repeats = matches!(nesting, Nesting::List | Nesting::Set | Nesting::Map);
                if repeats && has_dynamic(&attribute.ty()) {
                    say("dynamic is not allowed inside a list, set or map");
                }
                if let Some(key) = &attribute.key {
                    let found = inner.iter().find(|item| item.name == *key);
                    let good = found.is_some_and(|item| {
                        item.mode == Mode::Required && matches!(item.shape.kind().parts(), Parts::Leaf)
                    });
                    if !good || !matches!(nesting, Nesting::List | Nesting::Set) {
                        say(&format!(
                            "its key {key} must be a required text, number or bool of its elements, which form a list or set"
                        ));
                    }
                }
                if attribute.canonical.as_ref().is_some_and(super::Canonical::is_each) {
                    say("nested attributes have a canonical form as a whole, or each of its own");
                }
                let place = Place {
                    in_set: place.in_set || *nesting == Nesting::Set,
                    in_sequence: place.in_sequence
                        || (matches!(nesting, Nesting::Set | Nesting::List) && attribute.key.is_none()),
                    in_collection: place.in_collection || repeats,
                };
                check(inner, &format!("{path}."), place, found);
            }
        }
    }
}

/// Whether a path leads to something in an object with these attributes.
fn leads(attributes: &[Attribute], path: &Path) -> bool {
    let end = path.steps().iter().try_fold(Kind::Object(attributes), |kind, step| match (kind.parts(), step) {
        (Parts::Object(fields), Step::Attribute(name)) => {
            fields.iter().find(|field| field.name == name).map(|field| field.kind)
        }
        (Parts::Map(element), Step::Key(_)) | (Parts::List(element), Step::Index(_)) => Some(element),
        _ => None,
    });
    end.is_some() && !path.steps().is_empty()
}

fn is_primitive(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Number | Type::Bool)
}

/// Whether a value of this type may have a part of any type.
pub(crate) fn has_dynamic(ty: &Type) -> bool {
    match ty {
        Type::Dynamic => true,
        Type::List(inner) | Type::Set(inner) | Type::Map(inner) => has_dynamic(inner),
        Type::Object(attributes) => attributes.values().any(has_dynamic),
        Type::Tuple(elements) => elements.iter().any(has_dynamic),
        Type::String | Type::Number | Type::Bool => false,
    }
}

fn has_dynamic_collection(ty: &Type) -> bool {
    match ty {
        Type::List(inner) | Type::Set(inner) | Type::Map(inner) => has_dynamic(inner),
        _ => false,
    }
}
