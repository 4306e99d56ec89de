use crate::report::Summary;
use crate::{Better, Class, Error, Metric, metric};

/// A bound that a model must keep: on a metric's mean over classes and cases, or on that of one class.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// As it was written, with `>=` or `<=`.
    pub text: String,
    metric: Metric,
    class: Option<u16>,
    value: f64,
}

/// A threshold and whether it is met.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// As it was written, with `>=` or `<=`.
    pub text: String,
    /// What was reached.
    pub found: f64,
    /// Whether that is enough. A value that is not defined never is.
    pub met: bool,
}

impl Threshold {
    /// Reads `METRIC=NUMBER` or `METRIC:CLASS=NUMBER`, where the class is one of `classes` by name or number: the least
    /// value of a metric where higher is better (`--min`), the largest where lower is (`--max`).
    ///
    /// # Errors
    /// The variants of [`Error`] whose names begin with `Threshold`.
    pub fn parse(side: Better, text: &str, classes: &[Class], classified: bool) -> Result<Threshold, Error> {
        let written = || text.to_owned();
        let parts = text.rsplit_once('=').and_then(|(left, value)| Some((left, value.trim().parse::<f64>().ok()?)));
        let (left, value) =
            parts.filter(|(_, value)| value.is_finite()).ok_or_else(|| Error::ThresholdForm { text: written() })?;
        let (name, class) = left.split_once(':').map_or((left, None), |(name, class)| (name, Some(class)));
        let known = metric::list(classified);
        let Some(metric) = known.iter().find(|metric| metric.name == name).copied() else {
            let known = known.iter().map(|metric| metric.name).collect::<Vec<_>>().join(", ");
            return Err(Error::ThresholdMetric { text: written(), known });
        };
        if metric.better != side {
            let flag = if side == Better::Higher { "--max" } else { "--min" };
            return Err(Error::ThresholdSide { text: written(), metric: metric.name, better: metric.better, flag });
        }
        let class = class.map(|class| find(class, classes, text)).transpose()?;
        let text = format!("{left} {} {value}", if side == Better::Higher { ">=" } else { "<=" });
        Ok(Threshold { text, metric, class, value })
    }

    /// Compares with what was reached.
    pub fn judge(&self, summary: &Summary) -> Verdict {
        let found = summary.value(&self.metric, self.class);
        let met = match self.metric.better {
            Better::Higher => found >= self.value,
            Better::Lower => found <= self.value,
        };
        Verdict { text: self.text.clone(), found, met }
    }
}

/// The number of a class by its number or its name.
fn find(class: &str, classes: &[Class], text: &str) -> Result<u16, Error> {
    let numbered = classes.iter().find(|known| known.number.to_string() == class);
    let named: Vec<&Class> = classes.iter().filter(|known| known.name == class).collect();
    match (numbered, &named[..]) {
        (Some(found), _) => Ok(found.number),
        (None, [found]) => Ok(found.number),
        _ => {
            let known = classes.iter().map(|known| format!("`{}`", known.name)).collect::<Vec<_>>().join(", ");
            Err(Error::ThresholdClass { text: text.to_owned(), found: named.len(), known })
        }
    }
}
