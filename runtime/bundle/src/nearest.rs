/// The known word with the smallest edit distance to `word`, where that is at most a third of its length and two more.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 100;
    let word: Vec<char> = word.chars().take(LONGEST + 1).collect();
    if word.len() > LONGEST {
        return None;
    }
    let distances = known.into_iter().filter(|candidate| candidate.len() <= LONGEST).map(|candidate| {
        let reach = candidate.chars().count() / 3 + 2;
        (distance(&word, candidate), reach, candidate)
    });
    distances.filter(|(far, reach, _)| far <= reach).min_by_key(|(far, ..)| *far).map(|(.., candidate)| candidate)
}

/// Levenshtein's distance between two words, in characters.
fn distance(left: &[char], right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in right.iter().enumerate() {
            let substitution = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substitution.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}
