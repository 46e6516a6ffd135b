//! The form of an alarm: opening it, changing it, its preview, and making what it says.

use std::sync::Arc;

use super::draft::{Draft, DraftNote, Part};
use super::graph::Graph;
use super::reduce::{carry_out, effect, find_models, next_number};
use super::{AlarmsEffect, AlarmsState, Deed, Editor, GraphOrder};
use crate::app::{Command, Effect, Remote, Screen, State, reduce};
use crate::aws::as_code::Dialect;
use crate::aws::cloudwatch::{Metric, MetricAlarm};
use crate::base::problem::Problem;
use crate::lab::alarms::queries;
use crate::lab::alarms::recommended::{NAMESPACE, Recommended};

pub(super) fn new_from(state: &mut State, metric: Metric, statistic: &str, period_secs: u32) -> Vec<Effect> {
    let draft = Draft::over(metric, statistic, period_secs);
    open(state, draft, None, None)
}

/// A form about the latency of the model that is called most; without a known model about nothing yet.
pub(super) fn new(state: &mut State) -> Vec<Effect> {
    let model = state.alarms.model.clone().or_else(|| state.alarms.models.value().and_then(|models| models.first().cloned()));
    let draft = model.map_or_else(blank, |model| {
        Draft::over(crate::lab::alarms::recommended::stat("InvocationLatency", "p99", 300, &model).metric, "p99", 300)
    });
    let mut effects = open(state, draft, None, None);
    effects.extend(find_models(&mut state.alarms));
    effects
}

/// A form in which the person chooses the metric.
fn blank() -> Draft {
    let metric = Metric { namespace: NAMESPACE.to_owned(), metric_name: String::new(), dimensions: Vec::new() };
    Draft { name: String::new(), ..Draft::over(metric, "p99", 300) }
}

/// Models are here: a form that nobody has touched yet begins with one.
pub(super) fn models_found(state: &mut State, outcome: Result<Vec<String>, Problem>) -> Vec<Effect> {
    state.alarms.models.finish(outcome);
    let is_untouched = state.alarms.editor.as_ref().is_some_and(|editor| editor.draft == blank());
    let is_known = state.alarms.models.value().is_some_and(|models| !models.is_empty());
    if is_untouched && is_known { new(state) } else { Vec::new() }
}

pub(super) fn recommend(state: &mut State, kind: Recommended, model: &str) -> Vec<Effect> {
    let draft = Draft::of(&kind.settings(model));
    open(state, draft, None, Some(kind))
}

pub(super) fn edit(state: &mut State) -> Vec<Effect> {
    let Some(alarm) = state.alarms.chosen() else { return Vec::new() };
    let (draft, name) = (Draft::of(&alarm.settings), alarm.settings.name.clone());
    open(state, draft, Some(name), None)
}

/// Opens the form and asks for all it shows.
fn open(state: &mut State, draft: Draft, editing: Option<String>, kind: Option<Recommended>) -> Vec<Effect> {
    let namespace = draft.metric().map_or_else(|| NAMESPACE.to_owned(), |metric| metric.namespace.clone());
    let (derives, coarse) = (editing.is_none() && !draft.band, draft.period_secs >= 300);
    let editor = Editor {
        draft,
        editing,
        kind,
        derives,
        derived: None,
        metrics: Remote::Loading { previous: None },
        topics: Remote::Loading { previous: None },
        // A week of a coarse period, a day of a fine one: enough to see a pattern without thousands of points.
        span_ms: if coarse { 7 * 86_400_000 } else { 86_400_000 },
        graph: Remote::NotAsked,
        replay: None,
        number: 0,
        code: None,
    };
    state.alarms.editor = Some(Box::new(editor));
    state.alarms.trouble = None;
    let mut effects = vec![effect(AlarmsEffect::ListMetrics(namespace)), effect(AlarmsEffect::ListTopics)];
    effects.extend(preview(&mut state.alarms));
    if state.screen != Screen::Alarms {
        effects.extend(reduce(state, Command::Go(Screen::Alarms)));
    }
    effects
}

pub(super) fn in_editor(alarms: &mut AlarmsState, change: impl FnOnce(&mut Editor)) {
    if let Some(editor) = &mut alarms.editor {
        change(editor);
    }
}

