//! A widget in its card: head with legend and menu, then the plot, the table or the words; why there is nothing otherwise.

use std::sync::Arc;

use egui::{Align, Frame, Label, Layout, Margin, Rect, RichText, Sense, Stroke, Ui, vec2};

use super::cursor::Cursor;
use super::editor::Editor;
use super::picture::Pictures;
use super::shot::Shot;
use super::{Scene, editor, legend, menu, plot, tables};
use crate::app::{Command, Commands, Remote};
use crate::base::problem::Problem;
use crate::metrics::dashboard::plan::statistic_words;
use crate::metrics::dashboard::{Kind, Widget};
use crate::metrics::range::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::metrics::series::Plotted;
use crate::ui::icons;
use crate::ui::theme::{Theme, size};
use crate::ui::widgets::{ErrorAction, ErrorPanel, markdown, section};

/// What a card works with besides what it shows.
pub struct Tools<'a> {
    /// The cursor of all plots.
    pub cursor: &'a mut Cursor,
    /// Plots as they were drawn last.
    pub pictures: &'a mut Pictures,
    /// The form of a widget.
    pub editor: &'a mut Editor,
    /// Pictures for files.
    pub shot: &'a mut Shot,
    /// What is done.
    pub commands: &'a mut Commands,
}

const MARGIN: Margin = Margin { left: 14, right: 8, top: 8, bottom: 8 };

/// Draws the widget in `rect`.
pub fn ui(ui: &mut Ui, scene: Scene<'_>, index: usize, widget: &Widget, rect: Rect, tools: &mut Tools<'_>) {
    let theme = Theme::of(ui);
    let edge = if scene.state.dashboard.editing { theme.line_strong } else { theme.line };
    let frame = Frame::new().fill(theme.panel).stroke(Stroke::new(size::LINE, edge)).corner_radius(size::RADIUS_CARD);
    let not_asked = Remote::NotAsked;
    let remote = scene.state.dashboard.plots.get(index).unwrap_or(&not_asked);
    frame.inner_margin(MARGIN).show(ui, |ui| {
        ui.set_min_size(rect.size() - MARGIN.sum() - vec2(2.0, 2.0));
        ui.spacing_mut().item_spacing.y = 2.0;
        head(ui, scene, index, widget, remote, rect, tools);
        if scene.state.dashboard.editing {
            editor::strip(ui, scene.state, index, widget, tools.editor, tools.commands);
        }
        body(ui, scene, index, widget, remote, tools);
    });
}

fn head(ui: &mut Ui, scene: Scene<'_>, index: usize, widget: &Widget, remote: &Remote<Arc<Plotted>>, rect: Rect, tools: &mut Tools<'_>) {
    ui.horizontal(|ui| {
        ui.set_min_height(22.0);
        section(ui, &widget.title).on_hover_text(if widget.help.is_empty() { &widget.title } else { &widget.help });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = size::GAP_SMALL;
            menu::button(ui, scene, index, widget, remote.value().map(AsRef::as_ref), rect, tools);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(RichText::new(subtitle(scene, widget, remote)).small().color(Theme::of(ui).text3)).truncate());
            });
        });
    });
}

/// The statistic and the period: `Sum per minute`, `p90 per 5 min`; for tables what they are of.
fn subtitle(scene: Scene<'_>, widget: &Widget, remote: &Remote<Arc<Plotted>>) -> String {
    let dashboard = &scene.state.dashboard;
    let period = remote.value().map_or_else(|| dashboard.period_at(scene.state.now.as_millisecond()), |data| data.period_ms);
    match widget.kind {
        Kind::Prompts => "from the invocation log".to_owned(),
        Kind::CostByPrincipal => tables::span_words(scene.state),
        Kind::CostByModel => format!("list price of {}", crate::models::catalogue().prices_as_of),
        Kind::Text => String::new(),
        _ if widget.unit == crate::metrics::dashboard::Unit::TokensPerMinute => format!("averaged over {}", period_words(period)),
        _ => {
            let own: Vec<&str> =
                widget.metrics.iter().filter_map(|metric| metric.statistic.as_ref()).map(|s| s.name(dashboard.statistic)).collect();
            let statistic = if own.is_empty() { statistic_words(widget, dashboard.statistic).to_owned() } else { own.join(", ") };
            format!("{statistic} per {}", period_words(period))
        }
    }
}

/// `minute`, `5 min`, `hour`, `day`.
pub fn period_words(period_ms: i64) -> String {
    match period_ms {
        MINUTE_MS => "minute".to_owned(),
        HOUR_MS => "hour".to_owned(),
        DAY_MS => "day".to_owned(),
        ms if ms % DAY_MS == 0 => format!("{} d", ms / DAY_MS),
        ms if ms % HOUR_MS == 0 => format!("{} h", ms / HOUR_MS),
        ms if ms % MINUTE_MS == 0 => format!("{} min", ms / MINUTE_MS),
        ms => format!("{} s", ms / 1_000),
    }
}

fn body(ui: &mut Ui, scene: Scene<'_>, index: usize, widget: &Widget, remote: &Remote<Arc<Plotted>>, tools: &mut Tools<'_>) {
    match (widget.kind, remote) {
        (Kind::Text, _) => drop(egui::ScrollArea::vertical().id_salt(index).show(ui, |ui| markdown(ui, &widget.text))),
        (Kind::Prompts, _) => tables::prompts(ui, scene, index, tools.commands),
        (Kind::CostByPrincipal, _) => tables::by_principal(ui, scene, index),
        (_, Remote::Failed { problem, .. }) => failure(ui, index, problem, tools.commands),
        (Kind::CostByModel, remote) => tables::by_model(ui, scene, index, remote.value()),
        (_, remote) => match remote.value() {
            Some(data) if !data.series.is_empty() => {
                legend::ui(ui, scene, widget, data, tools.cursor.at_ms(), tools.commands);
                plot::ui(ui, scene, index, widget, data, tools);
            }
            Some(_) => no_data(ui, "No data in this time"),
            None => no_data(ui, "Fetching…"),
        },
    }
}

fn failure(ui: &mut Ui, index: usize, problem: &Problem, commands: &mut Commands) {
    egui::ScrollArea::vertical().id_salt(("failure", index)).show(ui, |ui| {
        let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).retry("Try again");
        let panel = if let Some(details) = &problem.details { panel.details(details) } else { panel };
        if panel.show(ui) == ErrorAction::Retry {
            commands.send(Command::Refresh);
        }
    });
}

/// Says that there is nothing, in the middle of the place.
pub fn no_data(ui: &mut Ui, words: &str) {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    icons::CIRCLE_DASHED.paint(ui.painter(), rect.center() - vec2(0.0, 14.0), size::ICON, theme.text3);
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect.translate(vec2(0.0, rect.height() / 2.0))), |ui| {
        ui.vertical_centered(|ui| ui.label(RichText::new(words).small().color(theme.text3)));
    });
}
