//! What can be done with a widget: the records of its time, its data and picture as files, its request.

use egui::{Button, Rect, Ui};

use super::Scene;
use super::card::Tools;
use crate::app::dashboard::DashboardCommand;
use crate::app::logs::LogsCommand;
use crate::app::{Command, Commands};
use crate::metrics::dashboard::Widget;
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
