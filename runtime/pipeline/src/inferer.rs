use serde::Deserialize;
use serde_json::Value;

use crate::problem::hint;

/// The inferers that there are here.
const SUPPORTED: [&str; 4] = ["SimpleInferer", "SlidingWindowInferer", "SlidingWindowInfererAdapt", "SliceInferer"];

/// How the network is run over an image (`monai.inferers`).
#[derive(Debug, Clone, PartialEq)]
pub enum Inferer {
    /// The whole image at once.
    Simple,
    /// Window by window.
    SlidingWindow(SlidingWindow),
    /// Window by window of two axes, slice by slice of an image of three.
    Slice(Slice),
}

/// MONAI's `SliceInferer`.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// The axis of the image, 0 to 2, that the slices are cut across.
    pub spatial_dim: usize,
    /// Windows of three axes, one voxel thick along `spatial_dim`.
    pub windows: SlidingWindow,
}

/// Arguments of MONAI's `SlidingWindowInferer` that change the result, one value per spatial axis.
#[derive(Debug, Clone, PartialEq)]
pub struct SlidingWindow {
    /// Extent of a window in voxels; `None`: the image's own extent.
    pub roi_size: Vec<Option<usize>>,
    /// Most windows in flight. Changes memory and speed, never the result.
    pub sw_batch_size: usize,
    /// Share of a window that the next one covers again, from 0 to below 1.
    pub overlap: Vec<f64>,
    /// How overlapping windows are weighed.
    pub blend: Blend,
    /// What surrounds an image that is smaller than a window.
    pub padding: Padding,
}

impl SlidingWindow {
    /// The extents of a window on a grid.
    pub fn extents(&self, grid: &[usize]) -> Vec<usize> {
        self.roi_size.iter().zip(grid).map(|(window, extent)| window.unwrap_or(*extent)).collect()
    }
}

/// An inferer of another name, or an argument that it does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct InfererError {
    /// Found and expected.
    pub reason: String,
}

impl From<String> for InfererError {
    fn from(reason: String) -> InfererError {
        InfererError { reason }
    }
}

/// Weights inside a window.
#[derive(Debug, Clone, PartialEq)]
pub enum Blend {
    /// All voxels weigh the same.
    Constant,
    /// A Gaussian around the centre, its sigma as a share of the window, per axis.
    Gaussian {
        /// Share of the window.
        sigma_scale: Vec<f64>,
    },
}

/// Values outside the image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Padding {
    /// This value.
    Constant(f32),
    /// Mirrored without the edge.
    Reflect,
    /// The edge.
    Replicate,
    /// From the other side.
    Circular,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum PerAxis<T> {
    One(T),
    Each(Vec<T>),
}

impl<T: Copy> PerAxis<T> {
    fn expand(self, name: &str, axes: usize) -> Result<Vec<T>, String> {
        match self {
            PerAxis::One(value) => Ok(vec![value; axes]),
            PerAxis::Each(values) if values.len() == axes => Ok(values),
            PerAxis::Each(values) => {
                Err(format!("`{name}` has {} values, the network has {axes} spatial axes", values.len()))
            }
        }
    }
}

/// `device`, `sw_device`, `progress`, `cache_roi_weight_map`, `cpu_thresh`, `buffer_steps` and `buffer_dim` say where and how
/// MONAI computes, not what.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    roi_size: Value,
    sw_batch_size: Option<usize>,
    overlap: Option<Value>,
    mode: Option<String>,
    sigma_scale: Option<Value>,
    padding_mode: Option<String>,
    cval: Option<f32>,
    #[serde(rename = "sw_device")]
    _sw_device: Option<String>,
    #[serde(rename = "device")]
    _device: Option<String>,
    #[serde(rename = "progress")]
    _progress: Option<bool>,
    #[serde(rename = "cache_roi_weight_map")]
    _cache_roi_weight_map: Option<bool>,
    #[serde(rename = "cpu_thresh")]
    _cpu_thresh: Option<u64>,
    #[serde(rename = "buffer_steps")]
    _buffer_steps: Option<u64>,
    #[serde(rename = "buffer_dim")]
    _buffer_dim: Option<i64>,
    with_coord: Option<bool>,
}

impl Inferer {
    /// Reads an inferer from MONAI's class name and its arguments, for a network of this many spatial axes.
    ///
    /// # Errors
    /// An inferer that is not supported, an argument that it does not have, or a value that it does not take.
    pub fn parse(target: &str, arguments: Value, axes: usize) -> Result<Inferer, InfererError> {
        match class(target) {
            "SimpleInferer" => match arguments.as_object().and_then(|arguments| arguments.keys().next()) {
                None => Ok(Inferer::Simple),
                Some(argument) => Err(format!("`SimpleInferer` has no argument `{argument}`").into()),
            },
            name @ ("SlidingWindowInferer" | "SlidingWindowInfererAdapt") => {
                Ok(sliding_window(name, arguments, axes, None).map(Inferer::SlidingWindow)?)
            }
            "SliceInferer" => Ok(slice(arguments, axes).map(Inferer::Slice)?),
            _ => Err(unknown(target).into()),
        }
    }
}

impl Inferer {
    /// Number of spatial axes of the images that it takes, for a network of `axes`.
    pub fn spatial_dims(&self, axes: usize) -> usize {
        if matches!(self, Inferer::Slice(_)) { 3 } else { axes }
    }

    /// The extents that the network sees at once of a grid: those of a window, or of all of it.
    pub fn seen(&self, grid: &[usize]) -> Vec<usize> {
        match self {
            Inferer::Simple => grid.to_vec(),
            Inferer::SlidingWindow(windows) => windows.extents(grid),
            Inferer::Slice(slice) => {
                let mut window = slice.windows.extents(grid);
                window.remove(slice.spatial_dim);
                window
            }
        }
    }

