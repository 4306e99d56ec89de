use crate::{Error, Volume};

/// Labels in colour over an image: a plane of red, green and blue, 0 to 255.
///
/// `image` has one channel, whose values from `window[0]` to `window[1]` go from black to white, or three. A label of 1 or
/// more, of the one channel of `labels`, takes `share` of its voxel in its colour, the first one of `colours` for 1;
/// after the last the first comes again.
///
/// # Errors
/// [`Error::NotAPicture`] where one of them is no plane of so many channels, or there is no colour;
/// [`Error::StackShape`] where they differ in shape.
pub fn overlay(
    image: &Volume,
    labels: &Volume,
    window: [f32; 2],
    colours: &[[u8; 3]],
    share: f32,
) -> Result<Volume, Error> {
    let plane = |volume: &Volume, channels: &[usize]| match volume.shape[2] == 1 && channels.contains(&volume.channels)
    {
        true => Ok(()),
        false => Err(Error::NotAPicture { channels: volume.channels, shape: volume.shape }),
    };
    plane(image, &[1, 3])?;
    plane(labels, &[1])?;
    if labels.shape != image.shape {
        return Err(Error::StackShape { index: 1, expected: image.shape, found: labels.shape });
    }
    let [black, white] = window;
    let share = share.clamp(0.0, 1.0);
    let channel = |channel: usize| {
        let values = image.channel(if image.channels == 1 { 0 } else { channel }).iter();
        values.zip(&labels.data).map(move |(&value, &label)| {
            let level = ((value - black) / (white - black) * 255.0).clamp(0.0, 255.0);
            let colour = (label >= 1.0).then(|| colours.get((label as usize - 1) % colours.len().max(1))).flatten();
            colour.map_or(level, |colour| level * (1.0 - share) + f32::from(colour[channel]) * share).round_ties_even()
        })
    };
    let data = (0..3).flat_map(channel).collect();
    Ok(Volume { channels: 3, shape: image.shape, rank: image.rank, data, affine: image.affine })
}
