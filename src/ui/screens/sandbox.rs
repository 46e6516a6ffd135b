//! The Sandbox screen: the account inside this program as a whole. Its class and its clock, what can go wrong in it, the way in for other
//! programs, what its notifications delivered, and its kept states.

mod class;
mod inbox;
mod incidents;
mod states;
mod way_in;

use egui::{Frame, Margin, ScrollArea, Ui};

use crate::app::sandbox::{SandboxCommand, SandboxDeed, SandboxView};
use crate::app::{Command, Commands, Screen, State};
use crate::ui::icons;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Busy, Empty, ErrorAction, ErrorPanel, fraction_bar, hint, title};

/// From this width on the cards stand in two columns.
const TWO_COLUMNS: f32 = 860.0;

/// What the screen keeps between frames.
#[derive(Debug, Default)]
pub struct SandboxScreen {
    states: states::StatesCard,
}

fn send(commands: &mut Commands, command: SandboxCommand) {
    commands.send(Command::Sandbox(command));
}

fn perform(commands: &mut Commands, deed: SandboxDeed) {
    send(commands, SandboxCommand::Do(deed));
}

impl SandboxScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if !state.connection.is_sandbox() {
            elsewhere(ui, commands);
            return;
        }
        let frame = Frame::new().inner_margin(Margin { left: 20, right: 10, top: 12, bottom: 0 });
        frame.show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                title(ui, "Sandbox");
                hint(ui, "an AWS account inside this program: what you turn here happens to every call, yours included");
            });
            ui.add_space(size::GAP);
            ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| self.content(ui, state, commands));
        });
        states::confirmation(ui, state, commands);
    }

    fn content(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.set_max_width(ui.available_width() - 10.0);
        ui.spacing_mut().item_spacing.y = size::PAD;
        trouble(ui, state, commands);
        preparing(ui, state);
        let Some(view) = state.sandbox.seen() else { return };
        if ui.available_width() < TWO_COLUMNS {
            left(ui, state, view, commands);
            self.right(ui, state, view, commands);
        } else {
            ui.spacing_mut().item_spacing.x = size::PAD;
            ui.columns(2, |columns| {
                let [one, two] = columns else { return };
                left(one, state, view, commands);
                self.right(two, state, view, commands);
            });
        }
        ui.add_space(size::GAP_LARGE);
    }

    fn right(&mut self, ui: &mut Ui, state: &State, view: &SandboxView, commands: &mut Commands) {
        ui.spacing_mut().item_spacing.y = size::PAD;
        inbox::ui(ui, state, view, commands);
        self.states.ui(ui, state, view, commands);
        way_in::ui(ui, view);
    }
}

fn left(ui: &mut Ui, state: &State, view: &SandboxView, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.y = size::PAD;
    class::people(ui, state, view, commands);
    class::time(ui, state, view, commands);
    incidents::ui(ui, state, view, commands);
}

fn elsewhere(ui: &mut Ui, commands: &mut Commands) {
    if Empty::new(icons::BOX, "Calls go to another place")
        .detail("Class, clock and incidents belong to the account inside this program. An AWS account cannot be turned like that")
        .action("Choose where to work")
        .show(ui)
    {
        commands.send(Command::Go(Screen::Start));
    }
}

fn trouble(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Some(problem) = state.sandbox.view.problem() else { return };
    let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).other("Close");
    if panel.show(ui) == ErrorAction::Other {
        send(commands, SandboxCommand::Dismiss);
    }
}

fn preparing(ui: &mut Ui, state: &State) {
    let Some(progress) = &state.sandbox.preparing else { return };
    Busy::new(&progress.text).show(ui);
    if let Some(fraction) = progress.fraction {
        fraction_bar(ui, fraction, "Preparation of the lab's steps");
    }
}

/// Why nothing can be turned right now.
fn busy(state: &State) -> Option<&'static str> {
    state.sandbox.preparing.is_some().then_some("Steps of the lab are being prepared")
}

/// What the rail says: incidents under way, or the size of the class.
pub fn badge(state: &State) -> Option<String> {
    let view = state.sandbox.seen()?;
    match (view.active().count(), view.people) {
        (0, 0) => None,
        (0, people) => Some(people.to_string()),
        (incidents, _) => Some(format!("{incidents}!")),
    }
}

/// What the top bar says of the sandbox beyond its name: class, speed, incidents; with the tone of each.
pub fn marks(state: &State) -> Vec<(Tone, String, &'static str)> {
    let Some(view) = state.sandbox.seen() else { return Vec::new() };
    let mut marks = Vec::new();
    if view.speed > 1.0 {
        marks.push((Tone::Neutral, format!("{}x", view.speed), "The sandbox's time runs faster than this machine's"));
    }
    if view.people > 0 {
        marks.push((Tone::Neutral, format!("{} classmates", view.people), "Classmates work in the sandbox"));
    }
    match view.active().collect::<Vec<_>>().as_slice() {
        [] => {}
        [one] => marks.push((Tone::Warn, one.title.clone(), "An incident is under way in the sandbox")),
        several => marks.push((Tone::Warn, format!("{} incidents", several.len()), "Incidents are under way in the sandbox")),
    }
    marks
}
