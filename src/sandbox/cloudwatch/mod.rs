//! CloudWatch: metric data and its statistics.

mod state;

pub use state::State;

use super::api::Operations;

/// The operations of this service.
pub const OPERATIONS: Operations = &[];
