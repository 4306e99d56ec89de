use serde_json::Value;

use super::{ActivationSpec, NormSpec, dropout};
use crate::Error;
use crate::arguments::Arguments;
use crate::builder::Builder;
use crate::graph::ValueId;

/// MONAI's block `ADN`: activation, dropout and normalisation in a chosen order.
#[derive(Debug, Clone)]
pub(crate) struct Adn {
    ordering: String,
    activation: Option<ActivationSpec>,
    norm: Option<NormSpec>,
}

impl Adn {
    /// Takes `act`, `norm`, `dropout` and `adn_ordering` with the defaults of the block.
    pub(crate) fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let ordering = arguments.take("adn_ordering").unwrap_or_else(|| Value::from("NDA"));
        let letters = ordering.as_str().map(str::to_uppercase).filter(|letters| {
            letters.char_indices().all(|(at, letter)| "AND".contains(letter) && !letters[..at].contains(letter))
        });
        let ordering = letters
            .ok_or_else(|| arguments.invalid("adn_ordering", &ordering, "each of the letters A, D, N at most once"))?;
        Ok(Self { ordering, ..Self::parse_or(arguments, Value::from("PRELU"), Value::from("INSTANCE"))? })
    }

    /// Takes `act`, `norm` and `dropout` with these defaults; the order is NDA.
    pub(crate) fn parse_or(arguments: &mut Arguments, act: Value, norm: Value) -> Result<Self, Error> {
        let act = arguments.take("act").unwrap_or(act);
        let norm = arguments.take("norm").unwrap_or(norm);
        if let Some(ratio) = arguments.take("dropout") {
            dropout::check(arguments, &ratio)?;
        }
        Ok(Self {
            ordering: "NDA".into(),
            activation: ActivationSpec::parse(arguments, &act)?,
            norm: NormSpec::parse(arguments, &norm)?,
        })
    }

    pub(crate) fn build(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        channels: usize,
    ) -> Result<ValueId, Error> {
        let mut value = input;
        for letter in self.ordering.chars() {
            let module = format!("{name}.{letter}");
            value = match (letter, &self.activation, &self.norm) {
                ('A', Some(activation), _) => activation.build(builder, &module, value, channels)?,
                ('N', _, Some(norm)) => norm.build(builder, &module, value, channels)?,
                _ => value,
            };
        }
        Ok(value)
    }
}
