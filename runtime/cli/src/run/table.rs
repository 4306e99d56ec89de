use std::io;
use std::path::{Path, PathBuf};

use monai_pipeline::Pipeline;
use monai_transforms::{SaveClassificationd, Transform};

use crate::Error;

/// The table of scores that a bundle's `SaveClassificationd` asks for, a row for each image.
pub(super) struct Table {
    path: PathBuf,
    save: SaveClassificationd,
}

impl Table {
    /// That of a bundle, where it asks for one, below the folder that the user chose.
    ///
    /// # Errors
    /// A name that would lead out of the folder.
    pub(super) fn of(pipeline: &Pipeline, folder: &Path) -> Result<Option<Table>, Error> {
        let save = pipeline.postprocessing.iter().rev().find_map(|transform| match transform {
            Transform::SaveClassificationd(save) => Some(SaveClassificationd::clone(save)),
            _ => None,
        });
        let Some(save) = save else { return Ok(None) };
        if save.filename.is_empty() || save.filename.contains(['/', '\0']) {
            return Err(Error::TableName { filename: save.filename });
        }
        Ok(Some(Table { path: folder.join(&save.filename), save }))
    }

    /// Writes an image's row in place of one of the same name, else behind the others. A reader of the folder sees whole tables only.
    pub(super) fn put(&self, image: &Path, scores: &[f32]) -> Result<(), Error> {
        let name = image.to_string_lossy().replace(char::is_control, " ");
        let own = format!("{name}{}", self.save.delimiter);
        let fail = |source| Error::Write { path: self.path.clone(), source };
        let before = match std::fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            before => before.map_err(fail)?,
        };
        let others = before.lines().filter(|row| !row.starts_with(&own)).map(|row| format!("{row}\n"));
        let text: String = others.chain([self.save.row(&name, scores)]).collect();
        super::replace(&self.path, text.as_bytes(), true).map_err(fail)
    }
}
