//! Models side by side: a column each, and below it what its last reply took, with the best of each kind marked in words.

use egui::{Align, Align2, Layout, RichText, Role, ScrollArea, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::history::History;
use super::picker::Target;
use super::{Wish, metrics};
use crate::app::playground::chat::Chat;
use crate::app::playground::{MOST_LANES, Outcome, PlaygroundCommand, PlaygroundState, Reply};
use crate::app::{Command, Commands, State};
use crate::base::text::{dollars, grouped};
use crate::models;
use crate::ui::icons;
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::{Push, hint};

/// Narrowest column, points; narrower windows scroll sideways.
const NARROWEST: f32 = 250.0;
/// Height of a line of the comparison.
const LINE: f32 = 20.0;
/// Below this height of a column, points, the comparison has its two most telling lines only.
const LOW: f32 = 300.0;

/// What the columns keep between frames.
#[derive(Debug, Default)]
pub struct Columns {
    histories: [History; MOST_LANES],
}

/// One line of the comparison.
struct Line {
    name: &'static str,
    values: Vec<Option<String>>,
    /// The lane that is best, and the word for it.
    best: Option<(usize, &'static str)>,
}

impl Columns {
    /// The list of the first lane, which is also the conversation's own.
    pub fn first(&mut self) -> &mut History {
        &mut self.histories[0]
    }

    /// Draws all lanes.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands, wishes: &mut Vec<Wish>) {
        let lanes = state.playground.lanes();
        let room = ui.available_size();
        let width = ((room.x - size::GAP * (lanes as f32 - 1.0)) / lanes as f32).max(NARROWEST);
        let lines = lines(&state.playground);
        let lines = &lines[..if room.y < LOW { lines.len().min(2) } else { lines.len() }];
        ScrollArea::horizontal().id_salt("compare").auto_shrink([false, false]).show(ui, |ui| {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = size::GAP;
                for lane in 0..lanes {
                    ui.allocate_ui_with_layout(vec2(width, room.y), Layout::top_down(Align::Min), |ui| {
                        ui.set_width(width);
                        ui.push_id(("lane", lane), |ui| self.column(ui, state, lane, lines, room.y, commands, wishes));
                    });
                }
            });
        });
    }

    #[expect(clippy::too_many_arguments, reason = "a column needs the state, its place and size, and both ways back")]
    fn column(
        &mut self,
        ui: &mut Ui,
        state: &State,
        lane: usize,
        lines: &[Line],
        height: f32,
        commands: &mut Commands,
        wishes: &mut Vec<Wish>,
    ) {
        head(ui, &state.playground, lane, commands, wishes);
        let below = LINE * lines.len() as f32 + size::GAP * 2.0;
        let room = (height - size::CONTROL - below - size::GAP * 2.0).max(40.0);
        ui.allocate_ui_with_layout(vec2(ui.available_width(), room), Layout::top_down(Align::Min), |ui| {
            ui.set_min_size(vec2(ui.available_width(), room));
            ui.set_max_height(room);
            if state.playground.chat_of(lane).is_none_or(Chat::is_empty) {
                invitation(ui);
            } else {
                self.histories[lane].ui(ui, state, lane, commands, wishes);
            }
        });
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.add_space(size::GAP);
        for line in lines {
            draw_line(ui, line, lane);
        }
    }
}

fn head(ui: &mut Ui, playground: &PlaygroundState, lane: usize, commands: &mut Commands, wishes: &mut Vec<Wish>) {
    let id = playground.model_of(lane).unwrap_or("no model");
    let running = playground.chat_of(lane).is_some_and(Chat::is_running);
    ui.horizontal(|ui| {
        ui.set_min_height(size::CONTROL);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let name = format!("Take {} out of the comparison", models::short_name(id));
            if ui.add(Push::icon(icons::X, &name).small()).clicked() {
                commands.send(Command::Playground(PlaygroundCommand::DropLane(lane)));
            }
            if running && ui.add(Push::icon(icons::SQUARE, &format!("Stop {}", models::short_name(id))).small()).clicked() {
                commands.send(Command::Playground(PlaygroundCommand::StopLane(lane)));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let words = format!("{}…", models::short_name(id));
                if ui.add(Push::secondary(&words).with_icon(icons::CPU).tooltip(id)).clicked() {
                    wishes.push(Wish::PickModel(Target::Lane(lane)));
                }
                let prefix = models::profile_prefix(id).unwrap_or_default();
                if !prefix.is_empty() && ui.available_width() > 40.0 {
                    hint(ui, prefix);
                }
            });
        });
    });
}

