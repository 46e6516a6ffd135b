//! The opened line: what it says about itself, and its content as conversation, tree or raw line.

use egui::{Align, Layout, ScrollArea, Ui};

use super::send;
use crate::app::logs::Tab;
use crate::app::tail::TailCommand;
use crate::app::{Commands, State};
use crate::base::clock::timestamp_ms;
use crate::logs::detail::Detail;
use crate::ui::screens::logs::conversation::ConversationView;
use crate::ui::screens::logs::detail as reading;
use crate::ui::theme::size;
use crate::ui::widgets::{JsonTree, KeyValues, Push, choice_of, section};
use crate::ui::{format, icons};

/// Below this height in points facts and content scroll as one.
const SHORT: f32 = 500.0;

/// What the detail keeps between frames.
#[derive(Debug, Default)]
pub struct DetailView {
    tree: JsonTree,
    conversation: ConversationView,
}

impl DetailView {
    /// Draws the opened line.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let Some(detail) = state.tail.detail.clone() else { return };
        head(ui, state, commands);
        if ui.available_height() >= SHORT {
            self.content(ui, state, &detail, commands);
            return;
        }
        ScrollArea::vertical().id_salt("tail-detail").auto_shrink([false, false]).show(ui, |ui| self.content(ui, state, &detail, commands));
    }

    fn content(&mut self, ui: &mut Ui, state: &State, detail: &Detail, commands: &mut Commands) {
        match detail.record() {
            Some(record) => reading::facts(ui, state, record, detail),
            None => line_facts(ui, state, detail),
        }
        ui.add_space(size::GAP_SMALL);
        actions(ui, state, detail, commands);
        ui.add_space(size::GAP);
        let query = state.tail.look.lens.query();
        match state.tail.tab {
            Tab::Conversation => reading::scrolling(ui, "tail-conversation", |ui| {
                reading::conversation_tab(ui, &mut self.conversation, detail, query);
            }),
            Tab::Json if detail.json.is_object() => reading::tall(ui, |ui| drop(self.tree.show(ui, reading::key(detail), &detail.json))),
            Tab::Json | Tab::Raw => reading::scrolling(ui, "tail-raw", |ui| reading::raw_tab(ui, detail)),
        }
    }
}

fn head(ui: &mut Ui, state: &State, commands: &mut Commands) {
    ui.horizontal(|ui| {
        section(ui, "Event");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(Push::icon(icons::X, "Close the event")).clicked() {
                send(commands, TailCommand::Open(None));
            }
            // Laid out from the right: the last one comes first.
            let options = [(Tab::Raw, "Raw"), (Tab::Json, "JSON"), (Tab::Conversation, "Conversation")];
            if let Some(tab) = choice_of(ui, &state.tail.tab, &options) {
                send(commands, TailCommand::ShowTab(tab));
            }
        });
    });
    ui.add_space(size::GAP_SMALL);
}

/// What is known of a line that is no invocation.
fn line_facts(ui: &mut Ui, state: &State, detail: &Detail) {
    let tailed = state.tail.selected.and_then(|number| state.tail.shown.get(number)?.event());
    let mut facts = KeyValues::new(ui, 78.0);
    facts.mono("Time", &format::moment(&state.settings, timestamp_ms(detail.entry.at_ms)));
    if let Some(tailed) = tailed {
        facts.mono("Group", &format::masked(&state.settings, &tailed.group));
        facts.mono("Stream", &tailed.stream);
    }
    facts.row("Kind", "Not an invocation");
}

fn actions(ui: &mut Ui, state: &State, detail: &Detail, commands: &mut Commands) {
    ui.horizontal_wrapped(|ui| {
        let is_kept = state.tail.selected.is_some_and(|number| state.tail.shown.get(number).is_some());
        let open = Push::secondary("Open in Logs")
            .with_icon(icons::TEXT_ALIGN_START)
            .tooltip("Find it in the log viewer, with what came around it");
        if ui.add(open.blocked_by((!is_kept).then_some("The line is not kept any more"))).clicked() {
            send(commands, TailCommand::ShowInLogs);
        }
        if ui.add(Push::secondary("Copy").with_icon(icons::COPY).tooltip("Copy the event's line")).clicked() {
            ui.copy_text(detail.entry.line.to_string());
        }
    });
}
