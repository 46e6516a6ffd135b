//! Changes to the alarms slice; each arm is one call.

use std::sync::Arc;
use std::time::Duration;

use super::graph::Graph;
use super::{AlarmsCommand, AlarmsEffect, AlarmsEvent, AlarmsState, Deed, Detail, Dialog, GraphOrder, form, watch};
use crate::app::dashboard::DashboardCommand;
use crate::app::logs::LogsCommand;
use crate::app::state::NoticeLevel;
use crate::app::{Command, Effect, Screen, State, reduce};
use crate::aws::cloudwatch::MetricAlarm;
use crate::base::problem::Problem;
use crate::metrics::alarm::AlarmState;
use crate::metrics::range::Range;

/// Time at the wall between two looks while the screen is shown, and while another one is.
const LOOK_EVERY: Duration = Duration::from_secs(5);
const LOOK_NOW_AND_THEN: Duration = Duration::from_secs(20);

/// Age from which the small graphs are fetched again, milliseconds.
const SPARKS_KEPT_MS: i64 = 60_000;

/// A person did something.
pub fn command(state: &mut State, command: AlarmsCommand) -> Vec<Effect> {
    match command {
        AlarmsCommand::NewFrom { metric, statistic, period_secs } => form::new_from(state, metric, &statistic, period_secs),
        AlarmsCommand::New => form::new(state),
        AlarmsCommand::Recommend(kind, model) => form::recommend(state, kind, &model),
        AlarmsCommand::ToggleRecommended => toggle_recommended(state),
        AlarmsCommand::ChooseModel(model) => silently(|| state.alarms.model = Some(model)),
        AlarmsCommand::Edit => form::edit(state),
        AlarmsCommand::Change(draft) => form::change(state, *draft),
        AlarmsCommand::ListMetrics(namespace) => form::list_metrics(&mut state.alarms, namespace),
        AlarmsCommand::SetPreviewSpan(span_ms) => form::set_preview_span(&mut state.alarms, span_ms),
        AlarmsCommand::PreviewCode(dialect) => form::preview_code(&mut state.alarms, dialect),
        AlarmsCommand::Save => form::save(state),
        AlarmsCommand::CloseEditor => silently(|| state.alarms.editor = None),
        AlarmsCommand::SetFilter(filter) => silently(|| state.alarms.filter = filter),
        AlarmsCommand::Choose(name) => choose(state, name),
        AlarmsCommand::SetSpan(span_ms) => set_span(state, span_ms),
        AlarmsCommand::ToggleActions => toggle_actions(state),
        AlarmsCommand::Ask(dialog) => silently(|| state.alarms.dialog = Some(dialog)),
        AlarmsCommand::Confirm => confirm(state),
        AlarmsCommand::Dismiss => dismiss(&mut state.alarms),
        AlarmsCommand::OpenDashboard => open_dashboard(state),
        AlarmsCommand::OpenLogs => open_logs(state),
        AlarmsCommand::ToggleDesktop => toggle_desktop(state),
    }
}

/// Something happened.
pub fn event(state: &mut State, event: AlarmsEvent) -> Vec<Effect> {
    match event {
        AlarmsEvent::Listed(outcome) => listed(state, outcome),
        AlarmsEvent::Sparks(sparks) => silently(|| state.alarms.sparks = sparks),
        AlarmsEvent::Graph { for_editor: true, number, outcome } => form::previewed(&mut state.alarms, number, outcome),
        AlarmsEvent::Graph { for_editor: false, number, outcome } => drawn(&mut state.alarms, number, outcome),
        AlarmsEvent::Past { number, outcome } => remembered(&mut state.alarms, number, outcome),
        AlarmsEvent::Metrics(outcome) => silently(|| form::in_editor(&mut state.alarms, |editor| editor.metrics.finish(outcome))),
        AlarmsEvent::Models(outcome) => form::models_found(state, outcome),
        AlarmsEvent::Topics(outcome) => silently(|| form::in_editor(&mut state.alarms, |editor| editor.topics.finish(outcome))),
        AlarmsEvent::Done(deed, outcome) => done(state, &deed, outcome),
        AlarmsEvent::WatchDue => watch_due(state),
    }
}

/// The screen came into view, or shall be fetched again.
pub fn entered(state: &mut State) -> Vec<Effect> {
    if state.connection.environment().is_none() {
        return Vec::new();
    }
    state.alarms.sparks_at_ms = None;
    let mut effects = look(&mut state.alarms);
    effects.extend(fetch_detail(state));
    effects
}

/// Another environment was opened: forget the old one's alarms, and look whether this one has any to watch.
pub fn environment_changed(state: &mut State) -> Vec<Effect> {
    let number = state.alarms.number + 1;
    state.alarms = AlarmsState { number, ..AlarmsState::default() };
    look(&mut state.alarms)
}

/// Something outside this screen may have made or removed alarms.
pub fn look_again(state: &mut State) -> Vec<Effect> {
    if state.connection.environment().is_some() { look(&mut state.alarms) } else { Vec::new() }
}

