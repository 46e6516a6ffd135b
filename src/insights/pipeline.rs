//! A query under way: events in, newest first, and at the end its rows.

use std::any::Any;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, Ordering};

use super::ast::{Command, Query};
use super::commands::{Flow, Next, ON, Operator};
use super::event::{Elsewhere, Event, Nowhere, Source};
use super::functions::Context;
use super::json::Paths;
use super::plan::{Code, Outside, Plan, Shared};
use super::row::Row;
use super::scan::{Cells, Record};
use super::value::Value;

/// Rows when neither query nor call says how many, and the most there may be.
pub const DEFAULT_LIMIT: usize = 10_000;
/// See [`DEFAULT_LIMIT`].
pub const MAX_LIMIT: usize = 100_000;

/// Fields of a JSON message that the service discovers.
const DISCOVERED_FIELDS: usize = 200;

/// Events between two looks whether the query was cancelled.
const LOOK_EVERY: u64 = 1_024;

/// Why a query came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// It was cancelled.
    #[error("the query was cancelled")]
    Cancelled,
    /// It needs events of elsewhere that there are not; the text says why.
    #[error("{0}")]
    NoEvents(String),
}

/// What a query comes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Results {
    /// Names of the columns, in order.
    pub columns: Vec<String>,
    /// A value for each column, nothing where a row has none; and what finds the row's event again.
    pub rows: Vec<(Vec<Value>, Option<String>)>,
    /// What was looked at.
    pub statistics: Statistics,
}

/// What a query looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Events that passed the filters.
    pub matched: u64,
    /// Events that were looked at.
    pub scanned: u64,
    /// Bytes of these.
    pub bytes: u64,
}

/// What a run is for, besides its events.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The time that is asked about, milliseconds since the epoch, both inclusive.
    pub window: (i64, i64),
    /// The present, milliseconds since the epoch.
    pub now_ms: i64,
    /// Rows when the query names no number; the service gives [`MAX_LIMIT`] at most.
    pub limit: usize,
    /// Set to end the run.
    pub cancelled: &'a AtomicBool,
}

/// A query under way.
pub struct Pipeline<'a> {
    operators: Vec<Box<dyn Operator>>,
    sink: Sink,
    shared: Shared,
    statistics: Statistics,
    cancelled: &'a AtomicBool,
    /// Why it comes to nothing, known before it began.
    stopped: Option<Stopped>,
}

/// Where rows end up: their columns are worked out, the rest of them goes.
#[derive(Debug)]
pub(super) struct Sink {
    columns: Vec<Code>,
    rows: Vec<(Vec<Value>, Option<String>)>,
    most: usize,
    names: Vec<String>,
}

impl Sink {
    pub(super) fn push(&mut self, row: &Row, shared: &Shared) -> Flow {
        if self.rows.len() < self.most {
            let values = self.columns.iter().map(|code| code.value(row, shared).into_owned()).collect();
            self.rows.push((values, row.pointer()));
        }
        if self.rows.len() < self.most { ON } else { ControlFlow::Break(()) }
    }
}

