use serde::Deserialize;
use serde_json::Value;

use crate::transpose::reorder;
use crate::{Error, Flag, Image, Keys, Sample};

const NAME: &str = "EnsureChannelFirstd";

/// MONAI's `EnsureChannelFirstd`. Decoding already puts a file's channels first; this checks that it was right to, and
/// takes another axis as channels where `channel_dim` names one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnsureChannelFirstd {
    /// Keys of the images.
    pub keys: Keys,
    /// Whether MONAI fails where it does not know the channel axis; it is always known.
    pub strict_check: Option<Flag>,
    /// The file's axis of channels: none (as the file says), `no_channel`, or its number, from the end where negative. The
    /// last one of a file with channels is first already.
    #[serde(default)]
    pub channel_dim: Value,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

impl EnsureChannelFirstd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        match &self.channel_dim {
            Value::Null => Ok(()),
            Value::String(text) if text == "no_channel" => Ok(()),
            Value::Number(number) if number.as_i64().is_some_and(|axis| (-4..4).contains(&axis)) => Ok(()),
            other => {
                Err(Error::unsupported(NAME, "channel_dim", other, "none, \"no_channel\" or an axis from -4 to 3"))
            }
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            if self.channel_dim.is_string() && image.volume.channels != 1 {
                let found = format!("{} channels", image.volume.channels);
                return Err(Error::shape(NAME, "an image without channels", found));
            }
            self.channel_dim.as_i64().map_or(Ok(()), |axis| first(image, axis))
        })
    }
}

/// Takes an axis of the file as channels.
fn first(image: &mut Image, axis: i64) -> Result<(), Error> {
    let rank = i64::from(image.volume.rank);
    if axis == rank || axis == -1 {
        return Ok(());
    }
    let known = image.volume.channels == 1 && rank == 3 && (-rank..rank).contains(&axis);
    if !known {
        let found = format!("{} channels and {rank} axes", image.volume.channels);
        return Err(Error::shape(NAME, format!("an image with channels along axis {axis}"), found));
    }
    let axis = axis.rem_euclid(rank) as usize + 1;
    let others = (1..4).filter(|&other| other != axis).chain([0]);
    let mut from = [axis, 0, 0, 0];
    from.iter_mut().skip(1).zip(others).for_each(|(from, other)| *from = other);
    reorder(image, from, 2);
    image.records.pop();
    Ok(())
}
