//! The Insights slice: a query in the Logs Insights language, run here over the records that the log viewer has loaded, on CloudWatch, or in both
//! places with a comparison of the rows.
//!
//! Owns what is written and asked, the queries that were run and saved, and what results say: their shape, their difference, their export. Not here:
//! the language (`insights`), which records are loaded (the logs slice), drawing (`ui`).

pub mod chart;
pub mod compare;
pub mod complete;
pub mod export;
pub mod fields;
pub mod language;
pub mod library;
pub mod outcome;
pub mod price;
pub mod reduce;
mod samples;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::remote::Remote;
use crate::aws::logs::QueryDefinition;
use crate::base::problem::Problem;
use crate::insights::QueryError;
use crate::logs::store::Store;

pub use fields::FoundField;
pub use library::{Library, RunNote, SavedQuery};
pub use outcome::{Answer, CloudProgress, Outcome, Place};
pub use samples::{Sample, groups, samples};

/// Most rows when a query has no `limit`: what is on offer. CloudWatch gives 100,000 at a time; the last is fetched in slices of the time.
pub const LIMITS: [u32; 5] = [100, 1_000, 10_000, 100_000, 1_000_000];

/// What the program knows of this screen.
#[derive(Debug, Clone, Default)]
pub struct InsightsState {
    /// The query as it is written.
    pub text: String,
    /// What is wrong with it, judged as it is written, in order of place.
    pub errors: Vec<QueryError>,
    /// Where it shall run.
    pub place: Place,
    /// Most rows when it has no `limit`.
    pub limit: Limit,
    /// Runs asked for so far; only the newest one's result is taken.
    pub asked: u64,
    /// The run that is under way.
    pub running: Option<Running>,
    /// Whether it waits for records that are being loaded.
    pub waits_for_records: bool,
    /// What the newest run came to.
    pub outcome: Option<Arc<Outcome>>,
    /// The event behind a row that was opened.
    pub record: Option<OpenRecord>,
    /// Fields that occur in the loaded records.
    pub fields: Arc<Vec<FoundField>>,
    /// How many records were loaded when the fields were looked for.
    pub fields_of: usize,
    /// How long these records are on average, bytes.
    pub bytes_a_record: u64,
    /// Past runs and saved queries; nothing before they are read.
    pub library: Remote<Library>,
    /// Queries that are saved in the account.
    pub definitions: Remote<Vec<QueryDefinition>>,
}

/// Most rows when a query has no `limit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub u32);

impl Default for Limit {
    fn default() -> Self {
        Self(1_000)
    }
}

/// A run that is under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// Its number.
    pub number: u64,
    /// Where it runs.
    pub place: Place,
    /// What CloudWatch has told so far.
    pub progress: CloudProgress,
}

/// The event behind a row, opened.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenRecord {
    /// What finds the event.
    pub pointer: String,
    /// Its fields.
    pub fields: Remote<Vec<(String, String)>>,
}

impl OpenRecord {
    /// Id of the request whose record it is.
    pub fn request_id(&self) -> Option<&str> {
        self.fields.value()?.iter().find(|(name, _)| name == "requestId").map(|(_, id)| id.as_str())
    }
}

/// What a person can do here.
#[derive(Debug, Clone, PartialEq)]
pub enum InsightsCommand {
    /// Write a query.
    SetText(String),
    /// Write a query and run it.
    Ask(String),
    /// Choose where queries run.
    SetPlace(Place),
    /// Choose how many rows a query without `limit` may have.
    SetLimit(Limit),
    /// Run what is written.
    Run,
    /// End the run.
    Stop,
    /// Open the event behind a row.
    OpenRecord(String),
    /// Close it.
    CloseRecord,
    /// Save what is written under a name; one of that name is replaced.
    Save(String),
    /// Give a saved query another name.
    Rename {
        /// Its name.
        from: String,
        /// Its new name.
        to: String,
    },
    /// Delete a saved query.
    Delete(String),
    /// Forget the past runs.
    ClearHistory,
    /// Ask which queries are saved in the account.
    ListDefinitions,
    /// Save what is written in the account; one of that name is replaced.
    SaveInAccount(String),
    /// Delete a query that is saved in the account, by its id.
    DeleteInAccount(String),
    /// Write rows into the folder of exports.
    Export {
        /// Name of the file.
        name: String,
        /// What is in it.
        text: String,
    },
}

/// What the runtime must do for this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum InsightsEffect {
    /// Run a query.
    Run(Order),
    /// End the run; a query that runs on CloudWatch is stopped there.
    Stop,
    /// Look for fields in the loaded records.
    Discover(Arc<Store>),
    /// Find the event behind a row among the loaded records, else ask CloudWatch.
    FetchRecord {
        /// What finds the event.
        pointer: String,
        /// The loaded records.
        store: Arc<Store>,
    },
    /// Read past runs and saved queries.
    ReadLibrary,
    /// Keep past runs and saved queries.
    KeepLibrary(Library),
    /// List the queries that are saved in the account.
    ListDefinitions,
    /// Save a query in the account, then list.
    PutDefinition {
        /// Its name.
        name: String,
        /// The query.
        text: String,
        /// The log group that it is for.
        group: Option<String>,
        /// Id of the one to replace.
        replaces: Option<String>,
    },
    /// Delete a query in the account, then list.
    DeleteDefinition(String),
    /// Write a file into the folder of exports.
    Export {
        /// Name of the file.
        name: String,
        /// What is in it.
        text: String,
    },
}

/// A query to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Number of the run.
    pub number: u64,
    /// The query.
    pub text: String,
    /// Where.
    pub place: Place,
    /// Most rows when the query has no `limit`.
    pub limit: u32,
    /// The loaded records.
    pub store: Arc<Store>,
    /// The time that is asked about, milliseconds since the epoch, both inclusive; whole seconds where CloudWatch is asked.
    pub window: (i64, i64),
    /// The log group.
    pub group: String,
}

/// What happened to this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum InsightsEvent {
    /// CloudWatch told how far a query is.
    Progress {
        /// Number of the run.
        number: u64,
        /// How far.
        progress: CloudProgress,
    },
    /// A run ended.
    Ran(Arc<Outcome>),
    /// Fields were looked for.
    Fields {
        /// How many records were loaded.
        of: usize,
        /// How long they are on average, bytes.
        bytes_a_record: u64,
        /// What was found.
        fields: Arc<Vec<FoundField>>,
    },
    /// The event behind a row was found, or not.
    Record {
        /// What finds the event.
        pointer: String,
        /// Its fields.
        outcome: Result<Vec<(String, String)>, Problem>,
    },
    /// Past runs and saved queries were read.
    Library(Result<Library, Problem>),
    /// The queries that are saved in the account.
    Definitions(Result<Vec<QueryDefinition>, Problem>),
}