impl Query {
    /// Makes ready to run over events that are pushed, newest first.
    pub fn pipeline<'a>(&self, setting: &Setting<'a>) -> Pipeline<'a> {
        self.pipeline_with(setting, &Nowhere)
    }

    /// The same for queries that need other events too ([`Query::needs_other_events`]): these are read and run over here, at once. If that
    /// fails, [`Pipeline::finish`] says so.
    pub fn pipeline_with<'a>(&self, setting: &Setting<'a>, elsewhere: &dyn Elsewhere) -> Pipeline<'a> {
        self.pipeline_for(setting, elsewhere, self.columns()).unwrap_or_else(|stopped| Pipeline::stopped(setting, stopped))
    }

    /// The pipeline that shows `names`.
    pub(super) fn pipeline_for<'a>(
        &self,
        setting: &Setting<'a>,
        elsewhere: &dyn Elsewhere,
        names: Vec<String>,
    ) -> Result<Pipeline<'a>, Stopped> {
        let outside = Outside { setting, elsewhere, limit: setting.limit, source: self.source(), most_fields: self.most_fields };
        let plan = Plan::of(self, &names, &outside)?;
        let is_limited = self.commands.iter().any(|command| matches!(command, Command::Limit { .. }));
        let most = if is_limited { self.only_limit().unwrap_or(usize::MAX) } else { setting.limit };
        let (from, to) = setting.window;
        Ok(Pipeline {
            operators: plan.operators,
            sink: Sink { columns: plan.columns, rows: Vec::new(), most, names },
            shared: Shared { context: Context { from, to, now: setting.now_ms }, paths: plan.paths },
            statistics: Statistics::default(),
            cancelled: setting.cancelled,
            stopped: None,
        })
    }

    /// The query as the service runs it, which discovers only the first [`DISCOVERED_FIELDS`] fields of a JSON message.
    #[must_use]
    pub fn as_the_service(mut self) -> Self {
        self.most_fields = Some(DISCOVERED_FIELDS);
        self
    }

    /// The log groups that the query names itself.
    pub fn source(&self) -> Option<&Source> {
        self.commands.iter().find_map(|command| match command {
            Command::Source(source) => Some(source),
            _ => None,
        })
    }

    /// Whether it has a join, a subquery or a diff.
    pub fn needs_other_events(&self) -> bool {
        self.commands.iter().any(Command::needs_other_events)
    }

    /// The commands that look at more than one row. `sort @timestamp desc` is none: it is the order in which events come.
    fn shapers(&self) -> impl Iterator<Item = &Command> {
        self.commands.iter().filter(|command| !command.is_local() && !command.is_newest_first())
    }

    /// The number of rows of a query that does nothing else to the number of rows than filter.
    fn only_limit(&self) -> Option<usize> {
        let mut others = self.shapers();
        match (others.next(), others.next()) {
            (Some(Command::Limit { count, .. }), None) => Some(*count),
            _ => None,
        }
    }

    /// Whether parts of the events can go through pipelines of their own, on threads of their own, that are merged before they finish
    /// ([`Pipeline::merge`]).
    pub fn is_mergeable(&self) -> bool {
        self.shapers().next().is_none_or(|first| match first {
            Command::Stats(_) | Command::Sort(_) => true,
            Command::Limit { .. } => self.only_limit().is_some(),
            _ => false,
        })
    }

    /// Whether the rows of a time are the rows of its parts, one after the other: nothing but the events themselves decides about a row.
    pub fn is_cut_by_time(&self) -> bool {
        self.shapers().next().is_none() && !self.needs_other_events()
    }

    /// Whether the query asks to stop as soon as it has its rows (`limit any`), so that events beyond are not even counted.
    pub fn stops_early(&self) -> bool {
        self.commands.iter().any(|command| matches!(command, Command::Limit { any: true, .. }))
    }

    /// Runs the query over `events` (of the time that it is for, `from_ms..=to_ms`), which may come in any order.
    ///
    /// `limit` is the number of rows when the query names none. All events are counted, as the service counts them, unless the query says
    /// `limit any`.
    pub fn run(
        &self,
        events: Vec<Event>,
        window: (i64, i64),
        now_ms: i64,
        limit: usize,
        cancelled: &AtomicBool,
    ) -> Result<Results, Stopped> {
        self.run_with(events, &Setting { window, now_ms, limit, cancelled }, &Nowhere)
    }

    /// The same for queries that need other events too.
    pub fn run_with(&self, mut events: Vec<Event>, setting: &Setting<'_>, elsewhere: &dyn Elsewhere) -> Result<Results, Stopped> {
        // Newest first, the order in which events are shown when nothing else is asked for.
        events.sort_by_key(|event| std::cmp::Reverse(event.at_ms));
        let mut pipeline = self.pipeline_with(setting, elsewhere);
        for event in events {
            let flow = pipeline.push(event);
            if flow.is_break() && (self.stops_early() || setting.cancelled.load(Ordering::Relaxed)) {
                break;
            }
        }
        pipeline.finish()
    }
}

