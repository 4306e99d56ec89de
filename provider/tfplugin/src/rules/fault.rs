//! A broken rule as a message.

use super::At;
use super::show::show;
use crate::schema::Kind;
use crate::value::Value;
use crate::{Diagnostic, Path};

/// Whose answer is checked, and what its author should look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    pub(super) summary: &'static str,
    pub(super) advice: &'static str,
}

/// A rule as a whole sentence, with the values that break it, each named for where it stands.
pub(super) fn fault<const N: usize>(
    judged: Judged,
    at: &At<'_>,
    rule: &str,
    kind: Kind<'_>,
    values: [(&str, &Value); N],
) -> Diagnostic {
    let values = values.map(|(place, value)| format!("\n  {place}: {}", show(kind, value, at.secret)));
    message(judged, at.path(), rule, &values.concat())
}

/// The same where no value tells anything.
pub(super) fn message(judged: Judged, path: Path, rule: &str, values: &str) -> Diagnostic {
    let place = if path.steps().is_empty() { "The object".to_owned() } else { path.to_string() };
    let detail = format!("{place} breaks a rule of Terraform: {rule}{values}\n{}", judged.advice);
    Diagnostic::error(judged.summary, detail).at(path)
}
