//! What a request brings: one image, and what the bundle takes beside it.

use monai_imaging::nifti::{Frame, Units};
use monai_imaging::{Decoded, Facts, Volume, decode};
use monai_pipeline::{Input, Item, ItemKind};
use monai_transforms::{Image, Sample, TypeName};
use serde_json::Value;

use crate::Error;

/// One file of a request.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// Which channel it brings, by the bundle's `channel_def`, or what beside the image; none for all channels.
    pub name: Option<&'a str>,
    /// The file: NIfTI, PNG or JPEG, told by its content; JSON where it is no image.
    pub bytes: &'a [u8],
}

impl<'a> Part<'a> {
    /// A file with the whole image.
    pub fn whole(bytes: &'a [u8]) -> Part<'a> {
        Part { name: None, bytes }
    }
}

/// Most bytes of a part that is JSON: some ten thousand clicks.
const MOST_TEXT: usize = 1 << 20;

/// Farthest that a corner of the result, and of what comes beside the image, may lie from that of the image, in mm.
pub(crate) const TOLERANCE: f64 = 1e-3;

/// The decoded image, and what came with it.
pub(crate) struct Original {
    pub(crate) volume: Volume,
    pub(crate) dtype: TypeName,
    pub(crate) frame: Frame,
    pub(crate) beside: Sample,
}

/// Decodes the parts into one image and what came with it, of at most `limit` bytes together. Parts with names may come in any
/// order; parts without come in that of the channels.
pub(crate) fn read(input: &Input, parts: &[Part<'_>], limit: u64) -> Result<Original, Error> {
    let item = |part: &Part<'_>| part.name.and_then(|name| input.items.iter().find(|item| item.key == name));
    let (beside, parts): (Vec<Part<'_>>, Vec<Part<'_>>) = parts.iter().partition(|part| item(part).is_some());
    let ordered = order(input, &parts)?;
    let mut rest = limit;
    let mut volumes = Vec::with_capacity(ordered.len());
    let mut first = None;
    for Part { name, bytes } in ordered {
        let part = name.map(str::to_owned);
        let decoded = decode(bytes, input.colours, rest).map_err(|source| Error::DecodeImage { part, source })?;
        rest -= bytes_of(&decoded.volume);
        first.get_or_insert(decoded.facts);
        volumes.push(decoded.volume);
    }
    let facts = first.ok_or(Error::LackParts { missing: input.parts.clone() })?;
    let frame = if let Facts::Nifti(facts) = facts { facts.frame } else { PICTURE };
    let volume = Volume::stack(volumes, limit).map_err(|source| Error::StackParts { source })?;
    let beside = items(input, &beside, &volume, rest)?;
    Ok(Original { volume, dtype: facts.dtype().into(), frame, beside })
}

fn bytes_of(volume: &Volume) -> u64 {
    size_of_val(volume.data.as_slice()) as u64
}

/// Reads what came beside the image.
fn items(input: &Input, parts: &[Part<'_>], image: &Volume, mut limit: u64) -> Result<Sample, Error> {
    let mut beside = Sample::default();
    let mut missing = Vec::new();
    for Item { key, kind, required } in &input.items {
        let mut own = parts.iter().filter(|part| part.name == Some(key));
        let Some(part) = own.next() else {
            missing.extend(required.then(|| key.clone()));
            continue;
        };
        if own.next().is_some() {
            return Err(Error::RepeatPart { name: key.clone() });
        }
        match kind {
            ItemKind::Image => {
                let mask = mask(key, part.bytes, input, image, limit)?;
                limit -= bytes_of(&mask.volume);
                beside.images.insert(key.clone(), mask);
            }
            ItemKind::Value => drop(beside.values.insert(key.clone(), value(key, part.bytes)?)),
        }
    }
    if missing.is_empty() { Ok(beside) } else { Err(Error::LackParts { missing }) }
}

/// An image beside the image, which lies on its grid.
fn mask(key: &str, bytes: &[u8], input: &Input, image: &Volume, limit: u64) -> Result<Image, Error> {
    let part = Some(key.to_owned());
    let Decoded { volume, facts } =
        decode(bytes, input.colours, limit).map_err(|source| Error::DecodeImage { part, source })?;
    let near = volume.affine.farthest_corner(&image.affine, image.shape) <= TOLERANCE;
    if (volume.channels, volume.shape) != (1, image.shape) || !near {
        let place = if near { "" } else { " at another place" };
        let found = format!("{} channels of {:?}{place}", volume.channels, volume.shape);
        return Err(Error::FitItem { name: key.to_owned(), found, expected: image.shape });
    }
    Ok(Image { dtype: facts.dtype().into(), ..Image::new(volume) })
}

fn value(key: &str, bytes: &[u8]) -> Result<Value, Error> {
    let name = key.to_owned();
    if bytes.len() > MOST_TEXT {
        return Err(Error::ReadItem { name, reason: format!("it has {} bytes, at most {MOST_TEXT}", bytes.len()) });
    }
    serde_json::from_slice(bytes).map_err(|error| Error::ReadItem { name, reason: error.to_string() })
}

/// Where an image lies whose file does not say.
const PICTURE: Frame = Frame { units: Units::Millimetre, qform_code: 0, sform_code: 1 };

fn order<'a>(input: &Input, parts: &[Part<'a>]) -> Result<Vec<Part<'a>>, Error> {
    if parts.iter().all(|part| part.name.is_none()) {
        return match parts.len() {
            0 | 1 => Ok(parts.to_vec()),
            found if found == input.parts.len() => Ok(parts.to_vec()),
            found => Err(Error::CountParts { found, expected: input.parts.clone() }),
        };
    }
    // The whole image may be named as the bundle names its input.
    if let [Part { name: Some(name), bytes }] = parts
        && *name == input.key
    {
        return Ok(vec![Part::whole(bytes)]);
    }
    let known = |name: &str| input.parts.iter().any(|part| part == name);
    for (index, part) in parts.iter().enumerate() {
        let Some(name) = part.name.filter(|name| known(name)) else {
            return Err(Error::KnowPart { expected: input.names() });
        };
        if parts[..index].iter().any(|earlier| earlier.name == Some(name)) {
            return Err(Error::RepeatPart { name: name.to_owned() });
        }
    }
    let find = |name: &String| parts.iter().find(|part| part.name == Some(name)).copied().ok_or_else(|| name.clone());
    let (found, missing): (Vec<_>, Vec<_>) = input.parts.iter().map(find).partition(Result::is_ok);
    if missing.is_empty() {
        return Ok(found.into_iter().flatten().collect());
    }
    Err(Error::LackParts { missing: missing.into_iter().filter_map(Result::err).collect() })
}
