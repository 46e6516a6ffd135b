//! The state of the simulated account: everything that a snapshot keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{bedrock, class, cloudwatch, iam, logs, s3, sns};

/// The account's resources. Regional services live in [`Region`]; IAM and S3 are global.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct World {
    /// Twelve-digit account id.
    pub account_id: String,
    /// How the account behaves: what an instructor can turn.
    pub settings: Settings,
    /// Actions denied to a principal: principal ARN (or `*` for everyone) to IAM action patterns such as `logs:Create*`.
    pub denied: BTreeMap<String, BTreeSet<String>>,
    /// Access keys whose session has expired: every call with them is refused as AWS does.
    pub expired_keys: BTreeSet<String>,
    /// Roles and their policies.
    pub iam: iam::State,
    /// Buckets and objects.
    pub s3: s3::State,
    /// Dashboards of CloudWatch, which belong to no Region.
    pub dashboards: cloudwatch::Dashboards,
    /// The classmates.
    pub class: class::State,
    /// Milliseconds that the account's clock is ahead of the wall, because it ran faster for a while.
    pub clock_ahead_ms: i64,
    /// Regional state by Region name, made on first use.
    pub regions: BTreeMap<String, Region>,
}

/// What one Region holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Region {
    /// Log groups, streams and events.
    pub logs: logs::State,
    /// Metrics and alarms.
    pub cloudwatch: cloudwatch::State,
    /// Invocation logging configuration and what models have been used.
    pub bedrock: bedrock::State,
    /// Topics, subscriptions and what was delivered.
    pub sns: sns::State,
}

/// How the account behaves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Seconds until other services see a role or policy that was just written. AWS takes several; 0 switches the wait off.
    pub iam_propagation_seconds: u32,
}

impl Settings {
    /// How long IAM changes take until other services see them.
    pub fn iam_propagation(&self) -> Duration {
        Duration::from_secs(self.iam_propagation_seconds.into())
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { iam_propagation_seconds: 4 }
    }
}

impl Default for World {
    fn default() -> Self {
        Self {
            account_id: "123456789012".to_owned(),
            settings: Settings::default(),
            denied: BTreeMap::new(),
            expired_keys: BTreeSet::new(),
            iam: iam::State::default(),
            s3: s3::State::default(),
            dashboards: cloudwatch::Dashboards::default(),
            class: class::State::default(),
            clock_ahead_ms: 0,
            regions: BTreeMap::new(),
        }
    }
}

/// What a Region holds in which nothing was ever made.
static EMPTY_REGION: LazyLock<Region> = LazyLock::new(Region::default);

impl World {
    /// The state of `name` for writing, made empty when asked for the first time.
    ///
    /// Writing access marks the world as changed and causes a snapshot; operations that only read use [`World::region_view`].
    pub fn region(&mut self, name: &str) -> &mut Region {
        self.regions.entry(name.to_owned()).or_default()
    }

    /// The state of `name` for reading; empty when nothing was ever made there.
    pub fn region_view(&self, name: &str) -> &Region {
        self.regions.get(name).unwrap_or(&EMPTY_REGION)
    }
}
