//! The lab slice: its state, what a person can do there, what the runtime must do for it, and what happens to it.

pub mod reduce;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Remote;
use crate::base::clock::Timestamp;
use crate::base::problem::Problem;
use crate::lab::facts::Facts;
use crate::lab::form::Values;
use crate::lab::manifest::Lab;
use crate::lab::progress::Progress as Memory;
use crate::lab::receipt::Receipt;
use crate::lab::status::{Progress, Remedy, Status};
use crate::lab::view::StepView;

/// What the program knows of this screen.
#[derive(Debug, Clone, Default)]
pub struct LabState {
    /// The labs that can be opened, and those that cannot be read, with the reason.
    pub labs: Vec<Offer>,
    /// The open lab.
    pub lab: Remote<Arc<Lab>>,
    /// What is remembered of it, the person's entries included.
    pub memory: Memory,
    /// What is known of the place.
    pub facts: Remote<Arc<Facts>>,
    /// Where every step stands, by id.
    pub statuses: BTreeMap<String, Status>,
    /// When a step was last run or checked, by id.
    pub checked: BTreeMap<String, Timestamp>,
    /// A few words on every step, by id.
    pub summaries: BTreeMap<String, String>,
    /// Id of the step that is shown.
    pub chosen: String,
    /// The form, the policies and the plan of the step that is shown.
    pub view: Option<StepView>,
    /// What is under way.
    pub running: Option<Running>,
    /// Whether the hint is shown.
    pub hint_shown: bool,
    /// The newest receipt of a clean-up.
    pub receipt: Option<Receipt>,
    /// Why an undo or a clean-up outside a step could not be done.
    pub problem: Option<Problem>,
}

/// A lab that can be opened, or the reason why it cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its id; empty for one that cannot be read.
    pub id: String,
    /// Its title, or the error with file, line and what to write.
    pub text: String,
    /// Whether it can be opened.
    pub usable: bool,
}

/// What is under way in the lab.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// Id of the step; empty for a clean-up of everything.
    pub step: String,
    /// Its newest sign of life.
    pub progress: Progress,
}

/// A lab as it was opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The lab.
    pub lab: Arc<Lab>,
    /// What is remembered of it.
    pub memory: Memory,
    /// Where its steps stand before anything was checked.
    pub statuses: BTreeMap<String, Status>,
}

/// What a person can do here.
#[derive(Debug, Clone, PartialEq)]
pub enum LabCommand {
    /// Open the lab of this id.
    Open(String),
    /// Read the lab files again.
    Reload,
    /// Show this step.
    Choose(String),
    /// Enter a value into the form of the shown step.
    Enter(String, String),
    /// Run the shown step.
    Run,
    /// Check the shown step.
    Check,
    /// Stop what is under way.
    Cancel,
    /// Leave the shown step out.
    Skip,
    /// Forget what is remembered and entered of the shown step.
    ResetStep,
    /// Forget what is remembered and entered of the whole lab; resources stay.
    ResetLab,
    /// Show or hide the hint.
    ToggleHint,
    /// Remove what the shown step made.
    Undo,
    /// Remove everything that the lab made.
    CleanUp,
    /// Do what a failure offers.
    Take(Remedy),
}

/// What the runtime must do for this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum LabEffect {
    /// Read the labs, open the one of this id (or the first), and check what is remembered as done.
    Open(Option<String>),
    /// Read what a step's form needs to know.
    ReadFacts(String),
    /// Run a step with what the person entered.
    Run(String, Values),
    /// Check a step with what the person entered.
    Check(String, Values),
    /// Keep what the person entered into the steps' forms, by step id.
    Keep(BTreeMap<String, Values>),
    /// Leave a step out.
    Skip(String),
    /// Forget a step.
    ResetStep(String),
    /// Forget the lab.
    ResetLab,
    /// Remove what a step made.
    Undo(String),
    /// Remove everything.
    CleanUp,
    /// Stop what is under way.
    Cancel,
}

/// What happened to this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum LabEvent {
    /// The labs were read.
    Labs(Vec<Offer>),
    /// A lab was opened, or could not be.
    Opened(Result<Box<Opened>, Problem>),
    /// Facts were read.
    Facts(Result<Box<Facts>, Problem>),
    /// A running step gave a sign of life.
    Progress(String, Progress),
    /// A step ended, or was checked; with what is remembered now.
    Ended(String, Box<Status>, Memory),
    /// Statuses after something was forgotten or left out.
    Remembered(Memory, BTreeMap<String, Status>),
    /// An undo or a clean-up ended.
    Removed(Result<Box<Receipt>, Problem>, Memory, BTreeMap<String, Status>),
}

impl LabState {
    /// Where the step `id` stands.
    pub fn status(&self, id: &str) -> Status {
        self.statuses.get(id).cloned().unwrap_or_default()
    }

    /// Steps done, and all steps.
    pub fn done(&self) -> (usize, usize) {
        let total = self.lab.value().map_or(0, |lab| lab.steps.len());
        (self.statuses.values().filter(|status| status.is_done()).count(), total)
    }

    /// Minutes that the steps that are not done take.
    pub fn minutes_left(&self) -> u32 {
        let steps = self.lab.value().map(|lab| lab.steps.as_slice()).unwrap_or_default();
        let open = steps.iter().filter(|step| !self.status(&step.id).is_done() && !matches!(self.status(&step.id), Status::Skipped { .. }));
        open.map(|step| step.minutes).sum()
    }
}
