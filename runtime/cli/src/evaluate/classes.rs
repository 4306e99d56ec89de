use std::path::Path;

use monai_evaluation::Class;
use monai_pipeline::Pipeline;

use crate::Error;

/// The classes of a bundle's answers: those of the metadata's `channel_def`, else as many as its network has channels.
/// A network of one channel tells its class from the background.
///
/// # Errors
/// A class with a number beyond those that are scored.
pub(super) fn of(pipeline: &Pipeline, bundle: &Path) -> Result<Vec<Class>, Error> {
    let output = pipeline.metadata.output(&pipeline.answer.key);
    let named: Vec<(u64, String)> = output
        .map_or_else(Vec::new, |output| output.labels.iter().map(|(number, name)| (*number, name.clone())).collect());
    let background = || (0, "background".to_owned());
    let mut named = match (&named[..], pipeline.network().out_channels as u64) {
        ([], channels) => {
            let others = (1..channels.max(2)).map(|number| (number, format!("class {number}")));
            [background()].into_iter().chain(others).collect()
        }
        ([(0, name)], 1) => vec![background(), (1, name.clone())],
        _ => named,
    };
    named.sort();
    let class = |(number, name): (u64, String)| match u16::try_from(number) {
        Ok(number) => Ok(Class { number, name }),
        Err(_) => Err(Error::Run {
            bundle: bundle.to_owned(),
            reason: format!("the metadata's `channel_def` has a class {number}; at most {} is scored", u16::MAX),
        }),
    };
    named.into_iter().map(class).collect()
}
