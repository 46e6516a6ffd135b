//! Effects of the playground slice.

use super::Jobs;
use crate::app::playground::PlaygroundEffect;

/// Carries out `effect`.
pub fn run(_jobs: &Jobs, effect: PlaygroundEffect) {
    match effect {}
}
