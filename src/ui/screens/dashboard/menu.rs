//! What can be done with a widget: the records of its time, its data and picture as files, its request.

use egui::{Button, Rect, Ui};

use super::card::Tools;
use super::{Scene, legend};
use crate::app::alarms::AlarmsCommand;
use crate::app::dashboard::DashboardCommand;
use crate::app::logs::LogsCommand;
use crate::app::{Command, Commands};
use crate::aws::cloudwatch::{Dimension, Metric};
use crate::metrics::dashboard::Widget;
use crate::metrics::dashboard::plan::MODEL;
use crate::metrics::range::Range;
use crate::metrics::series::Plotted;
use crate::ui::icons::{self, Icon};
use crate::ui::widgets::Push;

/// The button with the menu.
pub fn button(ui: &mut Ui, scene: Scene<'_>, index: usize, widget: &Widget, data: Option<&Plotted>, rect: Rect, tools: &mut Tools<'_>) {
    let name = format!("Actions of {}", widget.title);
    let response = ui.add(Push::icon(icons::ELLIPSIS, &name).small());
    egui::Popup::menu(&response).show(|ui| {
        ui.set_min_width(210.0);
        entries(ui, scene, index, widget, data, rect, tools);
    });
}

fn entry(ui: &mut Ui, icon: Icon, words: &str, enabled: bool) -> bool {
    let clicked = ui.add_enabled(enabled, Button::new((icon.atom(), words)).frame_when_inactive(false)).accessible_name(words).clicked();
    if clicked {
        ui.close();
    }
    clicked
}

fn send(commands: &mut Commands, command: DashboardCommand) {
    commands.send(Command::Dashboard(command));
}

/// An entry for each series that an alarm can watch: those of one metric of one model.
fn alarms(ui: &mut Ui, scene: Scene<'_>, widget: &Widget, data: Option<&Plotted>, commands: &mut Commands) {
    let dashboard = &scene.state.dashboard;
    let watched = data.filter(|_| widget.kind.is_plot() && widget.expression.is_none() && widget.bins.is_empty());
    let Some(data) = watched.filter(|_| widget.is_told_by_model(dashboard.statistic)) else { return };
    ui.menu_button((icons::BELL.atom(), "Create alarm…"), |ui| {
        ui.set_min_width(200.0);
        for series in data.series.iter().filter(|series| !series.model.is_empty()) {
            let Some(metric) = widget.metrics.get(series.part) else { continue };
            if ui.button(legend::name(data, series, scene.names)).clicked() {
                let statistic = metric.statistic.as_ref().unwrap_or(&widget.statistic).name(dashboard.statistic).to_owned();
                let metric = Metric {
                    namespace: metric.namespace.clone().unwrap_or_else(|| dashboard.board.namespace.clone()),
                    metric_name: metric.name.clone(),
                    dimensions: vec![Dimension::new(MODEL, &series.model)],
                };
                let period_secs = (data.period_ms / 1_000) as u32;
                commands.send(Command::Alarms(AlarmsCommand::NewFrom { metric, statistic, period_secs }));
                ui.close();
            }
        }
    });
}

fn entries(ui: &mut Ui, scene: Scene<'_>, index: usize, widget: &Widget, data: Option<&Plotted>, rect: Rect, tools: &mut Tools<'_>) {
    let range = scene.state.dashboard.range;
    let has_data = data.is_some_and(|data| !data.series.is_empty());
    if entry(ui, icons::TEXT_ALIGN_START, "Open the logs of this time", true) {
        tools.commands.send(Command::Logs(LogsCommand::ShowRange(range)));
    }
    if let Some((from, to)) = tools.cursor.pinned().filter(|_| widget.kind.is_plot())
        && entry(ui, icons::TARGET, "Open the logs of the marked period", true)
    {
        tools.commands.send(Command::Logs(LogsCommand::ShowRange(Range::Between(from, to))));
    }
    alarms(ui, scene, widget, data, tools.commands);
    ui.separator();
    if entry(ui, icons::TABLE, "Export the data as CSV", has_data) {
        send(tools.commands, DashboardCommand::ExportCsv(index));
    }
    if entry(ui, icons::IMAGE, "Export a picture as PNG", true) {
        tools.shot.ask(ui, &widget.title, rect);
    }
    if entry(ui, icons::CODE, "Show the GetMetricData request", !widget.metrics.is_empty()) {
        send(tools.commands, DashboardCommand::Inspect(Some(index)));
    }
    ui.separator();
    if entry(ui, icons::PENCIL, "Edit…", true) {
        send(tools.commands, DashboardCommand::SetEditing(true));
        tools.editor.open(index, widget);
    }
}
