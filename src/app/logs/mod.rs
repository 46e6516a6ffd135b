//! The logs slice: its state, what a person can do there, what the runtime must do for it, and what happens to it.

pub mod columns;
pub mod files;
pub mod link;
pub mod listed;
pub mod reduce;
mod selection;
#[cfg(test)]
mod tests;
pub mod work;

use std::sync::Arc;
use std::time::Duration;

pub use self::columns::{Column, Columns};
pub use self::files::{Files, FilesEvent, FilesPlace};
pub use self::listed::{Context, Listed};
pub use self::work::{Work, WorkEffect, WorkEvent};
use super::remote::Remote;
use crate::aws::bedrock::S3Destination;
use crate::base::problem::Problem;
use crate::logs::detail::{Detail, Side};
use crate::logs::filter::{Dimension, Filter};
use crate::logs::permalink::Permalink;
use crate::logs::store::{Entry, Store};
use crate::logs::table_text::Shape;
use crate::logs::view::View;
use crate::metrics::range::Range;
use crate::ui::widgets::Selection;

/// What the program knows of this screen.
#[derive(Debug, Clone, Default)]
pub struct LogsState {
    /// Where the account's logging configuration sends records.
    pub source: Remote<Source>,
    /// The log groups of the account, once a person asked to choose one.
    pub groups: Remote<Vec<String>>,
    /// The log group that a person chose instead of the configured one.
    pub chosen: Option<String>,
    /// The time that is shown.
    pub range: Range,
    /// The loading of events.
    pub load: Load,
    /// Files that are shown instead of a log group.
    pub files: Option<Files>,
    /// Files opened so far; only the newest ones' records are taken.
    pub files_number: u64,
    /// The loaded events.
    pub store: Arc<Store>,
    /// Which of them are asked for.
    pub filter: Filter,
    /// Which of them were found last.
    pub view: Arc<View>,
    /// Searches asked for so far; only the newest one's result is taken.
    pub search: Search,
    /// The selected rows of the view.
    pub selection: Selection,
    /// The event of the keyboard's row, opened.
    pub detail: Option<Arc<Detail>>,
    /// The fetching of the detail's bodies from S3.
    pub bodies: Remote<()>,
    /// How the detail is shown.
    pub tab: Tab,
    /// A row that shall be brought into sight.
    pub reveal: Reveal,
    /// A record that is waited for.
    pub awaited: Option<Awaited>,
    /// A record whose neighbours the list shows instead of what was found.
    pub context: Option<Context>,
    /// Exports and comparisons.
    pub work: Work,
    /// A link that waits for its place to be open.
    pub link: Option<Permalink>,
}

/// Where the logging configuration sends records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The log group; `None` when logging is off or goes to S3 alone.
    pub group: Option<String>,
    /// The place in S3; `None` when logging is off or goes to a log group alone.
    pub bucket: Option<S3Destination>,
    /// Whether texts are in the records.
    pub with_text: bool,
}

/// The loading of events from a log group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Load {
    /// Loads asked for so far; only the newest one's events are taken.
    pub number: u64,
    /// Whether one is under way.
    pub running: bool,
    /// What the newest load has done.
    pub progress: Progress,
    /// Why the newest load ended early.
    pub problem: Option<Problem>,
    /// The time that is loaded without holes, milliseconds since the epoch.
    pub covered: Option<(i64, i64)>,
    /// The log group that the store holds events of.
    pub group: Option<String>,
}

/// What a load has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Requests made.
    pub requests: u32,
    /// Events read, known ones included.
    pub events: u64,
    /// How far back it got, milliseconds since the epoch.
    pub reached_ms: i64,
    /// How long it has taken.
    pub took: Duration,
}

impl Progress {
    /// Events a second.
    pub fn rate(&self) -> f64 {
        self.events as f64 / self.took.as_secs_f64().max(1e-3)
    }

    /// How long the rest of the time `from..to` will take at the pace so far; nothing before there is a pace.
    pub fn remaining(&self, (from, to): (i64, i64)) -> Option<Duration> {
        let share = (to - self.reached_ms.max(from)) as f64 / (to - from).max(1) as f64;
        (share > 0.02 && share < 1.0).then(|| self.took.mul_f64((1.0 - share) / share))
    }
}

/// Searches asked for and answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Search {
    /// Number of the newest search asked for.
    pub asked: u64,
    /// Number of the newest search answered.
    pub answered: u64,
}

/// A row to bring into sight: a new number asks again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reveal {
    /// The row, newest first.
    pub row: usize,
    /// Grows with each wish.
    pub number: u64,
}

/// How the detail is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// Who said what.
    #[default]
    Conversation,
    /// The record as a tree.
    Json,
    /// The line as it came.
    Raw,
}

/// A record that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// Id of its request, or of its event.
    pub request_id: String,
    /// Time of its event where a link told it, milliseconds since the epoch.
    pub at_ms: Option<i64>,
    /// How the wait goes.
    pub status: Wait,
}

impl Awaited {
    /// Its place in `store`, once it is there.
    pub fn place(&self, store: &Store) -> Option<usize> {
        let by_time = || store.find(self.at_ms?, &self.request_id);
        store.find_request(&self.request_id).or_else(by_time)
    }
}

/// How a wait goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// Looking.
    Looking,
    /// It has arrived and is being loaded.
    Arrived,
    /// It did not come in time.
    Missing,
    /// Looking failed.
    Failed(Problem),
}

impl LogsState {
    /// The log group that is shown: the chosen one, else the configured one.
    pub fn group(&self) -> Option<&str> {
        self.chosen.as_deref().or_else(|| self.source.value()?.group.as_deref())
    }

