//! The list of steps with where each stands.

use egui::{Align, Layout, Response, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::send;
use crate::app::lab::LabCommand;
use crate::app::{Commands, State};
use crate::aws::EnvironmentKind;
use crate::base::text as words;
use crate::lab::manifest::{Lab, Step};
use crate::lab::status::Status;
use crate::ui::format::masked;
use crate::ui::icons::{self, Icon};
use crate::ui::theme::{Theme, Tone, size, text};
use crate::ui::widgets::{Push, caption, hint, section};

/// Side of the round mark before a step.
const MARK: f32 = 20.0;

/// What the list keeps between frames.
#[derive(Debug, Default)]
pub struct StepList {
    asks_reset: bool,
    /// The chosen step that was brought into sight.
    seen: String,
}

impl StepList {
    /// Draws the list.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lab: &Lab, commands: &mut Commands) {
        ui.spacing_mut().item_spacing.y = 2.0;
        head(ui, state, lab);
        foot(ui, state, &mut self.asks_reset, commands);
        ScrollArea::vertical().id_salt("lab-steps").auto_shrink([false, false]).show(ui, |ui| {
            for step in &lab.steps {
                let line = line(ui, state, lab, step);
                if step.id == state.lab.chosen && self.seen != step.id {
                    line.scroll_to_me(None);
                    self.seen.clone_from(&step.id);
                }
                if line.clicked() {
                    send(commands, LabCommand::Choose(step.id.clone()));
                }
            }
        });
    }
}

fn head(ui: &mut Ui, state: &State, lab: &Lab) {
    let (done, total) = state.lab.done();
    ui.scope(|ui| {
        ui.set_max_width(ui.available_width() - 4.0);
        section(ui, &lab.title);
    });
    let left = match state.lab.minutes_left() {
        0 => "nothing left to do".to_owned(),
        minutes => format!("about {} left", words::count(minutes.into(), "minute")),
    };
    hint(ui, format!("{done} of {total} done · {left}"));
    ui.add_space(size::GAP);
}

/// At the bottom: start over, and read changed lab files.
fn foot(ui: &mut Ui, state: &State, asks_reset: &mut bool, commands: &mut Commands) {
    egui::Panel::bottom("lab-foot").resizable(false).show_separator_line(false).frame(egui::Frame::new()).show(ui, |ui| {
        for broken in state.lab.labs.iter().filter(|offer| !offer.usable) {
            crate::ui::widgets::note(ui, Tone::Error, &broken.text);
        }
        other_labs(ui, state, commands);
        if *asks_reset {
            reset_question(ui, asks_reset, commands);
            return;
        }
        ui.horizontal(|ui| {
            let idle = state.lab.running.is_none();
            if ui.add(Push::quiet("Start over").small().with_icon(icons::ROTATE_CCW).enabled(idle)).clicked() {
                *asks_reset = true;
            }
            if ui.add(Push::icon(icons::REFRESH_CW, "Read the lab files again").small().enabled(idle)).clicked() {
                send(commands, LabCommand::Reload);
            }
        });
    });
}

fn other_labs(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let open = state.lab.lab.value().map(|lab| lab.id.as_str()).unwrap_or_default();
    for offer in state.lab.labs.iter().filter(|offer| offer.usable && offer.id != open) {
        if ui.add(Push::quiet(&offer.text).small().with_icon(icons::BOOK_OPEN)).clicked() {
            send(commands, LabCommand::Open(offer.id.clone()));
        }
    }
}

fn reset_question(ui: &mut Ui, asks_reset: &mut bool, commands: &mut Commands) {
    caption(ui, "Forget your progress? Resources stay until clean-up");
    ui.horizontal(|ui| {
        if ui.add(Push::danger("Forget").small()).clicked() {
            send(commands, LabCommand::ResetLab);
            *asks_reset = false;
        }
        if ui.add(Push::danger("Clean up first").small()).clicked() {
            send(commands, LabCommand::CleanUp);
            *asks_reset = false;
        }
        if ui.add(Push::quiet("Keep").small()).clicked() {
            *asks_reset = false;
        }
    });
}

