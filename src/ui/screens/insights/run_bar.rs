//! Below the query: run it, where, what that costs, and keep it.

use egui::{Align, Key, Layout, Popup, PopupCloseBehavior, Ui};

use super::send;
use crate::app::insights::reduce::blocked;
use crate::app::insights::{InsightsCommand, Place, price};
use crate::app::{Commands, Remote, State};
use crate::base::text::bytes;
use crate::ui::icons;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Field, Push, caption, choice_of, copy_button, hint, note};

/// Width of what is said of the cost, points; where there is less, it stands below.
const COST: f32 = 330.0;

/// What the bar keeps between frames: the name under which the query is saved, while it is typed.
#[derive(Debug, Default)]
pub struct RunBar {
    name: String,
}

impl RunBar {
    /// Draws the bar.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let mut is_told = size::is_low(ui);
        ui.horizontal_wrapped(|ui| {
            run(ui, state, commands);
            if let Some(place) = choice_of(ui, &state.insights.place, &Place::ALL) {
                send(commands, InsightsCommand::SetPlace(place));
            }
            self.save(ui, state, commands);
            copy_button(ui, "query", || state.insights.text.clone());
            if !is_told && ui.available_width() > COST {
                is_told = true;
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| cost(ui, state));
            }
        });
        if !is_told {
            cost(ui, state);
        }
    }

    /// A name for the query, and where it is kept.
    fn save(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let blocked = state.insights.text.trim().is_empty().then_some("Write a query first");
        let button = ui.add(Push::secondary("Save…").with_icon(icons::SAVE).blocked_by(blocked));
        if button.clicked() {
            self.name = name_of(state);
        }
        Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            ui.set_width(320.0);
            let field = Field::new("Name of the query", &mut self.name).hint("Tokens by model").width(300.0).char_limit(255).show(ui);
            if button.clicked() {
                field.request_focus();
            }
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let name = self.name.trim().to_owned();
            let replaces = state.insights.library.value().is_some_and(|library| library.saved.iter().any(|saved| saved.name == name));
            if replaces {
                note(ui, Tone::Warn, "Replaces the saved query of this name");
            }
            where_to(ui, state, commands, &name, entered);
        });
    }
}

/// The buttons that save it.
fn where_to(ui: &mut Ui, state: &State, commands: &mut Commands, name: &str, entered: bool) {
    let unnamed = name.is_empty().then_some("Give it a name");
    ui.horizontal_wrapped(|ui| {
        let here = ui.add(Push::primary("Save here").blocked_by(unnamed).tooltip("On this machine")).clicked();
        if (here || entered) && !name.is_empty() {
            send(commands, InsightsCommand::Save(name.to_owned()));
            ui.close();
        }
        let closed = state.connection.environment().is_none().then_some("No place to work is open");
        let there = Push::secondary("Save in CloudWatch").with_icon(icons::CLOUD).blocked_by(unnamed.or(closed));
        if ui.add(there.tooltip("PutQueryDefinition: everyone who works in the account finds it")).clicked() {
            send(commands, InsightsCommand::SaveInAccount(name.to_owned()));
            ui.close();
        }
    });
    caption(ui, "In CloudWatch it stays until you delete it, under Saved; there is nothing to pay for it");
}

/// The name that what is written was saved under, if it was.
fn name_of(state: &State) -> String {
    let library = state.insights.library.value();
    let saved = library.and_then(|library| library.saved.iter().find(|saved| saved.text == state.insights.text));
    saved.map(|saved| saved.name.clone()).unwrap_or_default()
}

fn run(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if state.insights.running.is_some() {
        if ui.add(Push::primary("Stop").with_icon(icons::SQUARE).tooltip("A query on CloudWatch is stopped there with StopQuery")).clicked()
        {
            send(commands, InsightsCommand::Stop);
        }
        return;
    }
    if ui.add(Push::primary("Run").with_icon(icons::PLAY).shortcut("Ctrl Enter").blocked_by(blocked(state))).clicked() {
        send(commands, InsightsCommand::Run);
    }
}

/// What running costs, before it runs.
fn cost(ui: &mut Ui, state: &State) {
    let logs = &state.logs;
    let known = matches!(state.connection.current, Remote::Ready(_)) && !logs.store.is_empty();
    let size = logs.store.len() as u64 * state.insights.bytes_a_record;
    let words = match state.insights.place {
        Place::Here => "Free: runs in this program".to_owned(),
        _ if !known || size == 0 => format!("CloudWatch bills ${} for each GB scanned", price::price().usd_per_gb),
        _ if state.connection.is_sandbox() => format!("Free in the sandbox; AWS would bill about {}", price::shown(price::of_bytes(size))),
        _ => format!("Scans about {}: {}", bytes(size), price::shown(price::of_bytes(size))),
    };
    let of = price::price();
    hint(ui, words).on_hover_text(format!("${} for each GB scanned, as of {}, {}", of.usd_per_gb, of.as_of, of.based_on));
}
