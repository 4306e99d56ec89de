//! Texts of a configuration that refer to other values.

use super::Fault;
use super::literal::Location;

/// A value that is not known before an apply, in the configuration of a plan or of a step that fails. In process it has any
/// type; under a real core it is a text, which a number or a bool may be made from.
pub const UNKNOWN: &str = "${terraform_data.unknown.id}";

/// A part of a text.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    Text(String),
    /// What stands between `${` and `}`.
    Reference(String),
}

/// Whether a text refers to something that nothing is known of.
pub(super) fn is_unknown(reference: &str) -> bool {
    reference.starts_with("terraform_data.unknown.")
}

/// The parts of a text. `$${` is `${` itself, as in Terraform.
pub(super) fn parts(text: &str, at: &Location<'_>) -> Result<Vec<Part>, Fault> {
    let mut parts = Vec::new();
    let (mut plain, mut rest) = (String::new(), text);
    while let Some(start) = rest.find("${") {
        if rest[..start].ends_with('$') {
            plain.push_str(&rest[..start - 1]);
            plain.push_str("${");
            rest = &rest[start + 2..];
            continue;
        }
        plain.push_str(&rest[..start]);
        let Some(length) = rest[start..].find('}') else {
            return Err(at.fault(format!("`${{` without `}}` in {text:?}")));
        };
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut plain)));
        }
        parts.push(Part::Reference(rest[start + 2..start + length].trim().to_owned()));
        rest = &rest[start + length + 1..];
    }
    plain.push_str(rest);
    if !plain.is_empty() || parts.is_empty() {
        parts.push(Part::Text(plain));
    }
    Ok(parts)
}
