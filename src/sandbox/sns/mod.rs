//! SNS: topics, subscriptions, and an inbox in which everything that was published can be read.

use serde::{Deserialize, Serialize};

use super::api::Operations;

/// The operations of this service.
pub const OPERATIONS: Operations = &[];

/// The topics of a Region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {}
