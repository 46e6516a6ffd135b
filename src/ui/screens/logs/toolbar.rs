//! The controls above the list: search, time, log group, refresh; and what is going on: loading, waiting, failures.

use egui::{Align, Label, Layout, RichText, Ui};

use super::facets::Facets;
use super::files::Opener;
use super::search;
use crate::app::insights::InsightsCommand;
use crate::app::logs::{LogsCommand, Wait};
use crate::app::{Command, Commands, Remote, Screen, State};
use crate::base::problem::Problem;
use crate::base::text::{count, grouped};
use crate::metrics::range::{Range, SPANS};
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Busy, ErrorAction, ErrorPanel, Push, choice_of, copy_button, hint, note, scroll_up_to};

/// The row of controls, in two rows where the place is narrow.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands, (facets, files): (&mut Facets, &mut Opener), narrow: bool) {
    // A time of its own is written out.
    let controls = 486.0 + if matches!(state.logs.range, Range::Between(..)) { 176.0 } else { 0.0 };
    let two_rows = ui.available_width() < controls + 274.0;
    ui.horizontal(|ui| {
        if ui.add(Push::icon(icons::LIST_FILTER, "Show or hide the filters").selected(facets.shown(narrow))).clicked() {
            facets.switch(narrow);
        }
        let beside = if two_rows { 4.0 } else { controls };
        search::ui(ui, state, commands, (ui.available_width() - beside).max(160.0));
        if !two_rows {
            time_and_source(ui, state, commands);
            files.ui(ui, state, commands);
        }
    });
    if two_rows {
        ui.horizontal_wrapped(|ui| {
            time_and_source(ui, state, commands);
            files.ui(ui, state, commands);
        });
    }
}

fn time_and_source(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let options = SPANS.map(|(name, span)| (Range::Last(span), name));
    if let Some(range) = choice_of(ui, &state.logs.range, &options) {
        commands.send(Command::Logs(LogsCommand::SetRange(range)));
    }
    if let Range::Between(from, to) = state.logs.range {
        let moment = |ms| crate::ui::format::custom(&state.settings, crate::base::clock::timestamp_ms(ms), "%b %d %H:%M");
        hint(ui, format!("{} – {}", moment(from), moment(to)));
    }
    if ui.add(Push::icon(icons::ZOOM_OUT, "Twice the time")).clicked() {
        commands.send(Command::Logs(LogsCommand::ZoomOut));
    }
    group_menu(ui, state, commands);
    refresh(ui, commands);
}

fn refresh(ui: &mut Ui, commands: &mut Commands) {
    if ui.add(Push::icon(icons::REFRESH_CW, "Load newer records").tooltip("Load newer records (F5)")).clicked() {
        commands.send(Command::Refresh);
    }
}

/// The log group that is shown, and others to choose from.
fn group_menu(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let logs = &state.logs;
    let name = logs.group().unwrap_or("Choose a log group");
    let shown: String = if name.chars().count() > 22 { name.chars().take(21).chain(['…']).collect() } else { name.to_owned() };
    let menu = ui.menu_button(shown, |ui| {
        ui.set_min_width(280.0);
        scroll_up_to(320.0).show(ui, |ui| group_choices(ui, state, commands));
    });
    menu.response.on_hover_text(format!("Log group: {name}"));
    if menu.inner.is_some() && matches!(logs.groups, Remote::NotAsked) {
        commands.send(Command::Logs(LogsCommand::ListGroups));
    }
}

fn group_choices(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let logs = &state.logs;
    let configured = logs.source.value().and_then(|source| source.group.as_deref());
    if ui.selectable_label(logs.chosen.is_none(), configured.map_or("As configured".to_owned(), |g| format!("{g} (configured)"))).clicked()
    {
        commands.send(Command::Logs(LogsCommand::ChooseGroup(None)));
        ui.close();
    }
    for group in logs.groups.value().into_iter().flatten().filter(|group| Some(group.as_str()) != configured) {
        if ui.selectable_label(logs.chosen.as_ref() == Some(group), group).clicked() {
            commands.send(Command::Logs(LogsCommand::ChooseGroup(Some(group.clone()))));
            ui.close();
        }
    }
    if logs.groups.is_loading() {
        hint(ui, "Listing log groups…");
    }
    if let Some(problem) = logs.groups.problem() {
        note(ui, Tone::Error, &problem.what);
    }
}

/// Work under way and what went wrong with it.
pub fn loading(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let load = &state.logs.load;
    if load.running && load.progress.requests > 2 {
        let progress = load.progress;
        let left = progress.remaining(state.logs.range.at(state.now.as_millisecond()));
        let left = left.map_or_else(String::new, |left| format!(", about {} s left", left.as_secs() + 1));
        let (events, requests) = (count(progress.events, "event"), count(u64::from(progress.requests), "request"));
        let words = format!("Loading: {events} in {requests}, {} a second{left}", grouped(progress.rate() as u64));
        if Busy::new(&words).cancel("Stop").show(ui) {
            commands.send(Command::Logs(LogsCommand::StopLoading));
        }
    }
    if let Some(problem) = &load.problem {
        failure(ui, problem, Command::Refresh, commands);
    }
}

