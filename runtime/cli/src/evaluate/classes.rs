use std::path::Path;

use monai_evaluation::Class;
use monai_pipeline::Pipeline;
use monai_transforms::Transform;

use crate::Error;

/// The classes of a bundle's answers: those that the caller names, else those of the metadata's `channel_def`, else as many as its
/// network has channels. A network of one channel tells its class from the background.
///
/// # Errors
/// A class with a number beyond those that are scored; answers whose numbers are not those of channels, and no name for them.
pub(super) fn of(pipeline: &Pipeline, bundle: &Path, named: &[Class]) -> Result<Vec<Class>, Error> {
    if !named.is_empty() {
        let mut classes = named.to_vec();
        if classes.iter().all(|class| class.number != 0) {
            classes.push(Class { number: 0, name: "background".to_owned() });
        }
        classes.sort_by_key(|class| class.number);
        return Ok(classes);
    }
    if renumbers(&pipeline.postprocessing) {
        return Err(Error::Run {
            bundle: bundle.to_owned(),
            reason: "a `Lambdad` gives its answers other numbers than those of the metadata's `channel_def`; name its classes \
                     by --class NUMBER=NAME"
                .to_owned(),
        });
    }
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

/// Reads `NUMBER=NAME`.
pub(super) fn parse(text: &str) -> Result<Class, String> {
    let expected = || format!("expected a whole number up to {} and a name, such as 4=tumour", u16::MAX - 1);
    let (number, name) = text.split_once('=').filter(|(_, name)| !name.is_empty()).ok_or_else(expected)?;
    let number = number.parse().ok().filter(|number| *number < u16::MAX).ok_or_else(expected)?;
    Ok(Class { number, name: name.to_owned() })
}

/// Whether an answer's numbers are made by a function, and not those of the channels that a discretisation decided for.
fn renumbers(postprocessing: &[Transform]) -> bool {
    let last = postprocessing.iter().rev().find_map(|transform| match transform {
        Transform::Lambdad(_) => Some(true),
        Transform::AsDiscreted(_) | Transform::VoteEnsembled(_) => Some(false),
        _ => None,
    });
    last.unwrap_or(false)
}
