//! The controls above the list: search, time, log group, refresh; and what is going on: loading, waiting, failures.

use egui::{Align, Label, Layout, RichText, TextEdit, Ui};

use super::facets::Facets;
use crate::app::insights::InsightsCommand;
use crate::app::logs::{LogsCommand, Wait};
use crate::app::{Command, Commands, Remote, Screen, State};
use crate::base::problem::Problem;
use crate::base::text::{count, grouped};
use crate::metrics::range::{Range, SPANS};
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Busy, ErrorAction, ErrorPanel, Push, choice_of, copy_button, hint, note};

/// The row of controls, in two rows where the place is narrow.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands, facets: &mut Facets, narrow: bool) {
    let two_rows = ui.available_width() < 760.0;
    ui.horizontal(|ui| {
        if ui.add(Push::icon(icons::LIST_FILTER, "Show or hide the filters").selected(facets.shown(narrow))).clicked() {
            facets.switch(narrow);
        }
        let controls = if two_rows { 4.0 } else { 420.0 };
        search(ui, state, commands, (ui.available_width() - controls).max(160.0));
        if !two_rows {
            time_and_source(ui, state, commands);
        }
    });
    if two_rows {
        ui.horizontal_wrapped(|ui| time_and_source(ui, state, commands));
    }
}

fn search(ui: &mut Ui, state: &State, commands: &mut Commands, width: f32) {
    let mut text = state.logs.filter.text.clone();
    let theme = Theme::of(ui);
    let edit = TextEdit::singleline(&mut text)
        .hint_text(RichText::new("Words, \"a phrase\", -without").color(theme.text3))
        .desired_width(width - 16.0)
        .margin(egui::Margin::symmetric(8, 5));
    let response = ui.add(edit).accessible_name("Search the records");
    found(ui, state, response.rect, &text);
    if response.changed() {
        commands.send(Command::Logs(LogsCommand::SetText(text)));
    }
    if response.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        commands.send(Command::Logs(LogsCommand::SetText(String::new())));
    }
    if !response.has_focus() && ui.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, egui::Key::F)) {
        response.request_focus();
    }
}

/// How much was found and how fast, at the right end of the search box.
fn found(ui: &Ui, state: &State, rect: egui::Rect, text: &str) {
    if text.is_empty() && state.logs.filter.is_empty() {
        return;
    }
    let (view, theme) = (&state.logs.view, Theme::of(ui));
    let took = view.took.as_secs_f64() * 1e3;
    let words = format!("{} of {} · {took:.1} ms", grouped(view.rows.len() as u64), grouped(view.store.len() as u64));
    let font = egui::TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(words, font, theme.text3);
    // Long queries need the place themselves.
    if galley.size().x + text.chars().count() as f32 * 8.0 + 24.0 < rect.width() {
        let place = egui::pos2(rect.right() - galley.size().x - 8.0, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(place, galley, theme.text3);
    }
}

fn time_and_source(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let options = SPANS.map(|(name, span)| (Range::Last(span), name));
    if let Some(range) = choice_of(ui, &state.logs.range, &options) {
        commands.send(Command::Logs(LogsCommand::SetRange(range)));
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
        egui::ScrollArea::vertical().max_height(320.0).show(ui, |ui| group_choices(ui, state, commands));
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
        let words = format!("Loading: {} in {}", count(load.progress.events, "event"), count(u64::from(load.progress.requests), "request"));
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
            Busy::new(&words).detail("Bedrock delivers it some seconds after the reply").cancel("Stop waiting").show(ui)
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

fn told(ui: &mut Ui, tone: Tone, words: &str) -> bool {
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        let stop = ui.add(Push::icon(icons::X, "Dismiss")).clicked();
        ui.with_layout(Layout::left_to_right(Align::Min), |ui| note(ui, tone, words));
        stop
    })
    .inner
}

/// The Logs Insights query that the filter stands for.
pub fn insights(ui: &mut Ui, text: &str, commands: &mut Commands) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        let width = ui.available_width() - 62.0;
        ui.scope(|ui| {
            ui.set_max_width(width);
            let label = Label::new(RichText::new(text).monospace().color(theme.text3)).truncate();
            ui.add(label).on_hover_text("The same question for CloudWatch Logs Insights");
        });
        copy_button(ui, "Logs Insights query", || text.to_owned());
        if ui.add(Push::icon(icons::SQUARE_TERMINAL, "Ask this in Insights").small()).clicked() {
            commands.send(Command::Insights(InsightsCommand::Ask(text.to_owned())));
            commands.send(Command::Go(Screen::Insights));
        }
    });
}
