//! Longer work over records: exports and comparisons. What is asked, how it goes, and what comes of it.

use std::path::PathBuf;
use std::sync::Arc;

use super::{LogsState, reduce::silently};
use crate::app::{Effect, Remote, State};
use crate::base::problem::Problem;
use crate::logs::compare::Comparison;
use crate::logs::detail::Detail;
use crate::logs::field::Field;
use crate::logs::store::{Entry, Store};
use crate::logs::table_text::Shape;

/// More selected records than this are not copied but exported.
pub const MOST_COPIED: usize = 5_000;

/// What the runtime must do with records.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkEffect {
    /// Write records into the folder of exports.
    Export(ExportOrder),
    /// End the export; what was written goes.
    CancelExport,
    /// Compare two records.
    Compare {
        /// Number of the comparison.
        number: u64,
        /// The records.
        pair: [Arc<Entry>; 2],
    },
}

/// Records to write.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportOrder {
    /// Number of the export.
    pub number: u64,
    /// The events.
    pub store: Arc<Store>,
    /// Places in the store, in the order in which they are written.
    pub indexes: Arc<Vec<u32>>,
    /// Shape of the file.
    pub shape: Shape,
    /// The columns.
    pub fields: Vec<Field>,
    /// Name of the file.
    pub name: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkEvent {
    /// So many records are written.
    Written {
        /// Number of the export.
        number: u64,
        /// Records so far.
        records: usize,
    },
    /// The export ended.
    Exported {
        /// Number of the export.
        number: u64,
        /// The file.
        outcome: Result<PathBuf, Problem>,
    },
    /// Two records were compared.
    Compared {
        /// Number of the comparison.
        number: u64,
        /// The result.
        comparison: Arc<Comparison>,
    },
}

/// An export under way or ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// Records to write.
    pub total: usize,
    /// Records written.
    pub written: usize,
    /// The file, or why there is none; `None` while it is being written.
    pub outcome: Option<Result<PathBuf, Problem>>,
}

/// The work of the slice.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// Number of the newest work asked for.
    pub number: u64,
    /// The newest export, until it is dismissed.
    pub export: Option<Export>,
    /// The comparison that is shown.
    pub comparison: Remote<Arc<Comparison>>,
}

/// Something came of it.
pub fn event(state: &mut State, event: WorkEvent) -> Vec<Effect> {
    let work = &mut state.logs.work;
    match event {
        WorkEvent::Written { number, records } => silently(|| written(work, number, records)),
        WorkEvent::Exported { number, outcome } => silently(|| exported(work, number, outcome)),
        WorkEvent::Compared { number, comparison } => silently(|| compared(work, number, comparison)),
    }
}

fn written(work: &mut Work, number: u64, records: usize) {
    if let Some(export) = work.export.as_mut().filter(|export| number == work.number && export.outcome.is_none()) {
        export.written = records;
    }
}

fn exported(work: &mut Work, number: u64, outcome: Result<PathBuf, Problem>) {
    if let Some(export) = work.export.as_mut().filter(|export| number == work.number && export.outcome.is_none()) {
        export.written = if outcome.is_ok() { export.total } else { export.written };
        export.outcome = Some(outcome);
    }
}

fn compared(work: &mut Work, number: u64, comparison: Arc<Comparison>) {
    if number == work.number && work.comparison.is_loading() {
        work.comparison = Remote::Ready(comparison);
    }
}

/// Writes the listed records, or of these only the selected ones, to a file.
pub fn export(state: &mut State, shape: Shape, selected: bool) -> Vec<Effect> {
    let indexes = indexes(&state.logs, selected);
    if indexes.is_empty() {
        return Vec::new();
    }
    let name = format!("records-{}.{}", state.now.strftime("%Y%m%d-%H%M%S"), shape.ending());
    let fields = state.settings.log_columns.fields();
    let store = state.logs.listed().store().clone();
    let work = &mut state.logs.work;
    work.number += 1;
    work.export = Some(Export { total: indexes.len(), written: 0, outcome: None });
    let order = ExportOrder { number: work.number, store, indexes: Arc::new(indexes), shape, fields, name };
    vec![Effect::Records(WorkEffect::Export(order))]
}

fn indexes(logs: &LogsState, selected: bool) -> Vec<u32> {
    let listed = logs.listed();
    let index = |row: usize| listed.index(row).map(|index| index as u32);
    if selected { logs.selection.rows().filter_map(index).collect() } else { (0..listed.len()).filter_map(index).collect() }
}

/// Ends the export that is under way, or forgets the one that ended.
pub fn dismiss_export(state: &mut State) -> Vec<Effect> {
    let running = state.logs.work.export.take().is_some_and(|export| export.outcome.is_none());
    if running { vec![Effect::Records(WorkEffect::CancelExport)] } else { Vec::new() }
}

/// Compares the two selected records.
pub fn compare(state: &mut State) -> Vec<Effect> {
    let logs = &mut state.logs;
    let Some(pair) = pair(logs) else { return Vec::new() };
    logs.work.number += 1;
    logs.work.comparison = Remote::NotAsked;
    logs.work.comparison.start();
    vec![Effect::Records(WorkEffect::Compare { number: logs.work.number, pair })]
}

/// The two selected records, if there are two and both are invocations.
pub fn pair(logs: &LogsState) -> Option<[Arc<Entry>; 2]> {
    let rows: Vec<_> = logs.selection.rows().take(3).collect();
    let [a, b] = rows.as_slice() else { return None };
    let entry = |row: usize| logs.listed().entry(row).filter(|entry| entry.record().is_some());
    Some([entry(*a)?, entry(*b)?])
}

/// What [`WorkEffect::Compare`] is about, done.
pub fn comparison(pair: [Arc<Entry>; 2]) -> Arc<Comparison> {
    let [a, b] = pair.map(|entry| Arc::new(Detail::of(entry)));
    Arc::new(Comparison::of(a, b))
}
