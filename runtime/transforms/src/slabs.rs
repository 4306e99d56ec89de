//! What a transform does to parts of an image and to the sample's keys: for who runs a pipeline piece by piece.

use std::collections::BTreeSet;

use crate::voxelwise::{Block, Voxelwise};
use crate::{Error, Sample, Transform, TypeName};

impl Transform {
    /// What happens to the voxels of the key at `index`, where each voxel of the result depends on the same voxel of the
    /// image alone.
    fn voxelwise(&self, index: usize) -> Option<Box<dyn Voxelwise + '_>> {
        fn boxed<'a>(act: impl Voxelwise + 'a) -> Box<dyn Voxelwise + 'a> {
            Box::new(act)
        }
        match self {
            Transform::Activationsd(inner) => inner.voxelwise(index).map(boxed),
            Transform::AsDiscreted(inner) => inner.voxelwise(index).map(boxed),
            Transform::CastToTyped(inner) => Some(boxed(inner.act(index))),
            Transform::EnsureTyped(inner) => Some(boxed(inner.act(index))),
            Transform::LabelFilterd(inner) => Some(boxed(inner.act(index))),
            Transform::Lambdad(inner) => inner.voxelwise(index).map(boxed),
            Transform::NormalizeIntensityd(inner) => inner.voxelwise(index).map(boxed),
            Transform::SaveImaged(inner) => inner.voxelwise(index).map(boxed),
            Transform::ScaleIntensityRanged(inner) => Some(boxed(inner.act(index))),
            Transform::ScaleIntensityd(inner) => inner.voxelwise(index).map(boxed),
            Transform::ThresholdIntensityd(inner) => Some(boxed(inner.act(index))),
            Transform::ToDeviced(inner) => Some(boxed(inner.act(index))),
            Transform::ToNumpyd(inner) => Some(boxed(inner.act(index))),
            Transform::ToTensord(inner) => Some(boxed(inner.act(index))),
            _ => None,
        }
    }

    /// MONAI's resampling gives 32-bit floats, whatever type the image had.
    pub(crate) fn note_resampling(&self, sample: &mut Sample) {
        if !matches!(self, Transform::Invertd(_) | Transform::Resized(_) | Transform::Spacingd(_)) {
            return;
        }
        for key in self.keys().as_slice() {
            sample.images.entry(key.clone()).and_modify(|image| image.dtype = TypeName::Float32);
        }
    }

    /// Whether each voxel of the result depends on the same voxel of the image alone, so that the transform can be applied
    /// to any part of the image.
    pub fn is_voxelwise(&self) -> bool {
        (0..self.keys().as_slice().len()).all(|index| self.voxelwise(index).is_some())
    }

    /// Applies a voxelwise transform to some voxels of the image under `key`, with the same result, bit for bit, as to
    /// the whole of it. A transform of other keys does nothing.
    ///
    /// # Errors
    /// [`Error::WrongShape`] where the transform is not voxelwise, and as [`Transform::apply`].
    pub fn apply_to_block(&self, key: &str, block: &mut Block) -> Result<(), Error> {
        for index in (0..self.keys().as_slice().len()).filter(|&index| self.keys().as_slice()[index] == key) {
            match self.voxelwise(index) {
                Some(act) => block.apply(&*act)?,
                None => return Err(Error::shape(self.name(), "the whole image", "a block of it")),
            }
        }
        Ok(())
    }

    /// Whether it reads the voxels of the image under `key`, and not its grid alone.
    pub fn reads(&self, key: &str) -> bool {
        let other = match self {
            Transform::AddLabelAsGuidanced(add) => add.source == key,
            Transform::CropForegroundd(crop) => crop.source_key == key,
            Transform::FlattenSubKeysd(flatten) => flatten.inner(key).is_some(),
            Transform::HoVerNetInstanceMapPostProcessingd(hover) => hover.hover_map_key == key,
            Transform::HoVerNetNuclearTypePostProcessingd(types) => types.instance_map_key == key,
            Transform::MaskIntensityd(mask) => mask.mask_key == key,
            _ => false,
        };
        other || self.keys().as_slice().iter().any(|own| own == key)
    }

    /// Brings `keys`, those of a sample before the transform, to those after it. `SplitDimd` without postfixes adds keys
    /// that depend on the image, of which it can name none; so does `FlattenSubKeysd` where what it lifts is no image.
    pub fn change_keys(&self, keys: &mut BTreeSet<String>) {
        match self {
            Transform::AddClickSignalsd(_) => {
                keys.extend(["bounding_boxes", "img_width", "img_height"].map(str::to_owned));
            }
            Transform::AddGuidanceFromPointsDeepEditd(add) => {
                keys.insert(add.guidance.clone());
            }
            Transform::ConcatItemsd(concat) => {
                keys.insert(concat.name.clone());
            }
            Transform::CopyItemsd(copy) => keys.extend(copy.pairs().into_iter().map(|(_, name)| name)),
            Transform::DeleteItemsd(delete) => keys.retain(|key| !delete.deletes(key).unwrap_or(false)),
            Transform::FlattenSubKeysd(flatten) => flatten.change_keys(keys),
            Transform::HoVerNetInstanceMapPostProcessingd(hover) => {
                keys.extend([&hover.instance_info_key, &hover.instance_map_key].map(Clone::clone));
            }
            Transform::HoVerNetNuclearTypePostProcessingd(types) if types.return_type_map.0 => {
                keys.insert(types.type_map_key.clone());
            }
            Transform::Lambdad(lambda) => keys.extend(lambda.new_keys()),
            Transform::MeanEnsembled(ensemble) => keys.extend(ensemble.output_key.clone()),
            Transform::SelectItemsd(select) => keys.retain(|key| select.keys.as_slice().contains(key)),
            Transform::SplitDimd(split) => keys.extend(split.new_keys()),
            Transform::VoteEnsembled(ensemble) => keys.extend(ensemble.output_key.clone()),
            _ => {}
        }
    }
}
