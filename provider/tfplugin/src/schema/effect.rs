//! What changing an attribute does, for documentation.

use super::{Attribute, Mode, Replace, Schema, Shape};

/// What changing an attribute does where nothing else is said.
const IN_PLACE: &str = "updates the resource in place";

impl Schema {
    /// What changing each attribute that a configuration may give does, by dotted path: each text completes "Changing
    /// this …". A nested attribute does what its outer one does unless it says otherwise.
    pub fn effects(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        collect(&self.attributes, "", None, &mut found);
        found
    }
}

impl Attribute {
    /// What changing this does, as far as the attribute itself says it.
    pub(super) fn own_effect(&self) -> Option<String> {
        match (&self.changing, &self.replace) {
            (Some(changing), _) => Some(changing.clone()),
            (None, Replace::Always) => Some("replaces the resource".to_owned()),
            (None, Replace::IfConfigured) => Some("in the configuration replaces the resource".to_owned()),
            (None, Replace::If(_)) => Some("replaces the resource where it cannot be done in place".to_owned()),
            (None, Replace::Never) if self.write_only => {
                Some("alone is not seen by Terraform, which never stores it".to_owned())
            }
            (None, Replace::Never) => None,
        }
    }

    /// What changing this does, within an attribute that does `outer`; nothing where only the provider gives the value.
    pub(super) fn effect(&self, outer: Option<&str>) -> Option<String> {
        if self.mode == Mode::Computed {
            return None;
        }
        let inherited = || outer.unwrap_or(IN_PLACE).to_owned();
        Some(self.own_effect().unwrap_or_else(inherited))
    }
}

fn collect(attributes: &[Attribute], outer: &str, effect: Option<&str>, found: &mut Vec<(String, String)>) {
    for item in attributes {
        let Some(effect) = item.effect(effect) else { continue };
        let path = if outer.is_empty() { item.name.clone() } else { format!("{outer}.{}", item.name) };
        found.push((path.clone(), effect.clone()));
        if let Shape::Nested(_, inner) = &item.shape {
            collect(inner, &path, Some(&effect), found);
        }
    }
}
