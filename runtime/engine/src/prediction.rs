use std::time::Duration;

use monai_imaging::nifti::{self, Frame};
use monai_imaging::{Dtype, picture};
use monai_pipeline::AnswerKind;
use monai_transforms::{Format, Image, TypeName};

use crate::Error;

/// The answer to one image.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// The answer.
    pub answer: Answer,
    /// What was done and how long it took, in order.
    pub stages: Vec<(&'static str, Duration)>,
}

/// An answer in the form that the bundle gives it.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A `.nii.gz` file on the input's own grid.
    Nifti(Vec<u8>),
    /// A `.png` file on the input's own grid.
    Png(Vec<u8>),
    /// One number per class.
    Scores(Vec<f32>),
}

impl Answer {
    /// Writes what postprocessing left.
    pub(crate) fn encode(kind: AnswerKind, image: Image, frame: Frame) -> Result<Answer, Error> {
        let failed = |source| Error::EncodeImage { source };
        match kind {
            AnswerKind::Scores => Ok(Answer::Scores(image.volume.data)),
            AnswerKind::Image(Format::Png) => {
                let depth =
                    if image.dtype == TypeName::Uint16 { picture::Depth::Sixteen } else { picture::Depth::Eight };
                picture::encode(&image.volume, depth).map(Answer::Png).map_err(failed)
            }
            AnswerKind::Image(Format::Nifti | Format::NiftiGz) => {
                nifti::encode(&image.volume, stored(image.dtype), frame).map(Answer::Nifti).map_err(failed)
            }
        }
    }
}

/// The type in a file that holds voxels of this type.
fn stored(name: TypeName) -> Dtype {
    match name {
        TypeName::Bool | TypeName::Uint8 => Dtype::Uint8,
        TypeName::Int8 => Dtype::Int8,
        TypeName::Uint16 => Dtype::Uint16,
        TypeName::Int16 => Dtype::Int16,
        TypeName::Uint32 => Dtype::Uint32,
        TypeName::Int32 => Dtype::Int32,
        TypeName::Uint64 => Dtype::Uint64,
        TypeName::Int64 => Dtype::Int64,
        TypeName::Float16 | TypeName::Bfloat16 | TypeName::Float32 => Dtype::Float32,
        TypeName::Float64 => Dtype::Float64,
    }
}
