use serde::Deserialize;
use serde_json::{Value, json};

use crate::arguments::float32;
use crate::kernel;
use crate::spacing::resampling;
use crate::voxelwise::{self, Form, Voxelwise};
use crate::{Error, Flag, Image, Interpolation, Invertd, Keys, Number, Padding, Sample, Sampling, TypeName};

const NAME: &str = "SaveImaged";

/// MONAI's `SaveImaged`: which images are the answer, in which format and in which type. The runtime writes them, on the
/// input's grid, so that what only names a file or its folder is without effect here (the command line follows it).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaveImaged {
    /// Keys of the images.
    pub keys: Keys,
    /// The format's file name ending.
    #[serde(default = "compressed")]
    pub output_ext: String,
    /// As `output_ext`, where that is empty.
    pub output_format: Option<String>,
    /// Type of the voxels in the answer; none: the image's. A `.png` that asks for neither 8 nor 16 bit gets 8.
    #[serde(default = "float32")]
    pub output_dtype: Option<TypeName>,
    /// Of a `.png`: 255 or 65535, by which voxels are multiplied after they were cut to 0..1. Without effect else.
    pub scale: Option<Number>,
    /// Whether the image is resampled onto the input's grid here, by the two affines; a `.png` is scaled to the input's shape.
    /// (Of several channels MONAI 1.6.1 mixes up the voxels here.)
    #[serde(default)]
    pub resample: Flag,
    /// How `resample` interpolates: `nearest` (as without it), or `bilinear` where the format is no `.png`.
    pub mode: Option<String>,
    /// What `resample` takes outside: `border` without it. Of no effect for a `.png`.
    pub padding_mode: Option<Padding>,
    /// Type for resampling; without effect, for that is always done in 64 bit.
    pub dtype: Option<TypeName>,
    /// Whether the answer has no axes of extent 1 at its end; without effect, for it has the input's axes.
    pub squeeze_end_dims: Option<Flag>,
    /// The writer: only the one that writes the format anyway.
    pub writer: Option<String>,
    /// Where files would go.
    pub output_dir: Option<String>,
    /// What would end file names.
    pub output_postfix: Option<String>,
    /// Whether each file would have a folder of its own.
    pub separate_folder: Option<Flag>,
    /// Which part of the input's path the output's path would leave out.
    pub data_root_dir: Option<String>,
    /// How files would be named: only as without it.
    pub output_name_formatter: Option<Value>,
    /// Where files would lie: only as without it.
    pub folder_layout: Option<Value>,
    /// Whether the path is kept; without effect.
    pub savepath_in_metadict: Option<Flag>,
    /// Whether the path is printed; without effect.
    pub print_log: Option<Flag>,
    /// Where MONAI would look for header fields; without effect.
    pub meta_keys: Option<Value>,
    /// As `meta_keys`.
    pub meta_key_postfix: Option<Value>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn compressed() -> String {
    ".nii.gz".to_owned()
}

/// The format of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.nii`
    Nifti,
    /// `.nii.gz`
    NiftiGz,
    /// `.png`
    Png,
}

impl Format {
    /// The format of a file name's ending, with or without its dot.
    fn parse(text: &str) -> Option<Format> {
        match text.to_lowercase().trim_start_matches('.') {
            "nii" => Some(Format::Nifti),
            "nii.gz" => Some(Format::NiftiGz),
            "png" => Some(Format::Png),
            _ => None,
        }
    }
}

