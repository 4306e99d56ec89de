//! What an answer takes, as far as it is known without a run.

use monai_pipeline::{Rates, Study};
use tfplugin_rust::{Diagnostic, Diagnostics};

use super::Inspection;

/// Threads that estimates of memory count on.
pub(super) const THREADS: usize = 8;

/// What the answer to one image takes; nothing where none was asked about.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Cost {
    /// Bytes at most, beside the weights.
    pub(super) memory: Option<u64>,
    /// In the network, where its rate is known.
    pub(super) seconds: Option<f64>,
    /// Whether the rate is known.
    pub(super) measured: bool,
}

impl Cost {
    /// Of an image of so many voxels, and of that size in mm, on a machine with these rates.
    pub(super) fn of(
        bundle: &Inspection,
        shape: Option<&[u64]>,
        spacing: Option<&[f64]>,
        rates: Option<&Rates>,
    ) -> Result<Self, Diagnostics> {
        let rate = rates.and_then(|rates| rates.recall(&bundle.digest.to_string(), "cpu"));
        let measured = rate.is_some();
        let Some(shape) = shape else {
            return match spacing {
                Some(_) => Err(refused("`spacing` says nothing without `shape`", "spacing")),
                None => Ok(Self { measured, ..Self::default() }),
            };
        };
        let extents: Vec<usize> = shape.iter().map(|extent| usize::try_from(*extent).unwrap_or(0)).collect();
        let pipeline = &bundle.pipeline;
        let estimate = Study::for_bundle(pipeline, &extents, spacing)
            .and_then(|study| pipeline.estimate(&study, THREADS, 1))
            .map_err(|error| refused(&error.to_string(), "shape"))?;
        let seconds = rate.map(|rate| (1000.0 * estimate.flops as f64 / rate).round() / 1000.0);
        Ok(Self { memory: Some(estimate.memory), seconds, measured })
    }
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
        let cost = |shape: &[u64], spacing| Cost::of(&bundle, Some(shape), spacing, Some(&rates));
        let unknown = cost(&[96, 96, 96], None).expect("it is known");
        assert!(unknown.memory.is_some_and(|bytes| bytes > 1 << 20), "{unknown:?}");
        assert_eq!((unknown.seconds, unknown.measured), (None, false));
        rates.record(&bundle.digest.to_string(), "cpu", 1e9).expect("it is written");
        let seconds = |shape: &[u64], spacing| cost(shape, spacing).expect("it is known").seconds.expect("a rate");
        assert!(
            seconds(&[96, 96, 96], Some(&[2.0, 2.0, 2.0])) > 3.0 * seconds(&[96, 96, 96], None),
            "more voxels of 1 mm"
        );
        assert_eq!(Cost::of(&bundle, None, None, Some(&rates)), Ok(Cost { measured: true, ..Cost::default() }));
        for (shape, spacing) in [(Some(&[96, 96][..]), None), (Some(&[0, 96, 96]), None), (None, Some(&[1.0; 3][..]))] {
            assert!(Cost::of(&bundle, shape, spacing, None).is_err(), "{shape:?}, {spacing:?}");
        }
    }
}
