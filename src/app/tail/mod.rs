//! The Live Tail slice: a session that follows log groups, what it has brought, and how it is looked at.

pub mod reduce;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use super::logs::Tab;
use super::remote::Remote;
use crate::aws::logs::StartLiveTail;
use crate::base::problem::Problem;
use crate::insights::{QueryError, Results};
use crate::logs::detail::Detail;
use crate::logs::filter_pattern::PatternError;
use crate::logs::tail::{Found, Lens, Line, Meter, Ring, TERMS};

/// Minutes after which a session ends by itself unless another time is chosen; `None` is when it is stopped.
pub const STOP_AFTER: [Option<u32>; 5] = [Some(5), Some(15), Some(60), Some(180), None];

/// US dollars of a minute beyond the free ones, in us-east-1.
pub const DOLLARS_A_MINUTE: f64 = 0.01;
/// Free minutes of a month.
pub const FREE_MINUTES: u64 = 1_800;

/// What the program knows of this screen.
#[derive(Debug, Clone, Default)]
pub struct TailState {
    /// The log groups that can be followed.
    pub places: Remote<Places>,
    /// What shall be followed, and for how long.
    pub setup: Setup,
    /// What is wrong with the filter pattern, judged as it is written.
    pub pattern_error: Option<PatternError>,
    /// Tails started so far; only the newest one's news is taken.
    pub number: u64,
    /// How the newest tail goes.
    pub phase: Phase,
    /// What the newest tail follows; its groups are named.
    pub followed: Setup,
    /// Time spent by the newest tail.
    pub spent: Spent,
    /// Elapsed time at which the newest tail ends by itself, milliseconds.
    pub stop_at_ms: Option<u64>,
    /// Events a second.
    pub meter: Meter,
    /// The lines that are shown.
    pub shown: Ring,
    /// Whether what comes waits instead of being shown.
    pub paused: bool,
    /// The lines that wait.
    pub waiting: Ring,
    /// What is looked for.
    pub look: Look,
    /// Whether the newest line stays in sight.
    pub view: Following,
    /// Number of the opened line.
    pub selected: Option<u64>,
    /// The opened line.
    pub detail: Option<Arc<Detail>>,
    /// How the detail is shown.
    pub tab: Tab,
    /// A query over the lines.
    pub ask: Ask,
}

/// The log groups that can be followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Where invocation logging writes to.
    pub configured: Option<String>,
    /// All groups of the account and Region that Live Tail takes.
    pub groups: Vec<String>,
}

/// What shall be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Names of log groups; none is the one that invocation logging writes to.
    pub groups: Vec<String>,
    /// Beginnings of stream names, apart by blanks or commas; none is all streams. With one group alone.
    pub prefixes: String,
    /// Filter pattern; empty is everything.
    pub pattern: String,
    /// Minutes after which the session ends.
    pub stop_after: Option<u32>,
}

impl Default for Setup {
    fn default() -> Self {
        Self { groups: Vec::new(), prefixes: String::new(), pattern: String::new(), stop_after: STOP_AFTER[1] }
    }
}

/// How a tail goes.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Phase {
    /// None was started.
    #[default]
    Idle,
    /// Asked for, not yet begun.
    Starting,
    /// Running.
    Live,
    /// The connection broke and is tried again.
    Waiting {
        /// Failures in a row.
        attempt: u32,
        /// Seconds until the next try.
        left_secs: u32,
        /// What happened.
        problem: Problem,
    },
    /// Ended.
    Ended(End),
}

/// Why a tail ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// The person stopped it.
    Stopped,
    /// The chosen time was over: so many minutes.
    TimeOver(u64),
    /// AWS ended it, or it could not go on.
    Failed(Problem),
}

/// Time that a tail has taken, on the clock at the person's wall.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Since it was started, milliseconds, waits between sessions included.
    pub elapsed_ms: u64,
    /// Begun minutes of its sessions, which are what is billed.
    pub billed_min: u64,
}

/// What is looked for, and what is found.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Terms and search.
    pub lens: Arc<Lens>,
    /// Grows when the lens changes: what an older one found is not taken.
    pub number: u64,
    /// By term, how many events contain it.
    pub hits: [u64; TERMS],
    /// The shown lines that the search finds, by number; not used while everything is shown.
    pub found: VecDeque<u64>,
    /// How many lines that the search had found are not kept any more.
    pub gone: u64,
    /// For each line from [`Self::masks_from`] on, a bit for each term that it contains.
    pub masks: VecDeque<u8>,
    /// The first line with a mask.
    pub masks_from: u64,
    /// Lines below this number were looked at.
    pub looked_until: u64,
    /// Whether lines are being looked at.
    pub is_looking: bool,
}

