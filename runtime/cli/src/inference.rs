//! Joins the engine to the server.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use monai_engine::{Error, Session};
use monai_pipeline::Pipeline;
use monai_server::{Answer, Inference, Refusal};
use monai_spec::Settings;
use monai_spec::api::ModelCard;

use crate::{model_card, session};

struct Model {
    session: Session,
    card: ModelCard,
    max_volume: u64,
}

/// Prepares a bundle for serving; the error says every reason why it cannot be served.
pub fn load(bundle: &Path, settings: &Settings) -> Result<Arc<dyn Inference>, String> {
    let pipeline = Pipeline::open(bundle).map_err(|report| report.to_string())?;
    let card = model_card(&pipeline, settings).map_err(|error| error.to_string())?;
    let session = session::prepare(pipeline, settings)?;
    Ok(Arc::new(Model { session, card, max_volume: settings.max_volume }))
}

impl Inference for Model {
    fn predict(&self, image: Bytes) -> Result<Answer, Refusal> {
        match self.session.predict(&image, self.max_volume) {
            Ok(prediction) => Ok(Answer { body: prediction.body.into(), stages: prediction.stages }),
            Err(error) => Err(self.refusal(error)),
        }
    }

    fn model(&self) -> &ModelCard {
        &self.card
    }
}

impl Model {
    /// What the client is told. No text of ours holds a voxel or a header's free text.
    fn refusal(&self, error: Error) -> Refusal {
        let unsuitable = |expected: String, got: String| {
            let input = self.card.inputs.first().map_or("image", |input| &input.name);
            Refusal::Unsuitable { input: input.to_owned(), expected, got }
        };
        match error {
            Error::DecodeImage { source: monai_imaging::Error::NotNifti } => {
                Refusal::UnknownFormat(monai_imaging::Error::NotNifti.to_string())
            }
            Error::DecodeImage { source: monai_imaging::Error::TooLarge { needed, limit } } => {
                Refusal::TooLarge { size: needed, limit }
            }
            Error::DecodeImage { source } => Refusal::Malformed(source.to_string()),
            Error::AcceptAxes { found, expected } => {
                unsuitable(format!("an image of {expected} spatial axes"), format!("one of {found}"))
            }
            Error::AcceptChannels { found, expected } => unsuitable(format!("{expected} channels"), found.to_string()),
            Error::AcceptImage(source) => unsuitable("an image that fits the network".to_owned(), source.to_string()),
            Error::Transform(source) => {
                unsuitable("an image that the bundle's transforms take".to_owned(), source.to_string())
            }
            other => Refusal::Fault(other.to_string()),
        }
    }
}
