//! Where the answers go (MONAI `FolderLayout` and `create_file_basename`).

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use monai_pipeline::Pipeline;
use monai_transforms::{Format, Transform};

use crate::Error;

/// How a bundle's `SaveImaged` names files below the folder that the user chose.
pub(super) struct Layout {
    folder: PathBuf,
    postfix: String,
    separate: bool,
    /// Whether the files are not compressed.
    pub(super) plain: bool,
}

/// One image and the file for its answer.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) image: PathBuf,
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
        let postfix = save.and_then(|save| save.output_postfix.clone()).unwrap_or_else(|| "trans".to_owned());
        let separate = save.and_then(|save| save.separate_folder).is_none_or(|flag| flag.0);
        let plain = save.is_some_and(|save| save.format() == Ok(Format::Nifti));
        Layout { folder: folder.to_owned(), postfix, separate, plain }.check()
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
    pub(super) fn jobs(&self, images: &[&PathBuf]) -> Result<Vec<Job>, Error> {
        let mut taken: HashMap<PathBuf, &Path> = HashMap::new();
        let given: Vec<PathBuf> = images.iter().filter_map(|image| image.canonicalize().ok()).collect();
        let mut jobs = Vec::with_capacity(images.len());
        for image in images {
            let output = self.output(image);
            if let Some(first) = taken.insert(output.clone(), image) {
                return Err(Error::SameOutput { first: first.to_owned(), second: (*image).clone(), output });
            }
            if output.canonicalize().is_ok_and(|output| given.contains(&output)) {
                return Err(Error::OutputIsImage { path: output });
            }
            jobs.push(Job { image: (*image).clone(), output });
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
        name.push(if self.plain { ".nii" } else { ".nii.gz" });
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

    fn layout(postfix: &str, separate: bool, plain: bool) -> Layout {
        Layout { folder: "out".into(), postfix: postfix.to_owned(), separate, plain }
    }

    /// Expected names are what MONAI 1.6's `FolderLayout.filename` gives.
    #[test]
    fn files_are_named_as_monai_names_them() {
        let check = |layout: Layout, image: &str, expected: &str| {
            assert_eq!(layout.output(Path::new(image)), Path::new(expected), "{image}");
        };
        check(layout("trans", true, false), "a/ct.nii.gz", "out/ct/ct_trans.nii.gz");
        check(layout("seg", false, false), "a/ct.nii", "out/ct_seg.nii.gz");
        check(layout("seg", false, true), "ct.nii.gz", "out/ct_seg.nii");
        check(layout("", true, false), "ct.1.nii.gz", "out/ct.1/ct.1.nii.gz");
        check(layout("seg", false, false), "ct", "out/ct_seg.nii.gz");
    }

    #[test]
    fn clashes_and_ways_out_are_refused() {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let check = |names: &[&str], clash: bool| {
            let paths = paths(names);
            let jobs = layout("seg", true, false).jobs(&paths.iter().collect::<Vec<_>>());
            assert_eq!(matches!(jobs, Err(Error::SameOutput { .. })), clash, "{names:?}: {jobs:?}");
        };
        check(&["a/x.nii", "b/y.nii.gz"], false);
        check(&["a/x.nii", "b/x.nii.gz"], true);
        check(&["x.nii", "x.nii"], true);
        for postfix in ["../../x", "/etc/x", "a\0b"] {
            assert!(layout(postfix, false, false).check().is_err(), "{postfix}");
        }
    }
}
