//! What a record is taken along as: its line, JSON, text, a link to it, AWS's page about it.

use egui::{Popup, Ui};
use strum::IntoEnumIterator as _;

use crate::app::State;
use crate::app::logs::link;
use crate::aws::EnvironmentKind;
use crate::logs::detail::Detail;
use crate::logs::table_text::{self, Shape};
use crate::ui::icons;
use crate::ui::widgets::Push;

/// The Copy button with its choices.
pub fn ui(ui: &mut Ui, state: &State, detail: &Detail) {
    let button = ui.add(Push::secondary("Copy").with_icon(icons::COPY).tooltip("Copy the record or a link to it"));
    Popup::menu(&button).accessible_name("Copy").show(|ui| {
        let fields = state.settings.log_columns.fields();
        for shape in Shape::iter() {
            choice(ui, name(shape), || table_text::text(shape, &fields, std::iter::once(&*detail.entry)));
        }
        choice(ui, "Conversation", || conversation(detail));
        ui.separator();
        links(ui, state, detail);
    });
}

fn links(ui: &mut Ui, state: &State, detail: &Detail) {
    let Some(link) = link::of(state, &detail.entry) else { return };
    choice(ui, "Link to this record", || link.to_string());
    let is_account = state.connection.environment().is_some_and(|environment| environment.kind == EnvironmentKind::Account);
    if is_account {
        choice(ui, "Link to CloudWatch's console", || link.console());
    }
}

fn choice(ui: &mut Ui, words: &str, text: impl FnOnce() -> String) {
    if ui.button(words).clicked() {
        ui.copy_text(text());
        ui.close();
    }
}

fn name(shape: Shape) -> &'static str {
    match shape {
        Shape::Text => "Columns as text",
        Shape::Json => "Record as JSON, indented",
        Shape::Csv => "Columns as CSV",
        Shape::Lines => "Line as it came",
    }
}

/// The turns, each below its speaker.
fn conversation(detail: &Detail) -> String {
    let turns = detail.conversation.turns.iter().map(|turn| format!("{}:\n{}", turn.role.name(), turn.text()));
    turns.collect::<Vec<_>>().join("\n\n")
}
