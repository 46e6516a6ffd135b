//! The series of a plot above it: colour, name and value; a click hides a series in all plots, a double click hides the others.

use std::sync::Arc;

use egui::{Galley, Rect, RichText, Role, Sense, Stroke, StrokeKind, TextStyle, TextWrapMode, Ui, WidgetInfo, WidgetText, pos2, vec2};

use super::draw::Look;
use super::{ModelNames, Scene, values};
use crate::app::dashboard::DashboardCommand;
use crate::app::{Command, Commands};
use crate::metrics::dashboard::Widget;
use crate::metrics::series::{Plotted, Series};
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::{Push, scroll_up_to};

/// What identifies a series in legends: its model, or its metric where the models are taken together.
pub fn key(series: &Series) -> &str {
    if series.model.is_empty() { &series.metric } else { &series.model }
}

/// What a series is called: by its model, and by its metric where a plot has several.
pub fn name(data: &Plotted, series: &Series, names: &ModelNames) -> String {
    let has_parts = data.series.iter().any(|one| one.part != data.series[0].part);
    match (series.model.as_str(), has_parts) {
        ("", _) => series.metric.clone(),
        (model, false) => names.name(model),
        (model, true) => format!("{} {}", names.name(model), series.metric),
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

/// Side of the mark, the distances in an entry, the place for "12 more".
const MARK: f32 = 12.0;
const INNER: f32 = 5.0;
const BETWEEN: f32 = 12.0;
const MORE: f32 = 64.0;
const HEIGHT: f32 = 18.0;

/// Draws one row of entries, as many as have place; the rest is behind a count.
pub fn ui(ui: &mut Ui, scene: Scene<'_>, widget: &Widget, data: &Plotted, at_ms: Option<i64>, commands: &mut Commands) {
    ui.horizontal(|ui| {
        ui.set_min_height(HEIGHT);
        ui.spacing_mut().item_spacing.x = BETWEEN;
        let mut left = ui.available_width();
        for (index, series) in data.series.iter().enumerate() {
            let entry = Entry::new(ui, scene, widget, data, series, at_ms);
            let reserve = if index + 1 < data.series.len() { MORE } else { 0.0 };
            left -= entry.width() + BETWEEN;
            if left + BETWEEN < reserve {
                more(ui, scene, widget, data, at_ms, data.series.len() - index, commands);
                return;
            }
            entry.ui(ui, widget, commands);
        }
    });
}

/// All entries, behind the count of those without place.
fn more(ui: &mut Ui, scene: Scene<'_>, widget: &Widget, data: &Plotted, at_ms: Option<i64>, count: usize, commands: &mut Commands) {
    let words = format!("{count} more");
    let response = ui.add(Push::quiet(&words).small()).accessible_name(format!("{count} more series of {}", widget.title));
    egui::Popup::menu(&response).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_min_width(240.0);
        scroll_up_to(300.0).show_rows(ui, HEIGHT, data.series.len(), |ui, rows| {
            for series in &data.series[rows] {
                Entry::new(ui, scene, widget, data, series, at_ms).ui(ui, widget, commands);
            }
        });
    });
}

impl<'a> Entry<'a> {
    fn new(ui: &Ui, scene: Scene<'_>, widget: &Widget, data: &Plotted, series: &'a Series, at_ms: Option<i64>) -> Self {
        let theme = Theme::of(ui);
        let hidden = scene.state.dashboard.hidden.contains(key(series));
        let value = at_ms.map_or_else(|| series.last(), |at| series.value_at(at, data.period_ms));
        let value = value.map_or("–".to_owned(), |value| values::short(value, widget.unit));
        let name = name(data, series, scene.names);
        let words = RichText::new(&name).small().color(if hidden { theme.text3 } else { theme.text2 });
        let value = RichText::new(value).text_style(text::mono_small()).color(theme.text);
        let galley = |text: RichText| WidgetText::from(text).into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, TextStyle::Small);
        let words = galley(if hidden { words.strikethrough() } else { words });
        Self { series, name, words, value: galley(value), look: Look::of(theme, widget, series), hidden }
    }

    fn width(&self) -> f32 {
        MARK + INNER + self.words.size().x + INNER + self.value.size().x
    }

    fn ui(&self, ui: &mut Ui, widget: &Widget, commands: &mut Commands) {
        let theme = Theme::of(ui);
        let (rect, response) = ui.allocate_exact_size(vec2(self.width(), HEIGHT), Sense::click());
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