fn silently(change: impl FnOnce()) -> Vec<Effect> {
    change();
    Vec::new()
}

pub(super) fn effect(effect: AlarmsEffect) -> Effect {
    Effect::Alarms(effect)
}

fn look(alarms: &mut AlarmsState) -> Vec<Effect> {
    alarms.list.start();
    vec![effect(AlarmsEffect::List)]
}

fn watch_due(state: &mut State) -> Vec<Effect> {
    if state.hidden {
        // Nobody looks: nothing is asked until somebody does.
        return vec![effect(AlarmsEffect::WatchAfter(LOOK_EVERY))];
    }
    look_again(state)
}

/// The alarms are here: tells what changed, and fetches what the shown screen needs.
fn listed(state: &mut State, outcome: Result<Arc<Vec<MetricAlarm>>, Problem>) -> Vec<Effect> {
    let before = state.alarms.list.value().cloned();
    let failed = outcome.is_err();
    state.alarms.list.finish(outcome);
    let after = state.alarms.list.value().cloned().unwrap_or_default();
    let mut effects = if failed { Vec::new() } else { tell_changes(state, before.as_deref(), &after) };
    let shown = state.screen == Screen::Alarms;
    if shown && !failed {
        effects.extend(refresh_shown(state, before.as_deref(), &after));
    }
    // Without alarms there is nothing to watch until one is made or the screen is looked at. A failure may pass.
    if shown || !after.is_empty() {
        effects.push(effect(AlarmsEffect::WatchAfter(if shown { LOOK_EVERY } else { LOOK_NOW_AND_THEN })));
    }
    effects
}

fn tell_changes(state: &mut State, before: Option<&Vec<MetricAlarm>>, after: &[MetricAlarm]) -> Vec<Effect> {
    let told = watch::changes(before.map(Vec::as_slice).unwrap_or_default(), after);
    let mut effects = Vec::new();
    for told in told {
        state.notices.push(told.level, told.title.clone(), Some(told.body.clone()), state.now);
        if state.settings.notifies_desktop {
            effects.push(effect(AlarmsEffect::Notify { title: told.title, body: told.body }));
        }
    }
    effects
}

/// Small graphs that are old, the detail of an alarm that changed, and, where there is nothing, what could be recommended.
fn refresh_shown(state: &mut State, before: Option<&Vec<MetricAlarm>>, after: &Arc<Vec<MetricAlarm>>) -> Vec<Effect> {
    let now_ms = state.now.as_millisecond();
    let mut effects = Vec::new();
    let names = |list: &[MetricAlarm]| list.iter().map(|alarm| (alarm.settings.name.clone(), alarm.configured)).collect::<Vec<_>>();
    let same = before.is_some_and(|before| names(before) == names(after));
    let old = state.alarms.sparks_at_ms.is_none_or(|at| now_ms - at >= SPARKS_KEPT_MS);
    if (old || !same) && !after.is_empty() {
        state.alarms.sparks_at_ms = Some(now_ms);
        effects.push(effect(AlarmsEffect::Sparks(after.clone())));
    }
    if after.is_empty() || state.alarms.recommending {
        effects.extend(find_models(&mut state.alarms));
    }
    let of_chosen = |list: &[MetricAlarm]| {
        let chosen = state.alarms.chosen.as_deref();
        list.iter().find(|alarm| Some(alarm.settings.name.as_str()) == chosen).map(|alarm| (alarm.since, alarm.configured))
    };
    let changed = before.map(|before| of_chosen(before)) != Some(of_chosen(after));
    if changed || old {
        effects.extend(fetch_detail(state));
    }
    effects
}

pub(super) fn find_models(alarms: &mut AlarmsState) -> Option<Effect> {
    // The first invocation may have come since nothing was found.
    let known = alarms.models.value().is_some_and(|models| !models.is_empty());
    if known || alarms.models.is_loading() {
        return None;
    }
    alarms.models.start();
    Some(effect(AlarmsEffect::FindModels))
}

fn toggle_recommended(state: &mut State) -> Vec<Effect> {
    state.alarms.recommending = !state.alarms.recommending;
    find_models(&mut state.alarms).into_iter().collect()
}

pub(super) fn next_number(alarms: &mut AlarmsState) -> u64 {
    alarms.number += 1;
    alarms.number
}

// --- the chosen alarm

fn choose(state: &mut State, name: Option<String>) -> Vec<Effect> {
    let alarms = &mut state.alarms;
    if alarms.chosen != name {
        alarms.detail = Detail { span_ms: alarms.detail.span_ms, ..Detail::default() };
        alarms.trouble = None;
    }
    alarms.chosen = name;
    fetch_detail(state)
}

fn set_span(state: &mut State, span_ms: i64) -> Vec<Effect> {
    state.alarms.detail.span_ms = span_ms;
    fetch_detail(state)
}

