//! A conversation. Turns out of sight are neither drawn nor looked at, so that a long conversation costs no more than a short one.

use egui::{Align, Frame, Label, Layout, Margin, Rect, RichText, ScrollArea, Stroke, Ui, UiBuilder, pos2, vec2};

use super::heights::Heights;
use super::{Wish, composer, failure, metrics};
use crate::app::playground::{Outcome, PlaygroundCommand, Reply, Side, Turn};
use crate::app::{Command, Commands, State};
use crate::base::text::bytes;
use crate::models;
use crate::ui::format;
use crate::ui::icons;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, Tone, size, text};
use crate::ui::widgets::{Busy, Chip, Push, caption, copy_button, hint, markdown, note};

/// Widest turn, points: longer lines are hard to read.
const WIDEST: f32 = 920.0;

/// What the list keeps between frames.
#[derive(Debug, Default)]
pub struct History {
    heights: Heights,
    /// Where the list is to be scrolled to.
    wanted: Option<f32>,
}

/// A turn with everything around it that drawing it needs.
struct Shown<'a> {
    state: &'a State,
    lane: usize,
    place: usize,
    turn: &'a Turn,
    /// Whether a reply is on its way in this lane.
    running: bool,
}

impl History {
    /// Draws the turns of a lane that are in sight.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lane: usize, commands: &mut Commands, wishes: &mut Vec<Wish>) {
        let mut area =
            ScrollArea::vertical().id_salt(("chat", lane)).stick_to_bottom(true).auto_shrink([false, false]).min_scrolled_height(20.0);
        if let Some(offset) = self.wanted.take() {
            area = area.vertical_scroll_offset(offset);
        }
        let shown = area.show_viewport(ui, |ui, viewport| self.in_sight(ui, viewport, state, lane, commands, wishes));
        let at_end = shown.state.clamped_offset().y + shown.inner_rect.height() >= shown.content_size.y - 2.0;
        if shown.inner != 0.0 && !at_end {
            // What is above the window turned out higher or lower than guessed: what is read stays where it is, within this frame.
            self.wanted = Some((shown.state.clamped_offset().y + shown.inner).max(0.0));
            ui.ctx().request_discard("a turn above the window was measured");
        }
    }

    /// Returns by how much the turns above the window changed their height.
    fn in_sight(
        &mut self,
        ui: &mut Ui,
        viewport: Rect,
        state: &State,
        lane: usize,
        commands: &mut Commands,
        wishes: &mut Vec<Wish>,
    ) -> f32 {
        let Some(chat) = state.playground.chat_of(lane) else { return 0.0 };
        let width = (ui.available_width() - 12.0).min(WIDEST);
        self.heights.follow(chat, width);
        let origin = ui.cursor().min;
        let running = chat.is_running();
        let mut shift = 0.0;
        let mut place = self.heights.at(viewport.top());
        let mut top = self.heights.top(place);
        while place < self.heights.len() && top < viewport.bottom() {
            let turn = &chat.turns[place];
            let room = Rect::from_min_size(pos2(origin.x, origin.y + top), vec2(width, self.heights.height(place)));
            let mut child = ui.new_child(UiBuilder::new().max_rect(room).scope_id(ui.scope_id().with(("turn", lane, turn.id))));
            Shown { state, lane, place, turn, running }.ui(&mut child, commands, wishes);
            let height = child.min_rect().height() + size::PAD;
            let error = self.heights.measured(place, height);
            shift += if top < viewport.top() - 1.0 { error } else { 0.0 };
            top += height;
            place += 1;
        }
        ui.set_width(width);
        ui.set_min_height(self.heights.total());
        shift
    }
}