    /// The time that is shown at `now_ms`; a range up to now includes events that are newer than the clock.
    pub fn window(&self, now_ms: i64) -> (i64, i64) {
        let (from, to) = self.range.at(now_ms);
        let newest = self.store.extent().map_or(to, |(_, newest)| newest);
        if matches!(self.range, Range::Last(_)) { (from, to.max(newest)) } else { (from, to) }
    }

    /// Whether the newest search is still running.
    pub fn is_searching(&self) -> bool {
        self.search.asked != self.search.answered
    }
}

/// What a person can do here.
#[derive(Debug, Clone, PartialEq)]
pub enum LogsCommand {
    /// Ask which log groups there are.
    ListGroups,
    /// Show another log group; `None` is the configured one.
    ChooseGroup(Option<String>),
    /// Show another time.
    SetRange(Range),
    /// Show the records of a time, coming from another screen.
    ShowRange(Range),
    /// Stop loading; what is loaded stays.
    StopLoading,
    /// Show the records of files, folders or a bucket.
    OpenFiles(FilesPlace),
    /// Stop reading files; what is read stays.
    StopFiles,
    /// Show the log group again.
    CloseFiles,
    /// Words and "phrases" to find.
    SetText(String),
    /// Only this value, or not only this value any more.
    Include(Dimension, String),
    /// Without this value, or with it again.
    Exclude(Dimension, String),
    /// Everything of a dimension again.
    ClearChoice(Dimension),
    /// A part of the time shown, milliseconds since the epoch; `None` is all of it.
    Brush(Option<(i64, i64)>),
    /// Everything again.
    ClearFilter,
    /// One more term at the end of the text, as the search box writes it.
    AddTerm(String),
    /// The chosen part of the time becomes the time that is loaded and shown.
    ZoomIn,
    /// Twice the time.
    ZoomOut,
    /// Show these columns.
    SetColumns(Columns),
    /// Show the neighbours of the opened record, whatever the filter.
    ShowContext,
    /// So many more records before, and after.
    MoreContext {
        /// More older records.
        before: usize,
        /// More newer records.
        after: usize,
    },
    /// Back to what was found.
    LeaveContext,
    /// Compare the two selected records.
    Compare,
    /// Close the comparison.
    CloseComparison,
    /// Write the listed records, or only the selected ones, to a file.
    Export {
        /// Shape of the file.
        shape: Shape,
        /// Only the selected records.
        selected: bool,
    },
    /// End the export, or forget that it ended.
    DismissExport,
    /// Follow a link to a record.
    OpenLink(Permalink),
    /// Do not follow the link that waits.
    DropLink,
    /// Select rows and open the one with the keyboard.
    Select(Selection),
    /// Close the detail.
    CloseDetail,
    /// Show the detail in another way.
    ShowTab(Tab),
    /// Fetch the detail's bodies from S3.
    FetchBodies,
    /// Show the record of a request, waiting for it if it is not there yet.
    Open {
        /// Id of the request, as the reply's headers gave it.
        request_id: String,
    },
    /// Stop waiting for a record.
    StopWaiting,
}

/// What the runtime must do for this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum LogsEffect {
    /// Read the logging configuration.
    FindSource,
    /// List the log groups.
    ListGroups,
    /// Load events.
    Load(LoadOrder),
    /// End the load.
    StopLoading,
    /// Read files or a bucket into a collection.
    ReadFiles {
        /// Number of the import.
        number: u64,
        /// What to read.
        place: FilesPlace,
    },
    /// End the reading of files.
    StopFiles,
    /// Find what `filter` asks for.
    Search {
        /// Number of the search.
        number: u64,
        /// The events.
        store: Arc<Store>,
        /// What is asked for.
        filter: Filter,
        /// The time shown, milliseconds since the epoch.
        window: (i64, i64),
    },
    /// Fetch bodies from S3 and open the event with them.
    FetchBodies {
        /// The event.
        entry: Arc<Entry>,
        /// Which bodies, and their `s3://` addresses.
        bodies: Vec<(Side, String)>,
    },
    /// Ask the log group for the record of a request until it is there.
    Await {
        /// The log group.
        group: String,
        /// Id of the request.
        request_id: String,
    },
    /// End the wait.
    StopWaiting,
}

/// Events to load.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadOrder {
    /// Number of the load.
    pub number: u64,
    /// The log group.
    pub group: String,
    /// Twelve-digit id of its account.
    pub account: String,
    /// The time to load.
    pub range: Range,
    /// Load only what is newer than this, milliseconds since the epoch.
    pub since_ms: Option<i64>,
    /// The events known already.
    pub known: Arc<Store>,
}

/// What happened to this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum LogsEvent {
    /// Files were read.
    Files(FilesEvent),
    /// The logging configuration was read.
    Source(Result<Source, Problem>),
    /// The log groups were listed.
    Groups(Result<Vec<String>, Problem>),
    /// A load read some events.
    Loaded {
        /// Number of the load.
        number: u64,
        /// All events known now.
        store: Arc<Store>,
        /// What the load has done.
        progress: Progress,
    },
    /// A load ended: the time it covers, milliseconds since the epoch.
    LoadEnded {
        /// Number of the load.
        number: u64,
        /// The time that is covered now, or why not.
        outcome: Result<(i64, i64), Problem>,
    },
    /// A search ended.
    Found {
        /// Number of the search.
        number: u64,
        /// What it found.
        view: Arc<View>,
    },
    /// Bodies were fetched.
    Bodies(Result<Arc<Detail>, Problem>),
    /// The wait for a record ended: the record's time, or `None` when it did not come.
    Waited {
        /// Id of the request.
        request_id: String,
        /// Time of its event, milliseconds since the epoch.
        outcome: Result<Option<i64>, Problem>,
    },
    /// Something came of longer work.
    Work(WorkEvent),
}
