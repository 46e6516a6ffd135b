//! One alarm: its state and why, the graph with its states below, what can be done with it, whom it tells, what happened.

use egui::{ScrollArea, Ui};

use super::graph::{Drawing, show};
use super::{history, look, send, strip};
use crate::app::alarms::graph::{GraphBand, SPANS};
use crate::app::alarms::reduce::opposite;
use crate::app::alarms::{AlarmsCommand, Dialog, Past};
use crate::app::{Commands, Remote, State};
use crate::aws::as_code::Dialect;
use crate::aws::cloudwatch::MetricAlarm;
use crate::lab::alarms::words;
use crate::metrics::alarm::AlarmState;
use crate::ui::format;
use crate::ui::icons;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{
    Busy, Card, Chip, ErrorAction, ErrorPanel, KeyValues, Push, banner, body, caption, choice_of, copy_button, hint, mono, note, section,
};

/// Height of the graph, points.
const GRAPH: f32 = 210.0;

/// Draws the alarm.
pub fn ui(ui: &mut Ui, state: &State, alarm: &MetricAlarm, commands: &mut Commands) {
    ScrollArea::vertical().auto_shrink([false, false]).id_salt("alarm-detail").show(ui, |ui| {
        ui.set_max_width(ui.available_width() - 10.0);
        ui.spacing_mut().item_spacing.y = size::GAP;
        head(ui, state, alarm);
        buttons(ui, alarm, state, commands);
        graph(ui, state, alarm, commands);
        facts(ui, state, alarm);
        past(ui, state, commands);
        ui.add_space(size::GAP_LARGE);
    });
}

fn head(ui: &mut Ui, state: &State, alarm: &MetricAlarm) {
    let (tone, icon, words) = look(&alarm.state);
    ui.horizontal_wrapped(|ui| {
        section(ui, &alarm.settings.name);
        ui.add(Chip::new(tone, words).with_icon(icon));
        hint(ui, format!("since {}", format::moment(&state.settings, alarm.since)));
        if !alarm.settings.actions_enabled {
            ui.add(Chip::new(Tone::Warn, "Actions off").with_icon(icons::EYE_OFF));
        }
    });
    body(ui, format!("{} · {}", words::condition(&alarm.settings), words::whose(&alarm.settings)).trim_end_matches(" · "));
    caption(ui, &alarm.reason);
    if let Some(evaluation) = &alarm.evaluation {
        note(ui, Tone::Warn, &format!("The newest evaluation ended as {evaluation}: not all data could be read"));
    }
}

fn buttons(ui: &mut Ui, alarm: &MetricAlarm, state: &State, commands: &mut Commands) {
    let name = alarm.settings.name.clone();
    let busy = state.alarms.doing;
    ui.horizontal_wrapped(|ui| {
        if ui.add(Push::secondary("Edit…").with_icon(icons::PENCIL).blocked_by(busy)).clicked() {
            send(commands, AlarmsCommand::Edit);
        }
        let tooltip = "Set the state to try its actions; the next evaluation puts it back";
        if ui.add(Push::secondary("Test…").with_icon(icons::FLASK_CONICAL).tooltip(tooltip).blocked_by(busy)).clicked() {
            send(commands, AlarmsCommand::Ask(Dialog::Test(name.clone(), opposite(alarm))));
        }
        let (words, icon) =
            if alarm.settings.actions_enabled { ("Disable actions", icons::PAUSE) } else { ("Enable actions", icons::PLAY) };
        if ui.add(Push::secondary(words).with_icon(icon).blocked_by(busy)).clicked() {
            send(commands, AlarmsCommand::ToggleActions);
        }
        if ui.add(Push::secondary("As code").with_icon(icons::CODE)).clicked() {
            send(commands, AlarmsCommand::Ask(Dialog::Code(name.clone(), Dialect::Cli)));
        }
        if ui.add(Push::quiet("Dashboard").with_icon(icons::CHART_LINE).tooltip("The dashboard over this time")).clicked() {
            send(commands, AlarmsCommand::OpenDashboard);
        }
        if ui.add(Push::quiet("Records").with_icon(icons::TEXT_ALIGN_START).tooltip("Invocation records around the last change")).clicked()
        {
            send(commands, AlarmsCommand::OpenLogs);
        }
        if ui.add(Push::danger("Delete…").with_icon(icons::TRASH_2).blocked_by(busy)).clicked() {
            send(commands, AlarmsCommand::Ask(Dialog::Delete(name)));
        }
    });
}

