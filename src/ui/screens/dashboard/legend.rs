//! The series of a plot in its head: colour, name and value; a click hides a series in all plots, a double click hides the others.

use std::sync::Arc;

use egui::{
    Align, Galley, Layout, Rect, RichText, Role, Sense, Stroke, StrokeKind, TextStyle, TextWrapMode, Ui, WidgetInfo, WidgetText, pos2, vec2,
};

use super::ModelNames;
use super::draw::Look;
use super::values;
use crate::app::dashboard::DashboardCommand;
use crate::app::{Command, Commands, State};
use crate::metrics::dashboard::Widget;
use crate::metrics::series::{Plotted, Series};
use crate::ui::theme::{Theme, size, text};

/// What identifies a series in legends: its model, or its metric where the models are added up.
pub fn key(series: &Series) -> &str {
    if series.model.is_empty() { &series.metric } else { &series.model }
}

/// What a series is called.
pub fn name(series: &Series, names: &ModelNames) -> String {
    match (series.model.as_str(), series.metric.as_str()) {
        ("", "InvocationClientErrors") => "client".to_owned(),
        ("", "InvocationServerErrors") => "server".to_owned(),
        ("", metric) => metric.to_owned(),
        (model, _) => names.name(model),
    }
}

/// An entry as it will be painted.
struct Entry<'a> {
    series: &'a Series,
    name: String,
    words: Arc<Galley>,
    value: Arc<Galley>,
    look: Look,
    hidden: bool,
}

/// Side of the mark and the distances in an entry, points.
const MARK: f32 = 12.0;
const INNER: f32 = 5.0;
const BETWEEN: f32 = 12.0;

/// Draws the legend at the right end of the head: as many entries as have place, the rest as a count. The `subtitle` before it makes way when
/// more entries fit without it.
#[expect(clippy::too_many_arguments, reason = "the context of a plot, passed on to its parts")]
pub fn ui(
    ui: &mut Ui,
    state: &State,
    widget: &Widget,
    data: &Plotted,
    names: &ModelNames,
    at_ms: Option<i64>,
    subtitle: RichText,
    commands: &mut Commands,
) {
    let entries: Vec<_> = data.series.iter().map(|series| Entry::new(ui, state, widget, data, series, names, at_ms)).collect();
    let subtitle = WidgetText::from(subtitle).into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, TextStyle::Small);
    let (place, without) = (ui.available_width() - BETWEEN, subtitle.size().x + BETWEEN);
    if fitting(&entries, place - without) == fitting(&entries, place) {
        ui.label(subtitle);
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = BETWEEN;
        let shown = fitting(&entries, ui.available_width());
        more(ui, &entries[shown..]);
        for entry in entries[..shown].iter().rev() {
            entry.ui(ui, widget, commands);
        }
    });
}

/// How many entries have place in `width` points.
fn fitting(entries: &[Entry<'_>], width: f32) -> usize {
    const MORE: f32 = 50.0;
    let mut used = 0.0;
    for (index, entry) in entries.iter().enumerate() {
        used += entry.width() + BETWEEN;
        let reserve = if index + 1 < entries.len() { MORE } else { 0.0 };
        if used + reserve > width {
            return index;
        }
    }
    entries.len()
}

/// The entries without place, as a count with their names.
fn more(ui: &mut Ui, left_out: &[Entry<'_>]) {
    if !left_out.is_empty() {
        let words = RichText::new(format!("{} more", left_out.len())).small().color(Theme::of(ui).text3);
        ui.label(words).on_hover_text(left_out.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>().join("\n"));
    }
}

impl<'a> Entry<'a> {
    fn new(ui: &Ui, state: &State, widget: &Widget, data: &Plotted, series: &'a Series, names: &ModelNames, at_ms: Option<i64>) -> Self {
        let theme = Theme::of(ui);
        let hidden = state.dashboard.hidden.contains(key(series));
        let value = at_ms.map_or_else(|| series.last(), |at| series.value_at(at, data.period_ms));
        let value = value.map_or("–".to_owned(), |value| values::short(value, widget.unit));
        let name = name(series, names);
        let words = RichText::new(&name).small().color(if hidden { theme.text3 } else { theme.text2 });
        let value = RichText::new(value).text_style(text::mono_small()).color(theme.text);
        let galley = |text: RichText| WidgetText::from(text).into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, TextStyle::Small);
        let words = galley(if hidden { words.strikethrough() } else { words });
        Self { series, name, words, value: galley(value), look: Look::of(theme, series), hidden }
    }

    fn width(&self) -> f32 {
        MARK + INNER + self.words.size().x + INNER + self.value.size().x
    }

    fn ui(&self, ui: &mut Ui, widget: &Widget, commands: &mut Commands) {
        let theme = Theme::of(ui);
        let (rect, response) = ui.allocate_exact_size(vec2(self.width(), 18.0), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, !self.hidden, format!("{} in {}", self.name, widget.title)));
        self.paint(ui, rect);
        if response.has_focus() {
            ui.painter().rect_stroke(rect.expand(2.0), 3.0, Stroke::new(size::FOCUS, theme.accent.ink), StrokeKind::Outside);
        }
        let key = key(self.series);
        if response.double_clicked() {
            commands.send(Command::Dashboard(DashboardCommand::OnlySeries(key.to_owned())));
        } else if response.clicked() {
            commands.send(Command::Dashboard(DashboardCommand::ToggleSeries(key.to_owned())));
        }
        response.on_hover_text(format!("{key}\nClick to show or hide it, double click to show it alone"));
    }

    fn paint(&self, ui: &Ui, rect: Rect) {
        let theme = Theme::of(ui);
        let mut x = rect.left();
        mark(ui, Rect::from_center_size(pos2(x + MARK / 2.0, rect.center().y), vec2(MARK, MARK)), self.look, self.hidden);
        x += MARK + INNER;
        for galley in [&self.words, &self.value] {
            ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), Arc::clone(galley), theme.text);
            x += galley.size().x + INNER;
        }
    }
}

fn mark(ui: &Ui, rect: Rect, look: Look, hidden: bool) {
    if hidden {
        ui.painter().rect_stroke(rect.shrink(3.0), 1.0, Stroke::new(1.0, look.color), StrokeKind::Inside);
    } else if look.is_solid() {
        ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(3.0, look.color));
    } else {
        for part in egui::Shape::dashed_line(&[rect.left_center(), rect.right_center()], Stroke::new(3.0, look.color), 3.0, 2.0) {
            ui.painter().add(part);
        }
    }
}
