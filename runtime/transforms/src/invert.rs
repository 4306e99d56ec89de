use serde::Deserialize;
use serde_json::Value;

use crate::cast_to_type::per_key;
use crate::{Block, Error, Flag, Image, Inversion, Keys, PerKey, Sample, Transform, TypeName};

const NAME: &str = "Invertd";
/// Voxels of all channels in one slab.
const SLAB: usize = 1 << 21;

/// MONAI's `Invertd`: takes an image back onto the grid that the original had before preprocessing, by replaying the
/// original's records backwards.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invertd {
    /// Keys of the images to take back.
    pub keys: Keys,
    /// The preprocessing to invert, as the config names it. The records of `orig_keys` say what it did.
    pub transform: Value,
    /// Keys of the originals; the same keys where none are given.
    pub orig_keys: Option<Keys>,
    /// Whether voxels are taken from the nearest one, by key; else as preprocessing interpolated.
    #[serde(default = "yes")]
    pub nearest_interp: PerKey<Flag>,
    /// Where MONAI keeps header fields; nothing reads them here.
    pub meta_keys: Option<Value>,
    /// As `meta_keys`.
    pub orig_meta_keys: Option<Value>,
    /// As `meta_keys`.
    pub meta_key_postfix: Option<Value>,
    /// Whether the result is a tensor; the same here.
    pub to_tensor: Option<PerKey<Flag>>,
    /// The device of MONAI's tensor; the runtime chooses its own.
    pub device: Option<PerKey<Option<String>>>,
    /// A function on the result: only none.
    pub post_func: Option<Value>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

fn yes() -> PerKey<Flag> {
    PerKey::all(Flag(true))
}

impl Invertd {
    pub(crate) fn check(&self) -> Result<(), Error> {
        per_key(NAME, "nearest_interp", Some(&self.nearest_interp), &self.keys)?;
        per_key(NAME, "to_tensor", self.to_tensor.as_ref(), &self.keys)?;
        per_key(NAME, "device", self.device.as_ref(), &self.keys)?;
        if let Some(function) = self.post_func.as_ref().filter(|function| !function.is_null()) {
            return Err(Error::unsupported(NAME, "post_func", function, "none"));
        }
        if self.transform.is_null() {
            return Err(Error::unsupported(NAME, "transform", "none", "the preprocessing"));
        }
        match &self.orig_keys {
            Some(orig) if ![1, self.keys.as_slice().len()].contains(&orig.as_slice().len()) => {
                Err(Error::unsupported(NAME, "orig_keys", orig.as_slice().len(), "one key, or one for each of `keys`"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        for index in 0..self.keys.as_slice().len() {
            let Some((mut image, inversion)) = self.prepare(index, sample)? else { continue };
            inversion.whole(&mut image.volume)?;
            sample.images.insert(self.keys.as_slice()[index].clone(), image);
        }
        Ok(())
    }

    /// Takes the image of one key back and applies voxelwise transforms of that key to it, slab by slab: of many channels
    /// that become few, all are never held on the large grid. The result is that of the transforms one after the other,
    /// bit for bit.
    pub(crate) fn apply_and(&self, then: &[Transform], sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        let Some((mut image, inversion)) = self.prepare(0, sample)? else {
            return then.iter().try_for_each(|transform| transform.apply(sample));
        };
        let key = &self.keys.as_slice()[0];
        let [width, height, depth] = inversion.shape();
        let plane = height * depth;
        let thickness = (SLAB / (image.volume.channels * plane).max(1)).clamp(1, width.max(1));
        let (mut data, mut channels, mut dtype) = (Vec::new(), 0, TypeName::Float32);
        for start in (0..width).step_by(thickness) {
            let end = (start + thickness).min(width);
            let slab = inversion.slab(&image.volume, start..end)?;
            let mut block = Block { channels: slab.channels, dtype: TypeName::Float32, data: slab.data };
            then.iter().try_for_each(|transform| transform.apply_to_block(key, &mut block))?;
            if start == 0 {
                (channels, dtype) = (block.channels, block.dtype);
                Sample::bound(NAME, channels, [width, height, depth].map(|extent| extent as f64), most)?;
                data = vec![0f32; channels * width * plane];
            }
            let parts = data.chunks_exact_mut(width * plane).zip(block.data.chunks_exact((end - start) * plane));
            parts.for_each(|(whole, part)| whole[start * plane..end * plane].copy_from_slice(part));
        }
        let volume = &mut image.volume;
        (volume.data, volume.channels, image.dtype) = (data, channels, dtype);
        (volume.shape, volume.rank, volume.affine) = (inversion.shape(), inversion.rank(), *inversion.affine());
        sample.images.insert(key.clone(), image);
        Ok(())
    }

    /// Takes the image of a key out of the sample, with the way back onto its grid; none where it may be missing and is.
    fn prepare(&self, index: usize, sample: &mut Sample) -> Result<Option<(Image, Inversion)>, Error> {
        let key = &self.keys.as_slice()[index];
        let Some(mut image) = sample.images.remove(key) else {
            return if self.allow_missing_keys.0 {
                Ok(None)
            } else {
                Err(Error::MissingKey { target: NAME, key: key.clone() })
            };
        };
        let orig = self.orig_keys.as_ref().map_or(key, |orig| {
            let orig = orig.as_slice();
            if orig.len() == 1 { &orig[0] } else { &orig[index] }
        });
        if orig != key {
            let original = sample.need(NAME, orig)?;
            if original.volume.shape != image.volume.shape {
                let expected = format!("`{key}` on the grid {:?} of `{orig}`", original.volume.shape);
                return Err(Error::shape(NAME, expected, format!("{:?}", image.volume.shape)));
            }
            image.volume.affine = original.volume.affine;
            image.volume.rank = original.volume.rank;
            image.records = original.records.clone();
        }
        let inversion = Inversion::new(&image.volume, &image.records, self.nearest_interp.get(index).0)?;
        image.records.clear();
        Ok(Some((image, inversion)))
    }
}
