//! The state of the simulated account: everything that a snapshot keeps.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The account's resources. Regional services live in [`Region`]; IAM and S3 are global.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct World {
    /// Twelve-digit account id.
    pub account_id: String,
    /// Regional state by Region name, made on first use.
    pub regions: BTreeMap<String, Region>,
}

/// What one Region holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Region {}

impl Default for World {
    fn default() -> Self {
        Self { account_id: "123456789012".to_owned(), regions: BTreeMap::new() }
    }
}

impl World {
    /// The state of `name`, made empty when asked for the first time.
    pub fn region(&mut self, name: &str) -> &mut Region {
        self.regions.entry(name.to_owned()).or_default()
    }
}
