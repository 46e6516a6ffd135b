//! The lab: its steps with their status at the left; the chosen step's text, form, policies, plan and outcome at the right.

mod documents;
mod form;
mod outcome;
mod plan;
mod receipt;
mod steps;

use egui::{Align, CentralPanel, Frame, Key, Layout, Margin, Modifiers, Panel, ScrollArea, Ui};

use crate::app::lab::LabCommand;
use crate::app::{Command, Commands, Remote, Screen, State};
use crate::lab::manifest::{GoTo, Lab, Step};
use crate::lab::status::Status;
use crate::lab::view::StepView;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Busy, Chip, Empty, ErrorAction, ErrorPanel, Push, markdown, title};

/// Width of the list of steps.
const STEPS_WIDTH: f32 = 264.0;
/// Width of the list of steps in a narrow window, such as a small one at 200 %.
const STEPS_WIDTH_NARROW: f32 = 168.0;
/// Below this width of the screen it is narrow.
const NARROW: f32 = 760.0;
/// Room that service and cost of a step need beside its title.
const CHIPS_WIDTH: f32 = 620.0;
/// Longest comfortable width of a step.
const STEP_WIDTH: f32 = 1040.0;

/// What the screen keeps between frames.
#[derive(Debug, Default)]
pub struct LabScreen {
    form: form::Entries,
    steps: steps::StepList,
    /// The step that was seen running in the last frame.
    seen_running: Option<String>,
}

/// What the rail says beside the screen's name.
pub fn badge(state: &State) -> Option<String> {
    let (done, total) = state.lab.done();
    (total > 0).then(|| format!("{done} / {total}"))
}

fn send(commands: &mut Commands, command: LabCommand) {
    commands.send(Command::Lab(command));
}

impl LabScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        match (&state.lab.lab, state.lab.lab.value()) {
            (_, Some(lab)) => self.open_lab(ui, state, &lab.clone(), commands),
            (Remote::Failed { problem, .. }, None) => unreadable(ui, problem, commands),
            _ if state.connection.environment().is_none() => nowhere(ui, commands),
            _ => opening(ui),
        }
    }

    fn open_lab(&mut self, ui: &mut Ui, state: &State, lab: &Lab, commands: &mut Commands) {
        let theme = Theme::of(ui);
        let list = Frame::new().fill(theme.ground).inner_margin(Margin { left: 10, right: 10, top: 14, bottom: 8 });
        let (id, width) = if ui.available_width() < NARROW { ("lab-steps-narrow", STEPS_WIDTH_NARROW) } else { ("lab-steps", STEPS_WIDTH) };
        Panel::left(id).exact_size(width).resizable(false).frame(list).show(ui, |ui| {
            self.steps.ui(ui, state, lab, commands);
        });
        action_bar(ui, state, lab, commands);
        let ground = Frame::new().fill(theme.ground);
        CentralPanel::default().frame(ground).show(ui, |ui| {
            ScrollArea::vertical().id_salt(("step", &state.lab.chosen)).auto_shrink([false, false]).show(ui, |ui| {
                let width = (ui.available_width() - 2.0 * size::PAGE).min(STEP_WIDTH);
                Frame::new().inner_margin(Margin { left: 20, right: 0, top: 18, bottom: 28 }).show(ui, |ui| {
                    ui.set_width(width);
                    ui.spacing_mut().item_spacing.y = size::PAD;
                    self.chosen_step(ui, state, lab, commands);
                });
            });
        });
    }

    fn chosen_step(&mut self, ui: &mut Ui, state: &State, lab: &Lab, commands: &mut Commands) {
        let (Some(step), Some(view)) = (lab.step(&state.lab.chosen), &state.lab.view) else {
            Empty::new(super::icon(Screen::Lab), "Choose a step").show(ui);
            return;
        };
        head(ui, lab, step, state, commands);
        let (lead, rest) = lead_and_rest(&step.text);
        reading(ui, lead);
        if state.lab.hint_shown {
            hint_band(ui, &step.hint);
        }
        self.form.follow(&step.id, view);
        form_and_documents(ui, &mut self.form, state, view, commands);
        plan::ui(ui, state, view);
        let outcome = ui.scope(|ui| outcome::ui(ui, state, &step.id, commands)).response;
        self.follow_outcome(&outcome, state, &step.id);
        reading(ui, rest);
        run_by_keyboard(ui, state, lab, step, commands);
    }

    /// What a step is doing, and how it ended, is brought into view when it begins and when it ends.
    fn follow_outcome(&mut self, outcome: &egui::Response, state: &State, step: &str) {
        let runs = state.lab.running.as_ref().is_some_and(|running| running.step == step).then(|| step.to_owned());
        if runs != self.seen_running {
            outcome.scroll_to_me(None);
            self.seen_running = runs;
        }
    }
}

