//! What values must obey, as a check and as a sentence of the documentation.

mod collection;
mod number;
mod text;
mod typed;

use std::fmt;
use std::sync::Arc;

use crate::Path;
use crate::value::Value;

type Check = dyn Fn(&Value) -> Result<(), String> + Send + Sync;

/// A check of one known value, with the sentence that documents it.
#[derive(Clone)]
pub struct Rule {
    text: String,
    about: About,
    /// What else the documentation says.
    more: String,
}

#[derive(Clone)]
enum About {
    /// The value itself.
    Whole(Arc<Check>),
    /// Each element of a list, set or map.
    Elements(Vec<Rule>),
    /// Each key of a map.
    Keys(Vec<Rule>),
}

/// Where in a value a rule is broken, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The element, from the value that the rule is of; a key of a map for a rule of keys.
    pub path: Path,
    /// What it must be; empty where the rule has no text.
    pub text: String,
    /// What was found.
    pub found: String,
}

impl Rule {
    /// A rule of one's own. `text` completes "Must be …"; the check's error says what was found. It is asked only of known
    /// values that are not null.
    pub fn new(text: impl Into<String>, check: impl Fn(&Value) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self { text: text.into(), about: About::Whole(Arc::new(check)), more: String::new() }
    }

    /// The text, completing "Must be …"; empty where nothing is said.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The sentence of the documentation; empty where nothing is said.
    pub fn sentence(&self) -> String {
        let (text, more) = (&self.text, &self.more);
        match &self.about {
            _ if text.is_empty() => String::new(),
            About::Whole(_) => format!("Must be {text}.{more}"),
            About::Elements(_) => format!("Each element must be {text}.{more}"),
            About::Keys(_) => format!("Each key must be {text}.{more}"),
        }
    }

    /// Checks a known value; the error says what was found.
    ///
    /// # Errors
    /// The value, or a part of it, breaks the rule.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        self.broken(value).into_iter().next().map_or(Ok(()), |broken| Err(broken.found))
    }

    /// Every place of a known value that breaks the rule. What is null or unknown breaks none.
    pub fn broken(&self, value: &Value) -> Vec<Broken> {
        match &self.about {
            _ if value.is_null() || value.is_unknown() => Vec::new(),
            About::Whole(check) => {
                let broken = |found| Broken { path: Path::root(), text: self.text.clone(), found };
                check(value).err().map(broken).into_iter().collect()
            }
            About::Elements(rules) => collection::broken_elements(rules, value),
            About::Keys(rules) => collection::broken_keys(rules, value),
        }
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Rule").field(&self.text).finish()
    }
}
