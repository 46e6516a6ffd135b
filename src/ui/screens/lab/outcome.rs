//! How a step goes and how it ended: progress with cancel, evidence, warning, failure with its remedies, receipt.

use egui::{RichText, Ui};

use super::{receipt, send};
use crate::app::lab::{LabCommand, Running};
use crate::app::{Commands, State};
use crate::lab::status::{Failure, Progress, Remedy, Status};
use crate::ui::format::{masked, time};
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Busy, Card, ErrorAction, ErrorPanel, Push, banner, caption, fraction_bar, hint, note};

/// Draws where the step `id` stands.
pub fn ui(ui: &mut Ui, state: &State, id: &str, commands: &mut Commands) {
    match state.lab.status(id) {
        Status::NotStarted => last_check(ui, state, id),
        Status::WillNotRun { because } => {
            note(ui, Tone::Neutral, &format!("This step {because}"));
        }
        Status::Running { progress } => running(ui, state, id, &progress, commands),
        Status::Done { evidence } => done(ui, state, id, &evidence),
        Status::Warned { evidence, why, remedy } => {
            done(ui, state, id, &evidence);
            banner(ui, Tone::Warn, &masked(&state.settings, &format!("{why}. {remedy}")));
        }
        Status::Skipped { why } => {
            note(ui, Tone::Neutral, &format!("Skipped {why}: steps that need it say so"));
        }
        Status::Failed(failure) => failed(ui, state, &failure, commands),
    }
    whole_lab(ui, state, commands);
}

/// A clean-up of everything, which is no step's own: its progress, its failure, its receipt.
fn whole_lab(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if let Some(Running { progress, .. }) = state.lab.running.as_ref().filter(|running| running.step.is_empty()) {
        busy(ui, progress, commands);
    }
    if let Some(problem) = &state.lab.problem {
        let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy);
        if panel.retry("Clean up again").show(ui) == ErrorAction::Retry {
            send(commands, LabCommand::CleanUp);
        }
    }
    if let Some(found) = &state.lab.receipt {
        receipt::ui(ui, state, found);
    }
}

fn last_check(ui: &mut Ui, state: &State, id: &str) {
    if let Some(at) = state.lab.checked.get(id) {
        hint(ui, format!("Last check {}", time(&state.settings, *at)));
    }
}

fn running(ui: &mut Ui, state: &State, id: &str, progress: &Progress, commands: &mut Commands) {
    if state.lab.running.as_ref().is_some_and(|running| running.step == id) {
        busy(ui, progress, commands);
    } else {
        note(ui, Tone::Accent, &progress.text);
    }
}

fn busy(ui: &mut Ui, progress: &Progress, commands: &mut Commands) {
    let attempt = format!("attempt {}", progress.attempt);
    let mut line = Busy::new(&progress.text).cancel("Cancel");
    if progress.attempt > 1 {
        line = line.detail(&attempt);
    }
    if line.show(ui) {
        send(commands, LabCommand::Cancel);
    }
    if let Some(fraction) = progress.fraction {
        ui.scope(|ui| {
            ui.set_max_width(ui.available_width().min(420.0));
            fraction_bar(ui, fraction, "How far the step is");
        });
    }
}

fn done(ui: &mut Ui, state: &State, id: &str, evidence: &[String]) {
    let at = state.lab.checked.get(id).map(|at| format!("Checked {}", time(&state.settings, *at))).unwrap_or_default();
    Card::new("Evidence").subtitle(&at).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
        for line in evidence {
            evidence_line(ui, &masked(&state.settings, line));
        }
    });
}

fn evidence_line(ui: &mut Ui, words: &str) {
    let theme = Theme::of(ui);
    crate::ui::widgets::low_row(ui, |ui| {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(14.0, 18.0), egui::Sense::hover());
        icons::CHECK.paint(ui.painter(), rect.center(), 14.0, theme.ok.ink);
        ui.add(egui::Label::new(RichText::new(words).color(theme.text)).wrap());
    });
}

fn failed(ui: &mut Ui, state: &State, failure: &Failure, commands: &mut Commands) {
    let mask = |words: &str| masked(&state.settings, words);
    let problem = &failure.problem;
    let (what, why, remedy) = (mask(&problem.what), mask(&problem.why), mask(&problem.remedy));
    let details = problem.details.as_deref().map(mask).unwrap_or_default();
    let mut panel = ErrorPanel::new(&what).why(&why).remedy(&remedy).details(&details);
    if failure.choices.contains(&Remedy::TryAgain) {
        panel = panel.retry("Try again");
    }
    if panel.show(ui) == ErrorAction::Retry {
        send(commands, LabCommand::Take(Remedy::TryAgain));
    }
    choices(ui, failure, commands);
    if !failure.left.is_empty() {
        caption(ui, format!("Exists at this moment: {}", failure.left.join(", ")));
    }
}

fn choices(ui: &mut Ui, failure: &Failure, commands: &mut Commands) {
    let others: Vec<&Remedy> = failure.choices.iter().filter(|choice| **choice != Remedy::TryAgain).collect();
    if others.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for choice in others {
            let clicked = match choice {
                Remedy::SetValues { label, .. } => ui.add(Push::secondary(label)).clicked(),
                _ => ui.add(Push::danger("Remove what exists").tooltip("Clean up everything that the lab made so far")).clicked(),
            };
            if clicked {
                send(commands, LabCommand::Take(choice.clone()));
            }
        }
    });
}