/// What can be done with the step, always in view.
fn action_bar(ui: &mut Ui, state: &State, lab: &Lab, commands: &mut Commands) {
    let (Some(step), Some(view)) = (lab.step(&state.lab.chosen), &state.lab.view) else { return };
    let frame = Frame::new().fill(Theme::of(ui).panel).inner_margin(Margin { left: 20, right: 12, top: 9, bottom: 9 });
    Panel::bottom("lab-actions").resizable(false).frame(frame).show(ui, |ui| run_row(ui, state, lab, step, view, commands));
}

fn unreadable(ui: &mut Ui, problem: &crate::base::problem::Problem, commands: &mut Commands) {
    Frame::new().inner_margin(Margin::same(20)).show(ui, |ui| {
        let details = problem.details.as_deref().unwrap_or_default();
        let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).details(details);
        match panel.retry("Open the lab again").other("Where to work").show(ui) {
            ErrorAction::Retry => send(commands, LabCommand::Reload),
            ErrorAction::Other => commands.send(Command::Go(Screen::Start)),
            ErrorAction::None => {}
        }
    });
}

fn nowhere(ui: &mut Ui, commands: &mut Commands) {
    let empty = Empty::new(icons::PLUG, "Choose where to work first")
        .detail("The lab makes AWS calls: in the sandbox, which needs no account, or in yours");
    if empty.action("Where to work").show(ui) {
        commands.send(Command::Go(Screen::Start));
    }
}

fn opening(ui: &mut Ui) {
    Frame::new().inner_margin(Margin::same(20)).show(ui, |ui| Busy::new("Opening the lab…").show(ui));
}

/// Number and title of the step, what it is about and costs, and what can be done with it.
fn head(ui: &mut Ui, lab: &Lab, step: &Step, state: &State, commands: &mut Commands) {
    let roomy = ui.available_width() > CHIPS_WIDTH;
    ui.horizontal(|ui| {
        title(ui, format!("{} · {}", lab.number(&step.id), step.title));
        if roomy {
            ui.add(Chip::new(Tone::Neutral, &step.service));
            ui.add(Chip::new(Tone::Neutral, &step.cost));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let idle = state.lab.running.is_none();
            if ui.add(Push::secondary("Skip").enabled(idle).tooltip("Leave this step out and go on")).clicked() {
                send(commands, LabCommand::Skip);
            }
            let hint = Push::secondary("Hint").selected(state.lab.hint_shown).tooltip("Help for this step");
            if ui.add(hint).clicked() {
                send(commands, LabCommand::ToggleHint);
            }
            let reset = Push::quiet("Reset").enabled(idle).tooltip("Forget what you entered and how this step ended; resources stay");
            if ui.add(reset).clicked() {
                send(commands, LabCommand::ResetStep);
            }
        });
    });
}

/// The first paragraph, which is read before acting, and what may be read after.
fn lead_and_rest(text: &str) -> (&str, &str) {
    text.trim().split_once("\n\n").unwrap_or((text.trim(), ""))
}

fn reading(ui: &mut Ui, text: &str) {
    if text.is_empty() {
        return;
    }
    ui.scope(|ui| {
        ui.set_max_width(ui.available_width().min(820.0));
        markdown(ui, text);
    });
}

fn hint_band(ui: &mut Ui, hint: &str) {
    let theme = Theme::of(ui);
    let frame = Frame::new().fill(theme.accent.tint).corner_radius(size::RADIUS).inner_margin(Margin::symmetric(12, 8));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal_top(|ui| {
            icons::icon(ui, icons::LIGHTBULB, theme.accent.ink);
            ui.vertical(|ui| markdown(ui, hint));
        });
    });
}

/// Form and policies side by side where there is room for both.
fn form_and_documents(ui: &mut Ui, entries: &mut form::Entries, state: &State, view: &StepView, commands: &mut Commands) {
    const FORM_WIDTH: f32 = 284.0;
    const LEAST_DOCUMENT_WIDTH: f32 = 300.0;
    let has_form = !view.fields.is_empty();
    let has_documents = !view.documents.is_empty();
    let side_by_side = ui.available_width() >= FORM_WIDTH + LEAST_DOCUMENT_WIDTH + size::GAP_LARGE;
    if has_form && has_documents && side_by_side {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = size::PAD;
            column(ui, FORM_WIDTH, |ui| form::ui(ui, entries, state, view, commands));
            let rest = ui.available_width();
            column(ui, rest, |ui| documents::ui(ui, state, view));
        });
        return;
    }
    if has_form {
        form::ui(ui, entries, state, view, commands);
    }
    if has_documents {
        documents::ui(ui, state, view);
    }
}

