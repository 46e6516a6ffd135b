//! CloudWatch Logs: log groups, streams, events and their search.

mod state;

pub use state::State;

use super::api::Operations;

/// The operations of this service.
pub const OPERATIONS: Operations = &[];
