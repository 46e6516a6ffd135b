//! IAM: roles, their policies, and the evaluation of policies.

mod state;

pub use state::State;

use super::api::Operations;

/// The operations of this service.
pub const OPERATIONS: Operations = &[];

pub mod policy;
