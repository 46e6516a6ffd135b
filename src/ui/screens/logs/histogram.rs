//! Records over time, failed ones marked; dragging, or the arrow keys, choose a part of the time.

use egui::{Key, Modifiers, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::app::logs::LogsCommand;
use crate::app::{Command, Commands, State};
use crate::base::clock::timestamp_ms;
use crate::base::text::{count, grouped};
use crate::logs::histogram::Histogram;
use crate::ui::theme::{Theme, size};
use crate::ui::widgets::{Push, hint};
use crate::ui::{format, icons};

/// Height in points, the axis left aside.
const HEIGHT: f32 = 52.0;
/// The same in a low window, where records need the room.
const HEIGHT_LOW: f32 = 22.0;

/// A drag under way, and the keyboard's place.
#[derive(Debug, Default)]
pub struct Brush {
    /// Where the drag began, milliseconds since the epoch.
    begun_ms: Option<i64>,
    /// The bins that the keyboard holds: the one where Shift went down, and the one it is at.
    bins: Option<(usize, usize)>,
}

impl Brush {
    /// Draws the bars and takes drags.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let histogram = &state.logs.view.histogram;
        ui.add_space(size::GAP_SMALL);
        let height = if size::is_low(ui) { HEIGHT_LOW } else { HEIGHT };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, "Records over time"));
        let scale = Scale { rect, from: histogram.from_ms, to: histogram.to_ms() };
        paint(ui, histogram, &scale);
        self.drag(&response, &scale, commands);
        self.keys(ui, &response, histogram, commands);
        self.paint_range(ui, state, &response, &scale);
        // Asked one after the other: both look into the same locked context.
        let escaped = response.has_focus() && ui.input(|input| input.key_pressed(Key::Escape));
        if state.logs.filter.range.is_some() && (response.clicked() || escaped) {
            commands.send(Command::Logs(LogsCommand::Brush(None)));
        }
        tell(&response, state, histogram, &scale);
        axis(ui, state, &scale);
        if let Some((from, to)) = self.bins {
            let words = bins_words(state, histogram, from.min(to), from.max(to)).replace('\n', " · ");
            hint(ui, format!("{words} · Enter chooses this time, Shift and the arrows more of it"));
        } else {
            chosen(ui, state, commands);
        }
    }

    /// Left and right walk over the bins, with Shift they take them in, Enter chooses, minus widens the time.
    fn keys(&mut self, ui: &Ui, response: &egui::Response, histogram: &Histogram, commands: &mut Commands) {
        let Some(last) = histogram.bins.len().checked_sub(1).filter(|_| response.has_focus()) else { return self.bins = None };
        let arrows = egui::EventFilter { horizontal_arrows: true, ..egui::EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        for (key, step) in [(Key::ArrowLeft, -1), (Key::ArrowRight, 1)] {
            let extends = pressed(Modifiers::SHIFT, key);
            if extends || pressed(Modifiers::NONE, key) {
                let (anchor, at) = self.bins.unwrap_or((last, last));
                let to = if self.bins.is_some() { at.saturating_add_signed(step).min(last) } else { at };
                self.bins = Some((if extends { anchor } else { to }, to));
            }
        }
        if let Some((from, to)) = self.bins.filter(|_| pressed(Modifiers::NONE, Key::Enter)) {
            let range = (histogram.start(from.min(to)), histogram.start(from.max(to) + 1));
            commands.send(Command::Logs(LogsCommand::Brush(Some(range))));
        }
        if pressed(Modifiers::NONE, Key::Minus) {
            commands.send(Command::Logs(LogsCommand::ZoomOut));
        }
    }

    fn drag(&mut self, response: &egui::Response, scale: &Scale, commands: &mut Commands) {
        let here = response.interact_pointer_pos().map(|pos| scale.time(pos.x));
        if response.drag_started() {
            // A drag is known as one only after some points: it began where the button went down.
            let pressed = response.ctx.input(|input| input.pointer.press_origin());
            self.begun_ms = pressed.map(|pos| scale.time(pos.x));
        }
        if response.drag_stopped()
            && let (Some(begun), Some(end)) = (self.begun_ms.take(), here)
            && begun != end
        {
            commands.send(Command::Logs(LogsCommand::Brush(Some((begun.min(end), begun.max(end))))));
        }
    }

    /// The chosen time, or the one that is being chosen.
    fn paint_range(&self, ui: &Ui, state: &State, response: &egui::Response, scale: &Scale) {
        let dragged = self.begun_ms.zip(response.interact_pointer_pos()).map(|(begun, pos)| (begun, scale.time(pos.x)));
        let histogram = &state.logs.view.histogram;
        let held = self.bins.map(|(from, to)| (histogram.start(from.min(to)), histogram.start(from.max(to) + 1)));
        let Some((from, to)) = dragged.or(held).or(state.logs.filter.range) else { return };
        let theme = Theme::of(ui);
        let range = Rect::from_x_y_ranges(scale.x(from.min(to))..=scale.x(from.max(to)), scale.rect.y_range());
        ui.painter().rect_filled(range, 0.0, theme.accent.ink.gamma_multiply(0.16));
        ui.painter().rect_stroke(range, 0.0, Stroke::new(1.0, theme.accent.ink), StrokeKind::Inside);
    }
}

