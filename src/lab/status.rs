//! What a step is doing and how it ended, always with the reason.

use serde::{Deserialize, Serialize};

use crate::base::problem::Problem;

/// A sign of life of a running step.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Progress {
    /// What is being done.
    pub text: String,
    /// How far, from 0 to 1, where that is known.
    pub fraction: Option<f32>,
    /// Which try this is; 1 unless something is being tried again.
    pub attempt: u32,
}

impl Progress {
    /// The first try of something whose length is not known.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), fraction: None, attempt: 1 }
    }
}

/// The answer of a check. "Not yet" is an answer, not an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// It is so; what shows it.
    Passed {
        /// Facts that were read.
        evidence: Vec<String>,
    },
    /// It is not so.
    NotYet {
        /// What was found instead.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// It is so, with something to know.
    Warned {
        /// Facts that were read.
        evidence: Vec<String>,
        /// What to know.
        why: String,
        /// What to do.
        remedy: String,
    },
}

impl Verdict {
    /// Passed with this evidence.
    pub fn passed<T: Into<String>>(evidence: impl IntoIterator<Item = T>) -> Self {
        Self::Passed { evidence: evidence.into_iter().map(Into::into).collect() }
    }

    /// Not yet, and what to do.
    pub fn not_yet(why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::NotYet { why: why.into(), remedy: remedy.into() }
    }

    /// Whether the step counts as done.
    pub fn is_done(&self) -> bool {
        !matches!(self, Self::NotYet { .. })
    }
}

/// Something that a person can do about a failure, beside the remedy in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// Set these form values and run again.
    SetValues {
        /// What the button says.
        label: String,
        /// Values to set.
        values: Vec<(String, String)>,
    },
    /// Run the same again.
    TryAgain,
    /// Remove what exists so far.
    CleanUp,
}

/// Why a step did not end well, as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What happened, why, what to do.
    pub problem: Box<Problem>,
    /// What can be done with one click.
    pub choices: Vec<Remedy>,
    /// Resources of this lab that exist at this moment, from the ledger.
    pub left: Vec<String>,
}

impl Failure {
    /// A failure after which trying again makes sense.
    pub fn new(problem: Problem) -> Self {
        Self { problem: Box::new(problem), choices: vec![Remedy::TryAgain], left: Vec::new() }
    }
}

/// Where a step stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Status {
    /// Nothing has been done.
    #[default]
    NotStarted,
    /// Being run or checked.
    Running {
        /// The newest sign of life.
        progress: Progress,
    },
    /// Done and checked.
    Done {
        /// What shows it.
        evidence: Vec<String>,
    },
    /// Done, with something to know.
    Warned {
        /// What shows it.
        evidence: Vec<String>,
        /// What to know.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// Left out by the person.
    Skipped {
        /// The reason given.
        why: String,
    },
    /// Tried and not done.
    Failed(Failure),
    /// Cannot be run at present.
    WillNotRun {
        /// What it waits for.
        because: String,
    },
}

impl Status {
    /// Whether steps that need this one may run: done, warned or deliberately skipped.
    pub fn lets_others_run(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Warned { .. } | Self::Skipped { .. })
    }

    /// Whether the step is done.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Warned { .. })
    }

    /// One word for lists and for the terminal.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotStarted => "not started",
            Self::Running { .. } => "running",
            Self::Done { .. } => "done",
            Self::Warned { .. } => "done with a warning",
            Self::Skipped { .. } => "skipped",
            Self::Failed(_) => "failed",
            Self::WillNotRun { .. } => "waiting",
        }
    }
}

impl From<Verdict> for Status {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Passed { evidence } => Self::Done { evidence },
            Verdict::Warned { evidence, why, remedy } => Self::Warned { evidence, why, remedy },
            Verdict::NotYet { why, remedy } => Self::Failed(Failure::new(Problem::new("The check did not pass", why, remedy))),
        }
    }
}

/// How a step ended, as the progress file keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Done, with or without a warning.
    Done,
    /// Skipped by the person.
    Skipped,
    /// Done, and what it made was removed by clean-up since.
    Removed,
}
