//! Everything the program knows. Plain data: no drawing, no clients.

use std::collections::VecDeque;
use std::path::PathBuf;

use strum::{EnumIter, IntoStaticStr};

use super::remote::Remote;
use super::settings::Settings;
use super::{alarms, dashboard, insights, lab, logs, playground, resources, sandbox, tail};
use crate::aws::recorder::CallRecord;
use crate::aws::{Environment, EnvironmentKind};
use crate::base::clock::Timestamp;

/// The places of the left rail, and the start screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, EnumIter, IntoStaticStr)]
pub enum Screen {
    /// Choice of the place to work.
    #[default]
    Start,
    /// The lab's steps.
    Lab,
    /// Chat with a model.
    Playground,
    /// Plots of metrics.
    Dashboard,
    /// Invocation records.
    Logs,
    /// Queries over the records.
    Insights,
    /// Log events as they arrive.
    Tail,
    /// What shall wake a person.
    Alarms,
    /// What the program created, and clean-up.
    Resources,
    /// The account inside this program as a whole.
    Sandbox,
    /// Choices about the program.
    Settings,
}

/// The state of the whole program.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Kept choices.
    pub settings: Settings,
    /// The place shown.
    pub screen: Screen,
    /// Where calls go, and as whom.
    pub connection: Connection,
    /// The lab.
    pub lab: lab::LabState,
    /// The playground.
    pub playground: playground::PlaygroundState,
    /// The dashboard.
    pub dashboard: dashboard::DashboardState,
    /// The log viewer.
    pub logs: logs::LogsState,
    /// Queries over the records.
    pub insights: insights::InsightsState,
    /// Log events as they arrive.
    pub tail: tail::TailState,
    /// What shall wake a person.
    pub alarms: alarms::AlarmsState,
    /// Ledger and clean-up.
    pub resources: resources::ResourcesState,
    /// The account inside this program as a whole.
    pub sandbox: sandbox::SandboxState,
    /// AWS calls made.
    pub calls: Calls,
    /// Messages to the person.
    pub notices: Notices,
    /// What lies on this machine.
    pub storage: Remote<Storage>,
    /// What lies above the screens.
    pub overlays: Overlays,
    /// The present moment on the program's clock, set before every pass of drawing.
    pub now: Timestamp,
    /// The window is minimized or covered: nothing is fetched by itself.
    pub hidden: bool,
    /// Set when the window shall close.
    pub quitting: bool,
}

/// Where calls go, and as whom.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// The chosen place and who we are there.
    pub current: Remote<Connected>,
    /// Profiles found on this machine.
    pub profiles: Remote<Vec<ProfileInfo>>,
    /// Environment variables that change where calls go, with what they do.
    pub warnings: Vec<String>,
}

impl Connection {
    /// The open environment, if there is one.
    pub fn environment(&self) -> Option<&Environment> {
        self.current.value().map(|c| &c.environment)
    }

    /// Whether the sandbox is where calls go.
    pub fn is_sandbox(&self) -> bool {
        self.environment().is_some_and(|e| e.kind == EnvironmentKind::Sandbox)
    }
}

/// An open environment and the identity found there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// The place.
    pub environment: Environment,
    /// Twelve-digit account id.
    pub account: String,
    /// ARN of the caller.
    pub arn: String,
}

/// A profile of the AWS configuration files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileInfo {
    /// Its name.
    pub name: String,
    /// Its Region, if it has one.
    pub region: Option<String>,
    /// Where its credentials come from, in words: `SSO`, `access key`, `role`, ….
    pub source: String,
}

/// AWS calls made, newest last, bounded.
#[derive(Debug, Clone, Default)]
pub struct Calls {
    /// The latest calls.
    pub records: VecDeque<CallRecord>,
    /// Calls made since the start, forgotten ones included.
    pub total: u64,
}

impl Calls {
    /// Calls kept.
    pub const KEPT: usize = 2_000;

    /// Adds a call and forgets the oldest above [`Self::KEPT`].
    pub fn push(&mut self, record: CallRecord) {
        self.total += 1;
        self.records.push_back(record);
        if self.records.len() > Self::KEPT {
            self.records.pop_front();
        }
    }
}

/// How loud a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeLevel {
    /// Something went well or is worth knowing.
    Info,
    /// Something needs attention.
    Warning,
    /// Something failed.
    Error,
}

/// A message to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its number, unique within the run.
    pub id: u64,
    /// How loud it is.
    pub level: NoticeLevel,
    /// One sentence.
    pub text: String,
    /// More to read on demand.
    pub details: Option<String>,
    /// When it came.
    pub at: Timestamp,
    /// Whether its toast was dismissed or has had its time.
    pub seen: bool,
}

/// Messages to the person, newest last, bounded.
#[derive(Debug, Clone, Default)]
pub struct Notices {
    /// The latest notices.
    pub list: VecDeque<Notice>,
    /// Number of the next notice.
    pub next_id: u64,
}

impl Notices {
    /// Notices kept.
    pub const KEPT: usize = 200;

    /// Adds a notice and forgets the oldest above [`Self::KEPT`].
    pub fn push(&mut self, level: NoticeLevel, text: String, details: Option<String>, at: Timestamp) {
        self.list.push_back(Notice { id: self.next_id, level, text, details, at, seen: false });
        self.next_id += 1;
        if self.list.len() > Self::KEPT {
            self.list.pop_front();
        }
    }
}

/// What the program keeps on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// The folder of settings, progress, ledgers, snapshots and copies.
    pub home: PathBuf,
    /// Bytes of everything in it.
    pub total_bytes: u64,
    /// Bytes of copies of prompts and bodies, which can be forgotten.
    pub copies_bytes: u64,
}

/// What lies above the screens.
#[derive(Debug, Clone, Default)]
pub struct Overlays {
    /// The command palette is open.
    pub palette: bool,
    /// The list of shortcuts is open.
    pub help: bool,
    /// The list of notices is open.
    pub notices: bool,
    /// The Calls drawer is open.
    pub calls: bool,
}
