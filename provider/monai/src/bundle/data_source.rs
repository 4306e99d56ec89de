//! The data source `monai_bundle`.

use std::collections::BTreeMap;

use tfplugin_rust::{Attr, Call, DataSource, Diagnostics, Model};

use super::Inspection;
use crate::Monai;

/// What a MONAI bundle is and whether it runs. A bundle that does not run is an error that names every reason.
#[derive(Debug, Clone, Model)]
pub(crate) struct BundleModel {
    /// The bundle's folder.
    #[attr(required)]
    source: String,
    /// The digest that the bundle must have, `sha256:…`. Read without it to learn the digest.
    #[attr(optional, computed)]
    digest: Attr<String>,
    /// The bundle's name, from its metadata, else its folder's name.
    #[attr(computed)]
    name: Attr<String>,
    /// The bundle's version, from its metadata.
    #[attr(computed)]
    version: Attr<String>,
    /// What the bundle is for, from its metadata.
    #[attr(computed)]
    task: Attr<String>,
    /// What each class of the output means, by its number.
    #[attr(computed)]
    labels: Attr<BTreeMap<String, String>>,
    /// The number of the network's parameters.
    #[attr(computed)]
    parameters: Attr<u64>,
}

pub(crate) struct BundleDataSource;

impl DataSource for BundleDataSource {
    type Provider = Monai;
    type Model = BundleModel;
    const NAME: &'static str = "monai_bundle";

    async fn read(&self, config: BundleModel, _call: &mut Call<Monai>) -> Result<BundleModel, Diagnostics> {
        let inspection = Inspection::of(&config.source, config.digest.known().map(String::as_str), "source").await?;
        Ok(BundleModel {
            source: config.source,
            digest: inspection.digest.to_string().into(),
            name: inspection.name.into(),
            version: inspection.version.into(),
            task: inspection.task.into(),
            labels: inspection.labels.into(),
            parameters: inspection.parameters.into(),
        })
    }
}
