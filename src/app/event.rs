//! What happened outside: results, progress, calls made, messages. All events come through one bounded channel.

use super::alarms::AlarmsEvent;
use super::dashboard::DashboardEvent;
use super::insights::InsightsEvent;
use super::lab::LabEvent;
use super::logs::LogsEvent;
use super::playground::PlaygroundEvent;
use super::resources::ResourcesEvent;
use super::sandbox::SandboxEvent;
use super::state::{Connected, NoticeLevel, ProfileInfo, Screen, Storage};
use super::tail::TailEvent;
use crate::aws::recorder::CallRecord;
use crate::base::problem::Problem;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// An environment was opened, or could not be.
    Connected(Result<Connected, Problem>),
    /// Profiles and warnings were read.
    ProfilesFound(Vec<ProfileInfo>, Vec<String>),
    /// What lies on this machine was measured.
    StorageMeasured(Storage),
    /// An AWS call ended.
    Call(Box<CallRecord>),
    /// A message to the person.
    Notice(NoticeLevel, String, Option<String>),
    /// A time asked for by [`super::Effect::TickAfter`] has passed.
    Tick(Screen),
    /// In the lab.
    Lab(LabEvent),
    /// In the playground.
    Playground(PlaygroundEvent),
    /// On the dashboard.
    Dashboard(DashboardEvent),
    /// In the log viewer.
    Logs(LogsEvent),
    /// In the queries.
    Insights(InsightsEvent),
    /// In Live Tail.
    Tail(TailEvent),
    /// In the alarms.
    Alarms(AlarmsEvent),
    /// In the resources.
    Resources(ResourcesEvent),
    /// In the sandbox as a whole.
    Sandbox(SandboxEvent),
}
