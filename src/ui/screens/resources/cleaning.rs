//! Clean-up: the plan that waits for a yes, progress, and the receipt.

use egui::Ui;

use super::send;
use crate::app::resources::{Cleaning, Inventory, ResourcesCommand, Standpoint};
use crate::app::{Commands, State};
use crate::base::text::count;
use crate::lab::receipt::{Found, Receipt};
use crate::ui::format::{masked, moment};
use crate::ui::icons;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{
    Busy, Card, CodeBlock, ErrorAction, ErrorPanel, Push, banner, body, caption, copy_button, fraction_bar, hint, modal, note,
    scroll_up_to, section, status,
};

/// Draws where clean-up stands.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    match &state.resources.cleaning {
        Cleaning::Idle | Cleaning::Asking => {}
        Cleaning::Running(progress) => {
            if Busy::new(&masked(&state.settings, &progress.text)).cancel("Stop").show(ui) {
                send(commands, ResourcesCommand::Stop);
            }
            if let Some(fraction) = progress.fraction {
                fraction_bar(ui, fraction, "Progress of clean-up");
            }
        }
        Cleaning::Stopped => {
            banner(
                ui,
                Tone::Warn,
                "You stopped clean-up: what was removed until then is gone, the rest is listed below and can be removed later",
            );
        }
        Cleaning::Failed(problem) => {
            let details = problem.details.as_deref().unwrap_or_default();
            let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).details(details).retry("Try again");
            if panel.show(ui) == ErrorAction::Retry {
                send(commands, ResourcesCommand::AskCleanUp);
            }
        }
        Cleaning::Ended(receipt) => receipt_card(ui, state, receipt, commands),
    }
}

fn receipt_card(ui: &mut Ui, state: &State, receipt: &Receipt, commands: &mut Commands) {
    Card::new("Receipt").subtitle(&moment(&state.settings, receipt.at)).show_with(
        ui,
        |ui| {
            if ui.add(Push::icon(icons::X, "Close the receipt").small()).clicked() {
                send(commands, ResourcesCommand::Dismiss);
            }
            if ui.add(Push::icon(icons::SAVE, "Write the receipt into a file").small()).clicked() {
                send(commands, ResourcesCommand::SaveReceipt);
            }
            copy_button(ui, "receipt", || receipt.text());
        },
        |ui| receipt_lines(ui, state, receipt),
    );
}

fn receipt_lines(ui: &mut Ui, state: &State, receipt: &Receipt) {
    if receipt.is_clean() {
        status(ui, Tone::Ok, "Nothing is left: each line below was looked for and not found");
    } else {
        let left = receipt.left().count() as u64;
        status(ui, Tone::Error, &format!("{} could not be removed; clean up again once the reason is gone", count(left, "resource")));
    }
    for line in &receipt.lines {
        let tone = match line.found {
            Found::Gone => Tone::Ok,
            Found::NotOurs => Tone::Neutral,
            Found::Unknown => Tone::Warn,
            Found::Left => Tone::Error,
        };
        let words = format!("{}: {}", line.resource.label(), line.text);
        note(ui, tone, &masked(&state.settings, &words)).on_hover_text(masked(&state.settings, &line.proof));
    }
    for kept in &receipt.kept {
        note(ui, Tone::Neutral, &format!("{kept}: yours, left as it is"));
    }
    for elsewhere in &receipt.elsewhere {
        note(ui, Tone::Warn, &masked(&state.settings, &format!("{elsewhere}: not looked at from here")));
    }
}

/// Asks before anything is removed, naming everything that will be.
pub fn confirmation(ui: &Ui, state: &State, commands: &mut Commands) {
    if state.resources.cleaning != Cleaning::Asking {
        return;
    }
    let modal = modal(ui, "clean-up").show(ui.ctx(), |ui| question(ui, state, commands));
    if modal.should_close() {
        send(commands, ResourcesCommand::Dismiss);
    }
}

fn question(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let screen = ui.ctx().content_rect();
    ui.set_width((screen.width() - 64.0).min(640.0));
    section(ui, "Clean up?");
    let (Some(inventory), Some(connected)) = (state.resources.inventory.value(), state.connection.current.value()) else { return };
    let going = inventory.to_remove(&connected.account, &connected.environment.region).len();
    scroll_up_to(screen.height() - 220.0).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        what_goes(ui, state, inventory);
        what_stays(ui, state, inventory);
        plan(ui, inventory);
    });
    ui.add_space(size::GAP);
    ui.horizontal_wrapped(|ui| {
        let words = format!("Delete {}", count(going as u64, "resource"));
        let blocked = (going == 0).then_some("Nothing of yours is left here");
        if ui.add(Push::danger(&words).with_icon(icons::TRASH_2).blocked_by(blocked)).clicked() {
            send(commands, ResourcesCommand::CleanUp);
        }
        if ui.add(Push::secondary("Keep everything")).clicked() {
            send(commands, ResourcesCommand::Dismiss);
        }
        hint(ui, "Ends with a receipt that proves it by listing");
    });
}

fn what_goes(ui: &mut Ui, state: &State, inventory: &Inventory) {
    let Some(connected) = state.connection.current.value() else { return };
    body(ui, "These will be deleted, in this order, with everything in them:");
    for standing in inventory.to_remove(&connected.account, &connected.environment.region) {
        let unsure = if Standpoint::of(standing) == Standpoint::Unsure { ", if it was made" } else { "" };
        note(ui, Tone::Warn, &format!("{}{unsure}", standing.resource().label()));
    }
}

fn what_stays(ui: &mut Ui, state: &State, inventory: &Inventory) {
    let Some(connected) = state.connection.current.value() else { return };
    for standing in &inventory.standing {
        let label = standing.resource().label();
        if Standpoint::of(standing) == Standpoint::Borrowed {
            note(ui, Tone::Neutral, &format!("{label}: yours, stays"));
        } else if standing.is_outstanding() && !standing.is_at(&connected.account, &connected.environment.region) {
            let place = format!("{label}: in account {}, {}; open that place to remove it", standing.last.account, standing.last.region);
            note(ui, Tone::Warn, &masked(&state.settings, &place));
        }
    }
}

fn plan(ui: &mut Ui, inventory: &Inventory) {
    let title = format!("Plan: {}", count(inventory.plan.len() as u64, "call"));
    egui::CollapsingHeader::new(title).id_salt("clean-up-plan").show(ui, |ui| {
        let lines: Vec<&str> = inventory.plan.iter().map(|call| call.cli.as_str()).collect();
        CodeBlock::shell(&lines.join("\n")).name("plan").show(ui);
        caption(ui, "Objects and versions in a bucket are listed and deleted in batches of 1,000");
    });
}
