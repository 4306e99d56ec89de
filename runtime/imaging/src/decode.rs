use crate::{Colours, Dtype, Error, Volume, nifti, picture};

/// An image of any format and what its file said.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The image, channels first.
    pub volume: Volume,
    /// Facts of the file.
    pub facts: Facts,
}

/// Facts of a file which the volume itself does not carry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Facts {
    /// Of a NIfTI file.
    Nifti(nifti::Facts),
    /// Of a PNG or JPEG file.
    Picture(picture::Facts),
}

impl Facts {
    /// The type in which the voxels are stored.
    pub fn dtype(&self) -> Dtype {
        match self {
            Facts::Nifti(facts) => facts.dtype,
            Facts::Picture(facts) => facts.dtype,
        }
    }
}

/// Decodes a file of at most `limit` bytes in memory, whose format its content tells, never its name. `colours` are
/// those of a picture.
///
/// # Errors
/// [`Error::Empty`], [`Error::UnknownFormat`], and as [`nifti::decode_within`] and [`picture::decode`].
pub fn decode(bytes: &[u8], colours: Colours, limit: u64) -> Result<Decoded, Error> {
    if picture::Format::of(bytes).is_some() {
        let picture::Decoded { volume, facts } = picture::decode(bytes, colours, limit)?;
        return Ok(Decoded { volume, facts: Facts::Picture(facts) });
    }
    match nifti::decode_within(bytes, limit) {
        Ok(nifti::Decoded { volume, facts }) => Ok(Decoded { volume, facts: Facts::Nifti(facts) }),
        Err(Error::NotNifti) => Err(Error::UnknownFormat),
        Err(error) => Err(error),
    }
}
