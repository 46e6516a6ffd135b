//! The Alarms screen: the alarms by state, one of them in detail, the form of an alarm beside its graph, and alarms to recommend.

mod detail;
mod dialogs;
mod editor;
mod form;
mod graph;
mod history;
mod list;
mod recommended;
mod strip;

use egui::{Align, Frame, Layout, Margin, ScrollArea, Ui, vec2};

use crate::app::alarms::AlarmsCommand;
use crate::app::{Command, Commands, Screen, State};
use crate::metrics::alarm::AlarmState;
use crate::ui::icons::{self, Icon};
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Busy, Empty, ErrorAction, ErrorPanel, Push, page_head};

/// From this width on list and detail stand side by side.
const SIDE_BY_SIDE: f32 = 820.0;

/// What the screen keeps between frames.
#[derive(Debug, Default)]
pub struct AlarmsScreen {
    list: list::AlarmList,
    editor: editor::EditorView,
}

fn send(commands: &mut Commands, command: AlarmsCommand) {
    commands.send(Command::Alarms(command));
}

/// Tone and icon of a state: colour never says it alone.
fn look(state: &str) -> (Tone, Icon, &'static str) {
    match AlarmState::named(state) {
        Some(AlarmState::Alarm) => (Tone::Error, icons::BELL_RING, "In alarm"),
        Some(AlarmState::Ok) => (Tone::Ok, icons::CIRCLE_CHECK, "OK"),
        _ => (Tone::Neutral, icons::CIRCLE_DASHED, "Insufficient data"),
    }
}

impl AlarmsScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if state.connection.environment().is_none() {
            let empty = Empty::new(icons::PLUG, "No place to work is open").detail("Alarms belong to an account and a Region");
            if empty.action("Choose where to work").show(ui) {
                commands.send(Command::Go(Screen::Start));
            }
            return;
        }
        let frame = Frame::new().inner_margin(Margin { left: 20, right: 12, top: 12, bottom: 0 });
        frame.show(ui, |ui| {
            if let Some(editor) = &state.alarms.editor {
                self.editor.ui(ui, state, editor, commands);
                return;
            }
            head(ui, state, commands);
            ui.add_space(size::GAP_SMALL);
            trouble(ui, state, commands);
            self.content(ui, state, commands);
        });
        dialogs::ui(ui, state, commands);
    }

    fn content(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let alarms = &state.alarms;
        let Some(known) = alarms.list.value() else {
            match alarms.list.problem() {
                Some(problem) => {
                    let details = problem.details.as_deref().unwrap_or_default();
                    let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).details(details);
                    if panel.retry("Try again").show(ui) == ErrorAction::Retry {
                        commands.send(Command::Refresh);
                    }
                }
                None => {
                    Busy::new("Describing alarms…").show(ui);
                }
            }
            return;
        };
        if known.is_empty() || alarms.recommending {
            ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| recommended::ui(ui, state, commands));
            return;
        }
        self.list_and_detail(ui, state, commands);
    }

    fn list_and_detail(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let chosen = state.alarms.chosen();
        if ui.available_width() < SIDE_BY_SIDE {
            match chosen {
                Some(alarm) => {
                    if ui.add(Push::quiet("All alarms").with_icon(icons::ARROW_LEFT)).clicked() {
                        send(commands, AlarmsCommand::Choose(None));
                    }
                    detail::ui(ui, state, alarm, commands);
                }
                None => self.list.ui(ui, state, commands),
            }
            return;
        }
        let height = ui.available_height();
        let left = (ui.available_width() * 0.4).clamp(340.0, 460.0);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = size::PAD;
            ui.allocate_ui_with_layout(vec2(left, height), Layout::top_down(Align::Min), |ui| {
                ui.set_width(left);
                self.list.ui(ui, state, commands);
            });
            ui.allocate_ui_with_layout(vec2(ui.available_width(), height), Layout::top_down(Align::Min), |ui| {
                ui.set_width(ui.available_width());
                match chosen {
                    Some(alarm) => detail::ui(ui, state, alarm, commands),
                    None => nothing_chosen(ui),
                }
            });
        });
    }
}

fn nothing_chosen(ui: &mut Ui) {
    // Nothing can be pushed here.
    let _pushed = Empty::new(icons::BELL, "Choose an alarm")
        .detail("Its graph with the threshold or the band, what happened, and whom it tells")
        .show(ui);
}

fn head(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let alarms = &state.alarms;
    page_head(ui, "Alarms", &summary(state), |ui| {
        if ui.add(Push::primary("Create alarm…").with_icon(icons::PLUS)).clicked() {
            send(commands, AlarmsCommand::New);
        }
        let known = alarms.list.value().is_some_and(|list| !list.is_empty());
        if known {
            let words = if alarms.recommending { "Back to the alarms" } else { "Recommended" };
            let tooltip = "Throttles, slow answers, errors, spend and stream speed of a model";
            if ui.add(Push::secondary(words).with_icon(icons::LIGHTBULB).tooltip(tooltip)).clicked() {
                send(commands, AlarmsCommand::ToggleRecommended);
            }
        }
        let (icon, words) = if state.settings.notifies_desktop {
            (icons::BELL, "Stop telling on the desktop when a state changes")
        } else {
            (icons::EYE_OFF, "Tell on the desktop when a state changes")
        };
        if ui.add(Push::icon(icon, words).selected(state.settings.notifies_desktop)).clicked() {
            send(commands, AlarmsCommand::ToggleDesktop);
        }
        if ui.add(Push::icon(icons::REFRESH_CW, "Refresh now").tooltip("Describe the alarms again (F5)")).clicked() {
            commands.send(Command::Refresh);
        }
    });
}

fn summary(state: &State) -> String {
    let alarms = &state.alarms;
    match alarms.list.value() {
        None => String::new(),
        Some(list) if list.is_empty() => "none yet".to_owned(),
        Some(_) => format!(
            "{} in alarm, {} without data, {} OK",
            alarms.count(AlarmState::Alarm),
            alarms.count(AlarmState::InsufficientData),
            alarms.count(AlarmState::Ok)
        ),
    }
}

/// What could not be done, and what is being done.
fn trouble(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if let Some(doing) = state.alarms.doing {
        Busy::new(doing).show(ui);
    }
    let Some(problem) = &state.alarms.trouble else { return };
    let details = problem.details.as_deref().unwrap_or_default();
    let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).details(details).other("Close");
    if panel.show(ui) == ErrorAction::Other {
        send(commands, AlarmsCommand::Dismiss);
    }
    ui.add_space(size::GAP_SMALL);
}

/// What the rail says beside the screen's name: how many alarms are in alarm.
pub fn badge(state: &State) -> Option<String> {
    let count = state.alarms.count(AlarmState::Alarm);
    (count > 0).then(|| format!("{count}!"))
}
