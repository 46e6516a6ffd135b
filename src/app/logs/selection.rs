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
    let entry = logs.selection.cursor().and_then(|row| logs.view.entry(row));
    let is_open = matches!((&logs.detail, &entry), (Some(detail), Some(entry)) if detail.entry.id == entry.id);
    if !is_open {
        logs.detail = entry.map(|entry| Arc::new(Detail::of(entry)));
        logs.bodies = Remote::NotAsked;
    }
    Vec::new()
}

/// Moves the selection to where the opened event is in `view`; without it nothing is selected, but the detail stays open.
pub fn keep_over(logs: &mut LogsState, view: &View) {
    if *view.rows == *logs.view.rows && Arc::ptr_eq(&view.store, &logs.view.store) {
        return;
    }
    let place = logs.detail.as_ref().and_then(|detail| view.store.find(detail.entry.at_ms, &detail.entry.id));
    logs.selection.clear();
    if let Some(row) = place.and_then(|index| view.row_of(index)) {
        logs.selection.select(row);
    }
}

/// Opens the awaited record if the view shows it; tells whether it did.
pub fn open_request(state: &mut State) -> bool {
    let logs = &mut state.logs;
    let Some(awaited) = &logs.awaited else { return false };
    let place = logs.view.store.find_request(&awaited.request_id);
    let Some(row) = place.and_then(|index| logs.view.row_of(index)) else { return false };
    let mut rows = Selection::default();
    rows.select(row);
    select(logs, rows);
    logs.reveal = Reveal { row, number: logs.reveal.number + 1 };
    logs.awaited = None;
    true
}
