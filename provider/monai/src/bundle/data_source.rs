//! The data source `monai_bundle`.

use std::collections::BTreeMap;

use monai_pipeline::Rates;
use tfplugin_rust::{Call, DataSource, Diagnostics, Model};

use super::{Cost, Inspection, Question};
use crate::Monai;

/// What a MONAI bundle is and whether it runs. A bundle that does not run is an error that names every reason.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct BundleModel {
    /// The bundle's folder.
    #[attr(required)]
    source: String,
    /// The digest that the bundle must have, `sha256:…`. Read without it to learn the digest.
    #[attr(optional, computed)]
    digest: String,
    /// Voxels of an image along each spatial axis, such as `[512, 512, 114]`: what the answer to it takes is estimated.
    #[attr(optional)]
    shape: Option<Vec<u64>>,
    /// The size of that image's voxels along each axis in mm; 1 where it is not given.
    #[attr(optional)]
    spacing: Option<Vec<f64>>,
    /// The `compute.device` of the endpoint that is asked about: `cpu` where it is not given.
    #[attr(optional)]
    device: Option<String>,
    /// Its `compute.precision`: `fp32` where it is not given.
    #[attr(optional)]
    precision: Option<String>,
    /// Its `compute.mirror`: `none` where it is not given.
    #[attr(optional)]
    mirror: Option<String>,
    /// The bundle's name, from its metadata, else its folder's name.
    #[attr(computed)]
    name: String,
    /// The bundle's version, from its metadata.
    #[attr(computed)]
    version: String,
    /// What the bundle is for, from its metadata.
    #[attr(computed)]
    task: Option<String>,
    /// What each class of the output means, by its number.
    #[attr(computed)]
    labels: BTreeMap<String, String>,
    /// The number of the network's parameters.
    #[attr(computed)]
    parameters: u64,
    /// Bytes of memory that the answer to an image of this shape takes at most on a processor, beside the weights, as
    /// `monai check --shape` prints them; null for another device.
    #[attr(computed)]
    memory_estimate: Option<u64>,
    /// Seconds in the network that the answer to an image of this shape takes on this machine's device; null where its rate
    /// was never measured.
    #[attr(computed)]
    seconds_estimate: Option<f64>,
    /// Whether this bundle's rate on this machine's device was measured, in this precision. `monai check --shape` measures it.
    #[attr(computed)]
    measured: bool,
}

pub(crate) struct BundleDataSource;

impl DataSource for BundleDataSource {
    type Provider = Monai;
    type Model = BundleModel;
    const NAME: &'static str = "monai_bundle";

    async fn read(&self, config: BundleModelDraft, _call: &mut Call<Monai>) -> Result<BundleModel, Diagnostics> {
        let inspection = Inspection::of(&config.source, config.digest.as_deref(), "source").await?;
        let question = Question {
            shape: config.shape.as_deref(),
            spacing: config.spacing.as_deref(),
            device: config.device.as_deref(),
            precision: config.precision.as_deref(),
            mirror: config.mirror.as_deref(),
        };
        let cost = Cost::of(&inspection, &question, Rates::of_user().as_ref())?;
        Ok(BundleModel {
            device: config.device,
            precision: config.precision,
            mirror: config.mirror,
            shape: config.shape,
            spacing: config.spacing,
            memory_estimate: cost.memory,
            seconds_estimate: cost.seconds,
            measured: cost.measured,
            source: config.source,
            digest: inspection.digest.to_string(),
            name: inspection.name,
            version: inspection.version,
            task: inspection.task,
            labels: inspection.labels,
            parameters: inspection.parameters,
        })
    }
}
