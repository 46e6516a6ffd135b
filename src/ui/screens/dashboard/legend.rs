//! The series of a plot in its head: colour, name and value; a click hides a series in all plots, a double click hides the others.

use egui::{Align, Label, Layout, RichText, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::ModelNames;
use super::draw::Look;
use super::values;
use crate::app::dashboard::DashboardCommand;
use crate::app::{Command, Commands, State};
use crate::metrics::dashboard::Widget;
use crate::metrics::series::{Plotted, Series};
use crate::ui::theme::{Theme, text};

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

/// Draws the legend from the right end of the head.
pub fn ui(ui: &mut Ui, state: &State, widget: &Widget, data: &Plotted, names: &ModelNames, at_ms: Option<i64>, commands: &mut Commands) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        let place = ui.available_width();
        let shown = ((place / 110.0) as usize).max(1);
        let more = data.series.len().saturating_sub(shown);
        if more > 0 {
            let hidden_names: Vec<_> = data.series.iter().skip(shown).map(|series| name(series, names)).collect();
            ui.label(RichText::new(format!("{more} more")).small().color(Theme::of(ui).text3)).on_hover_text(hidden_names.join("\n"));
        }
        for series in data.series.iter().take(shown).rev() {
            entry(ui, state, widget, data, series, names, at_ms, commands);
        }
    });
}

#[expect(clippy::too_many_arguments, reason = "the context of a plot, passed on to its parts")]
fn entry(
    ui: &mut Ui,
    state: &State,
    widget: &Widget,
    data: &Plotted,
    series: &Series,
    names: &ModelNames,
    at_ms: Option<i64>,
    commands: &mut Commands,
) {
    let theme = Theme::of(ui);
    let hidden = state.dashboard.hidden.contains(key(series));
    let value = at_ms.map_or_else(|| series.last(), |at| series.value_at(at, data.period_ms));
    let words = value.map_or("–".to_owned(), |value| values::short(value, widget.unit));
    let name = name(series, names);
    let look = Look::of(theme, series);
    let color = if hidden { theme.text3 } else { theme.text2 };
    let response = ui.scope_builder(egui::UiBuilder::new().id_salt(("legend", key(series))).sense(Sense::click()), |ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            mark(ui, &look, hidden);
            let text = RichText::new(&name).small().color(color);
            ui.add(Label::new(if hidden { text.strikethrough() } else { text }).selectable(false));
            ui.add(Label::new(RichText::new(&words).text_style(text::mono_small()).color(theme.text)).selectable(false));
        });
    });
    let response = response.response;
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, !hidden, format!("{name} in {}", widget.title)));
    if response.has_focus() {
        ui.painter().rect_stroke(response.rect.expand(2.0), 3.0, Stroke::new(1.0, theme.accent.ink), StrokeKind::Outside);
    }
    if response.double_clicked() {
        commands.send(Command::Dashboard(DashboardCommand::OnlySeries(key(series).to_owned())));
    } else if response.clicked() {
        commands.send(Command::Dashboard(DashboardCommand::ToggleSeries(key(series).to_owned())));
    }
    response.on_hover_text(format!("{}\nClick to show or hide, double click to show it alone", key(series)));
}

fn mark(ui: &mut Ui, look: &Look, hidden: bool) {
    let (rect, _) = ui.allocate_exact_size(vec2(12.0, 12.0), Sense::hover());
    let line = rect.x_range();
    if hidden {
        ui.painter().rect_stroke(rect.shrink(3.0), 1.0, Stroke::new(1.0, look.color), StrokeKind::Inside);
    } else if look.is_solid() {
        ui.painter().hline(line, rect.center().y, Stroke::new(3.0, look.color));
    } else {
        for part in egui::Shape::dashed_line(&[rect.left_center(), rect.right_center()], Stroke::new(3.0, look.color), 3.0, 2.0) {
            ui.painter().add(part);
        }
    }
}
