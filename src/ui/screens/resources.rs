//! The Resources screen: what was made and where it stands, the look at AWS that proves it, clean-up with its receipt.

mod cleaning;
mod table;

use egui::{Frame, Margin, ScrollArea, Ui};

use crate::app::resources::{Inventory, ResourcesCommand};
use crate::app::{Command, Commands, Remote, Screen, State};
use crate::base::text::count;
use crate::ui::icons;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Busy, Empty, ErrorAction, ErrorPanel, Push, banner, page_head};

/// What the screen keeps between frames.
#[derive(Debug, Default)]
pub struct ResourcesScreen {
    table: table::Table,
}

fn send(commands: &mut Commands, command: ResourcesCommand) {
    commands.send(Command::Resources(command));
}

impl ResourcesScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if state.connection.environment().is_none() {
            if Empty::new(icons::PLUG, "No place to work is open")
                .detail("Each place has a ledger of its own")
                .action("Choose where to work")
                .show(ui)
            {
                commands.send(Command::Go(Screen::Start));
            }
            return;
        }
        let frame = Frame::new().inner_margin(Margin { left: 20, right: 10, top: 12, bottom: 0 });
        frame.show(ui, |ui| {
            head(ui, state, commands);
            ui.add_space(size::GAP);
            ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| self.content(ui, state, commands));
        });
        cleaning::confirmation(ui, state, commands);
    }

    fn content(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.set_max_width(ui.available_width() - 10.0);
        ui.spacing_mut().item_spacing.y = size::PAD;
        cleaning::ui(ui, state, commands);
        verification(ui, state, commands);
        ledger(ui, state, commands);
        if let Some(inventory) = state.resources.inventory.value().filter(|inventory| !inventory.standing.is_empty()) {
            self.table.ui(ui, state, inventory);
        }
        ui.add_space(size::GAP_LARGE);
    }
}

fn head(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let resources = &state.resources;
    let inventory = resources.inventory.value();
    let left = inventory.map_or(0, |inventory| inventory.outstanding());
    page_head(ui, "Resources", &summary(inventory.map(AsRef::as_ref)), |ui| {
        let nothing = (left == 0).then_some("Nothing of yours is left here");
        let blocked = resources.cleaning.is_running().then_some("Clean-up is under way").or(nothing);
        if ui.add(Push::danger("Clean up…").with_icon(icons::TRASH_2).blocked_by(blocked)).clicked() {
            send(commands, ResourcesCommand::AskCleanUp);
        }
        let known = inventory.is_some_and(|inventory| !inventory.standing.is_empty());
        let busy = (resources.proof.is_loading() || resources.cleaning.is_running()).then_some("Something is being looked at already");
        let blocked = busy.or((!known).then_some("The ledger is empty"));
        let tooltip = "List everything at AWS and compare it with the ledger; nothing is changed";
        if ui.add(Push::secondary("Verify now").with_icon(icons::SHIELD_CHECK).tooltip(tooltip).blocked_by(blocked)).clicked() {
            send(commands, ResourcesCommand::Verify);
        }
    });
}

fn summary(inventory: Option<&Inventory>) -> String {
    match inventory {
        None => String::new(),
        Some(inventory) if inventory.standing.is_empty() => "nothing was made yet".to_owned(),
        Some(inventory) => {
            let left = inventory.outstanding() as u64;
            format!(
                "{} that may exist, {} in the ledger",
                count(left, "resource"),
                count(inventory.standing.len() as u64, "entry").replace("entrys", "entries")
            )
        }
    }
}

fn verification(ui: &mut Ui, state: &State, commands: &mut Commands) {
    match &state.resources.proof {
        Remote::NotAsked | Remote::Ready(_) => {}
        Remote::Loading { .. } => {
            Busy::new("Looking at AWS").detail("listing everything that the ledger names").show(ui);
        }
        Remote::Failed { problem, .. } => {
            let details = problem.details.as_deref().unwrap_or_default();
            let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).details(details).retry("Verify again");
            if panel.show(ui) == ErrorAction::Retry {
                send(commands, ResourcesCommand::Verify);
            }
        }
    }
}

/// The state of the ledger itself: missing, damaged, empty.
fn ledger(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let inventory = &state.resources.inventory;
    if let Some(problem) = inventory.problem() {
        let details = problem.details.as_deref().unwrap_or_default();
        let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).details(details).retry("Read it again");
        if panel.show(ui) == ErrorAction::Retry {
            commands.send(Command::Refresh);
        }
    }
    let Some(known) = inventory.value() else { return };
    if let Some(warning) = &known.warning {
        banner(ui, Tone::Warn, warning);
    }
    if known.standing.is_empty() {
        let empty = Empty::new(icons::LAYERS, "Nothing was made here yet")
            .detail("Whatever the lab creates is written down here before the call that creates it, so that nothing can be forgotten")
            .action("Go to the lab");
        if empty.show(ui) {
            commands.send(Command::Go(Screen::Lab));
        }
    }
}

/// What the rail says beside the screen's name: how many resources of ours may exist.
pub fn badge(state: &State) -> Option<String> {
    let left = state.resources.inventory.value()?.outstanding();
    (left > 0).then(|| left.to_string())
}
