//! Where the account's state is, states kept under a name, a new beginning.

use egui::{ComboBox, Ui};

use super::{busy, perform, send};
use crate::app::sandbox::{Checkpoint, SandboxCommand, SandboxDeed, SandboxView};
use crate::app::{Commands, State};
use crate::base::text::bytes;
use crate::ui::format::moment;
use crate::ui::icons;
use crate::ui::theme::size;
use crate::ui::widgets::{Card, Field, KeyValues, Push, body, caption, hint, low_row, modal, section};

/// What the card keeps between frames.
#[derive(Debug, Default)]
pub struct StatesCard {
    /// A name being typed.
    name: String,
    /// The last step that shall be done in a new account; none for an empty one.
    through: Option<String>,
}

impl StatesCard {
    /// Draws the card.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, view: &SandboxView, commands: &mut Commands) {
        Card::new("States").subtitle("go back to a prepared moment").show(ui, |ui| {
            let mut facts = KeyValues::new(ui, 92.0);
            facts.copy("State folder", &view.files.folder.display().to_string());
            facts.row("Size", &bytes(view.files.size));
            ui.add_space(size::GAP_SMALL);
            caption(ui, "Kept states: go back to one at any time, or hand its file to others");
            for checkpoint in &view.files.checkpoints {
                checkpoint_row(ui, state, checkpoint, commands);
            }
            self.keep(ui, view, commands);
            ui.add_space(size::GAP_SMALL);
            self.start_over(ui, state, commands);
        });
    }

    fn keep(&mut self, ui: &mut Ui, view: &SandboxView, commands: &mut Commands) {
        ui.horizontal_wrapped(|ui| {
            Field::new("Name of the state", &mut self.name).label_hidden().hint("before class").width(200.0).char_limit(60).show(ui);
            let name = self.name.trim();
            let wrong = wrong_name(name);
            let known = view.files.checkpoints.iter().any(|checkpoint| checkpoint.name == name);
            let words = if known { "Replace the kept state" } else { "Keep the present state" };
            if ui.add(Push::secondary(words).with_icon(icons::SAVE).blocked_by(wrong)).clicked() {
                perform(commands, SandboxDeed::Keep(name.to_owned()));
                self.name.clear();
            }
        });
    }

    /// A new account, empty or with steps of the open lab done.
    fn start_over(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        caption(ui, "A new account: empty, or with the lab's first steps done as the forms suggest");
        ui.horizontal_wrapped(|ui| {
            let chosen = self.through.as_deref().map_or_else(|| "Empty".to_owned(), |step| done_up_to(state, step));
            let combo = ComboBox::from_id_salt("start-over-through").selected_text(chosen).width(200.0);
            let combo = combo.show_ui(ui, |ui| {
                ui.selectable_value(&mut self.through, None, "Empty");
                let steps = state.lab.lab.value().map(|lab| lab.steps.as_slice()).unwrap_or_default();
                for step in steps.iter().filter(|step| step.action != "clean-up") {
                    ui.selectable_value(&mut self.through, Some(step.id.clone()), done_up_to(state, &step.id));
                }
            });
            combo
                .response
                .on_hover_text("Steps of the lab that are done in the new account")
                .accessible_name("Steps done in the new account");
            if ui.add(Push::danger("Start over…").with_icon(icons::ROTATE_CCW).blocked_by(busy(state))).clicked() {
                perform(commands, SandboxDeed::Reset { through: self.through.clone() });
            }
        });
    }
}

fn done_up_to(state: &State, step: &str) -> String {
    let Some(lab) = state.lab.lab.value() else { return step.to_owned() };
    let title = lab.step(step).map_or(step, |step| step.title.as_str());
    match lab.number(step) {
        1 => format!("Step 1 done: {title}"),
        number => format!("Steps 1 to {number} done: {title}"),
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
            perform(commands, SandboxDeed::Restore(checkpoint.name.clone()));
        }
        if ui.add(Push::icon(icons::TRASH_2, &format!("Delete the kept state {}", checkpoint.name)).small()).clicked() {
            perform(commands, SandboxDeed::Forget(checkpoint.name.clone()));
        }
    });
}

/// Asks before anything of the sandbox is lost.
pub fn confirmation(ui: &Ui, state: &State, commands: &mut Commands) {
    let Some((title, words, yes)) = state.sandbox.asked.as_ref().and_then(words) else { return };
    let modal = modal(ui, "sandbox-deed").show(ui.ctx(), |ui| {
        ui.set_width((ui.ctx().content_rect().width() - 64.0).min(460.0));
        section(ui, title);
        body(ui, words);
        ui.add_space(size::GAP);
        ui.horizontal_wrapped(|ui| {
            if ui.add(Push::danger(yes)).clicked() {
                send(commands, SandboxCommand::Confirm);
            }
            if ui.add(Push::secondary("Leave it as it is")).clicked() {
                send(commands, SandboxCommand::Dismiss);
            }
        });
    });
    if modal.should_close() {
        send(commands, SandboxCommand::Dismiss);
    }
}

/// Question, consequence, and the button that says yes; nothing for what loses nothing.
fn words(deed: &SandboxDeed) -> Option<(&'static str, String, &'static str)> {
    Some(match deed {
        SandboxDeed::Reset { .. } => (
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
        _ => return None,
    })
}