    /// The extents that the network sees at once, where they do not depend on the image.
    pub fn fixed_window(&self) -> Option<Vec<usize>> {
        let roi_size = &self.windows()?.roi_size;
        // An axis without an extent of its own takes the image's.
        roi_size.iter().all(Option::is_some).then(|| self.seen(&vec![1; roi_size.len()]))
    }

    /// The windows, where the network does not see the whole image at once.
    pub fn windows(&self) -> Option<&SlidingWindow> {
        match self {
            Inferer::Simple => None,
            Inferer::SlidingWindow(windows) => Some(windows),
            Inferer::Slice(slice) => Some(&slice.windows),
        }
    }
}

/// MONAI's name of the class, alone; empty where the module is not MONAI's.
fn class(target: &str) -> &str {
    match target.rsplit_once('.') {
        None => target,
        Some(("monai.inferers" | "monai.inferers.inferer", name)) => name,
        Some(_) => "",
    }
}

/// Whether there is such an inferer here.
pub(crate) fn is_known(target: &str) -> bool {
    SUPPORTED.contains(&class(target))
}

pub(crate) fn unknown(target: &str) -> String {
    let (supported, hint) = (SUPPORTED.join(", "), hint(target, SUPPORTED));
    format!("the inferer `{target}` is not supported; supported: {supported}{hint}")
}

fn per_axis<T: Copy + serde::de::DeserializeOwned>(
    name: &str,
    value: Option<Value>,
    default: T,
    axes: usize,
) -> Result<Vec<T>, String> {
    match value {
        None => Ok(vec![default; axes]),
        Some(value) => {
            let shown = value.to_string();
            let parsed: PerAxis<T> = match value {
                Value::Array(values) => values
                    .into_iter()
                    .map(serde_json::from_value)
                    .collect::<Result<_, _>>()
                    .map(PerAxis::Each)
                    .map_err(|error| format!("`{name}` is {shown}: {error}"))?,
                value => PerAxis::One(
                    serde_json::from_value(value).map_err(|error| format!("`{name}` is {shown}: {error}"))?,
                ),
            };
            parsed.expand(name, axes)
        }
    }
}

fn slice(mut arguments: Value, axes: usize) -> Result<Slice, String> {
    if axes != 2 {
        return Err(format!("`SliceInferer` runs a network of 2 spatial axes, this one has {axes}"));
    }
    let given = arguments.as_object_mut().and_then(|arguments| arguments.remove("spatial_dim"));
    let spatial_dim = match given.as_ref().map(|given| (given, given.as_u64())) {
        None => 0,
        Some((_, Some(axis @ 0..=2))) => axis as usize,
        Some((given, _)) => return Err(format!("`spatial_dim` is {given}, expected 0, 1 or 2")),
    };
    let windows = sliding_window("SliceInferer", arguments, 3, Some(spatial_dim))?;
    Ok(Slice { spatial_dim, windows })
}

/// `across`: the axis for which `roi_size` has no value, for windows are one voxel thick there.
fn sliding_window(name: &str, arguments: Value, axes: usize, across: Option<usize>) -> Result<SlidingWindow, String> {
    let given: Arguments =
        serde_json::from_value(arguments).map_err(|error| format!("the arguments of `{name}` are wrong: {error}"))?;
    if given.with_coord == Some(true) {
        return Err("`with_coord` is true; no network here takes a window's place".to_owned());
    }
    let inside = axes - usize::from(across.is_some());
    let mut roi_size: Vec<Option<i64>> = per_axis("roi_size", Some(given.roi_size), None, inside)?;
    if let Some(axis) = across {
        roi_size.insert(axis, Some(1));
    }
    // MONAI takes the image's extent where a component is None or not positive (`fall_back_tuple`).
    let roi_size = roi_size
        .into_iter()
        .map(|extent| extent.and_then(|extent| usize::try_from(extent).ok()).filter(|extent| *extent > 0))
        .collect();
    let overlap: Vec<f64> = per_axis("overlap", given.overlap, 0.25, axes)?;
    if let Some(wrong) = overlap.iter().find(|overlap| !(0.0..1.0).contains(*overlap)) {
        return Err(format!("`overlap` is {wrong}, expected 0 or more and below 1"));
    }
    let sw_batch_size = given.sw_batch_size.unwrap_or(1);
    if sw_batch_size == 0 {
        return Err("`sw_batch_size` is 0, expected at least 1".to_owned());
    }
    let sigma_scale: Vec<f64> = per_axis("sigma_scale", given.sigma_scale, 0.125, axes)?;
    if let Some(wrong) = sigma_scale.iter().find(|scale| !(scale.is_finite() && **scale > 0.0)) {
        return Err(format!("`sigma_scale` is {wrong}, expected a positive number"));
    }
    let blend = match given.mode.as_deref() {
        None | Some("constant") => Blend::Constant,
        Some("gaussian") => Blend::Gaussian { sigma_scale },
        Some(other) => return Err(format!("`mode` is `{other}`, expected constant or gaussian")),
    };
    let cval = given.cval.unwrap_or(0.0);
    let padding = match given.padding_mode.as_deref() {
        None | Some("constant") => Padding::Constant(cval),
        Some("reflect") => Padding::Reflect,
        Some("replicate") => Padding::Replicate,
        Some("circular") => Padding::Circular,
        Some(other) => {
            return Err(format!("`padding_mode` is `{other}`, expected constant, reflect, replicate or circular"));
        }
    };
    Ok(SlidingWindow { roi_size, sw_batch_size, overlap, blend, padding })
}
