//! What a request brings, as one image.

use monai_imaging::nifti::{Frame, Units};
use monai_imaging::{Dtype, Facts, Volume, decode};
use monai_pipeline::Input;
use monai_transforms::TypeName;

use crate::Error;

/// One file of a request.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// Which channel it brings, by the bundle's `channel_def`; none for all of them.
    pub name: Option<&'a str>,
    /// The file: NIfTI, PNG or JPEG, told by its content.
    pub bytes: &'a [u8],
}

impl<'a> Part<'a> {
    /// A file with the whole image.
    pub fn whole(bytes: &'a [u8]) -> Part<'a> {
        Part { name: None, bytes }
    }
}

/// The decoded image.
pub(crate) struct Original {
    pub(crate) volume: Volume,
    pub(crate) dtype: TypeName,
    pub(crate) frame: Frame,
}

/// Decodes the parts into one image of at most `limit` bytes. Parts with names may come in any order; parts without come in
/// that of the channels.
pub(crate) fn read(input: &Input, parts: &[Part<'_>], limit: u64) -> Result<Original, Error> {
    let ordered = order(input, parts)?;
    let mut rest = limit;
    let mut volumes = Vec::with_capacity(ordered.len());
    let mut first = None;
    for Part { name, bytes } in ordered {
        let part = name.map(str::to_owned);
        let decoded = decode(bytes, input.colours, rest).map_err(|source| Error::DecodeImage { part, source })?;
        rest -= decoded.volume.data.len() as u64 * size_of::<f32>() as u64;
        first.get_or_insert(decoded.facts);
        volumes.push(decoded.volume);
    }
    let (dtype, frame): (Dtype, Frame) = match first.ok_or(Error::LackParts { missing: input.parts.clone() })? {
        Facts::Nifti(facts) => (facts.dtype, facts.frame),
        Facts::Picture(facts) => (facts.dtype, PICTURE),
    };
    let volume = Volume::stack(volumes, limit).map_err(|source| Error::StackParts { source })?;
    Ok(Original { volume, dtype: dtype.into(), frame })
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
            return Err(Error::KnowPart { expected: input.parts.clone() });
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
