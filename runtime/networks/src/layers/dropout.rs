use serde_json::Value;

use super::LayerSpec;
use crate::Error;
use crate::arguments::Arguments;

/// Checks the argument `dropout`: a ratio, or a layer. Dropout does nothing at inference, so no node comes of it.
pub(crate) fn check(owner: &Arguments, value: &Value) -> Result<(), Error> {
    if value.is_number() {
        return check_ratio(owner, "dropout", value);
    }
    let Some(LayerSpec { name, mut arguments }) = LayerSpec::parse(owner, "dropout", "Dropout", value)? else {
        return Ok(());
    };
    if !matches!(name.as_str(), "DROPOUT" | "ALPHADROPOUT") {
        return Err(Error::UnknownLayer { factory: "Dropout", name, supported: "DROPOUT, ALPHADROPOUT" });
    }
    let ratio = arguments.number_or("p", 0.5)?;
    if !(0.0..=1.0).contains(&ratio) {
        return Err(arguments.invalid("p", &Value::from(ratio), "a ratio from 0 to 1"));
    }
    arguments.without_effect("inplace");
    arguments.finish()
}

/// Checks an argument that is a ratio of what training drops.
pub(crate) fn check_ratio(owner: &Arguments, argument: &str, value: &Value) -> Result<(), Error> {
    let inside = value.as_f64().is_some_and(|ratio| (0.0..=1.0).contains(&ratio));
    if inside { Ok(()) } else { Err(owner.invalid(argument, value, "a ratio from 0 to 1")) }
}
