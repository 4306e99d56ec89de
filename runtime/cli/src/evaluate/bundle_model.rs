use std::path::Path;

use monai_engine::{Part, Session};
use monai_evaluation::report::Named;
use monai_evaluation::{Answer, Error, Model, evaluation};
use monai_imaging::Affine;
use monai_pipeline::{Pipeline, Study};
use monai_spec::Settings;
use monai_spec::settings::PRECISION;

use crate::session::{self, chain};

/// A bundle in the engine, as the evaluation asks for answers.
pub(super) struct BundleModel {
    session: Session,
    precision: String,
    /// What its answers depend on.
    digest: String,
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
        let (digest, precision) = (&session.pipeline().digest, settings.precision.clone());
        let digest = if precision == PRECISION.default { digest.clone() } else { format!("{digest} {precision}") };
        Ok(BundleModel { session, precision, digest, limit: settings.max_volume })
    }

    pub(super) fn named(&self) -> Named {
        let pipeline = self.session.pipeline();
        Named {
            name: pipeline.metadata.name.clone().unwrap_or_else(|| "unnamed".to_owned()),
            version: pipeline.metadata.version.clone(),
            digest: pipeline.digest.clone(),
            precision: self.precision.clone(),
        }
    }
}

impl Model for BundleModel {
    fn digest(&self) -> &str {
        &self.digest
    }

    fn need(&self, images: &[Vec<u8>]) -> u64 {
        let files: u64 = images.iter().map(|image| image.len() as u64).sum();
        let voxels: u64 = images.iter().map(|image| evaluation::voxels(image)).sum();
        let pipeline = self.session.pipeline();
        // Only the number of voxels is known: as a cube, at the resolution that the network takes them.
        let channels = pipeline.network().in_channels;
        let rank = pipeline.spatial_dims();
        let side = ((voxels / channels as u64) as f64).powf(1.0 / rank as f64).ceil() as usize;
        let mut shape = [1; 3];
        shape[..rank].fill(side.max(1));
        let study = Study { channels, shape, affine: Affine::IDENTITY, files, preprocessed: None };
        self.session.estimate(&study).map_or(files, |estimate| estimate.memory)
    }

    fn answer(&self, images: &[Vec<u8>]) -> Result<Answer, Error> {
        let parts: Vec<_> = images.iter().map(|image| Part::whole(image)).collect();
        let prediction = self.session.predict(&parts, self.limit).map_err(|error| Error::Model(chain(&error)))?;
        match prediction.answer {
            monai_engine::Answer::Nifti(file) => Ok(Answer::Map(file)),
            monai_engine::Answer::Scores(scores) => Ok(Answer::Scores(scores.into_iter().map(f64::from).collect())),
            monai_engine::Answer::Png(_) => {
                Err(Error::Model("the bundle answers with a picture; label maps are evaluated as NIfTI".to_owned()))
            }
        }
    }
}
