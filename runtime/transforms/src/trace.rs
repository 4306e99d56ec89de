use serde_json::{Map, Value};

use crate::{Block, Error, Image, Sample, Transform, TypeName};

impl Transform {
    /// Does to an image without voxels what [`Transform::apply`] does to the form of one with them: channels, shape and
    /// place. What depends on the voxels is taken at its largest: `CropForegroundd` crops nothing.
    ///
    /// # Errors
    /// As [`Transform::apply`], as far as the form tells.
    pub fn trace(&self, sample: &mut Sample) -> Result<(), Error> {
        match self {
            Transform::AddGuidanceFromPointsDeepEditd(_)
            | Transform::BorderPadd(_)
            | Transform::CenterScaleCropd(_)
            | Transform::CenterSpatialCropd(_)
            | Transform::CopyItemsd(_)
            | Transform::DeleteItemsd(_)
            | Transform::DivisiblePadd(_)
            | Transform::EnsureChannelFirstd(_)
            | Transform::FlattenSubKeysd(_)
            | Transform::Flipd(_)
            | Transform::Orientationd(_)
            | Transform::Padd(_)
            | Transform::Resized(_)
            | Transform::ResizeGuidanceMultipleLabelDeepEditd(_)
            | Transform::ResizeWithPadOrCropd(_)
            | Transform::SelectItemsd(_)
            | Transform::Spacingd(_)
            | Transform::SpatialCropd(_)
            | Transform::SpatialPadd(_)
            | Transform::SqueezeDimd(_)
            | Transform::Transposed(_) => self.apply(sample),
            Transform::AddGuidanceSignalDeepEditd(add) => {
                let labels = sample.values.get(&add.guidance).and_then(Value::as_object).map_or(0, Map::len);
                if let Some(image) = sample.images.get_mut("image").filter(|_| labels > 0) {
                    image.volume.channels = add.channels(image.volume.channels, labels);
                }
                Ok(())
            }
            Transform::AddLabelAsGuidanced(add) => {
                let more = sample.images.get(&add.source).map_or(0, |label| label.volume.channels);
                let own = sample.images.iter_mut().filter(|(key, _)| add.keys.as_slice().contains(key));
                own.for_each(|(_, image)| image.volume.channels += more);
                Ok(())
            }
            Transform::SaveImaged(save) if save.resample.0 => self.apply(sample),
            Transform::ConcatItemsd(concat) => {
                let own = concat.keys.as_slice().iter().filter_map(|key| sample.images.get(key));
                let channels = own.map(|image| image.volume.channels).sum();
                self.first_as(sample, Some(&concat.name), Some(channels))
            }
            Transform::HoVerNetInstanceMapPostProcessingd(hover) => {
                self.first_as(sample, Some(&hover.instance_map_key), Some(1))
            }
            Transform::HoVerNetNuclearTypePostProcessingd(types) => {
                let name = Some(&types.type_map_key).filter(|_| types.return_type_map.0);
                self.first_as(sample, name, Some(1))
            }
            Transform::VistaPostTransformd(vista) => {
                let own = sample.images.iter_mut().filter(|(key, _)| vista.keys.as_slice().contains(key));
                own.for_each(|(_, image)| image.volume.channels = 1);
                Ok(())
            }
            Transform::MeanEnsembled(mean) => self.first_as(sample, mean.output_key.as_ref(), None),
            Transform::VoteEnsembled(vote) => {
                self.first_as(sample, vote.output_key.as_ref(), vote.num_classes.map(|_| 1))
            }
            Transform::RepeatChanneld(repeat) => {
                let keys = repeat.keys.as_slice();
                let own = sample.images.iter_mut().filter(|(key, _)| keys.contains(key));
                own.for_each(|(_, image)| image.volume.channels *= repeat.repeats);
                Ok(())
            }
            _ if self.is_voxelwise() => {
                for key in self.keys().as_slice() {
                    let Some(Image { volume, dtype, .. }) = sample.images.get_mut(key) else { continue };
                    let mut block = Block { channels: volume.channels, dtype: *dtype, data: Vec::new() };
                    self.apply_to_block(key, &mut block)?;
                    (volume.channels, *dtype) = (block.channels, block.dtype);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Puts an image of the form of the first key's under another key.
    fn first_as(&self, sample: &mut Sample, name: Option<&String>, channels: Option<usize>) -> Result<(), Error> {
        let first = self.keys().as_slice().first().and_then(|key| sample.images.get(key)).cloned();
        if let Some((mut image, name)) = first.zip(name) {
            image.volume.channels = channels.unwrap_or(image.volume.channels);
            image.dtype = TypeName::Float32;
            sample.images.insert(name.clone(), image);
        }
        Ok(())
    }
}
