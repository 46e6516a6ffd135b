//! Changes to the resources slice; each arm is one call.

use std::sync::Arc;

use super::{Cleaning, ResourcesCommand, ResourcesEffect, ResourcesEvent, ResourcesState};
use crate::app::lab::{self, LabCommand};
use crate::app::{Effect, Remote, State};
use crate::base::problem::Problem;
use crate::lab::receipt::Receipt;
use crate::lab::status::Progress;

/// A person did something.
pub fn command(state: &mut State, command: &ResourcesCommand) -> Vec<Effect> {
    match command {
        ResourcesCommand::Verify => verify(state),
        ResourcesCommand::AskCleanUp => ask_clean_up(&mut state.resources),
        ResourcesCommand::CleanUp => clean_up(&mut state.resources),
        ResourcesCommand::Dismiss => dismiss(&mut state.resources),
        ResourcesCommand::Stop => stop(&mut state.resources),
        ResourcesCommand::SaveReceipt => save_receipt(state),
    }
}

/// Something happened.
pub fn event(state: &mut State, event: ResourcesEvent) -> Vec<Effect> {
    let resources = &mut state.resources;
    match event {
        ResourcesEvent::Inventory(outcome) => silently(|| resources.inventory.finish(outcome)),
        ResourcesEvent::Verified(outcome) => silently(|| resources.proof.finish(outcome)),
        ResourcesEvent::Progress(progress) => removing(resources, progress),
        ResourcesEvent::Cleaned(outcome) => cleaned(state, outcome),
    }
}

/// The screen came into view: read the ledger.
pub fn entered(state: &mut State) -> Vec<Effect> {
    if state.connection.environment().is_none() {
        return Vec::new();
    }
    read(&mut state.resources)
}

/// Another environment was opened: it has a ledger of its own.
pub fn environment_changed(state: &mut State) -> Vec<Effect> {
    let effects = stop(&mut state.resources);
    state.resources = ResourcesState::default();
    effects
}

fn silently(change: impl FnOnce()) -> Vec<Effect> {
    change();
    Vec::new()
}

fn ask_runtime(effect: ResourcesEffect) -> Vec<Effect> {
    vec![Effect::Resources(effect)]
}

fn read(resources: &mut ResourcesState) -> Vec<Effect> {
    resources.inventory.start();
    ask_runtime(ResourcesEffect::Read)
}

fn verify(state: &mut State) -> Vec<Effect> {
    if state.resources.proof.is_loading() || state.resources.cleaning.is_running() {
        return Vec::new();
    }
    state.resources.proof.start();
    ask_runtime(ResourcesEffect::Verify)
}

fn ask_clean_up(resources: &mut ResourcesState) -> Vec<Effect> {
    if resources.cleaning.is_running() {
        return Vec::new();
    }
    resources.cleaning = Cleaning::Asking;
    read(resources)
}

/// Only what was asked about is done.
fn clean_up(resources: &mut ResourcesState) -> Vec<Effect> {
    if resources.cleaning != Cleaning::Asking {
        return Vec::new();
    }
    resources.cleaning = Cleaning::Running(Progress::new("Looking at what is there"));
    ask_runtime(ResourcesEffect::CleanUp)
}

fn dismiss(resources: &mut ResourcesState) -> Vec<Effect> {
    if !resources.cleaning.is_running() {
        resources.cleaning = Cleaning::Idle;
    }
    Vec::new()
}

fn stop(resources: &mut ResourcesState) -> Vec<Effect> {
    if !resources.cleaning.is_running() {
        return Vec::new();
    }
    resources.cleaning = Cleaning::Stopped;
    let mut effects = ask_runtime(ResourcesEffect::StopCleanUp);
    effects.extend(read(resources));
    effects
}

/// A sign of life; the ledger has changed with it.
fn removing(resources: &mut ResourcesState, progress: Progress) -> Vec<Effect> {
    if !resources.cleaning.is_running() {
        return Vec::new();
    }
    resources.cleaning = Cleaning::Running(progress);
    read(resources)
}

/// The receipt is also the newest look at AWS. An outcome that comes after the person stopped is late.
fn cleaned(state: &mut State, outcome: Result<Arc<Receipt>, Problem>) -> Vec<Effect> {
    let resources = &mut state.resources;
    if !resources.cleaning.is_running() {
        return Vec::new();
    }
    resources.cleaning = match outcome {
        Ok(receipt) => {
            resources.proof.finish(Ok(Arc::clone(&receipt)));
            Cleaning::Ended(receipt)
        }
        Err(problem) => Cleaning::Failed(problem),
    };
    let mut effects = read(resources);
    effects.extend(recheck_lab(state));
    effects
}

/// What the lab remembers as done is not any more.
fn recheck_lab(state: &mut State) -> Vec<Effect> {
    match state.lab.lab {
        Remote::NotAsked => Vec::new(),
        _ => lab::reduce::command(state, LabCommand::Reload),
    }
}

fn save_receipt(state: &State) -> Vec<Effect> {
    let Cleaning::Ended(receipt) = &state.resources.cleaning else { return Vec::new() };
    let name = format!("clean-up-{}.txt", receipt.at.strftime("%Y%m%d-%H%M%S"));
    ask_runtime(ResourcesEffect::Save { name, text: receipt.text() })
}
