use monai_imaging::Colours;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::arguments::float32;
use crate::cast_to_type::casting;
use crate::{Error, Flag, Keys, Orientationd, PerKey, Sample, TypeName, voxelwise};

const NAME: &str = "LoadImaged";

/// MONAI's `LoadImaged`. The runtime decodes the request's bytes into the sample before the pipeline starts, by their
/// content and not by a name, channels already first; what is left to do here is the cast to `dtype`, and to see that what
/// was decoded is what the reader would have given.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadImaged {
    /// Keys of the images.
    pub keys: Keys,
    /// The readers that MONAI would try first. Of a NIfTI file that says where it lies, in millimetres, they all make the
    /// same; of others, and of pictures, the image here is that of `NibabelReader` and of `PILReader`.
    pub reader: Option<PerKey<Reader>>,
    /// Type of the loaded voxels; none: the file's.
    #[serde(default = "float32")]
    pub dtype: Option<TypeName>,
    /// Where MONAI would put header fields; without effect, for nothing reads them here.
    pub meta_keys: Option<Keys>,
    /// As `meta_keys`.
    pub meta_key_postfix: Option<Value>,
    /// As `meta_keys`.
    pub overwriting: Option<Flag>,
    /// Whether MONAI returns no header fields beside the image; without effect, for the image is the same.
    pub image_only: Option<Flag>,
    /// As `meta_keys`.
    pub simple_keys: Option<Flag>,
    /// As `meta_keys`.
    pub prune_meta_pattern: Option<String>,
    /// As `meta_keys`.
    pub prune_meta_sep: Option<String>,
    /// Whether `~` in a file's name is the user's folder; without effect, for there is no name.
    pub expanduser: Option<Flag>,
    /// Whether MONAI puts channels first; without effect, for they always are.
    pub ensure_channel_first: Option<Flag>,
    /// Of `NibabelReader` and `ITKReader`: the file's axis of channels, -1 for the last one or `no_channel`.
    #[serde(default)]
    pub channel_dim: ChannelDim,
    /// Of `NibabelReader`: whether the axes are turned to be as near to RAS+ as they can. The answer is turned back.
    #[serde(default)]
    pub as_closest_canonical: Flag,
    /// Of `NibabelReader`: whether a last axis of extent 1 is dropped; without effect, for it is one channel in any case.
    pub squeeze_non_spatial_dims: Option<Flag>,
    /// Of `NibabelReader`: without effect.
    pub to_gpu: Option<Flag>,
    /// Of `NibabelReader`: without effect.
    pub mmap: Option<Value>,
    /// Of `ITKReader` and `PydicomReader`: only `true`, the world of RAS+.
    pub affine_lps_to_ras: Option<Flag>,
    /// Of `ITKReader` and `PILReader`: only as it makes the first axis that of columns, `true` of pictures, `false` of
    /// `ITKReader`.
    pub reverse_indexing: Option<Flag>,
    /// Of `ITKReader`: without effect, for a request brings one series.
    pub series_name: Option<String>,
    /// Of `ITKReader`: as `meta_keys`.
    pub series_meta: Option<Flag>,
    /// Of `PILReader`: the colours of a picture, such as `lambda x: x.convert('RGB')`. They must be asked for where the
    /// picture is decoded.
    #[serde(default, deserialize_with = "colours")]
    pub converter: Option<Colours>,
    /// Whether a key may be missing.
    #[serde(default)]
    pub allow_missing_keys: Flag,
}

/// A reader of MONAI, with or without `monai.data.` before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Reader {
    NibabelReader,
    ITKReader,
    PILReader,
    PydicomReader,
    NvImgCodecPydicomReader,
    NumpyReader,
    NrrdReader,
}

impl<'de> Deserialize<'de> for Reader {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Reader, D::Error> {
        let text = String::deserialize(from)?;
        let name = text.trim_start_matches('$').trim_start_matches("monai.data.").trim_start_matches("image_reader.");
        Ok(match name.to_lowercase().as_str() {
            "nibabelreader" => Reader::NibabelReader,
            "itkreader" => Reader::ITKReader,
            "pilreader" => Reader::PILReader,
            "pydicomreader" => Reader::PydicomReader,
            "nvimgcodecpydicomreader" => Reader::NvImgCodecPydicomReader,
            "numpyreader" => Reader::NumpyReader,
            "nrrdreader" => Reader::NrrdReader,
            _ => return Err(D::Error::custom(format!("the reader {text:?} is not one of MONAI's"))),
        })
    }
}

/// Where a file has its channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChannelDim {
    /// Where its format has them.
    #[default]
    Usual,
    /// Behind the axes of space.
    Last,
    /// Nowhere.
    NoChannel,
}

impl<'de> Deserialize<'de> for ChannelDim {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<ChannelDim, D::Error> {
        match Value::deserialize(from)? {
            Value::Null => Ok(ChannelDim::Usual),
            value if value.as_i64() == Some(-1) => Ok(ChannelDim::Last),
            Value::String(text) if text == "no_channel" => Ok(ChannelDim::NoChannel),
            other => Err(D::Error::custom(format!("`channel_dim` is {other}, expected none, -1 or \"no_channel\""))),
        }
    }
}

fn colours<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Colours>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
    let known = || {
        let (name, body) = text.trim_start_matches('$').trim().strip_prefix("lambda ")?.split_once(':')?;
        let mode = body.trim().strip_prefix(name.trim())?.strip_prefix(".convert(")?.strip_suffix(')')?;
        match mode.trim_matches(['\'', '"']) {
            "L" => Some(Colours::Grey),
            "RGB" => Some(Colours::Rgb),
            "RGBA" => Some(Colours::Rgba),
            _ => None,
        }
    };
    let unknown = || format!("`converter` is {text:?}, expected such as lambda x: x.convert('RGB')");
    known().map(Some).ok_or_else(|| D::Error::custom(unknown()))
}

impl LoadImaged {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.affine_lps_to_ras == Some(Flag(false)) {
            return Err(Error::unsupported(NAME, "affine_lps_to_ras", false, "true"));
        }
        let itk = self.reader.as_ref().is_some_and(|readers| readers.values().last() == Some(&Reader::ITKReader));
        match self.reverse_indexing {
            Some(Flag(reversed)) if reversed == itk => {
                Err(Error::unsupported(NAME, "reverse_indexing", reversed, "columns first, as without it"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn apply(&self, sample: &mut Sample) -> Result<(), Error> {
        let most = sample.most_voxels;
        sample.each(NAME, &self.keys, self.allow_missing_keys.0, |_, image| {
            let channels = image.volume.channels;
            let fits = match self.channel_dim {
                ChannelDim::Usual => {
                    self.converter.is_none_or(|colours| colours.channels().is_none_or(|c| c == channels))
                }
                ChannelDim::Last => channels > 1,
                ChannelDim::NoChannel => channels == 1,
            };
            if !fits {
                let expected = format!("an image as `channel_dim` {:?} and `converter` say", self.channel_dim);
                return Err(Error::shape(NAME, expected, format!("{channels} channels")));
            }
            voxelwise::whole(NAME, &casting(self.dtype), image, most)
        })?;
        if !self.as_closest_canonical.0 {
            return Ok(());
        }
        let arguments =
            json!({ "keys": self.keys.as_slice(), "axcodes": "RAS", "allow_missing_keys": self.allow_missing_keys.0 });
        let canonical: Orientationd = serde_json::from_value(arguments)
            .map_err(|error| Error::BadArguments { target: NAME.to_owned(), reason: error.to_string() })?;
        canonical.apply(sample)
    }
}
