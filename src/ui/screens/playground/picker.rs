//! The choice of a model: a searched list, maker by maker, each line with its id and what stands in its way.

use egui::{Key, Modifiers, Rect, Response, Role, Sense, TextEdit, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::access::{self, Access};
use crate::app::playground::model_list::ORIGINAL_MODEL;
use crate::app::playground::{Life, ModelChoice, ModelList, PlaygroundCommand, PlaygroundState};
use crate::app::{Command, Commands, Remote, State};
use crate::base::text::count;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size, text};
use crate::ui::widgets::{Busy, ErrorAction, ErrorPanel, Push, caption, hint, modal, note, scroll_up_to, section};

/// Height of a line.
const ROW: f32 = 40.0;

/// For what a model is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// To answer in this lane; 0 is the conversation's own.
    Lane(usize),
    /// To answer beside the others.
    NewLane,
}

/// What the picker keeps between frames.
#[derive(Debug, Default)]
pub struct Picker {
    open: Option<Target>,
    opened: bool,
    query: String,
    cursor: usize,
    /// Whether the cursor was put on the chosen model.
    placed: bool,
    /// Whether the cursor's line is to be brought into sight.
    scroll: bool,
}

impl Picker {
    /// Whether the picker covers the screen.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Opens the picker with an empty search.
    pub fn open(&mut self, target: Target) {
        *self = Self { open: Some(target), opened: true, ..Self::default() };
    }

    /// Draws the picker when it is open.
    pub fn ui(&mut self, ui: &Ui, state: &State, commands: &mut Commands) {
        let Some(target) = self.open else { return };
        let modal = modal(ui, "model-picker").show(ui.ctx(), |ui| self.content(ui, state, target, commands));
        if modal.should_close() {
            self.open = None;
        }
    }

    fn content(&mut self, ui: &mut Ui, state: &State, target: Target, commands: &mut Commands) {
        let screen = ui.ctx().content_rect();
        ui.set_width((screen.width() - 64.0).min(720.0));
        self.head(ui, state, commands);
        let playground = &state.playground;
        if let Some(problem) = playground.models.problem() {
            let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).retry("List the models again");
            if panel.show(ui) == ErrorAction::Retry {
                commands.send(Command::Playground(PlaygroundCommand::FindModels));
            }
        }
        let Some(list) = playground.models.value() else {
            Busy::new("Listing the models of this Region").show(ui);
            return;
        };
        let found = list.search(&self.query);
        let chosen = match target {
            Target::Lane(lane) => playground.model_of(lane),
            Target::NewLane => None,
        };
        self.begin_at_chosen(list, &found, chosen);
        let entered = self.keys(ui, found.len());
        self.field(ui);
        if found.is_empty() {
            hint(ui, format!("No model matches “{}”", self.query));
        }
        let clicked = self.rows(ui, playground, list, &found, chosen, screen.height() - 250.0);
        footnote(ui, list);
        if let Some(at) = clicked.or_else(|| entered.then(|| found.get(self.cursor).copied()).flatten()) {
            commands.send(Command::Playground(choice(target, list.choices[at].id.clone())));
            self.open = None;
        }
    }

    fn head(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.horizontal(|ui| {
            section(ui, "Model");
            if let Some(list) = state.playground.models.value() {
                hint(ui, format!("{} in {}", count(list.choices.len() as u64, "id"), list.region));
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.add(Push::icon(icons::X, "Close the choice of a model")).clicked() {
                    self.open = None;
                }
                let busy = state.playground.models.is_loading().then_some("The models are being listed");
                if ui.add(Push::icon(icons::REFRESH_CW, "List the models again").blocked_by(busy)).clicked() {
                    commands.send(Command::Playground(PlaygroundCommand::FindModels));
                }
                check_access(ui, state, commands);
            });
        });
    }

    /// The first time that the list is there, the cursor stands on the chosen model.
    fn begin_at_chosen(&mut self, list: &ModelList, found: &[usize], chosen: Option<&str>) {
        if std::mem::replace(&mut self.placed, true) {
            return;
        }
        self.cursor = found.iter().position(|at| chosen == Some(list.choices[*at].id.as_str())).unwrap_or(0);
        self.scroll = true;
    }

    /// Moves the cursor; true when Enter was pressed.
    fn keys(&mut self, ui: &Ui, len: usize) -> bool {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let before = self.cursor;
        if len > 0 && pressed(Key::ArrowDown) {
            self.cursor = (self.cursor + 1) % len;
        }
        if len > 0 && pressed(Key::ArrowUp) {
            self.cursor = (self.cursor + len - 1) % len;
        }
        self.cursor = self.cursor.min(len.saturating_sub(1));
        self.scroll |= before != self.cursor;
        pressed(Key::Enter)
    }

    fn field(&mut self, ui: &mut Ui) {
        let edit = TextEdit::singleline(&mut self.query).hint_text("Name, id or maker").desired_width(f32::INFINITY).margin(vec2(8.0, 7.0));
        let response = ui.add(edit).accessible_name("Search models");
        if std::mem::take(&mut self.opened) {
            response.request_focus();
        }
        if response.changed() {
            self.cursor = 0;
        }
    }

    fn rows(
        &mut self,
        ui: &mut Ui,
        playground: &PlaygroundState,
        list: &ModelList,
        found: &[usize],
        chosen: Option<&str>,
        height: f32,
    ) -> Option<usize> {
        let mut clicked = None;
        ui.spacing_mut().item_spacing.y = 0.0;
        let area = scroll_up_to(height.max(ROW * 3.0)).auto_shrink([false, true]);
        area.show(ui, |ui| {
            let mut maker = None;
            for (line, at) in found.iter().enumerate() {
                let choice = &list.choices[*at];
                if maker != Some((&choice.provider, choice.route)) {
                    maker = Some((&choice.provider, choice.route));
                    ui.add_space(size::GAP);
                    caption(ui, format!("{}, {}", choice.provider, choice.route.words()));
                }
                let response = row(ui, playground, choice, line == self.cursor, chosen == Some(choice.id.as_str()));
                if line == self.cursor && std::mem::take(&mut self.scroll) {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    clicked = Some(*at);
                }
            }
        });
        clicked
    }
}

