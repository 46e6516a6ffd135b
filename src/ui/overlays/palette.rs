//! The command palette: every command by name, run from the keyboard.

use egui::{Align2, Context, Id, Key, Modal, Modifiers, Response, Role, TextEdit, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::fuzzy;
use crate::app::logs::LogsCommand;
use crate::app::{Command, Commands, State};
use crate::aws::{Environment, EnvironmentKind};
use crate::logs::permalink::Permalink;
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::{row_sense, scroll_up_to};

const ROW: f32 = 32.0;
const WIDTH: f32 = 560.0;

/// What the palette keeps between frames.
#[derive(Debug, Default)]
pub struct Palette {
    query: String,
    chosen: usize,
    was_open: bool,
}

/// A line of the palette.
struct Entry {
    text: String,
    tooltip: String,
    keys: String,
    command: Command,
}

impl Palette {
    /// Draws the palette when it is open.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let opened = state.overlays.palette && !self.was_open;
        self.was_open = state.overlays.palette;
        if opened {
            self.query.clear();
            self.chosen = 0;
        }
        if !state.overlays.palette {
            return;
        }
        let id = Id::unique("palette");
        let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, 72.0));
        let modal = Modal::new(id).area(area).show(ui.ctx(), |ui| self.content(ui, state, commands, opened));
        if modal.should_close() {
            commands.send(Command::CloseOverlay);
        }
    }

    fn content(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands, opened: bool) {
        ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 64.0));
        let entries = self.found(entries(ui, state));
        let run = self.keys(ui, entries.len());
        self.field(ui, opened);
        ui.add_space(size::GAP_SMALL);
        if entries.is_empty() {
            ui.label(egui::RichText::new(format!("No command matches “{}”", self.query)).weak());
        }
        let clicked = self.list(ui, &entries);
        let picked = clicked.or_else(|| run.then_some(self.chosen));
        if let Some(entry) = picked.and_then(|index| entries.into_iter().nth(index)) {
            commands.send(Command::TogglePalette);
            commands.send(entry.command);
        }
    }

    /// The matching entries, best first.
    fn found(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let query = self.query.trim();
        if let Some(link) = link(query) {
            self.chosen = 0;
            return vec![link];
        }
        let mut scored: Vec<_> = entries.into_iter().filter_map(|entry| Some((fuzzy::score(query, &entry.text)?, entry))).collect();
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        let best = scored.first().map_or(0, |(score, _)| *score);
        scored.retain(|(score, _)| score * 2 >= best); // letters strewn over a sentence are no match beside a word
        self.chosen = self.chosen.min(scored.len().saturating_sub(1));
        scored.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Moves the choice; true when Enter was pressed.
    fn keys(&mut self, ui: &Ui, len: usize) -> bool {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if len > 0 && pressed(Key::ArrowDown) {
            self.chosen = (self.chosen + 1) % len;
        }
        if len > 0 && pressed(Key::ArrowUp) {
            self.chosen = (self.chosen + len - 1) % len;
        }
        pressed(Key::Enter)
    }

    fn field(&mut self, ui: &mut Ui, opened: bool) {
        let edit = TextEdit::singleline(&mut self.query)
            .hint_text("Type a command or a place, or paste a link")
            .desired_width(f32::INFINITY)
            .margin(vec2(8.0, 7.0));
        let response = ui.add(edit).accessible_name("Command");
        if opened || !response.has_focus() {
            response.request_focus();
        }
        if response.changed() {
            self.chosen = 0;
        }
    }

    fn list(&self, ui: &mut Ui, entries: &[Entry]) -> Option<usize> {
        let mut clicked = None;
        ui.spacing_mut().item_spacing.y = 0.0;
        let height = (ui.ctx().content_rect().height() - 220.0).min(ROW * 12.0);
        scroll_up_to(height).auto_shrink([false, true]).show(ui, |ui| {
            for (index, entry) in entries.iter().enumerate() {
                let response = row(ui, entry, index == self.chosen);
                if index == self.chosen && ui.input(|input| !input.pointer.is_moving()) {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    clicked = Some(index);
                }
            }
        });
        clicked
    }
}

fn row(ui: &mut Ui, entry: &Entry, chosen: bool) -> Response {
    let theme = Theme::of(ui);
    // Not reached with Tab: the keyboard stays in the text field and the arrows choose.
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), row_sense());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &entry.text));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, size::RADIUS, if chosen { theme.raised } else { theme.field });
    }
    let (left, right, y) = (rect.left() + 10.0, rect.right() - 10.0, rect.center().y);
    let font = |style: TextStyle| style.resolve(ui.style());
    let name = ui.painter().text(pos2(left, y), Align2::LEFT_CENTER, &entry.text, font(TextStyle::Body), theme.text);
    let keys = ui.painter().text(pos2(right, y), Align2::RIGHT_CENTER, &entry.keys, font(text::axis()), theme.text3);
    let between = egui::Rect::from_x_y_ranges(name.right() + 10.0..=keys.left() - 10.0, rect.y_range());
    let small = font(TextStyle::Small);
    ui.painter_at(between).text(between.left_center(), Align2::LEFT_CENTER, &entry.tooltip, small, theme.text3);
    response
}

fn entries(ctx: &Context, state: &State) -> Vec<Entry> {
    let everywhere = Command::everywhere().into_iter().filter(|command| *command != Command::TogglePalette);
    let profiles = state.connection.profiles.value().into_iter().flatten().map(|profile| {
        Command::Connect(Environment {
            kind: EnvironmentKind::Account,
            profile: Some(profile.name.clone()),
            region: profile.region.clone().unwrap_or_else(|| "us-east-1".to_owned()),
            endpoint_url: None,
        })
    });
    everywhere.chain(profiles).filter_map(|command| entry(ctx, command)).collect()
}

/// A link to a record is followed.
fn link(query: &str) -> Option<Entry> {
    let link: Permalink = query.parse().ok()?;
    let (text, tooltip) = ("Open the record of this link".to_owned(), format!("{} in {}", link.group, link.region));
    Some(Entry { text, tooltip, keys: String::new(), command: Command::Logs(LogsCommand::OpenLink(link)) })
}

fn entry(ctx: &Context, command: Command) -> Option<Entry> {
    if let Command::Connect(environment) = &command {
        let profile = environment.profile.clone().unwrap_or_default();
        let tooltip = format!("Work in this account, {}", environment.region);
        return Some(Entry { text: format!("Connect to {profile}"), tooltip, keys: String::new(), command });
    }
    let face = command.face()?;
    let keys = face.shortcut.map(|keys| ctx.format_shortcut(&keys).replace('+', " ")).unwrap_or_default();
    Some(Entry { text: face.text.to_owned(), tooltip: face.tooltip.to_owned(), keys, command })
}
