//! The `GetMetricData` request of a widget, as the AWS CLI and as JSON.

use egui::Ui;

use crate::app::dashboard::DashboardCommand;
use crate::app::dashboard::requests::requests;
use crate::app::{Command, Commands, State};
use crate::aws::PlannedCall;
use crate::base::text::count;
use crate::ui::theme::size;
use crate::ui::widgets::{CodeBlock, Push, hint, modal, scroll_up_to, section};

/// Draws the request of the inspected widget, if there is one.
pub fn ui(ui: &Ui, state: &State, commands: &mut Commands) {
    let Some(widget) = state.dashboard.inspected.and_then(|index| state.dashboard.board.widgets.get(index)) else { return };
    let now_ms = state.now.as_millisecond();
    let models: Vec<String> = state.dashboard.models().into_iter().map(str::to_owned).collect();
    let frame = state.dashboard.frame(now_ms, &models);
    let asked = requests(frame.asks_of(widget));
    let mut close = false;
    let modal = modal(ui, "metric-request").show(ui.ctx(), |ui| {
        let place = ui.ctx().content_rect();
        ui.set_width((place.width() - 64.0).min(820.0));
        section(ui, format!("Request of {}", widget.title));
        let queries: usize = asked.iter().map(|(request, _)| request.queries.len()).sum();
        hint(
            ui,
            format!("{} for this graph; a refresh asks for all graphs together, 500 queries a request", count(queries as u64, "query")),
        );
        if let Some(expression) = &widget.expression {
            hint(ui, format!("The expression {expression} is computed here, with m1, m2, … in the order of the metrics"));
        }
        scroll_up_to((place.height() - 220.0).max(120.0)).show(ui, |ui| {
            for (request, _) in &asked {
                let call = PlannedCall::of(request);
                let json = serde_json::to_string_pretty(&call.params).unwrap_or_default();
                CodeBlock::shell(&call.cli).name("call for the AWS CLI").max_height(120.0).show(ui);
                ui.add_space(size::GAP_SMALL);
                CodeBlock::json(&json).name("request as JSON").show(ui);
            }
        });
        ui.add_space(size::GAP);
        close = ui.add(Push::secondary("Close")).clicked();
    });
    if close || modal.should_close() {
        commands.send(Command::Dashboard(DashboardCommand::Inspect(None)));
    }
}
