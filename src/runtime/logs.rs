//! Effects of the logs slice.

use super::Jobs;
use crate::app::logs::LogsEffect;

/// Carries out `effect`.
pub fn run(_jobs: &Jobs, effect: LogsEffect) {
    match effect {}
}
