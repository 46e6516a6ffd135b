//! Changes to the logs slice; each arm is one call.

use super::{LogsCommand, LogsEvent};
use crate::app::{Effect, State};

/// A person did something.
pub fn command(_state: &mut State, command: LogsCommand) -> Vec<Effect> {
    match command {}
}

/// Something happened.
pub fn event(_state: &mut State, event: LogsEvent) -> Vec<Effect> {
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
