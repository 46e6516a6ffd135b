//! The conversation. Turns out of sight are only measured, so that a long conversation costs no more than a short one.

use std::collections::HashMap;

use egui::{Align, Frame, Label, Layout, Margin, Rect, RichText, ScrollArea, Stroke, Ui, vec2};

use super::{Wish, composer, metrics};
use crate::app::playground::{Outcome, PlaygroundCommand, Reply, Side, Turn};
use crate::app::{Command, Commands, State};
use crate::base::problem::Problem;
use crate::base::text::bytes;
use crate::models;
use crate::ui::format;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size, text};
use crate::ui::widgets::{Busy, Chip, ErrorAction, ErrorPanel, Push, caption, copy_button, hint, markdown, note};

/// What the height of a turn depends on: width, length of its text, where its reply stands.
type Shape = (u32, usize, u8);

/// What the list keeps between frames.
#[derive(Debug, Default)]
pub struct History {
    heights: HashMap<u64, (Shape, f32)>,
}

impl History {
    /// Draws the turns in sight.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands, wishes: &mut Vec<Wish>) {
        let area = ScrollArea::vertical().id_salt("chat").stick_to_bottom(true).auto_shrink([false, false]).min_scrolled_height(20.0);
        area.show_viewport(ui, |ui, viewport| {
            ui.set_max_width((ui.available_width() - 12.0).min(920.0));
            ui.spacing_mut().item_spacing.y = size::PAD;
            let origin = ui.cursor().top();
            for (place, turn) in state.playground.chat.turns.iter().enumerate() {
                let top = ui.cursor().top() - origin;
                if !self.skip(ui, turn, top, viewport) {
                    self.draw(ui, state, place, turn, commands, wishes);
                }
            }
            ui.add_space(size::GAP);
        });
    }

    /// Leaves room for a turn out of sight whose height is known.
    fn skip(&self, ui: &mut Ui, turn: &Turn, top: f32, viewport: Rect) -> bool {
        let known = self.heights.get(&turn.id).filter(|(shape, _)| *shape == shape_of(ui, turn)).map(|(_, height)| *height);
        let Some(height) = known.filter(|height| top + height < viewport.top() || top > viewport.bottom()) else { return false };
        ui.allocate_space(vec2(ui.available_width(), height));
        true
    }

    fn draw(&mut self, ui: &mut Ui, state: &State, place: usize, turn: &Turn, commands: &mut Commands, wishes: &mut Vec<Wish>) {
        let shape = shape_of(ui, turn);
        let rect = ui.push_id(("turn", turn.id), |ui| draw_turn(ui, state, place, turn, commands, wishes)).response.rect;
        self.heights.insert(turn.id, (shape, rect.height()));
    }
}

fn shape_of(ui: &Ui, turn: &Turn) -> Shape {
    let stand = turn.reply.as_ref().map_or(9, |reply| match reply.outcome {
        Outcome::Waiting => 0,
        Outcome::Writing => 1,
        Outcome::Done => 2,
        Outcome::Stopped => 3,
        Outcome::Failed(_) => 4,
    });
    (ui.available_width() as u32, turn.text.len(), stand)
}

fn draw_turn(ui: &mut Ui, state: &State, place: usize, turn: &Turn, commands: &mut Commands, wishes: &mut Vec<Wish>) {
    let theme = Theme::of(ui);
    let fill = if turn.side == Side::Person { theme.field } else { theme.panel };
    let frame = Frame::new()
        .fill(fill)
        .stroke(Stroke::new(size::LINE, theme.line))
        .corner_radius(size::RADIUS_CARD)
        .inner_margin(Margin::symmetric(14, 10));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 6.0;
        turn_head(ui, state, turn, commands);
        match turn.side {
            Side::Person => question(ui, turn),
            Side::Model => answer(ui, state, turn, commands, wishes),
        }
        if !state.playground.chat.is_running() && !state.playground.chat.is_part(place) && is_unanswered(state, place) {
            hint(ui, "Not part of what the model is told next: it has no answer");
        }
    });
}

/// A question that something else followed.
fn is_unanswered(state: &State, place: usize) -> bool {
    let turns = &state.playground.chat.turns;
    turns[place].side == Side::Person && place + 2 < turns.len()
}

fn turn_head(ui: &mut Ui, state: &State, turn: &Turn, commands: &mut Commands) {
    let running = state.playground.chat.is_running();
    ui.horizontal(|ui| {
        speaker(ui, state, turn);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let name = if turn.side == Side::Person { "message" } else { "reply" };
            copy_button(ui, name, || turn.message());
            let (icon, words, command) = match turn.side {
                Side::Person => (icons::PENCIL, "Edit and send again", PlaygroundCommand::Rewrite(turn.id)),
                Side::Model => (icons::ROTATE_CCW, "Ask again", PlaygroundCommand::Retry(turn.id)),
            };
            if !running && ui.add(Push::icon(icon, words).small()).clicked() {
                commands.send(Command::Playground(command));
            }
        });
    });
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
    if let Some(document) = &turn.document {
        let words = format!("{} · {}", document.name, bytes(document.text.len() as u64));
        ui.add(Chip::new(Tone::Neutral, &words).with_icon(icons::FILE_TEXT)).on_hover_ui(|ui| composer::preview(ui, &document.text));
    }
    let color = Theme::of(ui).text;
    ui.add(Label::new(RichText::new(&turn.text).color(color)).wrap());
}

fn answer(ui: &mut Ui, state: &State, turn: &Turn, commands: &mut Commands, wishes: &mut Vec<Wish>) {
    if !turn.text.is_empty() {
        // A link in a reply leads nowhere within the program.
        let _elsewhere = markdown(ui, &turn.text);
    }
    let Some(reply) = &turn.reply else { return };
    standing(ui, turn, reply, commands);
    if !reply.is_running() {
        metrics::ui(ui, state, reply, commands, wishes);
    }
}

/// What there is to say of a reply that is not simply done.
fn standing(ui: &mut Ui, turn: &Turn, reply: &Reply, commands: &mut Commands) {
    match &reply.outcome {
        Outcome::Done if turn.text.is_empty() => {
            caption(ui, "The reply holds no text");
        }
        Outcome::Waiting if Busy::new("Waiting for the first words").cancel("Stop waiting").show(ui) => {
            commands.send(Command::Playground(PlaygroundCommand::Stop));
        }
        Outcome::Done | Outcome::Waiting => {}
        Outcome::Writing => {
            hint(ui, "Writing…");
        }
        Outcome::Stopped => {
            note(ui, Tone::Warn, "You stopped the reply; tokens written until then are logged and paid");
        }
        Outcome::Failed(problem) => failure(ui, turn, problem, commands),
    }
}

fn failure(ui: &mut Ui, turn: &Turn, problem: &Problem, commands: &mut Commands) {
    if !turn.text.is_empty() {
        note(ui, Tone::Warn, "The reply broke off here; what came is kept");
    }
    let details = problem.details.as_deref().unwrap_or_default();
    let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).details(details).retry("Try again");
    if panel.show(ui) == ErrorAction::Retry {
        commands.send(Command::Playground(PlaygroundCommand::Retry(turn.id)));
    }
}