fn line(ui: &mut Ui, state: &State, lab: &Lab, step: &Step) -> Response {
    let theme = Theme::of(ui);
    let status = state.lab.status(&step.id);
    let chosen = state.lab.chosen == step.id;
    let below = subtitle(state, step, &status);
    let height = if below.is_empty() { 38.0 } else { 50.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let name = format!("{} {}, {}", lab.number(&step.id), step.title, status.word());
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, chosen, &name));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let fill = if chosen || response.hovered() { theme.raised } else { theme.ground };
    ui.painter().rect_filled(rect, size::RADIUS, fill);
    if response.has_focus() {
        ui.painter().rect_stroke(rect, size::RADIUS, Stroke::new(size::FOCUS, theme.accent.ink), StrokeKind::Inside);
    }
    mark(ui, rect, lab.number(&step.id), &status, chosen);
    words_of(ui, rect, &step.title, &below, &status);
    response
}

/// The round mark: a tick, a cross, or the number.
fn mark(ui: &Ui, rect: egui::Rect, number: usize, status: &Status, chosen: bool) {
    let theme = Theme::of(ui);
    let center = egui::pos2(rect.left() + 10.0 + MARK / 2.0, rect.top() + 9.0 + MARK / 2.0);
    let (icon, tone) = look(status);
    let colors = theme.tone(if chosen && icon.is_none() { Tone::Accent } else { tone });
    if let Some(icon) = icon {
        ui.painter().circle_filled(center, MARK / 2.0, colors.tint);
        icon.paint(ui.painter(), center, 13.0, colors.ink);
        return;
    }
    let edge = if chosen { colors.ink } else { theme.line_strong };
    ui.painter().circle_stroke(center, MARK / 2.0 - 0.5, Stroke::new(if chosen { 1.5 } else { 1.0 }, edge));
    let font = egui::FontId::new(text::AXIS, egui::FontFamily::Proportional);
    ui.painter().text(center, egui::Align2::CENTER_CENTER, number, font, colors.ink);
}

fn look(status: &Status) -> (Option<Icon>, Tone) {
    match status {
        Status::Done { .. } => (Some(icons::CHECK), Tone::Ok),
        Status::Warned { .. } => (Some(icons::TRIANGLE_ALERT), Tone::Warn),
        Status::Failed(_) => (Some(icons::X), Tone::Error),
        Status::Running { .. } => (Some(icons::HOURGLASS), Tone::Accent),
        Status::Skipped { .. } => (Some(icons::MINUS), Tone::Neutral),
        Status::NotStarted | Status::WillNotRun { .. } => (None, Tone::Neutral),
    }
}

/// A few words on where the step stands.
fn subtitle(state: &State, step: &Step, status: &Status) -> String {
    let summary = || state.lab.summaries.get(&step.id).cloned().unwrap_or_default();
    match status {
        Status::Done { .. } | Status::Warned { .. } if step.action == "where-to-work" => place(state),
        Status::Done { evidence } | Status::Warned { evidence, .. } => {
            let known = summary();
            if known.is_empty() { masked(&state.settings, evidence.first().map_or("", String::as_str)) } else { known }
        }
        Status::Running { progress } => progress.text.clone(),
        Status::Failed(failure) => failure.problem.what.clone(),
        Status::Skipped { .. } => "skipped".to_owned(),
        Status::WillNotRun { because } => because.clone(),
        Status::NotStarted => String::new(),
    }
}

/// The place in two words: `sandbox, us-east-1`.
fn place(state: &State) -> String {
    let Some(environment) = state.connection.environment() else { return String::new() };
    let name = match environment.kind {
        EnvironmentKind::Sandbox => "sandbox",
        EnvironmentKind::Account => environment.profile.as_deref().unwrap_or("default chain"),
        EnvironmentKind::Endpoint => "custom endpoint",
    };
    format!("{name}, {}", environment.region)
}

fn words_of(ui: &mut Ui, rect: egui::Rect, title: &str, below: &str, status: &Status) {
    let theme = Theme::of(ui);
    let place = egui::Rect::from_min_max(egui::pos2(rect.left() + 40.0, rect.top() + 9.0), rect.max - vec2(8.0, 4.0));
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Min)));
    inside.spacing_mut().item_spacing.y = 0.0;
    let color = if matches!(status, Status::WillNotRun { .. }) { theme.text2 } else { theme.text };
    let title = RichText::new(title).text_style(text::strong()).color(color);
    inside.add(egui::Label::new(title).truncate().selectable(false));
    if !below.is_empty() {
        let below = RichText::new(below).text_style(egui::TextStyle::Small).color(theme.text3);
        inside.add(egui::Label::new(below).truncate().selectable(false));
    }
}
