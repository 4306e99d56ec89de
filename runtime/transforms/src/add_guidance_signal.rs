use monai_imaging::Volume;
use serde::Deserialize;
use serde_json::Value;

use crate::gaussian_filter::smooth;
use crate::guidance::guidance;
use crate::points::{Point, check_coordinates, points};
use crate::{Error, Flag, Keys, Number, Sample, TypeName};

const NAME: &str = "AddGuidanceSignalDeepEditd";
/// The only key that MONAI adds signals to.
const IMAGE: &str = "image";
/// How many deviations the tail of the Gaussian is long (`GaussianFilter`).
const TRUNCATED: f64 = 4.0;

/// MONAI's `monai.apps.deepedit.transforms.AddGuidanceSignalDeepEditd`: behind the first channels of an image come others, one
/// for each label of the guidance, with a Gaussian around each click, from 0 to 1.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddGuidanceSignalDeepEditd {
    /// Key of the image: `image`.
    pub keys: Keys,
    /// Key of the clicks by label: lists of points in voxels of the image, or such lists as text.
    #[serde(default = "crate::add_guidance_from_points::guidance")]
    pub guidance: String,
    /// Standard deviation of the Gaussian in voxels.
    #[serde(default = "three")]
    pub sigma: Number,
    /// How many channels of the image are kept.
    #[serde(default = "one")]
    pub number_intensity_ch: usize,
    /// Whether the key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn three() -> Number {
    Number(3.0)
}

fn one() -> usize {
    1
}

impl AddGuidanceSignalDeepEditd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.sigma.0 < 0.0 {
            return Err(Error::unsupported(NAME, "sigma", self.sigma.0, "no less than 0"));
        }
        match self.keys.as_slice() {
            [key] if key == IMAGE => Ok(()),
            other => {
                Err(Error::unsupported(NAME, "keys", other.join(", "), "`image`, the only one that MONAI changes"))
            }
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let Some(image) = sample.images.get(IMAGE) else {
            let missing = || Error::MissingKey { target: NAME, key: IMAGE.to_owned() };
            return if self.allow_missing_keys.0 { Ok(()) } else { Err(missing()) };
        };
        let guidance = guidance(NAME, &self.guidance, sample)?;
        if guidance.is_empty() {
            return Ok(());
        }
        let channels = self.channels(image.volume.channels, guidance.len());
        Sample::bound(NAME, channels, image.volume.shape.map(|extent| extent as f64), sample.most_voxels)?;
        let clicks: Vec<Vec<usize>> =
            guidance.values().map(|clicks| self.places(&image.volume, clicks)).collect::<Result<_, _>>()?;
        let Some(image) = sample.images.get_mut(IMAGE) else { return Ok(()) };
        let volume = &mut image.volume;
        let voxels = volume.voxels();
        volume.data.truncate(self.number_intensity_ch.saturating_mul(voxels));
        volume.data.reserve_exact(channels * voxels - volume.data.len());
        for clicks in clicks {
            let signal = self.signal(volume, &clicks);
            volume.data.extend(signal);
        }
        volume.channels = channels;
        image.dtype = image.dtype.promote(TypeName::Float32);
        Ok(())
    }

    /// Channels of an image that had so many, with those of so many labels.
    pub(crate) fn channels(&self, channels: usize, labels: usize) -> usize {
        channels.min(self.number_intensity_ch) + labels
    }

    /// The voxels that were clicked at. A click before the first voxel is none, one behind the last is at it.
    fn places(&self, volume: &Volume, clicks: &Value) -> Result<Vec<usize>, Error> {
        let (shape, rank) = (volume.shape, usize::from(volume.rank));
        let text = clicks.as_str().map(|text| serde_json::from_str(text).unwrap_or(Value::Null));
        let points = points(NAME, &self.guidance, text.as_ref().unwrap_or(clicks))?;
        check_coordinates(NAME, &self.guidance, &points, rank, |found| found >= rank)?;
        let inside = points.iter().filter(|point| point.iter().all(|at| *at >= 0.0));
        let place = |point: &Point| {
            // Those before the last ones are not of the grid.
            let own = &point[point.len() - rank..];
            let at = |axis: usize| own.get(axis).map_or(0, |at| (*at as usize).min(shape[axis] - 1));
            (at(0) * shape[1] + at(1)) * shape[2] + at(2)
        };
        Ok(inside.map(place).collect())
    }

    /// One channel with a Gaussian around each voxel.
    fn signal(&self, volume: &Volume, clicks: &[usize]) -> Vec<f32> {
        let mut signal = vec![0.0; volume.voxels()];
        if clicks.is_empty() {
            return signal;
        }
        clicks.iter().for_each(|place| signal[*place] = 1.0);
        let mut deviations = [0.0; 3];
        deviations[..usize::from(volume.rank)].fill(self.sigma.0);
        smooth(&mut signal, volume.shape, deviations, TRUNCATED);
        let extremes = |(least, most): (f32, f32), value: &f32| (least.min(*value), most.max(*value));
        let (least, most) = signal.iter().fold((f32::INFINITY, 0.0), extremes);
        signal.iter_mut().for_each(|value| *value = (*value - least) / (most - least));
        signal
    }
}
