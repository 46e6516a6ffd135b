//! The Insights screen: a query above, its rows below. It runs here, over the records that the log viewer has loaded.

mod editor;
mod rows;

use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

use crate::app::insights::{InsightsCommand, Ran};
use crate::app::logs::LogsCommand;
use crate::app::{Command, Commands, Screen, State};
use crate::base::text::{bytes, count};
use crate::metrics::range::{Range, SPANS};
use crate::ui::icons;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Busy, Empty, caption, choice_of, hint, note, title};

fn send(commands: &mut Commands, command: InsightsCommand) {
    commands.send(Command::Insights(command));
}

/// Draws the screen, which keeps nothing between frames.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let frame = Frame::new().inner_margin(Margin { left: 20, right: 14, top: 10, bottom: 0 });
    CentralPanel::default().frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = if is_low(ui) { size::GAP_SMALL } else { size::GAP };
        head(ui, state, commands);
        editor::ui(ui, state, commands);
        outcome(ui, state, commands);
    });
}

fn outcome(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if state.insights.is_running {
        Busy::new("Running").show(ui);
    }
    match &state.insights.ran {
        Some(ran) => {
            ui.horizontal_wrapped(|ui| {
                hint(ui, statistics(ran));
                rows::copy(ui, &ran.results);
            });
            rows::ui(ui, &ran.results);
        }
        None if state.logs.store.is_empty() => no_records(ui, state, commands),
        None => {
            caption(ui, "Run the query, or begin with a sample");
            ScrollArea::vertical().show(ui, |ui| editor::list(ui, commands));
        }
    }
}

/// Below this height in points everything is as low as it can be, so that rows are in sight.
const LOW: f32 = 480.0;

fn is_low(ui: &Ui) -> bool {
    ui.ctx().content_rect().height() < LOW
}

/// What is queried: the log viewer's group and time.
fn head(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let loaded = count(state.logs.store.len() as u64, "record");
    let group = state.logs.group().map(|group| format!(" of {group}")).unwrap_or_default();
    ui.horizontal_wrapped(|ui| {
        title(ui, "Insights");
        if is_low(ui) {
            times(ui, state, commands);
            hint(ui, loaded);
        } else {
            hint(ui, format!("runs here, free of charge, over the {loaded}{group} that Logs has loaded"));
        }
    });
    if !is_low(ui) {
        ui.horizontal_wrapped(|ui| times(ui, state, commands));
    }
}

fn times(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let options = SPANS.map(|(name, span)| (Range::Last(span), name));
    if let Some(range) = choice_of(ui, &state.logs.range, &options) {
        commands.send(Command::Logs(LogsCommand::SetRange(range)));
    }
    if state.logs.load.running {
        hint(ui, "Loading records…");
    } else if let Some(problem) = &state.logs.load.problem {
        note(ui, Tone::Warn, &problem.what);
    }
}

/// Rows, what was looked at, and what CloudWatch would have counted.
fn statistics(ran: &Ran) -> String {
    let of = &ran.results.statistics;
    let rows = count(ran.results.rows.len() as u64, "row");
    let scanned = count(of.scanned, "record");
    let took = ran.took.as_secs_f64() * 1e3;
    format!("{rows} · {} of {scanned} matched · {} scanned · {took:.0} ms", crate::base::text::grouped(of.matched), bytes(of.bytes))
}

fn no_records(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if state.logs.load.running {
        Busy::new("Loading records").show(ui);
        return;
    }
    let empty = Empty::new(icons::TEXT_ALIGN_START, "No records are loaded")
        .detail("A query looks at what the log viewer has loaded. Choose a log group there, or a longer time here")
        .action("Open the log viewer");
    if empty.show(ui) {
        commands.send(Command::Go(Screen::Logs));
    }
}
