use monai_engine::{Part, Session};
use monai_evaluation::report::Named;
use monai_evaluation::{Answer, Error, Model, Question};
use monai_imaging::nifti;
use monai_pipeline::{ItemKind, Pipeline, Study};
use monai_spec::Settings;
use monai_spec::settings::{DEVICE, MIRROR};

use crate::arguments::Source;
use crate::session::{self, chain};

/// A bundle in the engine, as the evaluation asks for answers.
pub(super) struct BundleModel {
    session: Session,
    precision: String,
    changes: Vec<String>,
    /// What its answers depend on.
    digest: String,
    limit: u64,
}

/// Opens a bundle; the error says every reason why it cannot be run.
pub(super) fn open(source: &Source<'_>) -> Result<Pipeline, crate::Error> {
    let refused = |report: monai_pipeline::Report| crate::Error::Run {
        bundle: source.folder.to_owned(),
        reason: report.to_string(),
    };
    source.pipeline().map_err(refused)
}

impl BundleModel {
    pub(super) fn prepare(
        source: &Source<'_>,
        pipeline: Pipeline,
        settings: &Settings,
    ) -> Result<BundleModel, crate::Error> {
        let refused = |reason: String| crate::Error::Run { bundle: source.folder.to_owned(), reason };
        let session = session::prepare(pipeline, settings).map_err(refused)?;
        let unusual = settings.texts().into_iter().filter(|(key, text)| {
            [DEVICE, MIRROR].iter().any(|setting| setting.key == *key && setting.default != text.as_str())
        });
        let mut changes = source.changes();
        changes.extend(unusual.map(|(key, text)| format!("{key}={text}")));
        let precision = settings.precision.clone();
        let digest = format!("{} {precision} {changes:?}", session.pipeline().digest);
        Ok(BundleModel { session, precision, changes, digest, limit: settings.max_volume })
    }

    pub(super) fn named(&self) -> Named {
        let pipeline = self.session.pipeline();
        Named {
            name: pipeline.metadata.name.clone().unwrap_or_else(|| "unnamed".to_owned()),
            version: pipeline.metadata.version.clone(),
            digest: pipeline.digest.clone(),
            precision: self.precision.clone(),
            changes: self.changes.clone(),
        }
    }

    /// The files, and what this model takes beside them.
    fn parts<'a>(&self, question: &'a Question) -> Vec<Part<'a>> {
        let others = question.others.iter().filter(|(key, _)| self.takes(key));
        let others = others.map(|(key, bytes)| Part { name: Some(key), bytes });
        question.images.iter().map(|image| Part::whole(image)).chain(others).collect()
    }
}

impl Model for BundleModel {
    fn digest(&self) -> &str {
        &self.digest
    }

    fn takes(&self, key: &str) -> bool {
        let items = &self.session.pipeline().input.items;
        items.iter().any(|item| item.kind == ItemKind::Value && item.key == key)
    }

    fn need(&self, question: &Question) -> u64 {
        let images = &question.images;
        let files: u64 = images.iter().map(|image| image.len() as u64).sum();
        let forms: Result<Vec<_>, _> = images.iter().map(|image| nifti::decode_form(image)).collect();
        let study = match forms.as_deref() {
            Ok([first, ..]) => {
                let channels = forms.iter().flatten().map(|form| form.channels).sum();
                Some(Study { channels, ..Study::of_image(first, files) })
            }
            // A picture is small.
            _ => self.session.study(&self.parts(question), self.limit).ok(),
        };
        // What cannot be answered has its error in the answer.
        study.and_then(|study| self.session.estimate(&study).ok()).map_or(files, |estimate| estimate.memory)
    }

    fn answer(&self, question: &Question) -> Result<Answer, Error> {
        let prediction =
            self.session.predict(&self.parts(question), self.limit).map_err(|error| Error::Model(chain(&error)))?;
        match prediction.answer {
            monai_engine::Answer::Nifti(file) | monai_engine::Answer::Png(file) => Ok(Answer::Map(file)),
            monai_engine::Answer::Scores(scores) => Ok(Answer::Scores(scores.into_iter().map(f64::from).collect())),
        }
    }
}
