//! What `GET /v1/model` tells of a bundle.

use monai_pipeline::{ItemKind, Pipeline};
use monai_spec::api::{Beside, BesideKind, Channels, Limits, ModelCard};
use monai_spec::{Digest, Error, Settings};

/// The card of an opened bundle that is served with these settings. Labels are the channels of its outputs, by number.
///
/// # Errors
/// The pipeline's digest has another form than this version's.
pub fn model_card(pipeline: &Pipeline, settings: &Settings) -> Result<ModelCard, Error> {
    let (metadata, network) = (&pipeline.metadata, pipeline.network());
    let inputs = metadata.inputs.iter().map(|(name, tensor)| Channels {
        name: name.clone(),
        kind: tensor.format.clone(),
        modality: tensor.modality.clone(),
        channels: count(network.in_channels),
        spatial_dims: count(pipeline.spatial_dims()),
        parts: if metadata.inputs.len() == 1 { pipeline.input.parts.clone() } else { Vec::new() },
    });
    let outputs = metadata.outputs.iter().map(|(name, tensor)| Channels {
        name: name.clone(),
        kind: tensor.format.clone(),
        modality: tensor.modality.clone(),
        channels: count(network.out_channels),
        spatial_dims: count(pipeline.spatial_dims()),
        parts: Vec::new(),
    });
    let beside = pipeline.input.items.iter().map(|item| Beside {
        name: item.key.clone(),
        kind: match item.kind {
            ItemKind::Image => BesideKind::Image,
            ItemKind::Value => BesideKind::Json,
        },
        required: item.required,
    });
    let labels = metadata.outputs.values().flat_map(|tensor| &tensor.labels);
    Ok(ModelCard {
        name: metadata.name.clone().unwrap_or_else(|| "unnamed".to_owned()),
        version: metadata.version.clone(),
        digest: Digest::parse(&pipeline.digest)?,
        runtime_version: env!("CARGO_PKG_VERSION").to_owned(),
        description: metadata.description.clone(),
        intended_use: metadata.intended_use.clone(),
        network: pipeline.members[0].id.clone(),
        inputs: inputs.collect(),
        beside: beside.collect(),
        outputs: outputs.collect(),
        labels: labels.map(|(value, name)| (u32::try_from(*value).unwrap_or(u32::MAX), name.clone())).collect(),
        compute: settings.into(),
        limits: Limits {
            max_volume_bytes: settings.max_volume,
            timeout_ms: u64::try_from(settings.timeout.as_millis()).unwrap_or(u64::MAX),
            in_flight: count(settings.target_in_flight),
            queue_depth: count(settings.queue_depth),
        },
    })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
