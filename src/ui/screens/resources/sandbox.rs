//! The sandbox's box: where its state is, states kept under a name, a new beginning.

use egui::{Id, Modal, Ui};

use super::send;
use crate::app::resources::{Checkpoint, ResourcesCommand, SandboxDeed, SandboxFiles};
use crate::app::{Commands, State};
use crate::base::text::bytes;
use crate::ui::format::moment;
use crate::ui::icons;
use crate::ui::theme::size;
use crate::ui::widgets::{Card, ErrorAction, ErrorPanel, Field, KeyValues, Push, body, caption, hint, low_row, section};

/// What the card keeps between frames.
#[derive(Debug, Default)]
pub struct SandboxCard {
    /// A name being typed.
    name: String,
}

impl SandboxCard {
    /// Draws the card.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let mut start_over = false;
        Card::new("Sandbox").subtitle("an AWS account inside this program").show_with(
            ui,
            |ui| {
                let busy = state.resources.sandbox.is_loading().then_some("Something is being done to the sandbox");
                start_over = ui.add(Push::danger("Start over…").with_icon(icons::ROTATE_CCW).small().blocked_by(busy)).clicked();
            },
            |ui| self.content(ui, state, commands),
        );
        if start_over {
            send(commands, ResourcesCommand::Sandbox(SandboxDeed::Reset));
        }
    }

    fn content(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if let Some(problem) = state.resources.sandbox.problem() {
            let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).other("Close");
            if panel.show(ui) == ErrorAction::Other {
                commands.send(crate::app::Command::Refresh);
            }
        }
        let Some(files) = state.resources.sandbox.value() else { return };
        let mut facts = KeyValues::new(ui, 92.0);
        facts.copy("State folder", &files.folder.display().to_string());
        facts.row("Size", &bytes(files.size));
        ui.add_space(size::GAP_SMALL);
        caption(ui, "Kept states: go back to one at any time, or hand its file to others");
        for checkpoint in &files.checkpoints {
            checkpoint_row(ui, state, checkpoint, commands);
        }
        self.keep(ui, files, commands);
    }

    fn keep(&mut self, ui: &mut Ui, files: &SandboxFiles, commands: &mut Commands) {
        ui.horizontal_wrapped(|ui| {
            Field::new("Name of the state", &mut self.name).label_hidden().hint("before class").width(200.0).char_limit(60).show(ui);
            let name = self.name.trim();
            let wrong = wrong_name(name);
            let known = files.checkpoints.iter().any(|checkpoint| checkpoint.name == name);
            let words = if known { "Replace the kept state" } else { "Keep the present state" };
            if ui.add(Push::secondary(words).with_icon(icons::SAVE).blocked_by(wrong)).clicked() {
                send(commands, ResourcesCommand::Sandbox(SandboxDeed::Keep(name.to_owned())));
                self.name.clear();
            }
        });
    }
}

fn wrong_name(name: &str) -> Option<&'static str> {
    match name {
        "" => Some("Give it a name first"),
        name if !name.chars().all(|c| c.is_alphanumeric() || " -_".contains(c)) => {
            Some("A name is made of letters, digits, spaces, - and _")
        }
        _ => None,
    }
}

fn checkpoint_row(ui: &mut Ui, state: &State, checkpoint: &Checkpoint, commands: &mut Commands) {
    low_row(ui, |ui| {
        ui.label(&checkpoint.name);
        let when = checkpoint.at.map(|at| moment(&state.settings, at)).unwrap_or_default();
        hint(ui, format!("{when} · {}", bytes(checkpoint.size)));
        if ui.add(Push::quiet("Go back").small().tooltip(&format!("Make “{}” the present state", checkpoint.name))).clicked() {
            send(commands, ResourcesCommand::Sandbox(SandboxDeed::Restore(checkpoint.name.clone())));
        }
        if ui.add(Push::icon(icons::TRASH_2, &format!("Delete the kept state {}", checkpoint.name)).small()).clicked() {
            send(commands, ResourcesCommand::Sandbox(SandboxDeed::Forget(checkpoint.name.clone())));
        }
    });
}

/// Asks before anything of the sandbox is lost.
pub fn confirmation(ui: &Ui, state: &State, commands: &mut Commands) {
    let Some(deed) = &state.resources.asked else { return };
    let modal = Modal::new(Id::unique("sandbox-deed")).show(ui.ctx(), |ui| {
        ui.set_width((ui.ctx().content_rect().width() - 64.0).min(460.0));
        let (title, words, yes) = words(deed);
        section(ui, title);
        body(ui, words);
        ui.add_space(size::GAP);
        ui.horizontal_wrapped(|ui| {
            if ui.add(Push::danger(yes)).clicked() {
                send(commands, ResourcesCommand::Confirm);
            }
            if ui.add(Push::secondary("Leave it as it is")).clicked() {
                send(commands, ResourcesCommand::Dismiss);
            }
        });
    });
    if modal.should_close() {
        send(commands, ResourcesCommand::Dismiss);
    }
}

/// Question, consequence, and the button that says yes.
fn words(deed: &SandboxDeed) -> (&'static str, String, &'static str) {
    match deed {
        SandboxDeed::Reset => (
            "Start over?",
            "The sandbox becomes a new, empty account: log groups, buckets, roles, records and metrics are gone. Kept states stay"
                .to_owned(),
            "Delete the sandbox's state",
        ),
        SandboxDeed::Restore(name) => (
            "Go back?",
            format!("The present state gives way to “{name}”. Keep it under a name first if you want it again"),
            "Go back to the kept state",
        ),
        SandboxDeed::Forget(name) => ("Delete the kept state?", format!("“{name}” cannot be brought back"), "Delete the kept state"),
        SandboxDeed::Keep(name) => ("Keep the state?", format!("The present state is kept as “{name}”"), "Keep it"),
    }
}
