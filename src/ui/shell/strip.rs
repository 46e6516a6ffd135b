//! The strip at the foot: the last AWS call; opens the Calls drawer.

use egui::{Align, Layout, RichText, Ui};

use crate::app::{Command, Commands, State};
use crate::aws::recorder::CallRecord;
use crate::base::text::{duration, grouped};
use crate::ui::format;
use crate::ui::icons;
use crate::ui::screens::calls::outcome;
use crate::ui::theme::{Theme, text};
use crate::ui::widgets::Push;

/// Room that the words about cost need; without it they give way to the call.
const COST_WIDTH: f32 = 150.0;

/// Draws the strip.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let words = format!("Calls {}", grouped(state.calls.total));
    let arrow = if state.overlays.calls { icons::CHEVRON_DOWN } else { icons::CHEVRON_UP };
    let tooltip = if state.overlays.calls { "Close the list of AWS calls (Ctrl J)" } else { "Every AWS call with its CLI line (Ctrl J)" };
    if ui.add(Push::quiet(&words).with_icon(arrow).tooltip(tooltip).small()).clicked() {
        commands.send(Command::ToggleCalls);
    }
    match state.calls.records.back() {
        Some(record) => last_call(ui, state, record),
        None => {
            ui.label(RichText::new("no AWS call yet").small().weak());
        }
    }
}

fn last_call(ui: &mut Ui, state: &State, record: &CallRecord) {
    let theme = Theme::of(ui);
    let mono = |words: String, color| RichText::new(words).text_style(egui::TextStyle::Monospace).color(color);
    ui.spacing_mut().item_spacing.x = 14.0;
    ui.label(mono(format::time(&state.settings, record.at), theme.text3));
    ui.label(mono(format!("{}:{}", record.service.short_name(), record.operation), theme.text));
    ui.label(mono(outcome(record), if record.error.is_some() { theme.error.ink } else { theme.ok.ink }));
    ui.label(mono(duration(std::time::Duration::from_millis(record.duration_ms)), theme.text2));
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if state.connection.is_sandbox() && ui.available_width() > COST_WIDTH {
            ui.label(RichText::new("sandbox: nothing to pay").text_style(text::axis()).weak());
        }
    });
}
