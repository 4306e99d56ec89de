//! Where the answers go (MONAI `FolderLayout` and `create_file_basename`).

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use monai_pipeline::{AnswerKind, Pipeline};
use monai_transforms::{Format, Transform};

use crate::Error;
use crate::file_part::FilePart;

/// How a bundle's `SaveImaged` names files below the folder that the user chose.
pub(super) struct Layout {
    folder: PathBuf,
    postfix: String,
    separate: bool,
    pub(super) ending: Ending,
    /// Names that the files of an image may have.
    parts: Vec<String>,
    /// Those of them that are no channels of it.
    beside: Vec<String>,
}

/// The form of the answers' files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Nifti,
    NiftiGz,
    Png,
    Json,
}

impl Ending {
    fn text(self) -> &'static str {
        match self {
            Ending::Nifti => ".nii",
            Ending::NiftiGz => ".nii.gz",
            Ending::Png => ".png",
            Ending::Json => ".json",
        }
    }
}

/// One image and the file for its answer.
#[derive(Debug)]
pub(super) struct Job {
    /// Its file, of several the first.
    pub(super) image: PathBuf,
    pub(super) parts: Vec<FilePart>,
    pub(super) output: PathBuf,
}

impl Layout {
    /// The names that the last `SaveImaged` of the bundle asks for; MONAI's defaults where it is silent.
    ///
    /// # Errors
    /// A postfix that would lead out of the folder.
    pub(super) fn of(pipeline: &Pipeline, folder: &Path) -> Result<Layout, Error> {
        let save = pipeline.postprocessing.iter().rev().find_map(|transform| match transform {
            Transform::SaveImaged(save) => Some(save),
            _ => None,
        });
        let (postfix, separate, ending) = match pipeline.answer.kind {
            AnswerKind::Scores => (String::new(), false, Ending::Json),
            AnswerKind::Image(format) => (
                save.and_then(|save| save.output_postfix.clone()).unwrap_or_else(|| "trans".to_owned()),
                save.and_then(|save| save.separate_folder).is_none_or(|flag| flag.0),
                match format {
                    Format::Nifti => Ending::Nifti,
                    Format::NiftiGz => Ending::NiftiGz,
                    Format::Png => Ending::Png,
                },
            ),
        };
        let parts = pipeline.input.names();
        let beside = pipeline.input.items.iter().map(|item| item.key.clone()).collect();
        Layout { folder: folder.to_owned(), postfix, separate, ending, parts, beside }.check()
    }

    fn check(self) -> Result<Layout, Error> {
        if self.postfix.contains(['/', '\0']) {
            return Err(Error::OutputName { postfix: self.postfix });
        }
        Ok(self)
    }

    /// The work for these images.
    ///
    /// # Errors
    /// Two images whose answers would have one name; an answer that is itself one of the images.
    pub(super) fn jobs(&self, images: &[&OsString]) -> Result<Vec<Job>, Error> {
        let mut taken: HashMap<PathBuf, PathBuf> = HashMap::new();
        let images: Vec<Vec<FilePart>> = images.iter().map(|image| FilePart::of_image(image, &self.parts)).collect();
        let given: Vec<PathBuf> = images.iter().flatten().filter_map(|part| part.file.canonicalize().ok()).collect();
        let mut jobs = Vec::with_capacity(images.len());
        for parts in images {
            let own = |part: &&FilePart| part.name.as_ref().is_none_or(|name| !self.beside.contains(name));
            let image = parts.iter().find(own).unwrap_or(&parts[0]).file.clone();
            let output = self.output(&image);
            if let Some(first) = taken.insert(output.clone(), image.clone()) {
                return Err(Error::SameOutput { first, second: image, output });
            }
            if output.canonicalize().is_ok_and(|output| given.contains(&output)) {
                return Err(Error::OutputIsImage { path: output });
            }
            jobs.push(Job { image, parts, output });
        }
        Ok(jobs)
    }

    fn output(&self, image: &Path) -> PathBuf {
        let stem = stem(image);
        let mut name = stem.clone();
        if !self.postfix.is_empty() {
            name.push("_");
            name.push(&self.postfix);
        }
        name.push(self.ending.text());
        if self.separate { self.folder.join(stem).join(name) } else { self.folder.join(name) }
    }
}

/// The file name without its last ending, without the one before too where the last is `.gz`.
fn stem(image: &Path) -> OsString {
    let name = Path::new(image.file_name().unwrap_or(OsStr::new("image")));
    let stem = name.file_stem().unwrap_or(name.as_os_str());
    match name.extension() {
        Some(end) if end == "gz" => Path::new(stem).file_stem().unwrap_or(stem).to_owned(),
        _ => stem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(postfix: &str, separate: bool, ending: Ending) -> Layout {
        let parts = ["T1", "T2", "clicks"].map(str::to_owned).into();
        let beside = vec!["clicks".to_owned()];
        Layout { folder: "out".into(), postfix: postfix.to_owned(), separate, ending, parts, beside }
    }

    /// Expected names are what MONAI 1.6's `FolderLayout.filename` gives.
    #[test]
    fn files_are_named_as_monai_names_them() {
        let check = |layout: Layout, image: &str, expected: &str| {
            assert_eq!(layout.output(Path::new(image)), Path::new(expected), "{image}");
        };
        check(layout("trans", true, Ending::NiftiGz), "a/ct.nii.gz", "out/ct/ct_trans.nii.gz");
        check(layout("seg", false, Ending::NiftiGz), "a/ct.nii", "out/ct_seg.nii.gz");
        check(layout("seg", false, Ending::Nifti), "ct.nii.gz", "out/ct_seg.nii");
        check(layout("", true, Ending::NiftiGz), "ct.1.nii.gz", "out/ct.1/ct.1.nii.gz");
        check(layout("seg", false, Ending::NiftiGz), "ct", "out/ct_seg.nii.gz");
    }

    #[test]
    fn clashes_and_ways_out_are_refused() {
        let paths = |names: &[&str]| names.iter().map(OsString::from).collect::<Vec<_>>();
        let check = |names: &[&str], clash: bool| {
            let paths = paths(names);
            let jobs = layout("seg", true, Ending::NiftiGz).jobs(&paths.iter().collect::<Vec<_>>());
            assert_eq!(matches!(jobs, Err(Error::SameOutput { .. })), clash, "{names:?}: {jobs:?}");
        };
        check(&["a/x.nii", "b/y.nii.gz"], false);
        check(&["a/x.nii", "b/x.nii.gz"], true);
        check(&["x.nii", "x.nii"], true);
        check(&["T1=a.nii,T2=b.nii", "b.nii"], false);
        check(&["T1=a.nii,T2=b.nii", "a.nii"], true);
        check(&["T1=a.nii", "T3=a.nii"], false);
        check(&["clicks=b.json,T1=a.nii,T2=c.nii", "b.nii"], false);
        check(&["clicks=b.json,T1=a.nii,T2=c.nii", "a.nii"], true);
        for postfix in ["../../x", "/etc/x", "a\0b"] {
            assert!(layout(postfix, false, Ending::NiftiGz).check().is_err(), "{postfix}");
        }
    }
}
