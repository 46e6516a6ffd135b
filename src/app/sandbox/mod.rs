//! The sandbox slice: the account inside this program as a whole. Its class, its clock, its incidents, its kept states.
//!
//! Only for the place that lives in this process; what a service of it does is seen on the other screens like that of any account.

pub mod reduce;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::remote::Remote;
use crate::base::clock::Timestamp;
use crate::base::problem::Problem;
use crate::lab::status::Progress;

/// People of a class of the usual size.
pub const USUAL_CLASS: u32 = 25;

/// Most people of a class.
pub const LARGEST_CLASS: u32 = 60;

/// Speeds on offer: seconds that pass in the sandbox while one passes at the wall. At 60 a day takes 24 minutes.
pub const SPEEDS: [u32; 4] = [1, 10, 60, 300];

/// What the program knows of the sandbox as a whole.
#[derive(Debug, Clone, Default)]
pub struct SandboxState {
    /// What was seen last.
    pub view: Remote<Arc<SandboxView>>,
    /// What is about to be done and waits for a yes.
    pub asked: Option<SandboxDeed>,
    /// How far a preparation of steps has come.
    pub preparing: Option<Progress>,
}

impl SandboxState {
    /// What was seen last, whether or not it is being looked at again.
    pub fn seen(&self) -> Option<&SandboxView> {
        self.view.value().map(AsRef::as_ref)
    }

    /// Whether something moves there by itself, so that it is worth looking again.
    pub fn is_lively(&self) -> bool {
        self.seen().is_some_and(|view| view.people > 0 || view.speed > 1.0 || view.active().next().is_some())
    }
}

/// The sandbox as a whole, at a moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SandboxView {
    /// Its files.
    pub files: SandboxFiles,
    /// Seconds that pass there while one passes at the wall.
    pub speed: f64,
    /// Milliseconds that its clock is ahead of the wall.
    pub ahead_ms: i64,
    /// Classmates who work there.
    pub people: u32,
    /// Everything that can happen there at a push of a button.
    pub incidents: Vec<Incident>,
    /// How often the account was replaced as a whole.
    pub lives: u64,
    /// What notifications delivered, newest first.
    pub letters: Vec<Letter>,
}

impl SandboxView {
    /// The incidents under way.
    pub fn active(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.iter().filter(|incident| incident.since.is_some())
    }
}

/// Something that can be made to happen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Incident {
    /// Its name on the command line, such as `throttling-storm`.
    pub name: String,
    /// What it is called on screen.
    pub title: String,
    /// What happens, one sentence.
    pub story: String,
    /// Where it can be seen.
    pub look_for: String,
    /// When it began, if it is under way.
    pub since: Option<Timestamp>,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
}

/// A message of SNS as one subscriber got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Region of its topic.
    pub region: String,
    /// Rises with each letter of a Region.
    pub number: u64,
    /// When it was delivered, on the sandbox's clock.
    pub at: Timestamp,
    /// Name of its topic.
    pub topic: String,
    /// Protocol of the subscription, such as `email`.
    pub protocol: String,
    /// Address of the subscription.
    pub endpoint: String,
    /// Its subject.
    pub subject: Option<String>,
    /// Its text.
    pub body: String,
    /// The token with which the subscription is confirmed, while it waits for that.
    pub token: Option<String>,
}

/// The sandbox's files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SandboxFiles {
    /// Folder of its state.
    pub folder: PathBuf,
    /// Where programs outside find it.
    pub url: String,
    /// Size of the state, bytes.
    pub size: u64,
    /// States that were kept under a name, newest first.
    pub checkpoints: Vec<Checkpoint>,
}

/// A state of the sandbox kept under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Its name.
    pub name: String,
    /// When it was kept.
    pub at: Option<Timestamp>,
    /// Its size, bytes.
    pub size: u64,
}

/// Something that is done to the sandbox as a whole.
#[derive(Debug, Clone, PartialEq)]
pub enum SandboxDeed {
    /// Begin a new account: empty, or with the lab's steps done up to this one.
    Reset {
        /// Id of the last step that is done.
        through: Option<String>,
    },
    /// Keep the present state under a name.
    Keep(String),
    /// Go back to the state of this name.
    Restore(String),
    /// Delete the state of this name.
    Forget(String),
    /// So many classmates; none at 0.
    SetPeople(u32),
    /// So many seconds there for one at the wall.
    SetSpeed(u32),
    /// Let this time pass at once.
    Leap(Duration),
    /// Let an incident begin.
    Start(String),
    /// Let an incident end.
    Stop(String),
    /// Confirm the subscription that waits for a token, as the reader of the letter would.
    Confirm {
        /// Region of its topic.
        region: String,
        /// The token.
        token: String,
    },
}

impl SandboxDeed {
    /// Whether something is lost by it, so that it needs a yes.
    pub fn loses_something(&self) -> bool {
        matches!(self, Self::Reset { .. } | Self::Restore(_) | Self::Forget(_))
    }

    /// Whether the account is another one afterwards, so that every screen must forget what it knew.
    pub fn replaces_the_account(&self) -> bool {
        matches!(self, Self::Reset { .. } | Self::Restore(_))
    }
}

/// What a person can do here.
#[derive(Debug, Clone, PartialEq)]
pub enum SandboxCommand {
    /// Do something to the sandbox; what loses something is asked about first.
    Do(SandboxDeed),
    /// Yes: do what was asked about.
    Confirm,
    /// No, or close an error.
    Dismiss,
}

/// What the runtime must do for this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum SandboxEffect {
    /// Look at the sandbox.
    Look,
    /// Do something to it.
    Do(SandboxDeed),
}

/// What happened to the sandbox.
#[derive(Debug, Clone, PartialEq)]
pub enum SandboxEvent {
    /// It was looked at, or something could not be done to it.
    Seen(Result<Arc<SandboxView>, Problem>),
    /// A preparation of steps goes on.
    Preparing(Progress),
}

impl From<SandboxEvent> for super::Event {
    fn from(event: SandboxEvent) -> Self {
        Self::Sandbox(event)
    }
}