pub(super) fn list_metrics(alarms: &mut AlarmsState, namespace: String) -> Vec<Effect> {
    in_editor(alarms, |editor| editor.metrics.start());
    vec![effect(AlarmsEffect::ListMetrics(namespace))]
}

pub(super) fn set_preview_span(alarms: &mut AlarmsState, span_ms: i64) -> Vec<Effect> {
    in_editor(alarms, |editor| editor.span_ms = span_ms);
    preview(alarms)
}

pub(super) fn preview_code(alarms: &mut AlarmsState, dialect: Option<Dialect>) -> Vec<Effect> {
    in_editor(alarms, |editor| editor.code = dialect);
    Vec::new()
}

/// Takes a changed form: values are fetched anew when they are others, everything else is worked out here.
pub(super) fn change(state: &mut State, draft: Draft) -> Vec<Effect> {
    let Some(editor) = &mut state.alarms.editor else { return Vec::new() };
    let (old, new) = (editor.draft.settings(), draft.settings());
    // A threshold that was typed or dragged is the person's own.
    if draft.threshold != editor.draft.threshold {
        (editor.derives, editor.derived) = (false, None);
    }
    editor.draft = draft;
    if queries(&old) != queries(&new) || editor.graph.value().is_none() {
        // Other values have another usual level.
        editor.derives |= editor.derived.is_some();
        return preview(&mut state.alarms);
    }
    replay_again(editor);
    Vec::new()
}

/// Asks for the values that the form is about.
fn preview(alarms: &mut AlarmsState) -> Vec<Effect> {
    let number = next_number(alarms);
    let Some(editor) = &mut alarms.editor else { return Vec::new() };
    let settings = editor.draft.settings();
    editor.number = number;
    let blocked = editor.draft.notes(&[]).iter().any(|note| note.blocks && matches!(note.part, Part::Metric | Part::Stat));
    if blocked {
        editor.graph = Remote::NotAsked;
        editor.replay = None;
        return Vec::new();
    }
    editor.graph.start();
    vec![effect(AlarmsEffect::Graph(GraphOrder { for_editor: true, number, settings: Box::new(settings), span_ms: editor.span_ms }))]
}

pub(super) fn previewed(alarms: &mut AlarmsState, number: u64, outcome: Result<Arc<Graph>, Problem>) -> Vec<Effect> {
    let Some(editor) = &mut alarms.editor else { return Vec::new() };
    if editor.number == number {
        editor.graph.finish(outcome);
        derive(editor);
        replay_again(editor);
    }
    Vec::new()
}

/// Takes a threshold from the data: that of the recommendation, or a little above what was usual.
fn derive(editor: &mut Editor) {
    let Some(graph) = editor.graph.value().filter(|_| editor.derives && !editor.draft.band) else { return };
    let usual = editor.kind.map_or(Recommended::Latency, |kind| kind);
    if let Some(threshold) = usual.threshold_from(&graph.values()) {
        editor.draft.set_threshold(threshold);
        editor.derived = Some(editor.draft.threshold.clone());
    }
    editor.derives = false;
}

fn replay_again(editor: &mut Editor) {
    let settings = editor.draft.settings();
    editor.replay = editor.graph.value().and_then(|graph| graph.replay(&settings));
}

pub(super) fn save(state: &mut State) -> Vec<Effect> {
    let Some(editor) = &state.alarms.editor else { return Vec::new() };
    if blocks(&state.alarms, editor) {
        return Vec::new();
    }
    let order = editor.draft.order(editor.editing.is_some());
    carry_out(&mut state.alarms, Deed::Make(Box::new(order)))
}

/// Whether the form has something that cannot be made.
pub fn blocks(alarms: &AlarmsState, editor: &Editor) -> bool {
    notes(alarms, editor).iter().any(|note| note.blocks)
}

/// What is to be said about the form.
pub fn notes(alarms: &AlarmsState, editor: &Editor) -> Vec<DraftNote> {
    let others: Vec<MetricAlarm> = alarms.list.value().map(|list| list.as_ref().clone()).unwrap_or_default();
    let others: Vec<MetricAlarm> = others.into_iter().filter(|alarm| Some(&alarm.settings.name) != editor.editing.as_ref()).collect();
    editor.draft.notes(&others)
}