fn graph(ui: &mut Ui, state: &State, alarm: &MetricAlarm, commands: &mut Commands) {
    let detail = &state.alarms.detail;
    let subject = words::subject(&alarm.settings);
    let picker = |ui: &mut Ui| {
        // The head of a card is laid out from right to left.
        let mut options = SPANS.map(|(name, ms)| (ms, name));
        options.reverse();
        if let Some(span) = choice_of(ui, &detail.span_ms, &options) {
            send(commands, AlarmsCommand::SetSpan(span));
        }
    };
    let period = format!("per {}", words::span(i64::from(crate::lab::alarms::period_secs(&alarm.settings))).trim_start_matches("1 "));
    Card::new(&subject).subtitle(&period).show_with(ui, picker, |ui| {
        if let Remote::Failed { problem, .. } = &detail.graph {
            let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy);
            let _read = panel.show(ui);
        }
        let Some(graph) = detail.graph.value() else {
            if detail.graph.problem().is_none() {
                Busy::new("Fetching values…").show(ui);
            }
            return;
        };
        if let Some(words) = graph.band.as_ref().and_then(GraphBand::absence) {
            banner(ui, Tone::Neutral, words);
        }
        if graph.points.is_empty() {
            caption(ui, "No data in this time");
        }
        let empty = Past::default();
        let past = detail.past.value().map_or(&empty, AsRef::as_ref);
        let stretches = history::stretches(alarm, past, graph.from_ms, graph.to_ms);
        let alarms = stretches.iter().filter(|stretch| stretch.state == AlarmState::Alarm).copied().collect();
        let drawing = Drawing { salt: "detail", graph, settings: &alarm.settings, alarms, height: GRAPH, movable: false };
        let drawn = show(ui, state, &drawing);
        strip::ui(ui, state, drawn.range, (graph.from_ms, graph.to_ms), &stretches, "States of the alarm");
    });
}

fn facts(ui: &mut Ui, state: &State, alarm: &MetricAlarm) {
    let settings = &alarm.settings;
    Card::new("Settings").show(ui, |ui| {
        let mut facts = KeyValues::new(ui, 110.0);
        if let Some(text) = &settings.description {
            facts.row("Description", text);
        }
        for stat in crate::lab::alarms::metrics(settings) {
            let dimensions: Vec<String> = stat.metric.dimensions.iter().map(|d| format!("{}={}", d.name, d.value)).collect();
            let metric = format!("{} {} {}", stat.metric.namespace, stat.metric.metric_name, dimensions.join(" "));
            facts.mono("Metric", &format::masked(&state.settings, &metric));
        }
        if let Some((_, text)) = crate::app::alarms::draft::expression(&crate::lab::alarms::without_band(settings.watched.clone())) {
            facts.mono("Expression", &text);
        }
        let (name, meaning) = words::missing(crate::lab::alarms::rule(settings).missing);
        facts.row("Missing data", &format!("{name}: {}", meaning.to_lowercase()));
        facts.row("Tells", &told(state, alarm));
        facts.with("ARN", |ui| {
            ui.horizontal_wrapped(|ui| {
                mono(ui, format::masked(&state.settings, &alarm.arn));
                copy_button(ui, "ARN", || alarm.arn.clone());
            });
        });
    });
}

/// Whom it tells, with subscriptions that still wait.
fn told(state: &State, alarm: &MetricAlarm) -> String {
    let settings = &alarm.settings;
    let subscriptions = state.alarms.detail.past.value().map(|past| &past.subscriptions);
    let one = |when: &str, arn: &String| {
        let name = arn.rsplit(':').next().unwrap_or(arn);
        let who = subscriptions.and_then(|all| all.get(arn)).map(|who| {
            let people = who.iter().map(|s| if s.pending { format!("{} (not confirmed yet)", s.endpoint) } else { s.endpoint.clone() });
            let people: Vec<String> = people.collect();
            if people.is_empty() { "nobody is subscribed".to_owned() } else { people.join(", ") }
        });
        format!("{when}: {name}{}", who.map(|who| format!(" · {who}")).unwrap_or_default())
    };
    let lists = [("In alarm", &settings.alarm_actions), ("OK", &settings.ok_actions), ("Insufficient data", &settings.no_data_actions)];
    let lines: Vec<String> = lines_of(lists, one);
    if lines.is_empty() { "Nobody; the change shows here, on the desktop and in the history".to_owned() } else { lines.join("\n") }
}

fn lines_of(lists: [(&str, &Vec<String>); 3], one: impl Fn(&str, &String) -> String) -> Vec<String> {
    lists.into_iter().flat_map(|(when, arns)| arns.iter().map(|arn| one(when, arn)).collect::<Vec<_>>()).collect()
}

fn past(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let past = &state.alarms.detail.past;
    Card::new("History").subtitle("kept for 30 days, also after the alarm is deleted").rule().show(ui, |ui| match (past, past.value()) {
        (Remote::Failed { problem, .. }, _) => {
            let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).retry("Try again");
            if panel.show(ui) == ErrorAction::Retry {
                commands.send(crate::app::Command::Refresh);
            }
        }
        (_, Some(past)) => history::ui(ui, state, past),
        _ => {
            Busy::new("Reading the history…").show(ui);
        }
    });
}
