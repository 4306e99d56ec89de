//! Joins the engine to the server.

use std::path::Path;
use std::sync::Arc;

use monai_engine::{Error, Part, Session};
use monai_pipeline::{AnswerKind, Pipeline};
use monai_server::{Answer, Inference, Refusal};
use monai_spec::Settings;
use monai_spec::api::{ModelCard, ResultKind};
use monai_transforms::Format;

use crate::scores::scores;
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
    fn predict(&self, parts: Vec<monai_server::Part>) -> Result<Answer, Refusal> {
        let parts: Vec<_> = parts.iter().map(|part| Part { name: part.name.as_deref(), bytes: &part.bytes }).collect();
        let prediction = self.session.predict(&parts, self.max_volume).map_err(|error| self.refusal(error))?;
        let body = match prediction.answer {
            monai_engine::Answer::Nifti(file) | monai_engine::Answer::Png(file) => file.into(),
            monai_engine::Answer::Scores(numbers) => {
                let text = serde_json::to_string(&scores(self.session.pipeline(), &numbers));
                text.map_err(|error| Refusal::Fault(error.to_string()))?.into()
            }
        };
        Ok(Answer { body, stages: prediction.stages })
    }

    fn model(&self) -> &ModelCard {
        &self.card
    }

    fn result(&self) -> ResultKind {
        match self.session.pipeline().answer.kind {
            AnswerKind::Image(Format::Png) => ResultKind::Png,
            AnswerKind::Image(Format::Nifti | Format::NiftiGz) => ResultKind::Nifti,
            AnswerKind::Scores => ResultKind::Scores,
        }
    }
}

impl Model {
    /// What the client is told. No text of ours holds a voxel or a header's free text.
    fn refusal(&self, error: Error) -> Refusal {
        let input = || self.card.inputs.first().map_or("image", |input| &input.name).to_owned();
        let unsuitable = |expected: String, got: String| Refusal::Unsuitable { input: input(), expected, got };
        match error {
            Error::DecodeImage { source: source @ monai_imaging::Error::UnknownFormat, .. } => {
                Refusal::UnknownFormat(source.to_string())
            }
            Error::DecodeImage { source: monai_imaging::Error::TooLarge { needed, limit }, .. } => {
                Refusal::TooLarge { size: needed, limit }
            }
            Error::DecodeImage { part, source } => Refusal::Malformed(match part {
                Some(part) => format!("part `{part}`: {source}"),
                None => source.to_string(),
            }),
            Error::ReadItem { .. } => Refusal::Malformed(error.to_string()),
            Error::FitItem { .. } => unsuitable("a part on the image's grid".to_owned(), error.to_string()),
            Error::KnowPart { .. } | Error::RepeatPart { .. } | Error::LackParts { .. } | Error::CountParts { .. } => {
                let parts = self.session.pipeline().input.names();
                let expected = if parts.len() == 1 { "one file".to_owned() } else { parts.join(", ") };
                unsuitable(expected, error.to_string())
            }
            Error::ExceedMemory { needed, limit } => Refusal::TooMuchMemory { needed, limit },
            Error::StackParts { source } => unsuitable("parts on one grid".to_owned(), source.to_string()),
            Error::AcceptAxes { found, expected } => {
                unsuitable(format!("an image of {expected} spatial axes"), format!("one of {found}"))
            }
            Error::AcceptChannels { found, expected } => unsuitable(format!("{expected} channels"), found.to_string()),
            Error::PadImage { .. } => {
                unsuitable("an image that can be filled up to a window".to_owned(), error.to_string())
            }
            Error::AcceptImage(source) => unsuitable("an image that fits the network".to_owned(), source.to_string()),
            Error::Transform(source) => {
                unsuitable("an image that the bundle's transforms take".to_owned(), source.to_string())
            }
            other => Refusal::Fault(other.to_string()),
        }
    }
}