impl Shown<'_> {
    fn ui(&self, ui: &mut Ui, commands: &mut Commands, wishes: &mut Vec<Wish>) {
        let theme = Theme::of(ui);
        let fill = if self.turn.side == Side::Person { theme.field } else { theme.panel };
        let frame = Frame::new()
            .fill(fill)
            .stroke(Stroke::new(size::LINE, theme.line))
            .corner_radius(size::RADIUS_CARD)
            .inner_margin(Margin::symmetric(14, 10));
        frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 6.0;
            self.head(ui, commands);
            match self.turn.side {
                Side::Person => question(ui, self.turn),
                Side::Model => self.answer(ui, commands, wishes),
            }
            if self.is_left_out() {
                hint(ui, "Not part of what the model is told next: it has no answer");
            }
        });
    }

    /// A question that something else followed instead of an answer.
    fn is_left_out(&self) -> bool {
        let Some(chat) = self.state.playground.chat_of(self.lane) else { return false };
        self.turn.side == Side::Person && !self.running && !chat.is_part(self.place) && self.place + 2 < chat.turns.len()
    }

    fn head(&self, ui: &mut Ui, commands: &mut Commands) {
        ui.horizontal(|ui| {
            speaker(ui, self.state, self.turn);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let name = if self.turn.side == Side::Person { "message" } else { "reply" };
                copy_button(ui, name, || self.turn.message());
                if let Some((icon, words, command)) = self.redo()
                    && ui.add(Push::icon(icon, words).small()).clicked()
                {
                    commands.send(Command::Playground(command));
                }
            });
        });
    }

    /// Asking again; in a comparison only for the last reply, so that all stay abreast, and editing through the first lane.
    fn redo(&self) -> Option<(Icon, &'static str, PlaygroundCommand)> {
        let playground = &self.state.playground;
        let compared = playground.lanes() > 1;
        match self.turn.side {
            _ if self.running || playground.is_running() => None,
            Side::Person if self.lane > 0 => None,
            Side::Person => Some((icons::PENCIL, "Edit and send again", PlaygroundCommand::Rewrite(self.turn.id))),
            Side::Model if compared && self.place + 1 < playground.chat_of(self.lane)?.turns.len() => None,
            Side::Model => Some((icons::ROTATE_CCW, "Ask again", PlaygroundCommand::RetryIn { lane: self.lane, turn: self.turn.id })),
        }
    }

    fn answer(&self, ui: &mut Ui, commands: &mut Commands, wishes: &mut Vec<Wish>) {
        if let Some(reply) = self.turn.reply.as_deref().filter(|reply| !reply.thinking.is_empty()) {
            thoughts(ui, self.turn, reply);
        }
        if !self.turn.text.is_empty() {
            // A link in a reply leads nowhere within the program.
            let _elsewhere = markdown(ui, &self.turn.text);
        }
        let Some(reply) = &self.turn.reply else { return };
        self.standing(ui, reply, commands, wishes);
        if !reply.is_running() {
            metrics::ui(ui, self.state, self.lane, self.turn, reply, commands, wishes);
        }
    }

    /// What there is to say of a reply that is not simply done.
    fn standing(&self, ui: &mut Ui, reply: &Reply, commands: &mut Commands, wishes: &mut Vec<Wish>) {
        match &reply.outcome {
            Outcome::Done if self.turn.text.is_empty() => {
                caption(ui, "The reply holds no text");
            }
            Outcome::Waiting if Busy::new("Waiting for the first words").cancel("Stop waiting").show(ui) => {
                commands.send(Command::Playground(PlaygroundCommand::StopLane(self.lane)));
            }
            Outcome::Done | Outcome::Waiting => {}
            Outcome::Pausing(pause) => failure::pausing(ui, self.lane, pause, commands),
            Outcome::Writing => {
                hint(ui, if self.turn.text.is_empty() { "Thinking…" } else { "Writing…" });
            }
            Outcome::Stopped if self.turn.text.is_empty() && reply.thinking.is_empty() => {
                note(ui, Tone::Warn, "You stopped before anything was written");
            }
            Outcome::Stopped => {
                note(ui, Tone::Warn, "You stopped the reply; tokens written until then are logged and paid");
            }
            Outcome::Failed(problem) => failure::ui(ui, self.state, self.lane, self.turn, reply, problem, commands, wishes),
        }
    }
}

fn speaker(ui: &mut Ui, state: &State, turn: &Turn) {
    let theme = Theme::of(ui);
    match (&turn.reply, turn.side) {
        (Some(reply), _) => {
            let id = &reply.request.model_id;
            let name = RichText::new(models::short_name(id)).text_style(text::strong()).color(theme.series(id).color);
            ui.label(name).on_hover_text(id);
            hint(ui, format::time(&state.settings, reply.asked_at));
        }
        (None, Side::Person) => {
            ui.label(RichText::new("You").text_style(text::strong()).color(theme.text));
        }
        (None, Side::Model) => {
            ui.label(RichText::new("Model").text_style(text::strong()).color(theme.text));
            hint(ui, "from before this conversation");
        }
    }
}

fn question(ui: &mut Ui, turn: &Turn) {
    if turn.document.is_some() || !turn.attachments.is_empty() {
        ui.horizontal_wrapped(|ui| {
            if let Some(document) = &turn.document {
                let words = format!("{} · {}", document.name, bytes(document.text.len() as u64));
                ui.add(Chip::new(Tone::Neutral, &words).with_icon(icons::FILE_TEXT))
                    .on_hover_ui(|ui| composer::preview(ui, &document.text));
            }
            for attachment in &turn.attachments {
                composer::attachment(ui, attachment);
            }
        });
    }
    let color = Theme::of(ui).text;
    ui.add(Label::new(RichText::new(&turn.text).color(color)).wrap());
}

/// What the model thought, open while nothing else has come.
fn thoughts(ui: &mut Ui, turn: &Turn, reply: &Reply) {
    let open = reply.is_running() && turn.text.is_empty();
    let words = RichText::new("Thinking").text_style(text::strong()).color(Theme::of(ui).text2);
    egui::CollapsingHeader::new(words).id_salt("thinking").default_open(open).show(ui, |ui| {
        let color = Theme::of(ui).text2;
        ui.add(Label::new(RichText::new(&reply.thinking).italics().color(color)).wrap());
    });
}