impl<'a> Pipeline<'a> {
    fn stopped(setting: &Setting<'a>, stopped: Stopped) -> Self {
        Self {
            operators: Vec::new(),
            sink: Sink { columns: Vec::new(), rows: Vec::new(), most: 0, names: Vec::new() },
            shared: Shared { context: Context { from: 0, to: 0, now: 0 }, paths: Paths::default() },
            statistics: Statistics::default(),
            cancelled: setting.cancelled,
            stopped: Some(stopped),
        }
    }

    /// Takes an event, which is not newer than those before.
    ///
    /// [`ControlFlow::Break`] says that no later event can change the rows (or that the run was cancelled). Whoever wants to know how many
    /// events match in all may go on pushing: they are counted.
    pub fn push(&mut self, event: Event) -> ControlFlow<()> {
        if self.stopped.is_some() || self.statistics.scanned.is_multiple_of(LOOK_EVERY) && self.cancelled.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        self.statistics.scanned += 1;
        self.statistics.bytes += event.message.len() as u64;
        let mut next = Next { operators: &mut self.operators, sink: &mut self.sink, shared: &self.shared };
        next.push(Row::of(event))
    }

    /// The fields of messages that the query asks for.
    pub(super) fn paths(&self) -> &Paths {
        &self.shared.paths
    }

    /// Takes a record of a store, like [`Self::push`].
    pub(super) fn push_record(&mut self, record: Record) -> ControlFlow<()> {
        if self.statistics.scanned.is_multiple_of(LOOK_EVERY) && self.cancelled.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        self.count(1, record.bytes());
        let mut next = Next { operators: &mut self.operators, sink: &mut self.sink, shared: &self.shared };
        next.push(Row::of_record(record))
    }

    /// Takes some rows of a block at once, if the query begins with a `stats` that can be worked out on columns.
    pub(super) fn absorb(&mut self, cells: &Cells, rows: Range<usize>) -> bool {
        let [tally, stats, ..] = &mut self.operators[..] else { return false };
        if tally.passed().is_none() || !stats.absorb(cells, rows.clone()) {
            return false;
        }
        tally.pass(rows.len() as u64);
        self.count(rows.len() as u64, cells.bytes(rows));
        true
    }

    /// Counts events that need not be looked at, as something else has shown that they do not match.
    pub fn count(&mut self, scanned: u64, bytes: u64) {
        self.statistics.scanned += scanned;
        self.statistics.bytes += bytes;
    }

    /// Takes over what `older`, a pipeline of the same query and setting, has made of events that are older than all of this one. Only for
    /// queries that are [`Query::is_mergeable`].
    pub fn merge(&mut self, older: Self) {
        self.count(older.statistics.scanned, older.statistics.bytes);
        for (mine, theirs) in self.operators.iter_mut().zip(older.operators) {
            let theirs: Box<dyn Any> = theirs;
            mine.merge(theirs);
        }
        let room = self.sink.most.saturating_sub(self.sink.rows.len());
        self.sink.rows.extend(older.sink.rows.into_iter().take(room));
    }

    /// Whether it has all rows that it may have.
    pub(super) fn is_full(&self) -> bool {
        self.sink.rows.len() >= self.sink.most
    }

    /// The rows, now that no event comes any more.
    pub fn finish(mut self) -> Result<Results, Stopped> {
        if let Some(stopped) = self.stopped {
            return Err(stopped);
        }
        for at in 0..self.operators.len() {
            if self.cancelled.load(Ordering::Relaxed) {
                return Err(Stopped::Cancelled);
            }
            let (done, rest) = self.operators.split_at_mut(at + 1);
            done[at].finish(&mut Next { operators: rest, sink: &mut self.sink, shared: &self.shared });
        }
        self.statistics.matched = self.operators.iter().find_map(|operator| operator.passed()).unwrap_or(0);
        Ok(Results { columns: self.sink.names, rows: self.sink.rows, statistics: self.statistics })
    }
}
