//! The Playground screen: a conversation with a model, what the model is told with it, and what each reply took.

mod access;
mod compare;
mod composer;
mod failure;
mod gallery;
mod heights;
mod history;
mod metrics;
mod picker;
mod request;
mod settings;

use egui::{Align, Frame, Key, Layout, Margin, Modifiers, Panel, RichText, Ui};

use self::picker::Target;
use crate::app::playground::{MOST_LANES, PlaygroundCommand, PlaygroundState};
use crate::app::{Command, Commands, Screen, State};
use crate::models;
use crate::ui::icons;
use crate::ui::theme::{Theme, size};
use crate::ui::widgets::{Empty, ErrorAction, ErrorPanel, Push, title};

/// From this width in points on, the settings stand beside the conversation; below, in its place when they are open.
const SETTINGS_BESIDE: f32 = 860.0;
/// Below this height in points, words give way to icons and the field for the message to one line.
const SHORT: f32 = 360.0;
/// Below this width in points, buttons of the head are icons.
const TIGHT: f32 = 890.0;
/// Width of the settings beside the conversation.
const SETTINGS_WIDTH: f32 = 300.0;

/// What the screen keeps between frames.
#[derive(Debug, Default)]
pub struct PlaygroundScreen {
    /// Whether the settings are shown, once a person has said so.
    settings_shown: Option<bool>,
    columns: compare::Columns,
    composer: composer::Composer,
    settings: settings::Settings,
    picker: picker::Picker,
    gallery: gallery::Gallery,
    request: request::RequestView,
}

/// What a part of the screen asks the screen for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wish {
    PickModel(picker::Target),
    OpenGallery,
    ShowRequest(request::Which),
    ToggleSettings,
}

impl PlaygroundScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if state.connection.environment().is_none() {
            not_connected(ui, state, commands);
            return;
        }
        let pressed = self.keys(ui, state);
        let mut wishes = Vec::new();
        let beside = ui.available_width() >= SETTINGS_BESIDE;
        // Columns need the width; a person can have both.
        let shown = self.settings_shown.unwrap_or(beside && state.playground.lanes() == 1);
        if shown && beside {
            let frame = Frame::new().fill(Theme::of(ui).panel).inner_margin(Margin::symmetric(14, 12));
            let panel = Panel::right("playground-settings").exact_size(SETTINGS_WIDTH).resizable(false).frame(frame);
            panel.show(ui, |ui| self.settings.ui(ui, state, commands, &mut wishes));
        }
        self.main(ui, state, commands, &mut wishes, shown && !beside);
        for wish in wishes {
            self.grant(wish, state, shown);
        }
        self.picker.ui(ui, state, commands);
        self.gallery.ui(ui, state, commands);
        self.request.ui(ui, state);
        drop_target(ui, commands);
        // After the field's own changes of this frame, so that what is sent is what stands there.
        commands_of(&pressed, commands);
    }

    fn main(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands, wishes: &mut Vec<Wish>, settings: bool) {
        let short = ui.available_height() < SHORT;
        let margin = Margin { left: 20, right: 20, top: if short { 6 } else { 12 }, bottom: 0 };
        Frame::new().inner_margin(margin).show(ui, |ui| {
            head(ui, state, commands, wishes, short);
            ui.add_space(size::GAP_SMALL);
        });
        if settings {
            let margin = Margin { left: 20, right: 12, top: 4, bottom: 8 };
            Frame::new().inner_margin(margin).show(ui, |ui| self.settings.ui(ui, state, commands, wishes));
            return;
        }
        let frame = Frame::new().inner_margin(Margin { left: 20, right: 20, top: 8, bottom: if short { 6 } else { 12 } });
        let panel = Panel::bottom(if short { "playground-composer-low" } else { "playground-composer" }).resizable(false).frame(frame);
        panel.show(ui, |ui| self.composer.ui(ui, state, commands, wishes, short));
        self.conversation(ui, state, commands, wishes);
    }

    fn conversation(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands, wishes: &mut Vec<Wish>) {
        let frame = Frame::new().inner_margin(Margin { left: 20, right: 8, top: 0, bottom: 0 });
        frame.show(ui, |ui| {
            models_problem(ui, &state.playground, commands);
            match (state.playground.lanes(), state.playground.chat.is_empty()) {
                (1, true) => nothing_said(ui, &state.playground, commands, wishes),
                (1, false) => self.columns.first().ui(ui, state, 0, commands, wishes),
                _ => self.columns.ui(ui, state, commands, wishes),
            }
        });
    }

    fn grant(&mut self, wish: Wish, state: &State, settings_shown: bool) {
        match wish {
            Wish::PickModel(target) => self.picker.open(target),
            Wish::OpenGallery => self.gallery.open(),
            Wish::ShowRequest(which) => self.request.open(state, which),
            Wish::ToggleSettings => self.settings_shown = Some(!settings_shown),
        }
    }

    /// Ctrl-Enter sends, Escape stops; unless something lies on top.
    fn keys(&self, ui: &Ui, state: &State) -> Vec<PlaygroundCommand> {
        let mut pressed = Vec::new();
        let covered = state.overlays.palette || self.picker.is_open() || self.gallery.is_open() || self.request.is_open();
        if covered {
            return pressed;
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter)) {
            pressed.push(PlaygroundCommand::Send);
        }
        if state.playground.is_running() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            pressed.push(PlaygroundCommand::Stop);
        }
        pressed
    }
}