/// Between time and place.
struct Scale {
    rect: Rect,
    from: i64,
    to: i64,
}

impl Scale {
    fn span(&self) -> f64 {
        (self.to - self.from).max(1) as f64
    }

    fn x(&self, ms: i64) -> f32 {
        let part = (ms - self.from) as f64 / self.span();
        self.rect.left() + self.rect.width() * part.clamp(0.0, 1.0) as f32
    }

    fn time(&self, x: f32) -> i64 {
        let part = f64::from((x - self.rect.left()) / self.rect.width().max(1.0)).clamp(0.0, 1.0);
        self.from + (part * self.span()) as i64
    }
}

fn paint(ui: &Ui, histogram: &Histogram, scale: &Scale) {
    let theme = Theme::of(ui);
    let (rect, peak) = (scale.rect, histogram.peak().max(1) as f32);
    let width = rect.width() / histogram.bins.len().max(1) as f32;
    let height = |count: u32| if count == 0 { 0.0 } else { (count as f32 / peak * rect.height()).max(1.5) };
    for (index, bin) in histogram.bins.iter().enumerate() {
        let left = rect.left() + index as f32 * width;
        let columns = left..=left + (width - 1.0).max(0.5);
        let (errors, all) = (height(bin.errors), height(bin.ok + bin.errors));
        let bar = |from: f32, to: f32| Rect::from_x_y_ranges(columns.clone(), rect.bottom() - to..=rect.bottom() - from);
        ui.painter().rect_filled(bar(0.0, all - errors), 0.0, theme.series_at(0));
        // A failure is on top, in another colour and wider than its bar.
        ui.painter().rect_filled(bar(all - errors, all), 0.0, theme.error.ink);
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(size::LINE, theme.line));
}

/// The counts of the bin under the pointer.
fn tell(response: &egui::Response, state: &State, histogram: &Histogram, scale: &Scale) {
    let Some(pos) = response.hover_pos() else { return };
    let bin = ((scale.time(pos.x) - histogram.from_ms) / histogram.bin_ms.max(1)) as usize;
    let words = bins_words(state, histogram, bin, bin);
    response.clone().on_hover_text_at_pointer(format!("{words}\nDrag to choose a part of the time"));
}

fn bins_words(state: &State, histogram: &Histogram, first: usize, last: usize) -> String {
    let bins = histogram.bins.iter().skip(first).take(last + 1 - first);
    let (ok, failed) = bins.fold((0, 0), |(ok, failed), bin| (ok + u64::from(bin.ok), failed + u64::from(bin.errors)));
    let at = |bin| timestamp_ms(histogram.start(bin));
    let (from, to) = (format::moment(&state.settings, at(first)), format::time(&state.settings, at(last + 1)));
    format!("{from} to {to}\n{} ok · {} failed", grouped(ok), grouped(failed))
}

/// What can be done with the chosen part of the time.
fn chosen(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Some((from, to)) = state.logs.filter.range else { return };
    ui.horizontal(|ui| {
        let moment = |ms| format::time(&state.settings, timestamp_ms(ms));
        hint(ui, format!("{} to {} · {}", moment(from), moment(to), count(state.logs.view.rows.len() as u64, "record")));
        if ui.add(Push::quiet("Zoom in").small().with_icon(icons::ZOOM_IN).tooltip("Show this part of the time alone")).clicked() {
            commands.send(Command::Logs(LogsCommand::ZoomIn));
        }
        if ui.add(Push::quiet("Clear").small().with_icon(icons::X).tooltip("Show all of the time again")).clicked() {
            commands.send(Command::Logs(LogsCommand::Brush(None)));
        }
    });
}

/// Both ends of the time, with the date where it needs one.
fn axis(ui: &mut Ui, state: &State, scale: &Scale) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 14.0), Sense::hover());
    let theme = Theme::of(ui);
    let font = crate::ui::theme::text::axis().resolve(ui.style());
    let format = if scale.to - scale.from > crate::metrics::range::DAY_MS / 2 { "%b %d %H:%M" } else { "%H:%M" };
    for (part, align) in [(0.0, egui::Align2::LEFT_TOP), (0.5, egui::Align2::CENTER_TOP), (1.0, egui::Align2::RIGHT_TOP)] {
        let at = scale.from + (part * scale.span()) as i64;
        let words = format::custom(&state.settings, timestamp_ms(at), format);
        ui.painter().text(pos2(rect.left() + rect.width() * part as f32, rect.top()), align, words, font.clone(), theme.text3);
    }
}