/// A failure with the choice to try again.
pub fn failure(ui: &mut Ui, problem: &Problem, retry: Command, commands: &mut Commands) {
    let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).retry("Try again");
    let panel = if let Some(details) = &problem.details { panel.details(details) } else { panel };
    if panel.show(ui) == ErrorAction::Retry {
        commands.send(retry);
    }
}

/// The wait for a record that another screen asked for.
pub fn awaited(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Some(awaited) = &state.logs.awaited else { return };
    let id = &awaited.request_id;
    let stop = match &awaited.status {
        Wait::Looking | Wait::Arrived => {
            let words = format!("Waiting for the record of request {id}");
            let detail =
                if awaited.at_ms.is_some() { "Its time is being loaded" } else { "Bedrock delivers it some seconds after the reply" };
            Busy::new(&words).detail(detail).cancel("Stop waiting").show(ui)
        }
        Wait::Missing if awaited.at_ms.is_some() => {
            told(ui, Tone::Warn, &format!("The log group has no record {id} at the time of the link: it may have expired"))
        }
        Wait::Missing => {
            let words =
                format!("No record of request {id} came within a minute: logging may have been off, or the call went to another Region");
            told(ui, Tone::Warn, &words)
        }
        Wait::Failed(problem) => told(ui, Tone::Error, &format!("The record of request {id} could not be looked for: {}", problem.what)),
    };
    if stop {
        commands.send(Command::Logs(LogsCommand::StopWaiting));
    }
    ui.add_space(size::GAP_SMALL);
}

/// A link that cannot be followed in the open place.
pub fn waiting_link(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Some(link) = crate::app::logs::link::elsewhere(state) else { return };
    let account = crate::ui::format::masked(&state.settings, &link.account);
    let words = format!("The link leads to account {account} in {}: open that place and the record follows", link.region);
    if told(ui, Tone::Warn, &words) {
        commands.send(Command::Logs(LogsCommand::DropLink));
    }
}

/// An export under way or ended.
pub fn export(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Some(export) = &state.logs.work.export else { return };
    let done = match &export.outcome {
        None => {
            let words = format!("Writing {} of {}", grouped(export.written as u64), count(export.total as u64, "record"));
            Busy::new(&words).cancel("Stop").show(ui)
        }
        Some(Ok(path)) => {
            let path = path.display().to_string();
            told_with_copy(ui, &format!("{} written to {path}", count(export.total as u64, "record")), &path)
        }
        Some(Err(problem)) => told(ui, Tone::Error, &format!("{}: {}. {}", problem.what, problem.why, problem.remedy)),
    };
    if done {
        commands.send(Command::Logs(LogsCommand::DismissExport));
    }
}

fn told_with_copy(ui: &mut Ui, words: &str, path: &str) -> bool {
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        let stop = ui.add(Push::icon(icons::X, "Dismiss")).clicked();
        copy_button(ui, "Path of the file", || path.to_owned());
        ui.with_layout(Layout::left_to_right(Align::Min), |ui| note(ui, Tone::Ok, words));
        stop
    })
    .inner
}

fn told(ui: &mut Ui, tone: Tone, words: &str) -> bool {
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        let stop = ui.add(Push::icon(icons::X, "Dismiss")).clicked();
        ui.with_layout(Layout::left_to_right(Align::Min), |ui| note(ui, tone, words));
        stop
    })
    .inner
}

/// The Logs Insights query that the filter stands for, and at its right what concerns the list as a whole.
pub(super) fn insights(ui: &mut Ui, asked: &super::Asked, commands: &mut Commands, list: impl FnOnce(&mut Ui, &mut Commands)) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            list(ui, commands);
            if ui.add(Push::icon(icons::SQUARE_TERMINAL, "Ask this in Insights").small()).clicked() {
                commands.send(Command::Insights(InsightsCommand::Ask(asked.insights.clone())));
                commands.send(Command::Go(Screen::Insights));
            }
            copy_button(ui, "Logs Insights query", || asked.insights.clone());
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                if !asked.only_here.is_empty() {
                    let response = icons::icon(ui, icons::INFO, theme.warn.ink);
                    response.on_hover_text(format!("Logs Insights finds other records:\n{}", asked.only_here.join("\n")));
                }
                let label = Label::new(RichText::new(&asked.insights).monospace().color(theme.text3)).truncate();
                ui.add(label).on_hover_text(format!("The same question for CloudWatch Logs Insights:\n{}", asked.lines));
            });
        });
    });
}
