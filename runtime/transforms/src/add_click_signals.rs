use monai_imaging::Volume;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::gaussian_filter::smooth;
use crate::points::points_of;
use crate::{Error, Flag, Image, Keys, Number, Sample};

const NAME: &str = "AddClickSignalsd";

/// MONAI's `monai.apps.nuclick.transforms.AddClickSignalsd`: patches of a picture, one around each click, each with a channel for
/// its own click and one for the others within it. The result has the shape of MONAI's array, `(clicks, channels, bb_size,
/// bb_size)`: its channels are the clicks, its first spatial axis the channels of a patch. The boxes of the patches, as first
/// and last row and column, and the picture's size go under `bounding_boxes`, `img_width` and `img_height`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddClickSignalsd {
    /// Key of the picture.
    #[serde(rename = "image", default = "image")]
    pub keys: Keys,
    /// Key of the clicks: row and column of each, in pixels, on the picture or on the one that `location` lies on.
    #[serde(default = "foreground")]
    pub foreground: String,
    /// Pixels of a patch along each axis.
    #[serde(default = "size")]
    pub bb_size: usize,
    /// Whether a click is a Gaussian, else one pixel; not in a picture of integers, where MONAI's is 0 everywhere.
    #[serde(default)]
    pub gaussian: Flag,
    /// Standard deviation of the Gaussian in pixels.
    #[serde(default = "sigma")]
    pub sigma: Number,
    /// How many deviations its tail is long.
    #[serde(default = "truncated")]
    pub truncated: Number,
    /// Whether there is a channel for the other clicks.
    #[serde(default = "yes")]
    pub add_exclusion_map: Flag,
    #[doc(hidden)]
    #[serde(skip)]
    pub allow_missing_keys: Flag,
}

fn image() -> Keys {
    Keys::one("image")
}

fn foreground() -> String {
    "foreground".to_owned()
}

fn size() -> usize {
    128
}

fn sigma() -> Number {
    Number(1.0)
}

fn truncated() -> Number {
    Number(2.0)
}

fn yes() -> Flag {
    Flag(true)
}

impl AddClickSignalsd {
    /// The key under which a request may say where the picture lies on a larger one (`NuclickKeys`).
    pub const LOCATION: &str = "location";

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.bb_size == 0 {
            return Err(Error::unsupported(NAME, "bb_size", 0, "one pixel or more"));
        }
        if self.sigma.0 < 0.0 {
            return Err(Error::unsupported(NAME, "sigma", self.sigma.0, "no less than 0"));
        }
        if self.truncated.0 <= 0.0 {
            return Err(Error::unsupported(NAME, "truncated", self.truncated.0, "more than 0"));
        }
        self.keys.check_one(NAME, "image")
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let key = &self.keys.as_slice()[0];
        let image = sample.need(NAME, key)?;
        let volume = &image.volume;
        let [rows, columns, _] = volume.shape;
        if volume.rank != 2 || rows < self.bb_size || columns < self.bb_size {
            let expected = format!("a picture of {0} by {0} pixels or more", self.bb_size);
            return Err(Error::shape(NAME, expected, format!("{:?}", &volume.shape[..usize::from(volume.rank)])));
        }
        if self.gaussian.0 && !image.dtype.is_floating() {
            // MONAI rounds the Gaussian to the picture's type, which leaves nothing of it.
            let found = format!("{:?}", image.dtype);
            return Err(Error::shape(NAME, "a picture of floating point numbers for `gaussian`", found));
        }
        let clicks = self.clicks(sample, [rows, columns])?;
        let planes = volume.channels + 1 + usize::from(self.add_exclusion_map.0);
        let shape = [planes, self.bb_size, self.bb_size];
        Sample::bound(NAME, clicks.len(), shape.map(|extent| extent as f64), sample.most_voxels)?;
        let start = |at: usize, extent: usize| at.saturating_sub(self.bb_size / 2).min(extent - self.bb_size);
        let corner = |click: &[usize; 2]| [start(click[0], rows), start(click[1], columns)];
        let mut data = Vec::with_capacity(clicks.len() * shape.iter().product::<usize>());
        for click in &clicks {
            self.patch(volume, &clicks, *click, corner(click), &mut data);
        }
        let boxes: Vec<Value> = clicks
            .iter()
            .map(corner)
            .map(|[row, column]| json!([row, column, row + self.bb_size, column + self.bb_size]))
            .collect();
        let patches = Volume { channels: clicks.len(), shape, rank: 3, data, affine: volume.affine };
        let patches = Image { volume: patches, records: image.records.clone(), dtype: image.dtype };
        sample.images.insert(key.clone(), patches);
        sample.values.insert("bounding_boxes".to_owned(), Value::Array(boxes));
        sample.values.insert("img_width".to_owned(), json!(rows));
        sample.values.insert("img_height".to_owned(), json!(columns));
        Ok(())
    }

    /// The clicks that lie on the picture.
    fn clicks(&self, sample: &Sample, extents: [usize; 2]) -> Result<Vec<[usize; 2]>, Error> {
        let place = match sample.values.get(Self::LOCATION) {
            Some(location) => points_of(NAME, Self::LOCATION, &Value::Array(vec![location.clone()]), 2)?.remove(0),
            None => vec![0.0; 2],
        };
        let points = points_of(NAME, &self.foreground, sample.need_value(NAME, &self.foreground)?, 2)?;
        let pixel = |point: &Vec<f64>| {
            let at = |axis: usize| (point[axis] - place[axis]).trunc();
            let on = |axis: usize| at(axis) >= 0.0 && at(axis) < extents[axis] as f64;
            (on(0) && on(1)).then(|| [at(0) as usize, at(1) as usize])
        };
        let clicks: Vec<[usize; 2]> = points.iter().filter_map(pixel).collect();
        if clicks.is_empty() {
            let found = format!("{} points beside it", points.len());
            return Err(Error::value(NAME, &self.foreground, "a click on the picture", found));
        }
        Ok(clicks)
    }

    /// One patch: the picture's channels, then the clicks.
    fn patch(&self, picture: &Volume, clicks: &[[usize; 2]], own: [usize; 2], corner: [usize; 2], data: &mut Vec<f32>) {
        let (size, columns) = (self.bb_size, picture.shape[1]);
        for channel in 0..picture.channels {
            let plane = picture.channel(channel);
            let rows = corner[0]..corner[0] + size;
            rows.for_each(|row| data.extend_from_slice(&plane[row * columns + corner[1]..][..size]));
        }
        let mut marks = vec![vec![0.0; size * size]];
        marks.extend(self.add_exclusion_map.0.then(|| vec![0.0; size * size]));
        for click in clicks {
            let within = |axis: usize| click[axis].checked_sub(corner[axis]).filter(|at| *at < size);
            if let Some((row, column)) = within(0).zip(within(1))
                && let Some(marks) = marks.get_mut(usize::from(*click != own))
            {
                marks[row * size + column] = 1.0;
            }
        }
        for mut marks in marks {
            if self.gaussian.0 && marks.contains(&1.0) {
                smooth(&mut marks, [size, size, 1], [self.sigma.0, self.sigma.0, 0.0], self.truncated.0);
            }
            data.extend(marks);
        }
    }
}