/// What choosing the model does.
fn choice(target: Target, model_id: String) -> PlaygroundCommand {
    match target {
        Target::Lane(0) => PlaygroundCommand::ChooseModel(model_id),
        Target::Lane(lane) => PlaygroundCommand::ChooseLane { lane, model_id },
        Target::NewLane => PlaygroundCommand::AddLane(model_id),
    }
}

/// Access is asked model by model, so only when a person wants to know it of all.
fn check_access(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Some(list) = state.playground.models.value() else { return };
    let busy = state.playground.access.values().any(Remote::is_loading).then_some("Access is being asked");
    let tooltip = "Asks GetFoundationModelAvailability for each model";
    if ui.add(Push::quiet("Check access").with_icon(icons::SHIELD_CHECK).small().tooltip(tooltip).blocked_by(busy)).clicked() {
        let ids = list.choices.iter().map(|choice| choice.model_id.clone()).collect();
        commands.send(Command::Playground(PlaygroundCommand::CheckAccess(ids)));
    }
}

/// One id: name and marks above, id and obstacle below.
fn row(ui: &mut Ui, playground: &PlaygroundState, choice: &ModelChoice, under_cursor: bool, chosen: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), chosen, &choice.id));
    if ui.is_rect_visible(rect) {
        paint(ui, rect, &response, choice, access::of(playground, &choice.id), under_cursor, chosen);
    }
    match choice.obstacle.as_ref().or(choice.note.as_ref()) {
        Some(words) => response.on_hover_text(words),
        None => response,
    }
}

fn paint(ui: &Ui, rect: Rect, response: &Response, choice: &ModelChoice, access: Option<Access>, under_cursor: bool, chosen: bool) {
    let theme = Theme::of(ui);
    if under_cursor || response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, size::RADIUS, theme.raised);
    }
    let painter = ui.painter().with_clip_rect(rect);
    let color = if choice.obstacle.is_some() { theme.text3 } else { theme.text };
    let left = rect.left() + 28.0;
    if chosen {
        icons::CHECK.paint(&painter, pos2(rect.left() + 14.0, rect.center().y), size::ICON, theme.accent.ink);
    }
    let write = |x: f32, y: f32, words: &str, style: TextStyle, color| {
        let font = style.resolve(ui.style());
        painter.text(pos2(x, y), egui::Align2::LEFT_CENTER, words, font, color).right()
    };
    let name = write(left, rect.top() + 12.0, &choice.name, text::strong(), color);
    let known = access.map(|access| (access.words, access.tone));
    mark(choice)
        .into_iter()
        .chain(known)
        .fold(name, |end, (words, tone)| write(end + 10.0, rect.top() + 12.0, &words, TextStyle::Small, theme.tone(tone).ink));
    let id = write(left, rect.top() + 29.0, &choice.id, text::mono_small(), theme.text2);
    if let Some(obstacle) = &choice.obstacle {
        write(id + 12.0, rect.top() + 29.0, obstacle, TextStyle::Small, theme.warn.ink);
    }
}

/// Where the model is in its life, when that matters.
fn mark(choice: &ModelChoice) -> Option<(String, Tone)> {
    let day = choice.ends.map(|end| end.strftime("%Y-%m-%d").to_string());
    match (choice.life, day) {
        (Life::Active, _) => None,
        (Life::Legacy, Some(day)) => Some((format!("legacy, ends {day}"), Tone::Warn)),
        (Life::Legacy, None) => Some(("legacy".to_owned(), Tone::Warn)),
        (Life::Ended, _) => Some(("ended".to_owned(), Tone::Error)),
    }
}

fn footnote(ui: &mut Ui, list: &ModelList) {
    ui.add_space(size::GAP);
    match list.find(ORIGINAL_MODEL).and_then(|choice| choice.note.as_deref()) {
        Some(words) => note(ui, Tone::Neutral, &format!("Claude 2.1: {words}")),
        None => note(
            ui,
            Tone::Neutral,
            "Claude 2.1, the lab's original model, is not listed: AWS has ended it. Any current Claude does as well",
        ),
    };
}
