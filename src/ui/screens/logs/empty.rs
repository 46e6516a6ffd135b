//! What the screen says while there is no record to show.

use egui::Ui;

use super::toolbar::failure;
use crate::app::logs::{Files, FilesPlace, LogsCommand};
use crate::app::{Command, Commands, Screen, State};
use crate::logs::import::Prefix;
use crate::metrics::range::{DAY_MS, Range};
use crate::ui::icons;
use crate::ui::widgets::{Busy, Empty};

/// Says why there is nothing to show; `false` when there is something.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) -> bool {
    let logs = &state.logs;
    let in_window = logs.view.histogram.peak() > 0 || !logs.view.rows.is_empty();
    if let Some(files) = &logs.files {
        return no_records(ui, state, files);
    }
    if state.connection.environment().is_none() {
        not_connected(ui, commands);
    } else if logs.group().is_none() {
        no_group(ui, state, commands);
    } else if !logs.filter.is_empty() || in_window || logs.is_searching() {
        return false;
    } else if logs.load.running {
        Busy::new("Loading records…").show(ui);
    } else if logs.load.problem.is_none() {
        nothing_yet(ui, state, commands);
    }
    true
}

/// What there is to say of files without a record; the banner tells the rest.
fn no_records(ui: &mut Ui, state: &State, files: &Files) -> bool {
    if !state.logs.store.is_empty() {
        return false;
    }
    if files.is_running {
        Busy::new("Reading records…").show(ui);
    } else if files.problem.is_none() {
        Empty::new(icons::FOLDER_OPEN, "The files hold no record").detail("Records are lines of JSON, as Bedrock writes them").show(ui);
    }
    true
}

fn not_connected(ui: &mut Ui, commands: &mut Commands) {
    let empty = Empty::new(icons::PLUG, "No place to work is open").detail("Records are read from the sandbox or from an account");
    if empty.action("Choose where to work").show(ui) {
        commands.send(Command::Go(Screen::Start));
    }
}

fn no_group(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let source = &state.logs.source;
    if source.is_loading() && source.value().is_none() {
        Busy::new("Reading the logging configuration…").show(ui);
        return;
    }
    if let Some(problem) = source.problem() {
        failure(ui, problem, Command::Refresh, commands);
        return;
    }
    match super::files::delivered(state) {
        Some(prefix) => only_s3(ui, state, prefix, commands),
        None => not_configured(ui, commands),
    }
}

fn only_s3(ui: &mut Ui, state: &State, prefix: Prefix, commands: &mut Commands) {
    let detail = format!("Records go to the bucket {} alone: read them from there, or choose a log group above", prefix.bucket);
    let empty = Empty::new(icons::TEXT_ALIGN_START, "Invocation logging has no log group here").detail(&detail);
    if empty.action("Read the last week from the bucket").show(ui) {
        let now_ms = state.now.as_millisecond();
        let place = FilesPlace::Bucket(prefix, Some((now_ms - 7 * DAY_MS, now_ms)));
        commands.send(Command::Logs(LogsCommand::OpenFiles(place)));
    }
}

fn not_configured(ui: &mut Ui, commands: &mut Commands) {
    let detail = "Bedrock logs invocations only when it is told to. The lab sets it up; any other log group can be chosen above";
    if Empty::new(icons::TEXT_ALIGN_START, "Invocation logging has no log group here").detail(detail).action("Open the lab").show(ui) {
        commands.send(Command::Go(Screen::Lab));
    }
}

fn nothing_yet(ui: &mut Ui, state: &State, commands: &mut Commands) {
    const WEEK: Range = Range::Last(7 * DAY_MS);
    let detail = "Bedrock delivers a record some seconds after the reply, on AWS sometimes a few minutes. Calls made before logging was \
                  switched on have none";
    let empty = Empty::new(icons::INBOX, "No record in this time").detail(detail);
    let can_widen = state.logs.range.span_ms() < WEEK.span_ms();
    let words = if can_widen { "Look at the last week" } else { "Open the playground" };
    if empty.action(words).show(ui) {
        commands.send(if can_widen { Command::Logs(LogsCommand::SetRange(WEEK)) } else { Command::Go(Screen::Playground) });
    }
}

/// The filter finds nothing.
pub fn no_match(ui: &mut Ui, commands: &mut Commands) {
    let empty = Empty::new(icons::FILTER, "No record matches").detail("Letters match in either case; all words must occur in one record");
    if empty.action("Clear the filter").show(ui) {
        commands.send(Command::Logs(LogsCommand::ClearFilter));
    }
}
