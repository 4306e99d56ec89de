//! Unknown keys are errors that name the nearest known key.

use serde_json::{Map, Value};

use crate::Error;

/// Refuses every key of `object` that is not in `known`. `place` says where the object was written.
pub fn refuse_unknown(place: &str, object: &Map<String, Value>, known: &[&str]) -> Result<(), Error> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(unknown(place, key, known)),
        None => Ok(()),
    }
}

/// The error for the unknown `key`, with the nearest of `known` where one is near.
pub fn unknown(place: &str, key: &str, known: &[&str]) -> Error {
    Error::UnknownKey { key: key.to_owned(), place: place.to_owned(), nearest: nearest(key, known).map(str::to_owned) }
}

/// The known key with the smallest edit distance to `key`, where that is at most a third of its length and two more.
pub fn nearest<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let reach = |candidate: &str| candidate.chars().count() / 3 + 2;
    let distances = known.iter().map(|candidate| (distance(key, candidate), *candidate));
    distances.filter(|(far, candidate)| *far <= reach(candidate)).min_by_key(|(far, _)| *far).map(|(_, name)| name)
}

/// Levenshtein's distance between two words, in characters.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in right.iter().enumerate() {
            let substitution = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substitution.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_known_key_is_named_only_where_it_is_near() {
        let known = ["address", "port", "max_volume", "timeout"];
        for (key, expected) in [
            ("prt", Some("port")),
            ("adress", Some("address")),
            ("max_volumes", Some("max_volume")),
            ("time_out", Some("timeout")),
            ("bananas_and_cream", None),
        ] {
            assert_eq!(nearest(key, &known), expected, "{key}");
        }
    }
}
