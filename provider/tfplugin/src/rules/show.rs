//! A value as a message shows it: as in a configuration, short, and without secrets.

use crate::schema::{Kind, Parts};
use crate::value::{Type, Value};

/// Characters of a value that a message shows.
const LONGEST: usize = 160;

/// The value; only its kind of secret where nobody may see it.
pub(crate) fn show(kind: Kind<'_>, value: &Value, secret: bool) -> String {
    let mut shown = Shown { text: String::new(), left: LONGEST };
    shown.value(kind, value, secret);
    shown.text
}

struct Shown {
    text: String,
    left: usize,
}

impl Shown {
    fn write(&mut self, text: &str) {
        if self.left == 0 {
            return;
        }
        match text.char_indices().nth(self.left) {
            Some((end, _)) => {
                self.text.push_str(&text[..end]);
                self.text.push('…');
                self.left = 0;
            }
            None => {
                self.text.push_str(text);
                self.left -= text.chars().count();
            }
        }
    }

    fn value(&mut self, kind: Kind<'_>, value: &Value, secret: bool) {
        match (kind.parts(), value) {
            _ if self.left == 0 => {}
            (_, Value::Null) => self.write("null"),
            (_, Value::Unknown(_)) => self.write("(known after apply)"),
            _ if secret => self.write("(sensitive value)"),
            (_, Value::Bool(value)) => self.write(if *value { "true" } else { "false" }),
            (_, Value::Number(number)) => self.write(&number.to_string()),
            (_, Value::String(text)) => {
                let end = text.char_indices().nth(self.left).map_or(text.len(), |(end, _)| end);
                self.write(&format!("{:?}", &text[..end]));
            }
            (Parts::List(element) | Parts::Set(element), Value::List(items)) => {
                self.row("[", items.iter().map(|item| (None, element, item, false)), "]");
            }
            (Parts::Tuple(elements), Value::List(items)) => {
                let items = elements.iter().zip(items);
                self.row("[", items.map(|(ty, item)| (None, Kind::Type(ty), item, false)), "]");
            }
            (Parts::Map(element), Value::Map(entries)) => {
                let entries = entries.iter().map(|(key, item)| (Some(key.as_str()), element, item, false));
                self.row("{", entries, "}");
            }
            (Parts::Object(fields), Value::Map(entries)) => {
                let fields = fields.iter().filter_map(|field| {
                    let value = entries.get(field.name).filter(|value| !value.is_null())?;
                    let secret = field.attribute.is_some_and(|item| item.sensitive || item.write_only);
                    Some((Some(field.name), field.kind, value, secret))
                });
                self.row("{", fields, "}");
            }
            (_, Value::Dynamic(inner)) => self.value(Kind::Type(&inner.0), &inner.1, false),
            (_, Value::List(items)) => self.row("[", items.iter().map(|item| (None, ANY, item, false)), "]"),
            (_, Value::Map(entries)) => {
                self.row("{", entries.iter().map(|(key, item)| (Some(key.as_str()), ANY, item, false)), "}");
            }
        }
    }

    fn row<'a>(
        &mut self,
        open: &str,
        items: impl Iterator<Item = (Option<&'a str>, Kind<'a>, &'a Value, bool)>,
        close: &str,
    ) {
        self.write(open);
        for (position, (name, kind, value, secret)) in items.enumerate() {
            if self.left == 0 {
                return;
            }
            self.write(if position > 0 { ", " } else { "" });
            if let Some(name) = name {
                self.write(name);
                self.write(" = ");
            }
            self.value(kind, value, secret);
        }
        self.write(close);
    }
}

const ANY: Kind<'static> = Kind::Type(&Type::Dynamic);
