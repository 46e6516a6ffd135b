//! Changes to the resources slice; each arm is one call.

use super::{ResourcesCommand, ResourcesEvent};
use crate::app::{Effect, State};

/// A person did something.
pub fn command(_state: &mut State, command: ResourcesCommand) -> Vec<Effect> {
    match command {}
}

/// Something happened.
pub fn event(_state: &mut State, event: ResourcesEvent) -> Vec<Effect> {
    match event {}
}

/// The screen came into view: ask for what it shows.
pub fn entered(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}

/// Another environment was opened: forget what belonged to the old one.
pub fn environment_changed(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}
