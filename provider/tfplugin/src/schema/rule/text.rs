//! Rules of texts. They say nothing of other values.

use regex_lite::Regex;

use super::Rule;
use crate::value::Value;

impl Rule {
    /// One of these texts.
    pub fn one_of<T: AsRef<str>>(allowed: impl IntoIterator<Item = T>) -> Self {
        let allowed = owned(allowed);
        of_text(format!("one of {}", listed(&allowed)), move |text| allowed.iter().any(|allowed| allowed == text))
    }

    /// One of these texts, each with what it means.
    pub fn choice<T: AsRef<str>>(allowed: impl IntoIterator<Item = (T, &'static str)>) -> Self {
        let (texts, meanings): (Vec<T>, Vec<&str>) = allowed.into_iter().unzip();
        let meaning = |(text, meaning): (&T, &str)| format!(" `{}`: {meaning}", text.as_ref());
        let more = texts.iter().zip(meanings).map(meaning).collect();
        Self { more, ..Self::one_of(&texts) }
    }

    /// None of these texts.
    pub fn none_of<T: AsRef<str>>(refused: impl IntoIterator<Item = T>) -> Self {
        let refused = owned(refused);
        of_text(format!("none of {}", listed(&refused)), move |text| !refused.iter().any(|refused| refused == text))
    }

    /// A text that begins so.
    pub fn prefix(prefix: impl Into<String>) -> Self {
        let prefix = prefix.into();
        of_text(format!("a text that begins with `{prefix}`"), move |text| text.starts_with(&prefix))
    }

    /// A text that ends so.
    pub fn suffix(suffix: impl Into<String>) -> Self {
        let suffix = suffix.into();
        of_text(format!("a text that ends with `{suffix}`"), move |text| text.ends_with(&suffix))
    }

    /// A text of these characters only; `a-z` stands for a range, and a hyphen at either end for itself.
    pub fn characters(allowed: &str) -> Self {
        let ranges = ranges(allowed);
        let text = format!("of the characters `{allowed}` only");
        of_text(text, move |text| {
            text.chars().all(|found| ranges.iter().any(|(low, high)| (*low..=*high).contains(&found)))
        })
    }

    /// A text that this regular expression matches somewhere; `^` and `$` bind it to the ends.
    ///
    /// # Panics
    /// The pattern is no regular expression. It stands in the provider's code, so the first start shows it.
    pub fn pattern(pattern: &str) -> Self {
        let regex = Regex::new(pattern).unwrap_or_else(|error| panic!("the pattern `{pattern}` of a rule: {error}"));
        of_text(format!("a match of `{pattern}`"), move |text| regex.is_match(text))
    }
}

fn of_text(text: String, holds: impl Fn(&str) -> bool + Send + Sync + 'static) -> Rule {
    Rule::new(text, move |value| match value {
        Value::String(found) if !holds(found) => Err(format!("found `{found}`")),
        _ => Ok(()),
    })
}

fn owned<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    texts.into_iter().map(|text| text.as_ref().to_owned()).collect()
}

fn listed(texts: &[String]) -> String {
    texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}

/// The ranges of characters that a text such as `a-z0-9_` names.
fn ranges(text: &str) -> Vec<(char, char)> {
    let characters: Vec<char> = text.chars().collect();
    let mut rest = characters.as_slice();
    let mut ranges = Vec::new();
    loop {
        let (range, more) = match rest {
            [low, '-', high, more @ ..] => ((*low, *high), more),
            [single, more @ ..] => ((*single, *single), more),
            [] => return ranges,
        };
        ranges.push(range);
        rest = more;
    }
}
