//! The selected rows and the opened event: they follow their events when the list below them changes.

use std::sync::Arc;

use super::{LogsState, Reveal};
use crate::app::{Effect, Remote, State};
use crate::logs::detail::Detail;
use crate::logs::view::View;
use crate::ui::widgets::Selection;

/// Selects `rows` and opens the event of the keyboard's row.
pub fn select(logs: &mut LogsState, rows: Selection) -> Vec<Effect> {
    logs.selection = rows;
    logs.work.comparison = Remote::NotAsked;
    let entry = logs.selection.cursor().and_then(|row| logs.listed().entry(row));
    let is_open = matches!((&logs.detail, &entry), (Some(detail), Some(entry)) if detail.entry.id == entry.id);
    if !is_open {
        logs.detail = entry.map(|entry| Arc::new(Detail::of(entry)));
        logs.bodies = Remote::NotAsked;
    }
    Vec::new()
}

/// Takes a new view. The selection moves to where the opened event is in it; without it nothing is selected, but the detail stays open.
pub fn keep_over(logs: &mut LogsState, view: Arc<View>) {
    let same = *view.rows == *logs.view.rows && Arc::ptr_eq(&view.store, &logs.view.store);
    logs.view = view;
    if !same && logs.context.is_none() {
        select_opened(logs);
    }
}

/// The selection moves to the opened event in another list, which shows it.
pub fn reselect(logs: &mut LogsState) {
    select_opened(logs);
    reveal_cursor(logs);
}

/// Another store may have other rows around the record in question: the selection follows its event.
pub fn keep_in_context(logs: &mut LogsState) {
    if logs.context.is_some() {
        select_opened(logs);
    }
}

/// Brings the keyboard's row into sight.
pub fn reveal_cursor(logs: &mut LogsState) {
    if let Some(row) = logs.selection.cursor() {
        logs.reveal = Reveal { row, number: logs.reveal.number + 1 };
    }
}

fn select_opened(logs: &mut LogsState) {
    let opened = logs.detail.as_ref().map(|detail| &detail.entry);
    let listed = logs.listed();
    let row = opened.and_then(|entry| listed.row_of(listed.store().find(entry.at_ms, &entry.id)?));
    logs.selection.clear();
    if let Some(row) = row {
        logs.selection.select(row);
    }
}

/// Opens the awaited record if the view shows it; tells whether it did.
pub fn open_request(state: &mut State) -> bool {
    let logs = &mut state.logs;
    let Some(awaited) = &logs.awaited else { return false };
    let place = awaited.place(&logs.view.store);
    let Some(row) = place.and_then(|index| logs.view.row_of(index)) else { return false };
    let mut rows = Selection::default();
    rows.select(row);
    logs.context = None;
    select(logs, rows);
    reveal_cursor(logs);
    logs.awaited = None;
    true
}