impl Look {
    /// The terms that the line contains, as far as it was looked at.
    pub fn terms_in(&self, line: u64) -> impl Iterator<Item = usize> {
        let place = line.checked_sub(self.masks_from).and_then(|place| usize::try_from(place).ok());
        let mask = place.and_then(|place| self.masks.get(place)).copied().unwrap_or_default();
        (0..TERMS).filter(move |term| mask & (1 << term) != 0)
    }
}

/// Whether the newest line stays in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Following {
    /// It does.
    #[default]
    Newest,
    /// It stands still; lines from this number on have not been in sight.
    Still {
        /// The first line that is new.
        from: u64,
    },
}

/// What a query over the lines came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    /// The query.
    pub text: String,
    /// Its rows.
    pub results: Results,
    /// How long it took.
    pub took: std::time::Duration,
}

/// A query over the lines.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Whether its panel is open.
    pub open: bool,
    /// The query as it is written.
    pub text: String,
    /// What is wrong with it.
    pub error: Option<QueryError>,
    /// Runs asked for so far.
    pub number: u64,
    /// Whether one is under way.
    pub is_running: bool,
    /// What the newest came to.
    pub ran: Option<Arc<Ran>>,
}

fn split(prefixes: &str) -> Vec<String> {
    prefixes.split([',', ' ']).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

impl TailState {
    /// The groups that a start would follow.
    pub fn groups(&self) -> Vec<String> {
        if !self.setup.groups.is_empty() {
            return self.setup.groups.clone();
        }
        self.places.value().and_then(|places| places.configured.clone()).into_iter().collect()
    }

    /// Beginnings of stream names.
    pub fn prefixes(&self) -> Vec<String> {
        split(&self.setup.prefixes)
    }

    /// Whether a tail is under way, also while its connection is broken.
    pub fn is_on(&self) -> bool {
        matches!(self.phase, Phase::Starting | Phase::Live | Phase::Waiting { .. })
    }

    /// Whether the form says something else than what is followed.
    pub fn is_changed(&self) -> bool {
        let same = (self.groups(), self.prefixes(), self.setup.pattern.trim());
        let followed = &self.followed;
        self.is_on() && (same.0 != followed.groups || same.1 != split(&followed.prefixes) || same.2 != followed.pattern.trim())
    }

    /// How many lines are listed: all that are shown, or those that the search finds.
    pub fn rows(&self) -> usize {
        if self.look.lens.shows_all() { self.shown.len() } else { self.look.found.len() }
    }

    /// How many rows have gone at the top, so that a list that stands still can stay where it is.
    pub fn rows_gone(&self) -> u64 {
        if self.look.lens.shows_all() { self.shown.first() } else { self.look.gone }
    }

    /// The row of a line.
    pub fn row_of(&self, number: u64) -> Option<usize> {
        if self.look.lens.shows_all() {
            let row = number.checked_sub(self.shown.first())?;
            return usize::try_from(row).ok().filter(|row| *row < self.shown.len());
        }
        self.look.found.binary_search(&number).ok()
    }

    /// The number of the line in `row`.
    pub fn number_at(&self, row: usize) -> Option<u64> {
        if self.look.lens.shows_all() {
            return Some(self.shown.first() + row as u64).filter(|number| *number < self.shown.end());
        }
        self.look.found.get(row).copied()
    }

    /// Lines that came since the list stands still, as far as they are listed.
    pub fn new_rows(&self) -> usize {
        let Following::Still { from } = self.view else { return 0 };
        if self.look.lens.shows_all() {
            return self.shown.end().saturating_sub(from.max(self.shown.first())) as usize;
        }
        self.look.found.len() - self.look.found.partition_point(|number| *number < from)
    }

    /// Events that were dropped to stay within bounds, waiting ones included.
    pub fn dropped(&self) -> u64 {
        self.shown.dropped() + self.waiting.dropped()
    }

    /// Milliseconds until the tail ends by itself.
    pub fn left_ms(&self) -> Option<u64> {
        self.stop_at_ms.filter(|_| self.is_on()).map(|at| at.saturating_sub(self.spent.elapsed_ms))
    }
}

/// What a person can do here.
#[derive(Debug, Clone, PartialEq)]
pub enum TailCommand {
    /// Read the log groups again.
    FindPlaces,
    /// Follow this group too, or no more.
    ToggleGroup(String),
    /// Follow the configured group alone.
    UseConfigured,
    /// Write beginnings of stream names.
    SetPrefixes(String),
    /// Write a filter pattern.
    SetPattern(String),
    /// Choose when a session ends by itself, in minutes.
    SetStopAfter(Option<u32>),
    /// Start.
    Start,
    /// Stop; what came stays.
    Stop,
    /// Start with this pattern, coming from another place.
    StartWith(String),
    /// Do not wait for the next try.
    TryNow,
    /// Go on for another while.
    KeepGoing,
    /// Let what comes wait, or show what has waited.
    TogglePause,
    /// Forget what came.
    Clear,
    /// Write one of the terms to highlight.
    SetTerm(usize, String),
    /// Search.
    SetSearch(String),
    /// Keep the newest line in sight, or stand still.
    Follow(bool),
    /// Open a line, or close it.
    Open(Option<u64>),
    /// Show the detail in another way.
    ShowTab(Tab),
    /// Show the opened line in the log viewer.
    ShowInLogs,
    /// Open or close the panel of queries.
    ToggleAsk,
    /// Write a query.
    SetQuery(String),
    /// Run the query over the lines.
    RunQuery,
    /// End the query.
    StopQuery,
}

/// What the runtime must do for this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum TailEffect {
    /// Read the logging configuration and list the log groups.
    FindPlaces,
    /// Follow.
    Follow(TailOrder),
    /// End the tail.
    Stop,
    /// Look at lines.
    Look(LookOrder),
    /// Run a query.
    Ask(AskOrder),
    /// End the query.
    StopAsking,
}