impl SaveImaged {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let format = self.format()?;
        let writer =
            self.writer.as_deref().map(|writer| writer.trim_start_matches('$').trim_start_matches("monai.data."));
        match (format, writer, self.output_dtype) {
            (Format::Png, None | Some("PILWriter"), _) => {}
            (Format::Png, Some(writer), _) => {
                return Err(Error::unsupported(NAME, "writer", writer, "PILWriter for .png"));
            }
            (_, Some(writer), _) if writer != "NibabelWriter" => {
                return Err(Error::unsupported(NAME, "writer", writer, "NibabelWriter for NIfTI"));
            }
            (_, _, Some(TypeName::Float16 | TypeName::Bfloat16)) => {
                return Err(Error::unsupported(NAME, "output_dtype", "a float of 16 bit", "a type that NIfTI has"));
            }
            _ => {}
        }
        if let Some(Number(scale)) = self.scale
            && format == Format::Png
            && ![0.0, 255.0, 65535.0].contains(&scale)
        {
            return Err(Error::unsupported(NAME, "scale", scale, "255 or 65535"));
        }
        let own = [("output_name_formatter", &self.output_name_formatter), ("folder_layout", &self.folder_layout)];
        if let Some((argument, Some(found))) = own.into_iter().find(|(_, value)| value.is_some()) {
            return Err(Error::unsupported(NAME, argument, found, "none: files are named by `output_postfix`"));
        }
        match (self.resample.0, format, self.sampling()) {
            (true, Format::Png, Ok(Sampling { mode: Interpolation::Bilinear, .. })) => {
                Err(Error::unsupported(NAME, "mode", "bilinear", "nearest for .png"))
            }
            (true, _, Err(error)) => Err(error),
            _ => Ok(()),
        }
    }

    /// How `resample` samples.
    fn sampling(&self) -> Result<Sampling, Error> {
        let mode = match self.mode.as_deref() {
            None | Some("nearest") => Interpolation::Nearest,
            Some("bilinear" | "linear" | "trilinear") => Interpolation::Bilinear,
            Some(mode) => return Err(Error::unsupported(NAME, "mode", mode, "nearest or bilinear")),
        };
        Ok(Sampling { mode, padding: self.padding_mode.unwrap_or(Padding::Border), align_corners: false })
    }

    /// The format of the answer.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where it is another one than those of [`Format`].
    pub fn format(&self) -> Result<Format, Error> {
        let name = Some(self.output_ext.as_str()).filter(|name| !name.is_empty()).or(self.output_format.as_deref());
        Format::parse(name.unwrap_or_default())
            .ok_or_else(|| Error::unsupported(NAME, "output_ext", name.unwrap_or_default(), ".nii, .nii.gz or .png"))
    }

    /// What happens to the voxels of a key, where each depends on itself alone.
    pub(crate) fn voxelwise(&self, _: usize) -> Option<impl Voxelwise + use<>> {
        (!self.resample.0).then(|| self.act())
    }

    fn act(&self) -> Stored {
        let png = self.format() == Ok(Format::Png);
        let dtype = match self.output_dtype {
            Some(dtype) if png && !matches!(dtype, TypeName::Uint8 | TypeName::Uint16) => Some(TypeName::Uint8),
            dtype => dtype,
        };
        Stored { png, scale: self.scale.filter(|scale| png && scale.0 != 0.0).map(|scale| scale.0 as f32), dtype }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        match (self.resample.0, self.format()?) {
            (false, _) => {}
            // What changed a picture's grid is undone from the nearest pixel.
            (true, Format::Png) => {
                let arguments = json!({
                    "keys": self.keys.as_slice(), "transform": "preprocessing",
                    "allow_missing_keys": self.allow_missing_keys.0,
                });
                let inverse: Invertd = serde_json::from_value(arguments)
                    .map_err(|error| Error::BadArguments { target: NAME.to_owned(), reason: error.to_string() })?;
                inverse.apply(sample)?;
            }
            (true, _) => {
                let (sampling, most) = (self.sampling()?, sample.most_voxels);
                sample
                    .each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| onto_input(image, sampling, most))?;
            }
        }
        voxelwise::apply(NAME, &self.keys, self.allow_missing_keys.0, sample, |_| self.act())
    }
}

/// MONAI's `resample_if_needed`: resamples an image onto the grid that it had before all that changed it.
fn onto_input(image: &mut Image, sampling: Sampling, most: usize) -> Result<(), Error> {
    let Some(first) = image.records.first() else { return Ok(()) };
    let (shape, rank, affine) = (first.shape, first.rank, first.affine);
    if image.volume.rank != rank {
        return Err(Error::shape(NAME, format!("{rank} axes as the input has for `resample`"), image.volume.rank));
    }
    let channels = image.volume.channels;
    Sample::bound(NAME, channels, shape.map(|extent| extent as f64), most)?;
    let from = (image.volume.shape, &image.volume.affine);
    let step = resampling(channels, from, (shape, &affine), rank, sampling);
    if let Some(step) = step.map_err(|source| Error::Geometry { target: NAME, source })? {
        kernel::apply(&*step, &mut image.volume);
    }
    image.volume.affine = affine;
    image.records.clear();
    image.dtype = TypeName::Float32;
    Ok(())
}

/// Voxels as a file holds them.
struct Stored {
    png: bool,
    scale: Option<f32>,
    dtype: Option<TypeName>,
}

impl Voxelwise for Stored {
    fn form(&self, before: Form) -> Result<Form, Error> {
        let dtype = self.dtype.unwrap_or(before.dtype);
        match self.png && !matches!(dtype, TypeName::Bool | TypeName::Uint8 | TypeName::Uint16) {
            true => Err(Error::shape(NAME, "voxels of 8 or 16 bit for a .png", format!("{dtype:?}"))),
            false => Ok(Form { dtype, ..before }),
        }
    }

    fn map(&self, before: Form, parts: &mut [&mut [f32]]) -> Result<(), Error> {
        let after = self.form(before)?;
        for part in parts {
            if let Some(scale) = self.scale {
                part.iter_mut().for_each(|value| *value = value.clamp(0.0, 1.0) * scale);
                let whole = if scale == 255.0 { TypeName::Uint8 } else { TypeName::Uint16 };
                whole.cast_all(part);
            }
            after.dtype.cast_all(part);
        }
        Ok(())
    }
}
