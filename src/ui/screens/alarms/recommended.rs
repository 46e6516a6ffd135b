//! Alarms to recommend, as cards: why, what exactly, one click to the form with a threshold from the model's own history.

use egui::{ComboBox, Ui};

use super::send;
use crate::app::alarms::AlarmsCommand;
use crate::app::{Command, Commands, Screen, State};
use crate::lab::alarms::recommended::Recommended;
use crate::lab::alarms::words;
use crate::models;
use crate::ui::icons;
use crate::ui::screens::logs::ModelNames;
use crate::ui::theme::size;
use crate::ui::widgets::{Busy, Card, Empty, ErrorAction, ErrorPanel, Push, body, caption, hint, section};

/// From this width on the cards stand in two columns.
const TWO_COLUMNS: f32 = 760.0;

/// Draws the cards.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    ui.set_max_width(ui.available_width() - 10.0);
    ui.spacing_mut().item_spacing.y = size::GAP;
    let alarms = &state.alarms;
    if let Some(problem) = alarms.models.problem() {
        let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).retry("Try again");
        if panel.show(ui) == ErrorAction::Retry {
            commands.send(Command::Refresh);
        }
        return;
    }
    let Some(models) = alarms.models.value() else {
        Busy::new("Looking which models have metrics…").show(ui);
        return;
    };
    let Some(first) = models.first() else {
        let empty = Empty::new(icons::BELL, "No alarm yet, and no metric to watch").detail(
            "Bedrock's metrics appear with the first invocation. Then this place recommends alarms with thresholds that suit your traffic",
        );
        if empty.action("Open the playground").show(ui) {
            commands.send(Command::Go(Screen::Playground));
        }
        return;
    };
    let model = alarms.model.as_ref().filter(|model| models.contains(model)).unwrap_or(first);
    intro(ui, state, models, model, commands);
    cards(ui, state, model, commands);
    ui.add_space(size::GAP_LARGE);
}

fn intro(ui: &mut Ui, state: &State, models: &[String], model: &str, commands: &mut Commands) {
    let none = state.alarms.list.value().is_some_and(|list| list.is_empty());
    if none {
        section(ui, "Nothing wakes you yet");
        body(
            ui,
            "An alarm watches one metric, or an expression over several, and changes its state when enough datapoints are beyond a threshold or outside a band of what is usual. Begin with one of these, or create your own",
        );
    }
    let names = ModelNames::of(models.iter().map(String::as_str));
    ui.horizontal_wrapped(|ui| {
        caption(ui, "For the model");
        let combo = ComboBox::from_id_salt("alarm-model").selected_text(names.name(model)).width(220.0);
        let combo = combo.show_ui(ui, |ui| {
            for other in models {
                if ui.selectable_label(other == model, names.name(other)).on_hover_text(other).clicked() {
                    send(commands, AlarmsCommand::ChooseModel(other.clone()));
                }
            }
        });
        combo.response.accessible_name("Model of the recommended alarms");
        hint(ui, "the threshold is taken from its last week when the form opens, and stays yours to change");
    });
}

fn cards(ui: &mut Ui, state: &State, model: &str, commands: &mut Commands) {
    let columns = if ui.available_width() >= TWO_COLUMNS { 2 } else { 1 };
    for row in Recommended::ALL.chunks(columns) {
        ui.columns(columns, |uis| {
            for (ui, kind) in uis.iter_mut().zip(row) {
                card(ui, state, *kind, model, commands);
            }
        });
    }
}

fn card(ui: &mut Ui, state: &State, kind: Recommended, model: &str, commands: &mut Commands) {
    let settings = kind.settings(model);
    let exists = state.alarms.find(&settings.name).is_some();
    Card::new(kind.title()).subtitle(&models::short_name(model)).show(ui, |ui| {
        ui.set_min_height(96.0);
        body(ui, kind.why());
        caption(ui, words::condition(&settings));
        let words = if exists { "Show it" } else { "Create…" };
        let icon = if exists { icons::BELL } else { icons::PLUS };
        let name = format!("{words} {}", kind.title());
        if ui.add(Push::secondary(words).with_icon(icon)).accessible_name(name).clicked() {
            if exists {
                send(commands, AlarmsCommand::Choose(Some(settings.name.clone())));
                if state.alarms.recommending {
                    send(commands, AlarmsCommand::ToggleRecommended);
                }
            } else {
                send(commands, AlarmsCommand::Recommend(kind, model.to_owned()));
            }
        }
    });
}
