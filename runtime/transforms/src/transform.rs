use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::*;

macro_rules! transforms {
    ($($name:ident),* $(,)?) => {
        /// A transform with its arguments read and checked.
        #[derive(Debug, Clone)]
        #[allow(missing_docs)]
        pub enum Transform {
            $($name(Box<$name>)),*
        }

        impl Transform {
            /// The class names that [`Transform::parse`] knows.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// Reads a transform from MONAI's class name (a dotted prefix is dropped) and its arguments.
            ///
            /// # Errors
            /// [`Error::UnknownTransform`], [`Error::BadArguments`], [`Error::Unsupported`].
            pub fn parse(target: &str, arguments: Value) -> Result<Transform, Error> {
                match target.rsplit('.').next().unwrap_or(target) {
                    $(stringify!($name) => {
                        let parsed: $name = read(stringify!($name), arguments)?;
                        parsed.check()?;
                        Ok(Transform::$name(Box::new(parsed)))
                    })*
                    _ => Err(Error::UnknownTransform { target: target.to_owned() }),
                }
            }

            /// Applies the transform to the images of its keys.
            ///
            /// # Errors
            /// [`Error::MissingKey`], and what the image's form or geometry does not allow.
            pub fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
                if self.is_lazy() { lazily::apply(self, &[], sample) } else { self.apply_now(sample) }
            }

            /// Applies the transform, lazy or not.
            pub(crate) fn apply_now(&self, sample: &mut Sample) -> Result<(), Error> {
                match self { $(Transform::$name(inner) => inner.apply(sample)?),* }
                self.note_resampling(sample);
                Ok(())
            }

            /// MONAI's class name.
            pub fn name(&self) -> &'static str {
                match self { $(Transform::$name(_) => stringify!($name)),* }
            }

            /// The keys that the transform works on.
            pub fn keys(&self) -> &Keys {
                match self { $(Transform::$name(inner) => &inner.keys),* }
            }

            /// Whether a sample without one of the keys is no error (`allow_missing_keys`).
            pub fn allows_missing_keys(&self) -> bool {
                match self { $(Transform::$name(inner) => inner.allow_missing_keys.0),* }
            }
        }
    };
}

transforms!(
    Activationsd,
    AddClickSignalsd,
    AddGuidanceFromPointsDeepEditd,
    AddGuidanceSignalDeepEditd,
    AddLabelAsGuidanced,
    AffineBoxToWorldCoordinated,
    AsDiscreted,
    BorderPadd,
    CastToTyped,
    CenterScaleCropd,
    CenterSpatialCropd,
    ClipBoxToImaged,
    ClipIntensityPercentilesd,
    ConcatItemsd,
    ConvertBoxModed,
    CopyItemsd,
    CropForegroundd,
    DeleteItemsd,
    DivisiblePadd,
    EnsureChannelFirstd,
    EnsureTyped,
    FillHolesd,
    FlattenSubKeysd,
    Flipd,
    FromMetaTensord,
    HoVerNetInstanceMapPostProcessingd,
    HoVerNetNuclearTypePostProcessingd,
    Invertd,
    KeepLargestConnectedComponentd,
    LabelFilterd,
    Lambdad,
    LoadImaged,
    MaskIntensityd,
    MeanEnsembled,
    NormalizeIntensityd,
    Orientationd,
    Padd,
    RemoveSmallObjectsd,
    RepeatChanneld,
    ResizeGuidanceMultipleLabelDeepEditd,
    ResizeWithPadOrCropd,
    Resized,
    SaveClassificationd,
    SaveImaged,
    ScaleIntensityRangePercentilesd,
    ScaleIntensityRanged,
    ScaleIntensityd,
    SelectItemsd,
    Spacingd,
    SpatialCropd,
    SpatialPadd,
    SplitDimd,
    SqueezeDimd,
    ThresholdIntensityd,
    ToDeviced,
    ToNumpyd,
    ToTensord,
    Transposed,
    VistaPostTransformd,
    VistaPreTransformd,
    VoteEnsembled,
);

fn read<T: DeserializeOwned>(target: &str, arguments: Value) -> Result<T, Error> {
    serde_path_to_error::deserialize(arguments)
        .map_err(|error| Error::BadArguments { target: target.to_owned(), reason: error.to_string() })
}
