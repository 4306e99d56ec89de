use std::ffi::OsStr;
use std::path::PathBuf;

use crate::Error;

/// One file of an image.
#[derive(Debug)]
pub(crate) struct FilePart {
    /// The channel that it brings; none for all.
    pub(crate) name: Option<String>,
    pub(crate) file: PathBuf,
}

impl FilePart {
    /// The files of an image: `NAME=FILE,...` where the names are those of the bundle's `parts`, else the one file.
    pub(crate) fn of_image(image: &OsStr, parts: &[String]) -> Vec<FilePart> {
        let named = |text: &str| {
            let (name, file) = text.split_once('=')?;
            let known = parts.iter().any(|part| part == name);
            known.then(|| FilePart { name: Some(name.to_owned()), file: file.into() })
        };
        let several = image.to_str().and_then(|text| text.split(',').map(named).collect::<Option<Vec<_>>>());
        several.unwrap_or_else(|| vec![FilePart { name: None, file: image.into() }])
    }

    /// Its bytes, at most `limit`.
    pub(crate) fn read(&self, limit: u64) -> Result<Vec<u8>, Error> {
        let fail = |source| Error::Read { path: self.file.clone(), source };
        let metadata = std::fs::metadata(&self.file).map_err(fail)?;
        if !metadata.is_file() {
            return Err(fail(std::io::Error::other("it is not a file")));
        }
        if metadata.len() > limit {
            return Err(Error::ImageTooLarge { path: self.file.clone(), found: metadata.len(), limit });
        }
        std::fs::read(&self.file).map_err(fail)
    }
}
