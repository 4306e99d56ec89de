use std::collections::HashMap;

use monai_imaging::Volume;
use rayon::prelude::*;
use serde::Deserialize;

use crate::components::{Parts, rows};
use crate::{Error, Flag, Image, Keys, Number, PerKey, Sample};

const NAME: &str = "RemoveSmallObjectsd";

/// MONAI's `RemoveSmallObjectsd`: sets to 0 what is smaller than `min_size`. Of an image of zeros and ones, objects are
/// its connected parts, across channels too; of other labels, an object is all that has one label, truncated to an integer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveSmallObjectsd {
    /// Keys of the images.
    pub keys: Keys,
    /// The least number of voxels, or of cubic millimetres, that stays.
    #[serde(default = "sixty_four")]
    pub min_size: Number,
    /// How many axes neighbours may differ along; the channels are one of them.
    #[serde(default = "one")]
    pub connectivity: usize,
    /// Whether objects are found as above; else as the connected parts of all that is larger than 0.
    #[serde(default = "yes")]
    pub independent_channels: Flag,
    /// Whether `min_size` is in cubic millimetres.
    #[serde(default)]
    pub by_measure: Flag,
    /// The size of a voxel where an image does not know it; without effect, for it always does.
    pub pixdim: Option<PerKey<Number>>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn sixty_four() -> Number {
    Number(64.0)
}

fn one() -> usize {
    1
}

fn yes() -> Flag {
    Flag(true)
}

impl RemoveSmallObjectsd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.connectivity {
            1..=4 => Ok(()),
            other => Err(Error::unsupported(NAME, "connectivity", other, "1 to 4")),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| self.clean(image))
    }

    pub(crate) fn clean(&self, image: &mut Image) -> Result<(), Error> {
        let volume = &mut image.volume;
        let first = volume.data.first().copied().unwrap_or(0.0);
        if volume.data.par_iter().all(|&value| value == first) {
            return Ok(());
        }
        let least = match self.by_measure.0 {
            true => (self.min_size.0 / volume.affine.spacing().iter().product::<f64>()).ceil(),
            false => self.min_size.0,
        };
        if !self.independent_channels.0 {
            self.clean_parts(volume, least, |value| f32::from(u8::from(value > 0.0)));
            // MONAI multiplies the image by its parts, so that what is not larger than 0 is lost.
            volume.data.par_iter_mut().for_each(|value| *value = if *value > 0.0 { *value } else { 0.0 });
        } else if volume.data.par_iter().all(|&value| value <= 1.0) {
            let truth = |value: f32| f32::from(u8::from(value != 0.0));
            volume.data.par_iter_mut().for_each(|value| *value = truth(*value));
            self.clean_parts(volume, least, truth);
        } else {
            clean_labels(volume, least)?;
        }
        volume.data.par_chunks_mut(1 << 16).for_each(|part| image.dtype.cast_all(part));
        Ok(())
    }

    fn clean_parts(&self, volume: &mut Volume, least: f64, class: impl Fn(f32) -> f32 + Sync) {
        let rows = rows(volume.channels, volume.shape);
        let parts = Parts::find(&volume.data, rows, self.connectivity, class, |_, _| false);
        let small: Vec<bool> = parts.parts.iter().map(|part| (part.size as f64) < least).collect();
        parts.paint(&mut volume.data, &small, 0.0);
    }
}

fn clean_labels(volume: &mut Volume, least: f64) -> Result<(), Error> {
    volume.data.par_iter_mut().for_each(|value| *value = value.trunc());
    let (mut sizes, mut negative): (HashMap<u32, u64>, _) = (HashMap::new(), false);
    rows(volume.channels, volume.shape).each(
        &volume.data,
        |value| value,
        |_, run| {
            negative |= run.class < 0.0;
            *sizes.entry(run.class.to_bits()).or_default() += u64::from(run.end - run.start);
        },
    );
    if negative {
        return Err(Error::shape(NAME, "labels from 0 on", "a negative label"));
    }
    sizes.retain(|_, size| (*size as f64) < least);
    volume.data.par_chunks_mut(1 << 16).for_each(|part| {
        // Whether the voxel before was small, so that labels are looked up only where they change.
        let (mut last, mut small) = (0f32, false);
        for value in part {
            if value.to_bits() != last.to_bits() {
                (last, small) = (*value, sizes.contains_key(&value.to_bits()));
            }
            *value = if small { 0.0 } else { *value };
        }
    });
    Ok(())
}
