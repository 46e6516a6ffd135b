//! Changes to the lab slice; each arm is one call.

use super::{LabCommand, LabEvent};
use crate::app::{Effect, State};

/// A person did something.
pub fn command(_state: &mut State, command: LabCommand) -> Vec<Effect> {
    match command {}
}

/// Something happened.
pub fn event(_state: &mut State, event: LabEvent) -> Vec<Effect> {
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
