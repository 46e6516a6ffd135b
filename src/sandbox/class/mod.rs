//! The classmates: people who work in the same account, so that somebody who learns alone sees the traffic of a whole class.

use serde::{Deserialize, Serialize};

use super::Sandbox;

/// The class of an account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {}

/// Lets the classmates do what is due by the sandbox's clock. Called by [`super::pulse`].
pub fn beat(_sandbox: &Sandbox) {}
