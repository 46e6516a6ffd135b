//! Opening environments, finding profiles, keeping settings.

use super::{Jobs, Slot};
use crate::app::Event;
use crate::app::settings::Settings;
use crate::aws::Environment;
use crate::base::problem::Problem;

/// The sandbox's server and the account behind it.
pub struct RunningSandbox {}

/// Starts the sandbox if it does not run yet and opens it.
pub fn use_sandbox(jobs: &Jobs) {
    connect(jobs, Environment::sandbox("http://127.0.0.1:0"));
}

/// Ends the sandbox's server and keeps its state.
pub fn stop_sandbox(_jobs: &Jobs) {}

/// Opens `environment` and asks who we are there.
pub fn connect(jobs: &Jobs, _environment: Environment) {
    let sender = jobs.clone();
    jobs.start(Slot::Connect, async move {
        sender.emit(Event::Connected(Err(Problem::new("x", "y", "z")))).await;
    });
}

/// Reads profiles and warnings.
pub fn find_profiles(_jobs: &Jobs) {}

/// Keeps the settings.
pub fn save_settings(_jobs: &Jobs, _settings: &Settings) {}

/// Deletes cached prompts and bodies.
pub fn forget_local_copies(_jobs: &Jobs) {}
