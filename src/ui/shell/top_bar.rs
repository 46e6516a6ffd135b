//! The top bar: where we are, as whom, and what works everywhere.

use egui::{Align, Button, Layout, RichText, Stroke, Ui, vec2};

use crate::app::state::Connected;
use crate::app::{Command, Commands, Remote, Screen, State};
use crate::aws::EnvironmentKind;
use crate::ui::format::masked;
use crate::ui::icons;
use crate::ui::screens::sandbox;
use crate::ui::theme::{Theme, Tone, size, text};
use crate::ui::widgets::{Chip, Push, chip};

/// Below this width only what is needed is shown; the rest is in tooltips and the palette.
const NARROW: f32 = 920.0;

/// Draws the bar.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let narrow = ui.available_width() < NARROW;
    logo(ui, narrow);
    place(ui, state, commands, narrow);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        theme_button(ui, commands);
        bell(ui, state, commands);
        present(ui, state, commands, narrow);
        palette_box(ui, commands, narrow);
    });
}

fn logo(ui: &mut Ui, narrow: bool) {
    let theme = Theme::of(ui);
    icons::icon_sized(ui, icons::MOUNTAIN, 20.0, theme.accent.ink).on_hover_text("Outcrop");
    if !narrow {
        ui.label(RichText::new("Outcrop").text_style(text::section()).color(theme.text));
        ui.add_space(size::GAP_SMALL);
    }
}

fn place(ui: &mut Ui, state: &State, commands: &mut Commands, narrow: bool) {
    let (tone, words) = environment_words(state);
    if ui.add(Chip::new(tone, &words).clickable()).on_hover_text("Where calls go; click to choose another place").clicked() {
        commands.send(Command::Go(Screen::Start));
    }
    sandbox_marks(ui, state, commands, narrow);
    if let Some(connected) = state.connection.current.value() {
        chip(ui, Tone::Neutral, &connected.environment.region).on_hover_text("Region");
        if !narrow {
            account(ui, state, connected);
        }
    }
}

/// What an instructor has turned must not be forgotten: speed, class, incidents.
fn sandbox_marks(ui: &mut Ui, state: &State, commands: &mut Commands, narrow: bool) {
    let marks = if state.connection.is_sandbox() { sandbox::marks(state) } else { Vec::new() };
    for (tone, words, tooltip) in marks.iter().filter(|(tone, ..)| !narrow || *tone == Tone::Warn) {
        if ui.add(Chip::new(*tone, words).clickable()).on_hover_text(*tooltip).clicked() {
            commands.send(Command::Go(Screen::Sandbox));
        }
    }
}

fn environment_words(state: &State) -> (Tone, String) {
    match (&state.connection.current, state.connection.environment()) {
        (Remote::Loading { .. }, _) => (Tone::Neutral, "Connecting…".to_owned()),
        (_, None) => (Tone::Neutral, "Choose where to work".to_owned()),
        (_, Some(environment)) => match environment.kind {
            EnvironmentKind::Sandbox => (Tone::Accent, "SANDBOX".to_owned()),
            EnvironmentKind::Account => (Tone::Warn, environment.profile.clone().unwrap_or_else(|| "default chain".to_owned())),
            EnvironmentKind::Endpoint => (Tone::Warn, "custom endpoint".to_owned()),
        },
    }
}

fn account(ui: &mut Ui, state: &State, connected: &Connected) {
    let shown = masked(&state.settings, &connected.account);
    let tooltip = format!("{}\nClick to copy the account id", masked(&state.settings, &connected.arn));
    let response = ui.add(Chip::new(Tone::Neutral, &shown).dot(Tone::Ok).clickable());
    if response.on_hover_text(tooltip).clicked() {
        ui.copy_text(connected.account.clone());
    }
}

fn theme_button(ui: &mut Ui, commands: &mut Commands) {
    let icon = if Theme::of(ui).dark { icons::SUN } else { icons::MOON };
    if ui.add(Push::icon(icon, "Switch theme")).clicked() {
        commands.send(Command::ToggleTheme);
    }
}

fn bell(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let theme = Theme::of(ui);
    let count = state.notices.list.len();
    let name = if count == 0 { "Notifications".to_owned() } else { format!("Notifications, {count}") };
    let response = ui.add(Push::icon(icons::BELL, &name).selected(state.overlays.notices));
    if count > 0 {
        let dot = response.rect.right_top() + vec2(-8.0, 8.0);
        ui.painter().circle(dot, 4.0, theme.accent.ink, Stroke::new(1.5, theme.panel));
    }
    if response.clicked() {
        commands.send(Command::ToggleNotices);
    }
}

fn present(ui: &mut Ui, state: &State, commands: &mut Commands, narrow: bool) {
    let tooltip = "Presenter mode: larger text and masked accounts, for a projector";
    let push = if narrow {
        Push::icon(icons::PRESENTATION, "Present").selected(state.settings.presenter)
    } else {
        Push::secondary("Present").with_icon(icons::PRESENTATION).selected(state.settings.presenter)
    };
    if ui.add(push.tooltip(tooltip)).clicked() {
        commands.send(Command::TogglePresenter);
    }
}

fn palette_box(ui: &mut Ui, commands: &mut Commands, narrow: bool) {
    let theme = Theme::of(ui);
    let response = if narrow {
        ui.add(Push::icon(icons::SEARCH, "Search or run a command"))
    } else {
        let keys = ui.format_shortcut(&egui::KeyboardShortcut::new(egui::Modifiers::COMMAND, egui::Key::K)).replace('+', " ");
        let words = RichText::new("Search or run a command").text_style(egui::TextStyle::Small).color(theme.text3);
        let keys = RichText::new(keys).text_style(text::axis()).color(theme.text3);
        let width = (ui.available_width() - 12.0).clamp(120.0, 300.0);
        let button = Button::new((words, egui::Atom::grow(), keys)).fill(theme.field).min_size(vec2(width, size::CONTROL));
        ui.add(button).accessible_name("Search or run a command")
    };
    if response.clicked() {
        commands.send(Command::TogglePalette);
    }
}
