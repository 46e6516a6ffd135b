//! The plan of a step: the calls to come, as AWS CLI lines, with the permissions they need.

use egui::{Label, RichText, Ui};

use crate::app::State;
use crate::aws::operation::PlannedCall;
use crate::base::text as words;
use crate::lab::view::StepView;
use crate::ui::format::masked;
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::copyable::copy_button;
use crate::ui::widgets::{Card, hint};

/// Narrower cards have no room for a call's columns in one line, such as a small window at 200 %.
const ONE_LINE: f32 = 500.0;
/// Width of a call's number.
const NUMBER: f32 = 20.0;

/// Draws the plan.
pub fn ui(ui: &mut Ui, state: &State, view: &StepView) {
    let count = words::count(view.plan.len() as u64, "call");
    let subtitle = if state.lab.status(&state.lab.chosen).is_done() { count } else { format!("{count}, nothing has run yet") };
    let all = || view.plan.iter().map(|call| call.cli.as_str()).collect::<Vec<_>>().join("\n");
    let right = |ui: &mut Ui| {
        copy_button(ui, "all calls", all);
        hint(ui, "AWS CLI");
    };
    Card::new("Plan").subtitle(&subtitle).rule().show_with(ui, right, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        if view.plan.is_empty() {
            hint(ui, "There is nothing to do at AWS");
        }
        for (index, call) in view.plan.iter().enumerate() {
            row(ui, state, index + 1, call);
        }
    });
}

/// One call: a line of columns, or two lines where columns would not fit.
fn row(ui: &mut Ui, state: &State, number: usize, call: &PlannedCall) {
    if ui.available_width() < ONE_LINE { stacked(ui, state, number, call) } else { columns(ui, state, number, call) }
}

/// Number, operation, CLI line and permissions in columns that share the width.
fn columns(ui: &mut Ui, state: &State, number: usize, call: &PlannedCall) {
    let whole = ui.available_width();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = size::GAP;
        ui.set_min_height(size::ROW);
        name_cells(ui, number, call, (whole * 0.27).clamp(170.0, 252.0));
        let needs_width = (whole * 0.24).clamp(150.0, 260.0);
        let rest = (ui.available_width() - needs_width - 44.0).max(80.0);
        cli_cell(ui, state, call, rest);
        copy_button(ui, &format!("call {number}"), || call.cli.clone());
        needs_cell(ui, state, call, needs_width);
    });
}

/// Number and operation above, the CLI line and the permissions below.
fn stacked(ui: &mut Ui, state: &State, number: usize, call: &PlannedCall) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = size::GAP;
        let rest = ui.available_width() - NUMBER - 44.0;
        name_cells(ui, number, call, rest);
        copy_button(ui, &format!("call {number}"), || call.cli.clone());
    });
    let below = |ui: &mut Ui, cell: &dyn Fn(&mut Ui, f32)| {
        ui.horizontal(|ui| {
            ui.add_space(NUMBER + size::GAP);
            let rest = ui.available_width();
            cell(ui, rest);
        });
    };
    below(ui, &|ui, rest| cli_cell(ui, state, call, rest));
    below(ui, &|ui, rest| needs_cell(ui, state, call, rest));
}

fn name_cells(ui: &mut Ui, number: usize, call: &PlannedCall, width: f32) {
    let theme = Theme::of(ui);
    cell(ui, NUMBER, RichText::new(number.to_string()).monospace().color(theme.text3), "");
    let name = format!("{} {}", call.service.short_name(), call.operation);
    cell(ui, width, RichText::new(&name).monospace().color(theme.text), &name);
}

fn cli_cell(ui: &mut Ui, state: &State, call: &PlannedCall, width: f32) {
    let cli = masked(&state.settings, &call.cli);
    let shown = RichText::new(words::one_line(&cli, 400)).monospace().color(Theme::of(ui).text2);
    cell(ui, width, shown, &cli);
}

fn needs_cell(ui: &mut Ui, state: &State, call: &PlannedCall, width: f32) {
    let all = call.permissions.iter().map(|p| format!("{} on {}", p.action, p.resource)).collect::<Vec<_>>().join("\n");
    let needs = RichText::new(needs_text(call)).text_style(text::mono_small()).color(Theme::of(ui).text3);
    cell(ui, width, needs, &masked(&state.settings, &all));
}

fn needs_text(call: &PlannedCall) -> String {
    let actions: Vec<&str> = call.permissions.iter().map(|permission| permission.action.as_str()).collect();
    if actions.is_empty() { "needs nothing".to_owned() } else { format!("needs {}", actions.join(", ")) }
}

/// A text cut at `width`, whole when the pointer rests on it.
fn cell(ui: &mut Ui, width: f32, words: RichText, whole: &str) {
    ui.allocate_ui_with_layout(egui::vec2(width, 20.0), egui::Layout::left_to_right(egui::Align::Center), |ui| {
        ui.set_width(width);
        let response = ui.add(Label::new(words).truncate());
        if !whole.is_empty() {
            response.on_hover_text(RichText::new(whole).monospace());
        }
    });
}
