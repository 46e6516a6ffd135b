//! Effects of the lab slice.

use super::Jobs;
use crate::app::lab::LabEffect;

/// Carries out `effect`.
pub fn run(_jobs: &Jobs, effect: LabEffect) {
    match effect {}
}
