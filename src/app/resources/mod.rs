//! The resources slice: its state, what a person can do there, what the runtime must do for it, and what happens to it.

mod describe;
pub mod reduce;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use super::remote::Remote;
use crate::aws::operation::PlannedCall;
use crate::base::problem::Problem;
use crate::lab::ledger::{Happened, Standing};
use crate::lab::receipt::{Found, Receipt};
use crate::lab::resource::Resource;
use crate::lab::status::Progress;

pub use describe::{arn, console_url, cost};

/// What the program knows of this screen.
#[derive(Debug, Clone, Default)]
pub struct ResourcesState {
    /// What the ledger says.
    pub inventory: Remote<Arc<Inventory>>,
    /// What looking at AWS found last.
    pub proof: Remote<Arc<Receipt>>,
    /// Clean-up.
    pub cleaning: Cleaning,
}

/// What the ledger says, as far as it concerns a person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inventory {
    /// The ledger's file.
    pub path: PathBuf,
    /// Everything that was made, changed or borrowed, newest first.
    pub standing: Vec<Standing>,
    /// The calls that removing what is left here makes, in order.
    pub plan: Vec<PlannedCall>,
    /// What the person must know about a damaged file.
    pub warning: Option<String>,
}

impl Inventory {
    /// What is ours here and may exist, in the order of removal.
    pub fn to_remove(&self, account: &str, region: &str) -> Vec<&Standing> {
        let mut ours: Vec<_> = self.standing.iter().filter(|s| s.is_outstanding() && s.is_at(account, region)).collect();
        ours.sort_by_key(|standing| standing.resource().removal_order());
        ours
    }

    /// How many resources of ours may exist, anywhere.
    pub fn outstanding(&self) -> usize {
        self.standing.iter().filter(|standing| standing.is_outstanding()).count()
    }
}

/// Where clean-up stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cleaning {
    /// Not under way.
    #[default]
    Idle,
    /// The plan is shown and waits for a yes.
    Asking,
    /// Under way.
    Running(Progress),
    /// It has ended; the receipt says what is left.
    Ended(Arc<Receipt>),
    /// The person stopped it; what was removed until then is gone.
    Stopped,
    /// It could not be done.
    Failed(Problem),
}

impl Cleaning {
    /// Whether something is being removed.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }
}

/// Where a resource stands for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standpoint {
    /// Ours, and it exists as far as is known.
    Live,
    /// A call to make it was sent and its answer is not known.
    Unsure,
    /// The person's own, used by the lab.
    Borrowed,
    /// Removed, or never made.
    Gone,
}

impl Standpoint {
    /// Where `standing` puts its resource.
    pub fn of(standing: &Standing) -> Self {
        match standing.last.event {
            Happened::Created => Self::Live,
            Happened::Intent => Self::Unsure,
            Happened::Borrowed => Self::Borrowed,
            Happened::Removed | Happened::Refused => Self::Gone,
        }
    }
}

/// What the last look at AWS said of `resource`.
pub fn found<'a>(receipt: &'a Receipt, resource: &Resource) -> Option<(Found, &'a str)> {
    receipt.lines.iter().find(|line| line.resource.is_same(resource)).map(|line| (line.found, line.text.as_str()))
}

/// What a person can do here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourcesCommand {
    /// Look at AWS whether everything is as the ledger says.
    Verify,
    /// Show the plan of clean-up.
    AskCleanUp,
    /// Yes: clean up.
    CleanUp,
    /// No, or close the outcome.
    Dismiss,
    /// Stop clean-up after the call under way.
    Stop,
    /// Write the receipt into a file.
    SaveReceipt,
}

/// What the runtime must do for this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum ResourcesEffect {
    /// Read the ledger.
    Read,
    /// Look at everything that the ledger has here.
    Verify,
    /// Remove everything of ours here.
    CleanUp,
    /// End clean-up.
    StopCleanUp,
    /// Write a text into the folder of exports.
    Save {
        /// Name of the file.
        name: String,
        /// Its content.
        text: String,
    },
}

/// What happened to this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum ResourcesEvent {
    /// The ledger was read.
    Inventory(Result<Arc<Inventory>, Problem>),
    /// Everything was looked at.
    Verified(Result<Arc<Receipt>, Problem>),
    /// Clean-up goes on.
    Progress(Progress),
    /// Clean-up ended.
    Cleaned(Result<Arc<Receipt>, Problem>),
}

impl From<ResourcesEvent> for super::Event {
    fn from(event: ResourcesEvent) -> Self {
        Self::Resources(event)
    }
}
