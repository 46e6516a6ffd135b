//! What is asked before an alarm is deleted or its state is set, and an alarm as code.

use egui::Ui;

use super::{look, send};
use crate::app::alarms::{AlarmsCommand, Dialog};
use crate::app::{Commands, State};
use crate::aws::as_code::{self, Dialect};
use crate::aws::cloudwatch::MetricAlarm;
use crate::aws::operation::PlannedCall;
use crate::lab::alarms::{detector, making};
use crate::metrics::alarm::AlarmState;
use crate::ui::icons;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Chip, CodeBlock, Language, Push, body, caption, choice_of, hint, modal, note, scroll_up_to, section};

/// Draws the dialog that is open.
pub fn ui(ui: &Ui, state: &State, commands: &mut Commands) {
    let Some(dialog) = &state.alarms.dialog else { return };
    let modal = modal(ui, "alarm-dialog").show(ui.ctx(), |ui| {
        let screen = ui.ctx().content_rect();
        ui.set_width((screen.width() - 64.0).min(680.0));
        match dialog {
            Dialog::Delete(name) => state.alarms.find(name).map(|alarm| delete(ui, state, alarm, commands)),
            Dialog::Test(name, to) => state.alarms.find(name).map(|alarm| test(ui, alarm, *to, commands)),
            Dialog::Code(name, dialect) => state.alarms.find(name).map(|alarm| code(ui, state, alarm, *dialect, commands)),
        }
    });
    // The alarm may have gone meanwhile: then there is nothing to ask.
    if modal.inner.is_none() || modal.should_close() {
        send(commands, AlarmsCommand::Dismiss);
    }
}

fn delete(ui: &mut Ui, state: &State, alarm: &MetricAlarm, commands: &mut Commands) {
    section(ui, format!("Delete alarm {}?", alarm.settings.name));
    body(ui, "Its history stays with CloudWatch for 30 days. Topics stay: other alarms may use them");
    if detector(&alarm.settings).is_some() {
        body(
            ui,
            "The alarm goes first, then the anomaly detector behind its band: in the other order the next evaluation would make the detector anew. A detector that was there before, or that another alarm uses, stays",
        );
    }
    calls(ui, state, &making::deletion_plan(&alarm.settings));
    ui.horizontal_wrapped(|ui| {
        if ui.add(Push::danger("Delete alarm").with_icon(icons::TRASH_2)).clicked() {
            send(commands, AlarmsCommand::Confirm);
        }
        if ui.add(Push::secondary("Keep it")).clicked() {
            send(commands, AlarmsCommand::Dismiss);
        }
    });
}

fn test(ui: &mut Ui, alarm: &MetricAlarm, to: AlarmState, commands: &mut Commands) {
    let name = &alarm.settings.name;
    section(ui, format!("Test alarm {name}"));
    body(
        ui,
        "SetAlarmState changes the state without looking at the metric, so that its actions can be tried. The next evaluation, within a minute, puts back what the data say; both changes stand in the history",
    );
    ui.horizontal_wrapped(|ui| {
        caption(ui, "State to set");
        let options = AlarmState::ALL.map(|state| (state, look(state.name()).2));
        if let Some(picked) = choice_of(ui, &to, &options) {
            send(commands, AlarmsCommand::Ask(Dialog::Test(name.clone(), picked)));
        }
    });
    let settings = &alarm.settings;
    let actions = match to {
        AlarmState::Alarm => &settings.alarm_actions,
        AlarmState::Ok => &settings.ok_actions,
        AlarmState::InsufficientData => &settings.no_data_actions,
    };
    match (alarm.state == to.name(), settings.actions_enabled, actions.len()) {
        (true, ..) => note(ui, Tone::Warn, "The alarm is in this state already: nothing will happen"),
        (_, false, _) => note(ui, Tone::Warn, "Actions are disabled: nobody will be told"),
        (_, true, 0) => {
            note(ui, Tone::Neutral, "No action is set for this state: the change shows here, on the desktop and in the history")
        }
        (_, true, count) => note(ui, Tone::Ok, &format!("{count} actions will be taken").replace("1 actions", "1 action")),
    };
    ui.horizontal_wrapped(|ui| {
        let words = format!("Set to {}", look(to.name()).2);
        if ui.add(Push::primary(&words).with_icon(icons::FLASK_CONICAL)).clicked() {
            send(commands, AlarmsCommand::Confirm);
        }
        if ui.add(Push::secondary("Cancel")).clicked() {
            send(commands, AlarmsCommand::Dismiss);
        }
    });
}

fn code(ui: &mut Ui, state: &State, alarm: &MetricAlarm, dialect: Dialect, commands: &mut Commands) {
    ui.horizontal(|ui| {
        section(ui, &alarm.settings.name);
        hint(ui, "the call that makes this alarm");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.add(Push::icon(icons::X, "Close the code")).clicked() {
                send(commands, AlarmsCommand::Dismiss);
            }
        });
    });
    if let Some(picked) = choice_of(ui, &dialect, &DIALECTS) {
        send(commands, AlarmsCommand::Ask(Dialog::Code(alarm.settings.name.clone(), picked)));
    }
    let plan = PlannedCall::of(&alarm.settings);
    let height = ui.ctx().content_rect().height() - 200.0;
    scroll_up_to(height).show(ui, |ui| as_text(ui, state, &[plan], dialect));
}

/// The languages on offer.
pub const DIALECTS: [(Dialect, &str); 2] = [(Dialect::Cli, "AWS CLI"), (Dialect::Python, "Python (boto3)")];

/// Calls in a language, with the permissions that they need.
pub fn as_text(ui: &mut Ui, state: &State, plan: &[PlannedCall], dialect: Dialect) {
    let environment = state.connection.environment();
    let region = environment.map(|environment| environment.region.as_str()).unwrap_or_default();
    let code: Vec<String> = plan.iter().map(|call| as_code::call(dialect, call, region)).collect();
    let code = crate::ui::format::masked(&state.settings, &code.join("\n"));
    let language = if dialect == Dialect::Cli { Language::Shell } else { Language::Plain };
    CodeBlock::new(&code).language(language).name("The alarm as code").show(ui);
    ui.add_space(size::GAP_SMALL);
    ui.horizontal_wrapped(|ui| {
        caption(ui, "Needs");
        for permission in plan.iter().flat_map(|call| &call.permissions) {
            ui.add(Chip::new(Tone::Neutral, &permission.action).mono()).on_hover_text(&permission.resource);
        }
    });
}

fn calls(ui: &mut Ui, state: &State, plan: &[PlannedCall]) {
    let lines: Vec<&str> = plan.iter().map(|call| call.cli.as_str()).collect();
    let code = crate::ui::format::masked(&state.settings, &lines.join("\n"));
    CodeBlock::shell(&code).name("Calls").show(ui);
    ui.add_space(size::GAP_SMALL);
}
