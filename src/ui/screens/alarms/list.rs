//! The alarms in groups by state: name, condition in words, the last hours, since when.

use egui::{Align, Label, Layout, Rect, RichText, Role, ScrollArea, Stroke, StrokeKind, TextStyle, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::{look, send};
use crate::app::alarms::AlarmsCommand;
use crate::app::alarms::graph::Graph;
use crate::app::{Commands, State};
use crate::aws::cloudwatch::MetricAlarm;
use crate::lab::alarms::words;
use crate::metrics::alarm::AlarmState;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size, text};
use crate::ui::widgets::{Field, Selection, caption, hint, list_focus, row_sense};

/// Height of a row, points.
const ROW: f32 = 58.0;
/// Size of a small graph, points.
const SPARK: egui::Vec2 = vec2(96.0, 30.0);

/// What the list keeps between frames.
#[derive(Debug, Default)]
pub struct AlarmList {
    filter: String,
    selection: Selection,
}

impl AlarmList {
    /// Draws filter and list.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        self.filter.clone_from(&state.alarms.filter);
        let width = ui.available_width();
        let field =
            Field::new("Filter alarms", &mut self.filter).label_hidden().hint("Filter by name, model, metric, state").width(width - 16.0);
        if field.show(ui).changed() {
            send(commands, AlarmsCommand::SetFilter(self.filter.clone()));
        }
        ui.add_space(size::GAP_SMALL);
        let shown = state.alarms.shown();
        if shown.is_empty() {
            caption(ui, "No alarm has these words");
            return;
        }
        self.keys(ui, &shown, state, commands);
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            ui.set_max_width(width - 8.0);
            ui.spacing_mut().item_spacing.y = 2.0;
            for group in AlarmState::ALL {
                let of_group: Vec<&&MetricAlarm> = shown.iter().filter(|alarm| alarm.state == group.name()).collect();
                if of_group.is_empty() {
                    continue;
                }
                head(ui, group, of_group.len());
                for alarm in of_group {
                    row(ui, state, alarm, commands);
                }
                ui.add_space(size::GAP_SMALL);
            }
        });
    }

    /// The list is one stop of the Tab key; arrows walk inside it.
    fn keys(&mut self, ui: &Ui, shown: &[&MetricAlarm], state: &State, commands: &mut Commands) {
        let chosen = state.alarms.chosen.as_deref();
        if let Some(place) = shown.iter().position(|alarm| Some(alarm.settings.name.as_str()) == chosen) {
            self.selection.select(place);
        }
        let list = list_focus(ui, "alarms", Role::ListBox, "Alarms");
        if list.has_focus() {
            let keys = self.selection.keys(ui, shown.len(), 8);
            if let Some(alarm) = keys.moved_to.and_then(|place| shown.get(place)) {
                send(commands, AlarmsCommand::Choose(Some(alarm.settings.name.clone())));
            }
        }
    }
}

fn head(ui: &mut Ui, group: AlarmState, count: usize) {
    let (tone, icon, words) = look(group.name());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        icons::icon_sized(ui, icon, 14.0, Theme::of(ui).tone(tone).ink);
        ui.label(RichText::new(words).text_style(text::strong()).color(Theme::of(ui).text));
        hint(ui, count.to_string());
    });
}

fn row(ui: &mut Ui, state: &State, alarm: &MetricAlarm, commands: &mut Commands) {
    let theme = Theme::of(ui);
    let name = &alarm.settings.name;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), row_sense());
    let chosen = state.alarms.chosen.as_ref() == Some(name);
    let (tone, icon, words) = look(&alarm.state);
    let condition = words::condition(&alarm.settings);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, format!("{name}, {words}, {condition}")));
    if ui.is_rect_visible(rect) {
        ground(ui, rect, chosen, response.hovered());
        icon.paint(ui.painter(), pos2(rect.left() + 18.0, rect.top() + 18.0), size::ICON, theme.tone(tone).ink);
        let spark = Rect::from_min_size(pos2(rect.right() - SPARK.x - 10.0, rect.center().y - SPARK.y / 2.0), SPARK);
        let inner = Rect::from_min_max(rect.min + vec2(36.0, 7.0), pos2(spark.left() - 8.0, rect.bottom() - 6.0));
        ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::top_down(Align::Min)), |ui| lines(ui, state, alarm, &condition));
        sparkline(ui, spark, alarm, state.alarms.sparks.get(name));
    }
    let tooltip = format!("{condition}\n{}\n{}", words::whose(&alarm.settings), alarm.reason);
    if response.on_hover_text(tooltip).clicked() {
        send(commands, AlarmsCommand::Choose(Some(name.clone())));
    }
}

