//! Service Quotas: the limits of Bedrock in this account.

use super::api::Operations;

/// The operations of this service.
pub const OPERATIONS: Operations = &[];
