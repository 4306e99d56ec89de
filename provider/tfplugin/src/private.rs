//! Data that Terraform keeps beside a resource without showing it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// Data of the provider beside the state, by key. It is not secret: it stands in the state file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Private(BTreeMap<String, Json>);

impl Private {
    /// What is kept under this key.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0.get(key)
    }

    /// Keeps a value under this key.
    pub fn set(&mut self, key: &str, value: impl Into<Json>) {
        self.0.insert(key.to_owned(), value.into());
    }

    /// Forgets a key.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads what this crate wrote; `None` where it is something else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() { Some(Self::default()) } else { serde_json::from_slice(bytes).ok().map(Self) }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let entries = self.0.iter().map(|(key, value)| (key.clone(), value.clone()));
        Json::Object(entries.collect()).to_string().into_bytes()
    }
}
