//! What a plan keeps from the state.

use super::compare::same;
use super::elements::{items, with_key};
use crate::Path;
use crate::path::Step;
use crate::schema::{Attribute, Keep, Kind, Nesting, Parts, Shape};
use crate::value::Value;

const NULL: &Value = &Value::Null;

/// Puts the state's value where a computed value would be unknown and the attribute keeps its state.
pub(super) fn keep(attributes: &[Attribute], prior: &Value, config: &Value, planned: &mut Value) {
    if prior.is_null() {
        return;
    }
    let Value::Map(entries) = &mut *planned else { return };
    for attribute in attributes {
        let (prior, config) = (prior.get(&attribute.name), config.get(&attribute.name));
        let Some(value) = entries.get_mut(&attribute.name) else { continue };
        let kept = match attribute.keep {
            Keep::Recompute | Keep::StateUnless(_) => false,
            Keep::State => true,
            Keep::NonNullState => !prior.is_null(),
        };
        if kept && value.is_unknown() && config.is_null() {
            *value = prior.clone();
        } else if let Shape::Nested(nesting, inner) = &attribute.shape {
            within(attribute, *nesting, inner, prior, config, value);
        }
    }
    keep_unless(attributes, prior, config, planned);
}

fn within(
    attribute: &Attribute,
    nesting: Nesting,
    inner: &[Attribute],
    prior: &Value,
    config: &Value,
    value: &mut Value,
) {
    match (nesting, &attribute.key, value) {
        (Nesting::Single | Nesting::Group, _, value) => keep(inner, prior, config, value),
        (Nesting::Map, _, Value::Map(elements)) => {
            for (key, element) in elements {
                keep(inner, prior.get(key), config.get(key), element);
            }
        }
        (Nesting::List | Nesting::Set, Some(key), Value::List(elements)) => {
            let (priors, configs) = (items(prior), items(config));
            let before = with_key(key, inner, elements, priors);
            let wanted = with_key(key, inner, elements, configs);
            for ((element, before), wanted) in elements.iter_mut().zip(before).zip(wanted) {
                let prior = before.map_or(NULL, |at| &priors[at]);
                keep(inner, prior, wanted.map_or(NULL, |at| &configs[at]), element);
            }
        }
        _ => {}
    }
}

/// What is kept unless something else changes; until nothing more is kept, as one may hang on another.
fn keep_unless(attributes: &[Attribute], prior: &Value, config: &Value, planned: &mut Value) {
    loop {
        let kept = attributes.iter().find(|attribute| {
            let Keep::StateUnless(paths) = &attribute.keep else { return false };
            planned.get(&attribute.name).is_unknown()
                && config.get(&attribute.name).is_null()
                && paths.iter().all(|path| stays(attributes, path, prior, planned))
        });
        let Some(attribute) = kept else { return };
        planned.set(&attribute.name, prior.get(&attribute.name).clone());
    }
}

/// Whether what a path leads to is known to be planned as it is.
fn stays(attributes: &[Attribute], path: &Path, prior: &Value, planned: &Value) -> bool {
    let places = path.steps().iter().try_fold(
        (Kind::Object(attributes), prior, planned),
        |(kind, prior, planned), step| match (kind.parts(), step) {
            (Parts::Object(fields), Step::Attribute(name)) => {
                let field = fields.iter().find(|field| field.name == name)?;
                (!planned.is_unknown()).then(|| (field.kind, prior.get(name), planned.get(name)))
            }
            (Parts::Map(element), Step::Key(key)) => {
                (!planned.is_unknown()).then(|| (element, prior.get(key), planned.get(key)))
            }
            (Parts::List(element), Step::Index(index)) => {
                let index = usize::try_from(*index).ok()?;
                let at = |value| items(value).get(index).unwrap_or(NULL);
                (!planned.is_unknown()).then(|| (element, at(prior), at(planned)))
            }
            _ => None,
        },
    );
    places.is_some_and(|(kind, prior, planned)| planned.is_wholly_known() && same(kind, prior, planned))
}