fn commands_of(pressed: &[PlaygroundCommand], commands: &mut Commands) {
    for command in pressed {
        commands.send(Command::Playground(command.clone()));
    }
}

fn head(ui: &mut Ui, state: &State, commands: &mut Commands, wishes: &mut Vec<Wish>, short: bool) {
    let playground = &state.playground;
    let tight = short || ui.available_width() < TIGHT;
    ui.horizontal_wrapped(|ui| {
        if !short {
            title(ui, "Playground");
        }
        if playground.lanes() == 1 {
            model_button(ui, playground, wishes, short);
        }
        compare_button(ui, playground, wishes, tight);
        let examples =
            if tight { Push::icon(icons::BOOK_OPEN, "Examples") } else { Push::secondary("Examples").with_icon(icons::BOOK_OPEN) };
        if ui.add(examples.tooltip("Prompts to try, each with what to look for")).clicked() {
            wishes.push(Wish::OpenGallery);
        }
        let empty = playground.chat.is_empty().then_some("Nothing was said yet");
        let new = if tight { Push::icon(icons::PLUS, "New chat") } else { Push::secondary("New chat").with_icon(icons::PLUS) };
        if ui.add(new.blocked_by(empty)).clicked() {
            commands.send(Command::Playground(PlaygroundCommand::NewChat));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| tools(ui, playground, commands, wishes));
    });
}

fn tools(ui: &mut Ui, playground: &PlaygroundState, commands: &mut Commands, wishes: &mut Vec<Wish>) {
    if ui.add(Push::icon(icons::SLIDERS_HORIZONTAL, "Show or hide the settings")).clicked() {
        wishes.push(Wish::ToggleSettings);
    }
    if ui.add(Push::icon(icons::UPLOAD, "Open an exported conversation")).clicked() {
        commands.send(Command::Playground(PlaygroundCommand::PickConversation));
    }
    let empty = playground.chat.is_empty().then_some("Nothing was said yet");
    if ui.add(Push::icon(icons::DOWNLOAD, "Export the conversation as JSON").blocked_by(empty)).clicked() {
        commands.send(Command::Playground(PlaygroundCommand::Export));
    }
    if ui.add(Push::icon(icons::CODE, "View the API request")).clicked() {
        wishes.push(Wish::ShowRequest(request::Which::Next));
    }
}