fn ground(ui: &Ui, rect: Rect, chosen: bool, hovered: bool) {
    let theme = Theme::of(ui);
    if chosen || hovered {
        ui.painter().rect_filled(rect, size::RADIUS, if chosen { theme.raised } else { theme.field });
    }
    if chosen {
        ui.painter().rect_stroke(rect, size::RADIUS, Stroke::new(size::LINE, theme.accent.ink), StrokeKind::Inside);
    }
}

fn lines(ui: &mut Ui, state: &State, alarm: &MetricAlarm, condition: &str) {
    let theme = Theme::of(ui);
    ui.spacing_mut().item_spacing.y = 1.0;
    let line = |ui: &mut Ui, words: RichText| ui.add(Label::new(words).truncate().selectable(false));
    line(ui, RichText::new(&alarm.settings.name).text_style(text::strong()).color(theme.text));
    line(ui, RichText::new(condition).text_style(TextStyle::Small).color(theme.text2));
    let since = words::about(state.now.as_millisecond() - alarm.since.as_millisecond());
    let mut rest = format!("{} · for {since}", words::whose(&alarm.settings));
    if !alarm.settings.actions_enabled {
        rest.push_str(" · actions off");
    }
    line(ui, RichText::new(rest.trim_start_matches(" · ")).text_style(TextStyle::Small).color(theme.text3));
}

/// The last hours as a line with the threshold dashed; gaps stay gaps.
fn sparkline(ui: &Ui, rect: Rect, alarm: &MetricAlarm, graph: Option<&Graph>) {
    let theme = Theme::of(ui);
    let painter = ui.painter().with_clip_rect(rect.expand(1.0));
    let Some(graph) = graph.filter(|graph| !graph.points.is_empty()) else {
        let font = TextStyle::Small.resolve(ui.style());
        ui.painter().text(rect.right_center(), egui::Align2::RIGHT_CENTER, "no data", font, theme.text3);
        return;
    };
    let threshold = alarm.settings.threshold;
    let top = graph.peak(threshold).max(f64::MIN_POSITIVE) * 1.05;
    let span = (graph.to_ms - graph.from_ms).max(1) as f64;
    let place = |at: i64, value: f64| {
        let x = rect.left() + rect.width() * ((at - graph.from_ms) as f64 / span) as f32;
        pos2(x, rect.bottom() - rect.height() * (value / top).clamp(0.0, 1.0) as f32)
    };
    if let Some(threshold) = threshold {
        let y = place(graph.from_ms, threshold).y;
        let stroke = Stroke::new(1.0, theme.warn.ink);
        painter.extend(egui::Shape::dashed_line(&[pos2(rect.left(), y), pos2(rect.right(), y)], stroke, 4.0, 3.0));
    }
    let tone = if alarm.state == AlarmState::Alarm.name() { Tone::Error } else { Tone::Neutral };
    let stroke = Stroke::new(1.3, theme.tone(tone).ink);
    for run in graph.points.chunk_by(|a, b| b.0 - a.0 <= graph.period_ms) {
        match run {
            [(at, value)] => {
                painter.circle_filled(place(*at, *value), 1.5, stroke.color);
            }
            _ => {
                painter.line(run.iter().map(|(at, value)| place(*at, *value)).collect(), stroke);
            }
        }
    }
}
