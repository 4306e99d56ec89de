//! Ids of config items: `a::b::0`, with `#` as the older separator (MONAI `ReferenceResolver`).

use std::borrow::Cow;

pub(crate) const SEPARATOR: &str = "::";

/// The id with `::` for every `#`.
pub(crate) fn normalize(id: &str) -> Cow<'_, str> {
    if id.contains('#') { Cow::Owned(id.replace('#', SEPARATOR)) } else { Cow::Borrowed(id) }
}

/// The id of a child.
pub(crate) fn join(parent: &str, child: &str) -> String {
    if parent.is_empty() { child.to_owned() } else { format!("{parent}{SEPARATOR}{child}") }
}

/// A list index: decimal digits only.
pub(crate) fn index(part: &str) -> Option<usize> {
    if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    part.parse().ok()
}

/// Whether the character may stand in a part of a reference (Python's `\w`).
pub(crate) fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// How many bytes after an `@` belong to the reference: words joined by `::` or `#`.
pub(crate) fn reference_length(text: &str) -> usize {
    let mut length = 0;
    loop {
        length += text[length..].chars().take_while(|c| is_word(*c)).map(char::len_utf8).sum::<usize>();
        if text[length..].starts_with(SEPARATOR) {
            length += SEPARATOR.len();
        } else if text[length..].starts_with('#') {
            length += 1;
        } else {
            return length;
        }
    }
}

/// The id, where the whole text is one reference.
pub(crate) fn whole_reference(text: &str) -> Option<&str> {
    let id = text.strip_prefix('@')?;
    (reference_length(id) == id.len()).then_some(id)
}

/// Replaces relative references (`@#x` same level, `@##x` one up; also after `%`) of an item by absolute ones; the result
/// may have `most` bytes.
pub(crate) fn absolute(id: &str, text: &str, most: usize) -> Result<String, String> {
    let normal = normalize(text);
    let levels: Vec<&str> = id.split(SEPARATOR).collect();
    let mut result = String::with_capacity(normal.len());
    let mut rest = normal.as_ref();
    while let Some(at) = rest.find(['@', '%']) {
        let (before, from) = rest.split_at(at + 1);
        result.push_str(before);
        let mut up = 0;
        rest = from;
        while let Some(after) = rest.strip_prefix(SEPARATOR) {
            up += 1;
            rest = after;
        }
        if up > levels.len() {
            return Err(format!("the relative id goes {up} levels up, but `{id}` lies only {} deep", levels.len()));
        }
        if result.len() > most {
            return Err(format!("relative ids make the text longer than {most} bytes"));
        }
        if up > 0 {
            for level in &levels[..levels.len() - up] {
                result.push_str(level);
                result.push_str(SEPARATOR);
            }
        }
    }
    result.push_str(rest);
    Ok(result)
}

/// Whether `id` is `above` or a part of it; both are normalized.
pub(crate) fn is_below(id: &str, above: &str) -> bool {
    id.strip_prefix(above).is_some_and(|rest| rest.is_empty() || above.is_empty() || rest.starts_with(SEPARATOR))
}
