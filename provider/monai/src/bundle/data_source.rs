//! The data source `monai_bundle`.

use std::collections::BTreeMap;

use tfplugin_rust::{Call, DataSource, Diagnostics, Model};

use super::Inspection;
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
}

pub(crate) struct BundleDataSource;

impl DataSource for BundleDataSource {
    type Provider = Monai;
    type Model = BundleModel;
    const NAME: &'static str = "monai_bundle";

    async fn read(&self, config: BundleModelDraft, _call: &mut Call<Monai>) -> Result<BundleModel, Diagnostics> {
        let inspection = Inspection::of(&config.source, config.digest.as_deref(), "source").await?;
        Ok(BundleModel {
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
