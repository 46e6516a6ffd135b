//! Changes to the sandbox slice; each arm is one call.

use std::sync::Arc;
use std::time::Duration;

use super::{SandboxCommand, SandboxDeed, SandboxEffect, SandboxEvent, SandboxState, SandboxView};
use crate::app::{Effect, Remote, Screen, State, lab};
use crate::base::problem::Problem;

/// Time at the wall between two looks while something moves there, and while all is quiet: another terminal may pull a lever.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const LOOK_NOW_AND_THEN: Duration = Duration::from_secs(5);

/// A person did something.
pub fn command(state: &mut State, command: SandboxCommand) -> Vec<Effect> {
    match command {
        SandboxCommand::Do(deed) => ask_or_do(&mut state.sandbox, deed),
        SandboxCommand::Confirm => confirm(&mut state.sandbox),
        SandboxCommand::Dismiss => dismiss(&mut state.sandbox),
    }
}

/// Something happened.
pub fn event(state: &mut State, event: SandboxEvent) -> Vec<Effect> {
    match event {
        SandboxEvent::Seen(outcome) => seen(state, outcome),
        SandboxEvent::Preparing(progress) => {
            state.sandbox.preparing = Some(progress);
            Vec::new()
        }
    }
}

/// The screen came into view, or its time to look again has come. Its steps to begin with are the open lab's.
pub fn entered(state: &mut State) -> Vec<Effect> {
    if !state.connection.is_sandbox() {
        return Vec::new();
    }
    let mut effects = look(&mut state.sandbox);
    if matches!(state.lab.lab, Remote::NotAsked) {
        effects.extend(lab::reduce::entered(state));
    }
    effects
}

/// Another environment was opened: the sandbox's levers are shown in the top bar from the start.
pub fn environment_changed(state: &mut State) -> Vec<Effect> {
    state.sandbox = SandboxState::default();
    if state.connection.is_sandbox() { look(&mut state.sandbox) } else { Vec::new() }
}

fn look(sandbox: &mut SandboxState) -> Vec<Effect> {
    sandbox.view.start();
    vec![Effect::Sandbox(SandboxEffect::Look)]
}

fn seen(state: &mut State, outcome: Result<Arc<SandboxView>, Problem>) -> Vec<Effect> {
    state.sandbox.preparing = None;
    state.sandbox.view.finish(outcome);
    if state.screen != Screen::Sandbox {
        return Vec::new();
    }
    let after = if state.sandbox.is_lively() { LOOK_EVERY } else { LOOK_NOW_AND_THEN };
    vec![Effect::TickAfter(Screen::Sandbox, after)]
}

fn ask_or_do(sandbox: &mut SandboxState, deed: SandboxDeed) -> Vec<Effect> {
    if deed.loses_something() {
        sandbox.asked = Some(deed);
        return Vec::new();
    }
    carry_out(sandbox, deed)
}

/// Only what was asked about is done.
fn confirm(sandbox: &mut SandboxState) -> Vec<Effect> {
    match sandbox.asked.take() {
        Some(deed) => carry_out(sandbox, deed),
        None => Vec::new(),
    }
}

fn dismiss(sandbox: &mut SandboxState) -> Vec<Effect> {
    if sandbox.asked.take().is_some() || sandbox.view.problem().is_none() {
        return Vec::new();
    }
    look(sandbox)
}

fn carry_out(sandbox: &mut SandboxState, deed: SandboxDeed) -> Vec<Effect> {
    sandbox.view.start();
    vec![Effect::Sandbox(SandboxEffect::Do(deed))]
}