fn model_button(ui: &mut Ui, playground: &PlaygroundState, wishes: &mut Vec<Wish>, short: bool) {
    let chosen = playground.draft.model_id.as_deref();
    let name = match (chosen, playground.chosen()) {
        (None, _) => "Choose a model".to_owned(),
        (Some(id), _) if short => models::short_name(id),
        (Some(_), Some(choice)) => choice.name.clone(),
        (Some(id), None) => id.to_owned(),
    };
    let words = format!("{name}…");
    let button = ui.add(Push::secondary(&words).with_icon(icons::CPU).tooltip(chosen.unwrap_or("No model is chosen yet")));
    if button.clicked() {
        wishes.push(Wish::PickModel(Target::Lane(0)));
    }
}

fn compare_button(ui: &mut Ui, playground: &PlaygroundState, wishes: &mut Vec<Wish>, short: bool) {
    let words = if playground.lanes() == 1 { "Compare…" } else { "Add a model…" };
    let full = (playground.lanes() >= MOST_LANES).then_some("Three models are compared at most");
    let busy = playground.is_running().then_some("A reply is on its way");
    let push = if short { Push::icon(icons::GIT_COMPARE, words) } else { Push::secondary(words).with_icon(icons::GIT_COMPARE) };
    let push = push.tooltip("Let another model answer the same prompts beside this one").blocked_by(full.or(busy));
    if ui.add(push).clicked() {
        wishes.push(Wish::PickModel(Target::NewLane));
    }
}

/// Files that are dropped anywhere on the screen go with the message; while they hover, it says so.
fn drop_target(ui: &Ui, commands: &mut Commands) {
    let (hovering, dropped) = ui.input(|input| {
        let paths: Vec<_> = input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect();
        (!input.raw.hovered_files.is_empty(), paths)
    });
    if !dropped.is_empty() {
        commands.send(Command::Playground(PlaygroundCommand::AttachFiles(dropped)));
    }
    if hovering {
        let theme = Theme::of(ui);
        let rect = ui.ctx().content_rect();
        let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop-files")));
        painter.rect_filled(rect, 0.0, theme.ground.gamma_multiply(0.85));
        let words = "Drop documents and images to attach them";
        painter.text(rect.center(), egui::Align2::CENTER_CENTER, words, egui::TextStyle::Heading.resolve(ui.style()), theme.text);
    }
}

fn models_problem(ui: &mut Ui, playground: &PlaygroundState, commands: &mut Commands) {
    let Some(problem) = playground.models.problem() else { return };
    let details = problem.details.as_deref().unwrap_or_default();
    let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).details(details).retry("List the models again");
    if panel.show(ui) == ErrorAction::Retry {
        commands.send(Command::Playground(PlaygroundCommand::FindModels));
    }
    ui.add_space(size::GAP);
}

fn nothing_said(ui: &mut Ui, playground: &PlaygroundState, commands: &mut Commands, wishes: &mut Vec<Wish>) {
    let empty = Empty::new(super::icon(Screen::Playground), "Ask a model something")
        .detail("Write a message below, or take an example. Every call lands in the log and in the metrics once logging is on")
        .action("Open the examples");
    if empty.show(ui) {
        wishes.push(Wish::OpenGallery);
    }
    if playground.shelved.is_some() {
        ui.vertical_centered(|ui| {
            if ui.add(Push::quiet("Bring the last conversation back").with_icon(icons::UNDO_2)).clicked() {
                commands.send(Command::Playground(PlaygroundCommand::Unshelve));
            }
        });
    }
}

fn not_connected(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if state.connection.current.is_loading() {
        Empty::new(icons::HOURGLASS, "Opening the place to work…").show(ui);
        return;
    }
    let empty = Empty::new(icons::PLUG, "No place to work is open").detail("The sandbox needs no account").action("Choose where to work");
    if empty.show(ui) {
        commands.send(Command::Go(Screen::Start));
    }
}

/// What the rail says beside the screen's name.
pub fn badge(state: &State) -> Option<String> {
    state.playground.is_running().then(|| "…".to_owned())
}

/// A caption that names the group of controls below it.
fn group(ui: &mut Ui, words: &str) {
    ui.add_space(size::GAP);
    ui.label(RichText::new(words).text_style(crate::ui::theme::text::strong()).color(Theme::of(ui).text));
}
