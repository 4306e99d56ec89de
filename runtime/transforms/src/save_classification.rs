use serde::Deserialize;
use serde_json::Value;

use crate::{Error, Flag, Keys, Sample};

const NAME: &str = "SaveClassificationd";

/// MONAI's `SaveClassificationd`: which image holds the classes' scores that are the answer. The server gives them out; the command
/// line writes MONAI's table, of which [`SaveClassificationd::row`] is a row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaveClassificationd {
    /// Key of the scores: one.
    pub keys: Keys,
    /// Where MONAI would look for the image's name; without effect.
    pub meta_keys: Option<Value>,
    /// As `meta_keys`.
    pub meta_key_postfix: Option<Value>,
    /// What would save the scores: only none.
    pub saver: Option<Value>,
    /// Where the table would go; the command line's `-o` says it.
    pub output_dir: Option<String>,
    /// The table's name.
    #[serde(default = "table")]
    pub filename: String,
    /// What separates the scores.
    #[serde(default = "comma")]
    pub delimiter: String,
    /// Whether a table that is there already would be replaced; without effect, for it keeps the rows of other images.
    pub overwrite: Option<Flag>,
    /// Whether each row would be written at once; without effect.
    pub flush: Option<Flag>,
    /// Whether the key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn table() -> String {
    "predictions.csv".to_owned()
}

fn comma() -> String {
    ",".to_owned()
}

impl SaveClassificationd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.keys.as_slice().len() != 1 {
            return Err(Error::unsupported(NAME, "keys", self.keys.as_slice().len(), "one key"));
        }
        match self.saver.as_ref().filter(|saver| !saver.is_null()) {
            Some(saver) => Err(Error::unsupported(NAME, "saver", saver, "none")),
            None => Ok(()),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, _| Ok(()))
    }

    /// The row of MONAI's table: the name and all scores, written as Python writes them.
    pub fn row(&self, name: &str, scores: &[f32]) -> String {
        let mut row = name.to_owned();
        for &value in scores {
            row.push_str(&self.delimiter);
            row.push_str(&python(f64::from(value)));
        }
        row.push('\n');
        row
    }
}

/// The shortest decimal number that is read back as the same, the even one of two, with Python's choice of an exponent.
fn python(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let shortest = format!("{value:e}");
    let digits = shortest.split('e').next().unwrap_or_default().chars().filter(char::is_ascii_digit).count();
    let even = format!("{value:.*e}", digits - 1);
    let scientific = if even.parse() == Ok(value) { even } else { shortest };
    let (number, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{number}e{sign}{:02}", exponent.abs());
    }
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |number| ("-", number));
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let (before, behind) = match usize::try_from(exponent) {
        Ok(exponent) if exponent + 1 >= digits.len() => {
            (format!("{digits:0<width$}", width = exponent + 1), "0".to_owned())
        }
        Ok(exponent) => (digits[..=exponent].to_owned(), digits[exponent + 1..].to_owned()),
        Err(_) => ("0".to_owned(), format!("{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1))),
    };
    format!("{sign}{before}.{behind}")
}
