//! The page that a registry shows of a function.

use super::{Parameter, Signature};
use crate::schema::document::called;
use crate::value::Type;

/// A page of the registry about a function, in the layout of tfplugindocs.
#[derive(Debug, Clone, Copy)]
pub struct FunctionPage<'a> {
    /// The function.
    pub signature: &'a Signature,
    /// HCL that shows it.
    pub example: &'a str,
}

impl FunctionPage<'_> {
    /// The page as Markdown.
    pub fn to_markdown(&self) -> String {
        let Signature { name, description, deprecated, .. } = self.signature;
        let (title, description) = (format!("{name} (Function)"), description.trim());
        let deprecated = deprecated.map(|reason| format!("~> **Deprecated.** {reason}\n\n")).unwrap_or_default();
        let mut page = format!(
            "---\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n  {}\n---\n\n# function: {name}\n\n\
             {deprecated}{description}\n\n## Example Usage\n\n```terraform\n{}\n```\n\n## Signature\n\n```text\n{}\n```\n",
            self.signature.summary(),
            self.example.trim(),
            self.signature
        );
        if !self.signature.parameters.is_empty() {
            page.push_str("\n## Arguments\n\n");
        }
        for parameter in &self.signature.parameters {
            let variadic = if parameter.variadic { "Variadic, " } else { "" };
            let nullable = if parameter.nullable { ", Nullable" } else { "" };
            let text = parameter.attribute.full_description();
            let text = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
            let (name, ty) = (parameter.name(), called(&parameter.ty()));
            page.push_str(&format!("1. `{name}` ({variadic}{ty}{nullable}) {text}\n"));
        }
        page
    }
}

/// As in `join(separator string, parts string...) string`.
impl std::fmt::Display for Signature {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parameter = |parameter: &Parameter| {
            let more = if parameter.variadic { "..." } else { "" };
            format!("{} {}{more}", parameter.name(), friendly(&parameter.ty()))
        };
        let parameters = self.parameters.iter().map(parameter).collect::<Vec<_>>().join(", ");
        write!(out, "{}({parameters}) {}", self.name, friendly(&self.answer))
    }
}

/// What Terraform calls a type in messages.
fn friendly(ty: &Type) -> String {
    match ty {
        Type::List(inner) => format!("list of {}", friendly(inner)),
        Type::Set(inner) => format!("set of {}", friendly(inner)),
        Type::Map(inner) => format!("map of {}", friendly(inner)),
        other => other.name().to_owned(),
    }
}