/// Asks for the values and the past of the chosen alarm, keeping what is shown until the answers come.
fn fetch_detail(state: &mut State) -> Vec<Effect> {
    let Some(settings) = state.alarms.chosen().map(|alarm| Box::new(alarm.settings.clone())) else { return Vec::new() };
    let number = next_number(&mut state.alarms);
    let detail = &mut state.alarms.detail;
    detail.number = number;
    detail.graph.start();
    detail.past.start();
    let order = GraphOrder { for_editor: false, number, settings: settings.clone(), span_ms: detail.span_ms };
    vec![effect(AlarmsEffect::Graph(order)), effect(AlarmsEffect::Past { number, settings })]
}

fn drawn(alarms: &mut AlarmsState, number: u64, outcome: Result<Arc<Graph>, Problem>) -> Vec<Effect> {
    if alarms.detail.number == number {
        alarms.detail.graph.finish(outcome);
    }
    Vec::new()
}

fn remembered(alarms: &mut AlarmsState, number: u64, outcome: Result<Arc<super::Past>, Problem>) -> Vec<Effect> {
    if alarms.detail.number == number {
        alarms.detail.past.finish(outcome);
    }
    Vec::new()
}

fn toggle_actions(state: &mut State) -> Vec<Effect> {
    let Some(alarm) = state.alarms.chosen() else { return Vec::new() };
    let deed = Deed::SwitchActions(alarm.settings.name.clone(), !alarm.settings.actions_enabled);
    carry_out(&mut state.alarms, deed)
}

fn confirm(state: &mut State) -> Vec<Effect> {
    let Some(dialog) = state.alarms.dialog.take() else { return Vec::new() };
    let deed = match dialog {
        Dialog::Delete(name) => state.alarms.find(&name).map(|alarm| Deed::Delete(Box::new(alarm.settings.clone()))),
        Dialog::Test(name, to) => Some(Deed::Test(name, to)),
        Dialog::Code(..) => None,
    };
    deed.map(|deed| carry_out(&mut state.alarms, deed)).unwrap_or_default()
}

fn dismiss(alarms: &mut AlarmsState) -> Vec<Effect> {
    if alarms.dialog.take().is_none() {
        alarms.trouble = None;
    }
    Vec::new()
}

pub(super) fn carry_out(alarms: &mut AlarmsState, deed: Deed) -> Vec<Effect> {
    if alarms.doing.is_some() {
        return Vec::new();
    }
    alarms.trouble = None;
    alarms.doing = Some(match &deed {
        Deed::Make(_) => "Creating the alarm",
        Deed::Delete(_) => "Deleting the alarm",
        Deed::Test(..) => "Setting the state",
        Deed::SwitchActions(_, true) => "Enabling actions",
        Deed::SwitchActions(_, false) => "Disabling actions",
    });
    vec![effect(AlarmsEffect::Do(deed))]
}

fn done(state: &mut State, deed: &Deed, outcome: Result<String, Problem>) -> Vec<Effect> {
    state.alarms.doing = None;
    match outcome {
        Err(problem) => {
            state.alarms.trouble = Some(problem);
            // Something of it may have been done.
            return look_again(state);
        }
        Ok(text) => state.notices.push(NoticeLevel::Info, text, None, state.now),
    }
    match deed {
        Deed::Make(order) => {
            state.alarms.editor = None;
            state.alarms.recommending = false;
            state.alarms.chosen = Some(order.settings.name.clone());
            state.alarms.detail = Detail { span_ms: state.alarms.detail.span_ms, ..Detail::default() };
        }
        Deed::Delete(settings) if state.alarms.chosen.as_ref() == Some(&settings.name) => state.alarms.chosen = None,
        _ => {}
    }
    let mut effects = look_again(state);
    effects.extend(crate::app::resources::reduce::entered(state));
    effects
}

fn open_dashboard(state: &mut State) -> Vec<Effect> {
    let range = Range::Last(state.alarms.detail.span_ms.min(7 * 86_400_000));
    let mut effects = reduce(state, Command::Dashboard(DashboardCommand::SetRange(range)));
    effects.extend(reduce(state, Command::Go(Screen::Dashboard)));
    effects
}

/// The records around the last change of the alarm, or of its newest hour.
fn open_logs(state: &mut State) -> Vec<Effect> {
    const BEFORE_MS: i64 = 30 * 60_000;
    const AFTER_MS: i64 = 10 * 60_000;
    let Some(alarm) = state.alarms.chosen() else { return Vec::new() };
    let (since, now) = (alarm.since.as_millisecond(), state.now.as_millisecond());
    let range = Range::Between(since - BEFORE_MS, (since + AFTER_MS).min(now).max(since - BEFORE_MS + 1));
    let mut effects = reduce(state, Command::Go(Screen::Logs));
    effects.extend(reduce(state, Command::Logs(LogsCommand::ShowRange(range))));
    effects
}

fn toggle_desktop(state: &mut State) -> Vec<Effect> {
    state.settings.notifies_desktop = !state.settings.notifies_desktop;
    vec![Effect::SaveSettings(state.settings.clone())]
}

/// The state that trying an alarm would set: the other one.
pub fn opposite(alarm: &MetricAlarm) -> AlarmState {
    if alarm.state == AlarmState::Alarm.name() { AlarmState::Ok } else { AlarmState::Alarm }
}
