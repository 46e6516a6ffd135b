//! Effects of the dashboard slice.

use super::Jobs;
use crate::app::dashboard::DashboardEffect;

/// Carries out `effect`.
pub fn run(_jobs: &Jobs, effect: DashboardEffect) {
    match effect {}
}
