//! What the runtime must do. Effects are data: a test reads them, the runtime carries them out.

use std::time::Duration;

use super::alarms::AlarmsEffect;
use super::dashboard::DashboardEffect;
use super::insights::InsightsEffect;
use super::lab::LabEffect;
use super::logs::{LogsEffect, WorkEffect};
use super::playground::PlaygroundEffect;
use super::resources::ResourcesEffect;
use super::sandbox::SandboxEffect;
use super::settings::Settings;
use super::state::Screen;
use super::tail::TailEffect;
use crate::aws::Environment;

/// Something to do outside the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Start the sandbox if needed and open it.
    UseSandbox,
    /// Open an environment and ask who we are there.
    Connect(Environment),
    /// Read profiles and warnings from files and variables.
    FindProfiles,
    /// Keep the settings.
    SaveSettings(Settings),
    /// Delete cached prompts and bodies, then measure again.
    ForgetLocalCopies,
    /// Measure what lies on this machine.
    MeasureStorage,
    /// Send [`super::Event::Tick`] for a screen after a time; a later one for the same screen replaces it.
    TickAfter(Screen, Duration),
    /// For the lab.
    Lab(LabEffect),
    /// For the playground.
    Playground(PlaygroundEffect),
    /// For the dashboard.
    Dashboard(DashboardEffect),
    /// For the log viewer.
    Logs(LogsEffect),
    /// Longer work over loaded records.
    Records(WorkEffect),
    /// For the queries.
    Insights(InsightsEffect),
    /// For Live Tail.
    Tail(TailEffect),
    /// For the alarms.
    Alarms(AlarmsEffect),
    /// For the resources.
    Resources(ResourcesEffect),
    /// For the sandbox as a whole.
    Sandbox(SandboxEffect),
}
