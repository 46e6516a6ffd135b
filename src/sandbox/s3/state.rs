//! What the account keeps for this service.

use serde::{Deserialize, Serialize};

/// The service's resources of the account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {}
