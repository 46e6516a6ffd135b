//! Effects of the resources slice.

use super::Jobs;
use crate::app::resources::ResourcesEffect;

/// Carries out `effect`.
pub fn run(_jobs: &Jobs, effect: ResourcesEffect) {
    match effect {}
}
