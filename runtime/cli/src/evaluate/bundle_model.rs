use std::path::Path;

use monai_engine::Session;
use monai_evaluation::report::Named;
use monai_evaluation::{Answer, Error, Model, evaluation};
use monai_pipeline::Pipeline;
use monai_spec::Settings;

use super::memory;
use crate::session::{self, chain};

/// A bundle in the engine, as the evaluation asks for answers.
pub(super) struct BundleModel {
    session: Session,
    limit: u64,
}

/// Opens a bundle; the error says every reason why it cannot be run.
pub(super) fn open(folder: &Path) -> Result<Pipeline, crate::Error> {
    let refused =
        |report: monai_pipeline::Report| crate::Error::Run { bundle: folder.to_owned(), reason: report.to_string() };
    Pipeline::open(folder).map_err(refused)
}

impl BundleModel {
    pub(super) fn prepare(folder: &Path, pipeline: Pipeline, settings: &Settings) -> Result<BundleModel, crate::Error> {
        let refused = |reason: String| crate::Error::Run { bundle: folder.to_owned(), reason };
        let session = session::prepare(pipeline, settings).map_err(refused)?;
        Ok(BundleModel { session, limit: settings.max_volume })
    }

    pub(super) fn named(&self) -> Named {
        let pipeline = self.session.pipeline();
        Named {
            name: pipeline.metadata.name.clone().unwrap_or_else(|| "unnamed".to_owned()),
            version: pipeline.metadata.version.clone(),
            digest: pipeline.digest.clone(),
        }
    }
}

impl Model for BundleModel {
    fn digest(&self) -> &str {
        &self.session.pipeline().digest
    }

    fn need(&self, images: &[Vec<u8>]) -> u64 {
        memory::need(self.session.pipeline(), images.iter().map(|image| evaluation::voxels(image)).sum())
    }

    fn answer(&self, images: &[Vec<u8>]) -> Result<Answer, Error> {
        let [image] = images else {
            return Err(Error::Model(format!("the bundle takes 1 image, the case has {}", images.len())));
        };
        let prediction = self.session.predict(image, self.limit).map_err(|error| Error::Model(chain(&error)))?;
        Ok(Answer::Map(prediction.body))
    }
}
