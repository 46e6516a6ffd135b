//! STS: who is calling.

use super::api::Operations;

/// The operations of this service.
pub const OPERATIONS: Operations = &[];