/// Painted, so that the lines of all columns stand at the same heights.
fn draw_line(ui: &mut Ui, line: &Line, lane: usize) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
    let value = line.values[lane].as_deref().unwrap_or("–");
    let best = line.best.filter(|(best, _)| *best == lane).map(|(_, word)| word);
    response.widget_info(|| {
        let words = best.map(|word| format!(", {word}")).unwrap_or_default();
        WidgetInfo::labeled(Role::Label, ui.is_enabled(), format!("{}: {value}{words}", line.name))
    });
    let painter = ui.painter().with_clip_rect(rect);
    let write = |x: f32, words: &str, style: TextStyle, color| {
        painter.text(pos2(x, rect.center().y), Align2::LEFT_CENTER, words, style.resolve(ui.style()), color).right()
    };
    write(rect.left(), line.name, TextStyle::Small, theme.text2);
    let end = write(rect.left() + 84.0, value, TextStyle::Monospace, theme.text);
    if let Some(word) = best {
        icons::CHECK.paint(&painter, pos2(end + 16.0, rect.center().y), 12.0, theme.ok.ink);
        write(end + 26.0, word, TextStyle::Small, theme.ok.ink);
    }
}

/// The lines: the most telling first.
fn lines(playground: &PlaygroundState) -> Vec<Line> {
    let replies: Vec<Option<&Reply>> = (0..playground.lanes()).map(|lane| last_reply(playground, lane)).collect();
    let all_done = replies.iter().all(|reply| reply.is_some_and(|reply| reply.outcome == Outcome::Done));
    let line = |name, value: &dyn Fn(&Reply) -> Option<f64>, words: &dyn Fn(f64) -> String, best: Option<(bool, &'static str)>| {
        let numbers: Vec<Option<f64>> = replies.iter().map(|reply| reply.and_then(value)).collect();
        let best = best.filter(|_| all_done).and_then(|(least, word)| extreme(&numbers, least).map(|lane| (lane, word)));
        Line { name, values: numbers.iter().map(|number| number.map(words)).collect(), best }
    };
    let ms = |ms: f64| metrics::ms(ms as u64);
    vec![
        line("Latency", &|reply| reply.metrics.latency_ms.or(reply.metrics.total_ms).map(|ms| ms as f64), &ms, Some((true, "fastest"))),
        line("Cost", &|reply| reply.cost(), &dollars, Some((true, "cheapest"))),
        line("Tokens out", &|reply| reply.metrics.usage.map(|usage| usage.output as f64), &|n| grouped(n as u64), Some((false, "longest"))),
        line(
            "Tokens in",
            &|reply| reply.metrics.usage.map(|usage| (usage.input + usage.cache_read + usage.cache_write) as f64),
            &|n| grouped(n as u64),
            None,
        ),
        line("First token", &|reply| reply.metrics.first_token_ms.map(|ms| ms as f64), &ms, Some((true, "first"))),
        line("Tokens/s", &|reply| reply.metrics.tokens_per_second(), &|n| format!("{n:.0}"), None),
    ]
}

fn last_reply(playground: &PlaygroundState, lane: usize) -> Option<&Reply> {
    playground.chat_of(lane)?.turns.last()?.reply.as_deref()
}

/// The lane with the least or the greatest number; none when there is a tie or not all are known.
fn extreme(numbers: &[Option<f64>], least: bool) -> Option<usize> {
    let numbers: Vec<f64> = numbers.iter().copied().collect::<Option<_>>()?;
    let better = |a: f64, b: f64| if least { a < b } else { a > b };
    let best = (1..numbers.len()).fold(0, |best, lane| if better(numbers[lane], numbers[best]) { lane } else { best });
    let alone = numbers.iter().filter(|number| **number == numbers[best]).count() == 1;
    (numbers.len() > 1 && alone).then_some(best)
}

/// What a column says before anything was said.
fn invitation(ui: &mut Ui) {
    ui.add_space(size::GAP);
    ui.label(RichText::new("Nothing was said yet").text_style(text::strong()).color(Theme::of(ui).text2));
    hint(ui, "Each model gets the same message and parameters, as far as it takes them");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_marked_only_when_it_is_one() {
        assert_eq!(extreme(&[Some(3.0), Some(1.0), Some(2.0)], true), Some(1));
        assert_eq!(extreme(&[Some(3.0), Some(1.0), Some(2.0)], false), Some(0));
        assert_eq!(extreme(&[Some(1.0), Some(1.0)], true), None, "a tie has no winner");
        assert_eq!(extreme(&[Some(1.0), None], true), None, "what is not known is not compared");
    }
}
