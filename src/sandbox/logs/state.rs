//! What one Region keeps for this service.

use serde::{Deserialize, Serialize};

/// The service's resources in one Region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {}
