//! `terraform plan` of a configuration that changes nothing, with the cost of the provider's processes apart.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Error;
use crate::folder::Folder;
use crate::process::Cost;
use crate::programs::{file, place};

/// What one plan took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Of the command.
    pub(crate) seconds: f64,
    /// The processor time of all of the provider's processes, in seconds; none without a provider.
    pub(crate) processor: f64,
    /// The greatest resident memory of one of the provider's processes, in bytes.
    pub(crate) peak: f64,
}

/// A provider behind `peers-meter`, under the name that Terraform looks for.
pub(crate) struct Provider {
    folder: PathBuf,
}

impl Provider {
    /// Sets a provider up in a folder of this name.
    pub(crate) fn install(name: &str, program: &Path, meter: &Path) -> Result<Self, Error> {
        let folder = place(&format!("provider/{name}"))?;
        for (from, to) in [(program, "provider"), (meter, "terraform-provider-bench")] {
            let to = folder.join(to);
            fs::copy(from, &to).map_err(|source| file("write", &to, source))?;
        }
        Ok(Self { folder })
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn path(&self) -> PathBuf {
        self.folder.join("costs.jsonl")
    }

    /// Forgets the costs so far.
    fn reset(&self) -> Result<(), Error> {
        let path = self.path();
        fs::write(&path, "").map_err(|source| file("write", &path, source))
    }

    /// The processor time and the peak of its processes since `reset`.
    fn costs(&self) -> Result<(f64, f64), Error> {
        let path = self.path();
        let text = fs::read_to_string(&path).map_err(|source| file("read", &path, source))?;
        sum(&text).ok_or_else(|| Error::ReadCosts { path: path.display().to_string(), found: text })
    }
}

/// The costs of the processes that started, all of which must have ended.
fn sum(text: &str) -> Option<(f64, f64)> {
    let lines = text.lines().map(serde_json::from_str::<Value>).collect::<Result<Vec<_>, _>>().ok()?;
    let ended: Vec<(f64, f64)> =
        lines.iter().filter_map(|line| Some((line["processor"].as_f64()?, line["peak"].as_f64()?))).collect();
    let started = lines.iter().filter(|line| line["started"] == true).count();
    let all = started > 0 && ended.len() == started;
    all.then(|| ended.iter().fold((0.0, 0.0), |(sum, most), (cost, peak)| (sum + cost, peak.max(most))))
}

/// Plans, which must find nothing to do.
pub(crate) fn plan(terraform: &Path, folder: &Folder, provider: Option<&Provider>) -> Result<Plan, Error> {
    provider.map(Provider::reset).transpose()?;
    let Cost { seconds, .. } = folder.plan(terraform, &["-detailed-exitcode", "-no-color"])?;
    let (processor, peak) = provider.map_or(Ok((0.0, 0.0)), Provider::costs)?;
    Ok(Plan { seconds, processor, peak })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs() {
        let (start, end) = ("{\"started\":true}\n", |cost: f64| format!("{{\"processor\":{cost},\"peak\":{cost}}}\n"));
        assert_eq!(sum(&format!("{start}{}{start}{}", end(2.0), end(1.0))), Some((3.0, 2.0)));
        for wrong in [String::new(), start.to_owned(), format!("{start}{start}{}", end(1.0)), "?".to_owned()] {
            assert_eq!(sum(&wrong), None, "{wrong}");
        }
    }
}
