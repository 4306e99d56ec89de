//! What an answer takes, as far as it is known without a run.

use monai_pipeline::{Rates, Study};
use monai_spec::settings::{DEVICE, MIRROR, PRECISION, Setting, mirror_axes};
use tfplugin_rust::{Diagnostic, Diagnostics};

use super::Inspection;

/// Threads that estimates of memory count on.
pub(super) const THREADS: usize = 8;

/// What is asked about an answer.
#[derive(Debug, Default)]
pub(super) struct Question<'a> {
    /// Voxels of the image along each axis, and their size in mm.
    pub(super) shape: Option<&'a [u64]>,
    pub(super) spacing: Option<&'a [f64]>,
    /// The settings of these names, where they are not the usual ones.
    pub(super) device: Option<&'a str>,
    pub(super) precision: Option<&'a str>,
    pub(super) mirror: Option<&'a str>,
}

/// What the answer to one image takes; nothing where none was asked about.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Cost {
    /// Bytes at most, beside the weights; none for another device than the processor.
    pub(super) memory: Option<u64>,
    /// In the network, where its rate is known.
    pub(super) seconds: Option<f64>,
    /// Whether the rate is known.
    pub(super) measured: bool,
}

impl Cost {
    /// On a machine with these rates.
    pub(super) fn of(bundle: &Inspection, question: &Question<'_>, rates: Option<&Rates>) -> Result<Self, Diagnostics> {
        let device = setting(DEVICE, "device", question.device)?;
        let precision = setting(PRECISION, "precision", question.precision)?;
        let mirror = setting(MIRROR, "mirror", question.mirror)?;
        let passes = 1 << mirror_axes(mirror).len();
        let rate = rates.and_then(|rates| rates.recall(&bundle.digest.to_string(), device, precision));
        let measured = rate.is_some();
        let Some(shape) = question.shape else {
            return match question.spacing {
                Some(_) => Err(refused("`spacing` says nothing without `shape`", "spacing")),
                None => Ok(Self { measured, ..Self::default() }),
            };
        };
        let extents: Vec<usize> = shape.iter().map(|extent| usize::try_from(*extent).unwrap_or(0)).collect();
        let pipeline = &bundle.pipeline;
        let estimate = Study::for_bundle(pipeline, &extents, question.spacing)
            .and_then(|study| pipeline.estimate(&study, THREADS, passes))
            .map_err(|error| refused(&error.to_string(), "shape"))?;
        let seconds = rate.map(|rate| (1000.0 * estimate.flops as f64 / rate).round() / 1000.0);
        let memory = (device == DEVICE.default).then_some(estimate.memory);
        Ok(Self { memory, seconds, measured })
    }
}

/// A setting's value, checked.
fn setting<'a>(setting: Setting, path: &str, given: Option<&'a str>) -> Result<&'a str, Diagnostics> {
    let value = given.unwrap_or(setting.default);
    let wrong = |error: monai_spec::Error| Diagnostic::error("Invalid value", error.to_string()).at(path);
    setting.check(value).map_err(wrong)?;
    Ok(value)
}

fn refused(reason: &str, path: &str) -> Diagnostics {
    Diagnostic::error("Cannot estimate the answer", reason.to_owned()).at(path).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn seconds_are_known_where_a_rate_is() {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/bundles/brain_tissue");
        let bundle = Inspection::of(source, None, "source").await.expect("it runs");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let rates = Rates::at(folder.path().join("rates.json"));
        let cost = |shape: &'static [u64], spacing: Option<&'static [f64]>| {
            Cost::of(&bundle, &Question { shape: Some(shape), spacing, ..Question::default() }, Some(&rates))
        };
        let unknown = cost(&[96, 96, 96], None).expect("it is known");
        assert!(unknown.memory.is_some_and(|bytes| bytes > 1 << 20), "{unknown:?}");
        assert_eq!((unknown.seconds, unknown.measured), (None, false));
        rates.record(&bundle.digest.to_string(), "cpu", "fp32", 1e9).expect("it is written");
        let seconds = |shape, spacing| cost(shape, spacing).expect("it is known").seconds.expect("a rate");
        assert!(
            seconds(&[96, 96, 96], Some(&[2.0, 2.0, 2.0])) > 3.0 * seconds(&[96, 96, 96], None),
            "more voxels of 1 mm"
        );
        let asked = |question: Question<'_>| Cost::of(&bundle, &question, Some(&rates));
        assert_eq!(asked(Question::default()), Ok(Cost { measured: true, ..Cost::default() }));
        let image = || Question { shape: Some(&[96, 96, 96]), ..Question::default() };
        let plain = asked(image()).expect("it is known");
        let mirrored = asked(Question { mirror: Some("0,2"), ..image() }).expect("it is known");
        let [one, four] = [&plain, &mirrored].map(|cost| cost.seconds.expect("a rate"));
        assert!((four - 4.0 * one).abs() < 0.01, "four passes: {one} and {four}");
        assert!(mirrored.memory > plain.memory, "{mirrored:?} and {plain:?}");
        let other = |device, precision| asked(Question { device, precision, ..image() }).expect("it is known");
        assert_eq!(other(Some("cuda"), None), Cost::default(), "nothing is known of it");
        assert_eq!(other(None, Some("bf16")), Cost { memory: plain.memory, ..Cost::default() });
        assert!(asked(Question { device: Some("tpu"), ..image() }).is_err());
        for (shape, spacing) in [(Some(&[96, 96][..]), None), (Some(&[0, 96, 96]), None), (None, Some(&[1.0; 3][..]))] {
            assert!(asked(Question { shape, spacing, ..Question::default() }).is_err(), "{shape:?}, {spacing:?}");
        }
    }
}
