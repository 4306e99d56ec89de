use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A number in a JSON document, which knows neither NaN (null there) nor infinity (`"inf"`, `"-inf"`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score(pub f64);

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            nan if nan.is_nan() => serializer.serialize_none(),
            f64::INFINITY => serializer.serialize_str("inf"),
            f64::NEG_INFINITY => serializer.serialize_str("-inf"),
            finite => serializer.serialize_f64(finite),
        }
    }
}

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Score, D::Error> {
        let number = match Value::deserialize(deserializer)? {
            Value::Null => Some(f64::NAN),
            Value::String(text) if text == "inf" => Some(f64::INFINITY),
            Value::String(text) if text == "-inf" => Some(f64::NEG_INFINITY),
            Value::Number(number) => number.as_f64(),
            _ => None,
        };
        number.map(Score).ok_or_else(|| D::Error::custom("expected a number, null or \"inf\""))
    }
}

/// A number kept in JSON so that it comes back bit by bit, for `#[serde(with)]`.
pub(crate) mod number {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::Score;

    pub(crate) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        Score(*number).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        Score::deserialize(deserializer).map(|score| score.0)
    }
}

/// As [`number`], for several of them.
pub(crate) mod numbers {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::Score;

    pub(crate) fn serialize<S: Serializer>(numbers: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(numbers.iter().map(|number| Score(*number)))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        let scores: Vec<Score> = Vec::deserialize(deserializer)?;
        Ok(scores.into_iter().map(|score| score.0).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_come_back_from_json_bit_by_bit() {
        for (number, text) in [
            (f64::NAN, "null"),
            (f64::INFINITY, "\"inf\""),
            (f64::NEG_INFINITY, "\"-inf\""),
            (0.1 + 0.2, "0.30000000000000004"),
        ] {
            let written = serde_json::to_string(&Score(number)).expect("it is plain");
            assert_eq!(written, text);
            let Score(read) = serde_json::from_str(&written).expect("it is ours");
            assert_eq!(read.to_bits(), number.to_bits());
        }
        assert!(serde_json::from_str::<Score>("\"much\"").is_err());
    }
}
