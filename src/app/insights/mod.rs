//! The Insights slice: a query in the Logs Insights language, run here over the records that the log viewer has loaded.

pub mod reduce;
mod samples;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use crate::insights::{QueryError, Results};
use crate::logs::store::Store;

pub use samples::{Sample, samples};

/// What the program knows of this screen.
#[derive(Debug, Clone, Default)]
pub struct InsightsState {
    /// The query as it is written.
    pub text: String,
    /// What is wrong with it, judged as it is written.
    pub error: Option<QueryError>,
    /// Runs asked for so far; only the newest one's result is taken.
    pub asked: u64,
    /// Whether one is under way.
    pub is_running: bool,
    /// What the newest run came to.
    pub ran: Option<Arc<Ran>>,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    /// The query.
    pub text: String,
    /// Its rows.
    pub results: Results,
    /// How long it took.
    pub took: Duration,
}

/// What a person can do here.
#[derive(Debug, Clone, PartialEq)]
pub enum InsightsCommand {
    /// Write a query.
    SetText(String),
    /// Write a query and run it.
    Ask(String),
    /// Run what is written.
    Run,
    /// End the run.
    Stop,
}

/// What the runtime must do for this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum InsightsEffect {
    /// Run a query.
    Run(Order),
    /// End the run.
    Stop,
}

/// A query to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Number of the run.
    pub number: u64,
    /// The query.
    pub text: String,
    /// The records.
    pub store: Arc<Store>,
    /// The time that is asked about, milliseconds since the epoch, both inclusive.
    pub window: (i64, i64),
    /// `ACCOUNT:GROUP`, where the records are from.
    pub log: String,
}

/// What happened to this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum InsightsEvent {
    /// A run ended; without a result when it was stopped.
    Ran {
        /// Number of the run.
        number: u64,
        /// What it came to.
        ran: Option<Arc<Ran>>,
    },
}
