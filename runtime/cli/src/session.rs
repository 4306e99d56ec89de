//! A session on the device and in the precision that the settings name.

use monai_engine::{Options, Session};
use monai_pipeline::Pipeline;
use monai_spec::Settings;

use crate::settings::find;

/// Reads the weights of a pipeline onto the device; the error has every cause.
pub(crate) fn prepare(pipeline: Pipeline, settings: &Settings) -> Result<Session, String> {
    let found = find(&settings.device, &settings.precision);
    let (device, precision) = found.map_err(|error| error.to_string())?;
    let options = Options {
        device,
        precision,
        threads: settings.threads,
        memory: Some(settings.max_memory),
        mirror: settings.mirror.clone(),
    };
    Session::prepare(pipeline, options).map_err(|error| chain(&error))
}

/// An error with its causes.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
