//! Past runs: a click writes the query again.

use egui::{ScrollArea, Ui};

use super::{entry, fits};
use crate::app::insights::{InsightsCommand, RunNote};
use crate::app::settings::Settings;
use crate::app::{Commands, State};
use crate::base::clock::timestamp_ms;
use crate::base::text::{count, duration, one_line};
use crate::ui::screens::insights::send;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Push, caption, hint, note};
use crate::ui::{format, icons};

pub fn ui(ui: &mut Ui, state: &State, search: &str, commands: &mut Commands) {
    if let Some(problem) = state.insights.library.problem() {
        note(ui, Tone::Error, &problem.what);
        caption(ui, &problem.remedy);
    }
    let Some(library) = state.insights.library.value() else { return };
    if library.runs.is_empty() {
        caption(ui, "Queries that you run are listed here, the latest hundred");
        return;
    }
    ui.horizontal(|ui| {
        hint(ui, "A click writes the query again");
        if ui.add(Push::icon(icons::TRASH_2, "Forget past runs").small()).clicked() {
            send(commands, InsightsCommand::ClearHistory);
        }
    });
    ScrollArea::vertical().id_salt("past").auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
        for run in library.runs.iter().filter(|run| fits(&run.text, search)) {
            if entry(ui, &one_line(&run.text, 90), &told(&state.settings, run), &run.text).clicked() {
                send(commands, InsightsCommand::SetText(run.text.clone()));
                send(commands, InsightsCommand::SetPlace(run.place));
            }
        }
    });
}

/// When, where, how much: `Nov 26 16:20 · CloudWatch · 12 rows · 1.2 s`.
fn told(settings: &Settings, run: &RunNote) -> String {
    let at = format::custom(settings, timestamp_ms(run.at_ms), "%b %d %H:%M");
    let found = match (&run.failed, run.rows) {
        (Some(what), _) => one_line(what, 60),
        (None, rows) => format!("{} · {}", count(rows.unwrap_or_default(), "row"), duration(std::time::Duration::from_millis(run.took_ms))),
    };
    format!("{at} · {} · {found}", run.place.name())
}