/// A tail to follow.
#[derive(Debug, Clone, PartialEq)]
pub struct TailOrder {
    /// Number of the tail.
    pub number: u64,
    /// The call.
    pub ask: StartLiveTail,
    /// Names of its log groups.
    pub groups: Vec<String>,
    /// ARN of the caller, whose own invocations are written down for the lab.
    pub caller: String,
    /// Failures in a row before this try.
    pub failures: u32,
    /// Time spent before.
    pub spent: Spent,
}

/// Lines to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct LookOrder {
    /// Number of the lens.
    pub number: u64,
    /// The lens.
    pub lens: Arc<Lens>,
    /// Number of the first line.
    pub first: u64,
    /// The lines.
    pub lines: Vec<Arc<Line>>,
}

/// A query to run over lines.
#[derive(Debug, Clone, PartialEq)]
pub struct AskOrder {
    /// Number of the run.
    pub number: u64,
    /// The query.
    pub text: String,
    /// The lines.
    pub lines: Vec<Arc<Line>>,
    /// Twelve-digit account id.
    pub account: String,
}

/// What happened to this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum TailEvent {
    /// The log groups were read.
    Places(Result<Places, Problem>),
    /// Something happened to a tail.
    News {
        /// Number of the tail.
        number: u64,
        /// What.
        news: TailNews,
    },
    /// Lines were looked at.
    Looked {
        /// Number of the lens.
        number: u64,
        /// Number of the first line.
        first: u64,
        /// How many lines there were.
        count: usize,
        /// What was found.
        found: Found,
    },
    /// A query ended; without a result when it was stopped.
    Asked {
        /// Number of the run.
        number: u64,
        /// What it came to.
        ran: Option<Arc<Ran>>,
    },
}

/// What happens to a tail. Comes at most 30 times a second.
#[derive(Debug, Clone, PartialEq)]
pub enum TailNews {
    /// A session has started.
    Started(Spent),
    /// Lines came.
    Lines {
        /// The lines.
        lines: Vec<Arc<Line>>,
        /// For each second its events and whether they are a sample.
        seconds: Vec<(u32, bool)>,
        /// Time spent so far.
        spent: Spent,
    },
    /// The connection broke and is tried again.
    Waiting {
        /// Failures in a row.
        attempt: u32,
        /// Seconds until the next try.
        left_secs: u32,
        /// What happened.
        problem: Problem,
        /// Time spent so far.
        spent: Spent,
    },
    /// It has ended.
    Ended(Problem),
}
