//! How fast this machine runs a bundle's networks: measured where they run, and kept for who only plans.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{env, fs, io};

/// The measured rates of one machine, in a file of its cache: multiplications and additions per second of all threads.
#[derive(Debug, Clone)]
pub struct Rates {
    path: PathBuf,
}

impl Rates {
    /// Those of this machine's user, `$XDG_CACHE_HOME/monai/rates.json`, else `~/.cache/monai/rates.json`; none where neither
    /// variable is set.
    pub fn of_user() -> Option<Rates> {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
        Some(Rates { path: cache.join("monai/rates.json") })
    }

    /// Those of this file.
    pub fn at(path: PathBuf) -> Rates {
        Rates { path }
    }

    /// The rate of the bundle of this digest on a device in a precision; none where it was never measured.
    pub fn recall(&self, digest: &str, device: &str, precision: &str) -> Option<f64> {
        self.read().get(&key(digest, device, precision)).copied().filter(|rate| *rate > 0.0)
    }

    /// Keeps a rate in place of the one before.
    ///
    /// # Errors
    /// The file is not written.
    pub fn record(&self, digest: &str, device: &str, precision: &str, rate: f64) -> io::Result<()> {
        let mut rates = self.read();
        rates.insert(key(digest, device, precision), rate);
        let folder = self.path.parent().unwrap_or(&self.path);
        fs::create_dir_all(folder)?;
        // Who reads at the same time finds the old file or the new one.
        let fresh = folder.join(format!("rates.{}.json", std::process::id()));
        fs::write(&fresh, serde_json::to_vec_pretty(&rates)?)?;
        fs::rename(&fresh, &self.path)
    }

    /// A file that is missing or spoilt has no rate; it is a cache.
    fn read(&self) -> BTreeMap<String, f64> {
        fs::read(&self.path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }
}

fn key(digest: &str, device: &str, precision: &str) -> String {
    format!("{digest} {device} {precision}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_of_a_bundle_a_device_and_a_precision() {
        let folder = tempfile::tempdir().expect("a folder");
        let rates = Rates::at(folder.path().join("deep/rates.json"));
        assert_eq!(rates.recall("sha256:1", "cpu", "fp32"), None);
        rates.record("sha256:1", "cpu", "fp32", 3e9).expect("it is written");
        rates.record("sha256:2", "cpu", "fp32", 1e9).expect("it is written");
        rates.record("sha256:1", "cpu", "fp32", 2e9).expect("it is written");
        assert_eq!(rates.recall("sha256:1", "cpu", "fp32"), Some(2e9));
        assert_eq!(rates.recall("sha256:2", "cpu", "fp32"), Some(1e9));
        assert_eq!(rates.recall("sha256:1", "cuda", "fp32"), None);
        assert_eq!(rates.recall("sha256:1", "cpu", "bf16"), None);
        fs::write(folder.path().join("deep/rates.json"), "no JSON").expect("it is ours");
        assert_eq!(rates.recall("sha256:1", "cpu", "fp32"), None, "a spoilt file");
    }
}