/// A column in a row. A row is as high as a line of text until something higher is in it, and what scrolls would keep to that.
fn column(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui)) {
    const HIGH_ENOUGH: f32 = 2_000.0;
    ui.allocate_ui_with_layout(egui::vec2(width, HIGH_ENOUGH), Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        add(ui);
    });
}

/// What can be done now, and what would undo it. A step that is over leads to the next one.
fn run_row(ui: &mut Ui, state: &State, lab: &Lab, step: &Step, view: &StepView, commands: &mut Commands) {
    let status = state.lab.status(&step.id);
    let next = next_step(lab, step, &status);
    ui.horizontal_wrapped(|ui| {
        if let Some((screen, words)) = step.go_to.map(destination)
            && ui.add(Push::secondary(words).with_icon(icons::ARROW_RIGHT)).clicked()
        {
            commands.send(Command::Go(screen));
        }
        if let Some(next) = next
            && ui.add(Push::primary(&format!("Next: {}", next.title)).shortcut("Ctrl Enter")).clicked()
        {
            send(commands, LabCommand::Choose(next.id.clone()));
        }
        run_button(ui, state, view, &status, next.is_none(), commands);
        let idle = state.lab.running.is_none() && state.lab.facts.value().is_some();
        if ui.add(Push::secondary("Check again").enabled(idle).tooltip("Read the real state back; changes nothing")).clicked() {
            send(commands, LabCommand::Check);
        }
        undo(ui, view, &status, idle, commands);
    });
}

fn run_button(ui: &mut Ui, state: &State, view: &StepView, status: &Status, is_first: bool, commands: &mut Commands) {
    let blocked = blocked_by(state, view, status);
    let button = if is_first { Push::primary(view.run_label).shortcut("Ctrl Enter") } else { Push::secondary(view.run_label) };
    if ui.add(button.blocked_by(blocked.as_deref())).clicked() {
        send(commands, LabCommand::Run);
    }
}

fn undo(ui: &mut Ui, view: &StepView, status: &Status, idle: bool, commands: &mut Commands) {
    if view.undo_text.is_empty() {
        return;
    }
    if status.is_done() && ui.add(Push::danger("Undo").enabled(idle)).clicked() {
        send(commands, LabCommand::Undo);
    }
    if ui.max_rect().width() > CHIPS_WIDTH {
        crate::ui::widgets::hint(ui, format!("Undo: {}", lower_first(view.undo_text)));
    }
}

/// The step to go on with, once this one is done or skipped.
fn next_step<'a>(lab: &'a Lab, step: &Step, status: &Status) -> Option<&'a Step> {
    let is_over = status.is_done() || matches!(status, Status::Skipped { .. });
    lab.steps.get(lab.number(&step.id)).filter(|_| is_over)
}

fn lower_first(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// Why the step cannot be run now.
fn blocked_by(state: &State, view: &StepView, status: &Status) -> Option<String> {
    match status {
        _ if state.lab.running.is_some() => Some("Another step is under way".to_owned()),
        _ if state.lab.facts.value().is_none() => Some("Looking at what is there".to_owned()),
        Status::WillNotRun { because } => Some(format!("This step {because}")),
        _ if !view.is_valid() => Some("Correct the values in the form first".to_owned()),
        _ => None,
    }
}

fn destination(go_to: GoTo) -> (Screen, &'static str) {
    match go_to {
        GoTo::Playground => (Screen::Playground, "Open the playground"),
        GoTo::Dashboard => (Screen::Dashboard, "Open the dashboard"),
        GoTo::Logs => (Screen::Logs, "Open the logs"),
        GoTo::Insights => (Screen::Insights, "Open Insights"),
        GoTo::LiveTail => (Screen::Tail, "Open Live Tail"),
        GoTo::Alarms => (Screen::Alarms, "Open the alarms"),
        GoTo::Resources => (Screen::Resources, "Open the resources"),
    }
}

/// The keys of the one primary action.
fn run_by_keyboard(ui: &Ui, state: &State, lab: &Lab, step: &Step, commands: &mut Commands) {
    if !ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter)) {
        return;
    }
    match next_step(lab, step, &state.lab.status(&step.id)) {
        Some(next) => send(commands, LabCommand::Choose(next.id.clone())),
        None => send(commands, LabCommand::Run),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lead_is_the_first_paragraph() {
        assert_eq!(lead_and_rest("\nOne\nline\n\nTwo\n\nThree\n"), ("One\nline", "Two\n\nThree"));
        assert_eq!(lead_and_rest("Only"), ("Only", ""));
    }
}
