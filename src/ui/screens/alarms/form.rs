//! The fields of an alarm, each with what is to be said about it.

use egui::{ComboBox, RichText, Ui};

use super::send;
use crate::app::alarms::draft::{Draft, DraftNote, Part, Target, expression};
use crate::app::alarms::form::notes;
use crate::app::alarms::{AlarmsCommand, Editor};
use crate::app::{Commands, State};
use crate::aws::cloudwatch::{Dimension, Metric};
use crate::lab::alarms::words::{self, Measure};
use crate::metrics::alarm::{Comparison, MissingData};
use crate::models;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Card, Field, Push, Verdict, caption, checkbox, choice, hint, note};

/// Periods on offer, seconds.
const PERIODS: [(u32, &str); 6] = [(60, "1 min"), (300, "5 min"), (900, "15 min"), (3_600, "1 h"), (21_600, "6 h"), (86_400, "1 d")];
/// Statistics on offer beside the field.
const STATISTICS: [&str; 7] = ["Average", "Sum", "p50", "p90", "p99", "Maximum", "SampleCount"];

/// What the form keeps between frames.
#[derive(Debug, Default)]
pub struct Form {
    /// A namespace being typed.
    namespace: Option<String>,
}

impl Form {
    /// Draws the form and sends what was changed.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, editor: &Editor, commands: &mut Commands) {
        let mut draft = editor.draft.clone();
        let found = notes(&state.alarms, editor);
        ui.spacing_mut().item_spacing.y = size::GAP;
        name(ui, &mut draft, editor, &found);
        Card::new("Metric").show(ui, |ui| self.metric(ui, editor, &mut draft, &found, commands));
        Card::new("Condition").show(ui, |ui| condition(ui, &mut draft, &found));
        Card::new("Missing data").show(ui, |ui| missing(ui, &mut draft));
        Card::new("Actions").show(ui, |ui| actions(ui, state, editor, &mut draft, &found));
        if draft != editor.draft {
            send(commands, AlarmsCommand::Change(Box::new(draft)));
        }
    }

    fn metric(&mut self, ui: &mut Ui, editor: &Editor, draft: &mut Draft, found: &[DraftNote], commands: &mut Commands) {
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
        if let Some((label, text)) = expression(&draft.watched) {
            caption(ui, label);
            ui.label(RichText::new(text).monospace().color(Theme::of(ui).text));
            inputs(ui, draft);
        } else {
            self.namespace(ui, draft, commands);
            metric_name(ui, editor, draft);
            metric_dimensions(ui, editor, draft);
            said(ui, found, Part::Metric);
            statistic(ui, draft, found);
        }
        caption(ui, "Period");
        let offered = periods(draft.period_secs);
        choice(ui, &mut draft.period_secs, &offered);
        said(ui, found, Part::Period);
    }

    /// Namespaces are typed: listing all metrics of an account to find them would take long.
    fn namespace(&mut self, ui: &mut Ui, draft: &mut Draft, commands: &mut Commands) {
        let Some(metric) = draft.metric().cloned() else { return };
        let text = self.namespace.get_or_insert_with(|| metric.namespace.clone());
        let response = Field::new("Namespace", text).mono().width(f32::INFINITY).show(ui);
        let entered = response.lost_focus() && *text != metric.namespace && !text.trim().is_empty();
        if entered {
            let namespace = text.trim().to_owned();
            draft.set_metric(Metric { namespace: namespace.clone(), metric_name: String::new(), dimensions: Vec::new() });
            send(commands, AlarmsCommand::ListMetrics(namespace));
        }
        if !response.has_focus() {
            self.namespace = None;
        }
    }
}

fn name(ui: &mut Ui, draft: &mut Draft, editor: &Editor, found: &[DraftNote]) {
    if let Some(name) = &editor.editing {
        caption(ui, "Name");
        ui.label(RichText::new(name).monospace().color(Theme::of(ui).text)).on_hover_text("An alarm keeps its name");
    } else {
        let verdict = verdict(found, Part::Name);
        Field::new("Name", &mut draft.name).mono().width(f32::INFINITY).char_limit(255).verdict(verdict.as_ref()).show(ui);
    }
    let hint = "What to do when it fires";
    Field::new("Description", &mut draft.description).hint(hint).width(f32::INFINITY).char_limit(1_024).show(ui);
}

fn periods(current: u32) -> Vec<(u32, &'static str)> {
    let mut all = PERIODS.to_vec();
    if !all.iter().any(|(secs, _)| *secs == current) {
        all.insert(0, (current, "as set"));
    }
    all
}

/// Metrics of an expression.
fn inputs(ui: &mut Ui, draft: &Draft) {
    for stat in crate::lab::alarms::metrics(&draft.settings()) {
        let of: Vec<String> = stat.metric.dimensions.iter().map(dimension_words).collect();
        hint(ui, format!("{} {} of {}", stat.stat, stat.metric.metric_name, of.join(", ")));
    }
}

fn combo(ui: &mut Ui, salt: &str, name: &str, shown: &str, add: impl FnOnce(&mut Ui)) {
    let width = ui.available_width();
    let shown = RichText::new(shown).monospace();
    let response = ComboBox::from_id_salt(salt).width(width).truncate().selected_text(shown).show_ui(ui, add);
    response.response.accessible_name(name);
}

fn metric_name(ui: &mut Ui, editor: &Editor, draft: &mut Draft) {
    let Some(metric) = draft.metric().cloned() else { return };
    caption(ui, "Metric");
    let listed = editor.metrics.value().map(|metrics| metrics.as_slice()).unwrap_or_default();
    let mut names: Vec<&str> = listed.iter().map(|metric| metric.metric_name.as_str()).collect();
    names.dedup();
    let shown = if metric.metric_name.is_empty() { "Choose…" } else { &metric.metric_name };
    combo(ui, "alarm-metric", "Metric", shown, |ui| {
        for name in &names {
            if ui.selectable_label(*name == metric.metric_name, *name).clicked() {
                // The same dimensions where the other metric has them, its first ones otherwise.
                let same = listed.iter().find(|other| other.metric_name == *name && other.dimensions == metric.dimensions);
                let first = listed.iter().find(|other| other.metric_name == *name);
                if let Some(other) = same.or(first) {
                    draft.set_metric(other.clone());
                }
            }
        }
        if names.is_empty() {
            hint(ui, if editor.metrics.is_loading() { "Listing metrics…" } else { "CloudWatch lists no metric of this namespace yet" });
        }
    });
    if let Some(problem) = editor.metrics.problem() {
        note(ui, Tone::Error, &problem.what);
    }
}

fn metric_dimensions(ui: &mut Ui, editor: &Editor, draft: &mut Draft) {
    let Some(metric) = draft.metric().cloned() else { return };
    let is_model = metric.dimensions.iter().any(|dimension| dimension.name == "ModelId");
    let name = if is_model { "Model" } else { "Dimensions" };
    caption(ui, name);
    let listed = editor.metrics.value().map(|metrics| metrics.as_slice()).unwrap_or_default();
    combo(ui, "alarm-dimensions", name, &dimensions_words(&metric.dimensions), |ui| {
        for other in listed.iter().filter(|other| other.metric_name == metric.metric_name) {
            let words = dimensions_words(&other.dimensions);
            if ui.selectable_label(other.dimensions == metric.dimensions, words).clicked() {
                draft.set_metric(other.clone());
            }
        }
    });
}

fn dimension_words(dimension: &Dimension) -> String {
    match dimension.name.as_str() {
        "ModelId" => models::profile_prefix(&dimension.value)
            .map_or_else(|| models::short_name(&dimension.value), |prefix| format!("{} ({prefix})", models::short_name(&dimension.value))),
        name => format!("{name}={}", dimension.value),
    }
}

fn dimensions_words(dimensions: &[Dimension]) -> String {
    if dimensions.is_empty() {
        return "all together (no dimension)".to_owned();
    }
    dimensions.iter().map(dimension_words).collect::<Vec<_>>().join(", ")
}

fn statistic(ui: &mut Ui, draft: &mut Draft, found: &[DraftNote]) {
    let mut text = draft.stat.clone();
    let verdict = verdict(found, Part::Stat);
    Field::new("Statistic", &mut text).mono().width(f32::INFINITY).char_limit(40).verdict(verdict.as_ref()).show(ui);
    choice(ui, &mut text, &STATISTICS.map(|name| (name.to_owned(), name)));
    if text != draft.stat {
        draft.set_stat(text);
    }
}

fn condition(ui: &mut Ui, draft: &mut Draft, found: &[DraftNote]) {
    ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
    choice(ui, &mut draft.band, &[(false, "Static threshold"), (true, "Anomaly band")]);
    if draft.band {
        let options = [
            (Comparison::LessThanLowerOrGreaterThanUpperThreshold, "outside"),
            (Comparison::GreaterThanUpperThreshold, "above"),
            (Comparison::LessThanLowerThreshold, "below"),
        ];
        caption(ui, "Fires when the value is … the band");
        choice(ui, &mut draft.banded, &options);
        let verdict = verdict(found, Part::Width)
            .unwrap_or_else(|| Verdict::hint("Standard deviations between what is usual and each edge: larger is more tolerant"));
        Field::new("Width of the band", &mut draft.width).width(120.0).verdict(Some(&verdict)).show(ui);
    } else {
        let options = [
            (Comparison::GreaterThanThreshold, ">"),
            (Comparison::GreaterThanOrEqualToThreshold, "≥"),
            (Comparison::LessThanThreshold, "<"),
            (Comparison::LessThanOrEqualToThreshold, "≤"),
        ];
        caption(ui, "Fires when the value is");
        choice(ui, &mut draft.fixed, &options);
        let measure = Measure::of(&draft.settings());
        let label = if measure.unit().is_empty() { "Threshold".to_owned() } else { format!("Threshold, {}", measure.unit()) };
        let verdict = verdict(found, Part::Threshold);
        Field::new(&label, &mut draft.threshold).width(160.0).verdict(verdict.as_ref()).show(ui);
    }
    caption(ui, "Datapoints to alarm");
    ui.horizontal(|ui| {
        Field::new("Datapoints beyond (M)", &mut draft.to_alarm).label_hidden().width(44.0).char_limit(4).show(ui);
        caption(ui, "of the latest");
        Field::new("Datapoints looked at (N)", &mut draft.periods).label_hidden().width(44.0).char_limit(4).show(ui);
        let n = draft.periods.trim().parse::<i64>().unwrap_or(0);
        hint(ui, format!("within {}", words::span(n * i64::from(draft.period_secs))));
    });
    said(ui, found, Part::Count);
}

fn missing(ui: &mut Ui, draft: &mut Draft) {
    ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
    choice(ui, &mut draft.missing, &MissingData::ALL.map(|way| (way, words::missing(way).0)));
    hint(ui, words::missing(draft.missing).1);
}

fn actions(ui: &mut Ui, state: &State, editor: &Editor, draft: &mut Draft, found: &[DraftNote]) {
    ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
    caption(ui, "When it fires, tell");
    let topics = editor.topics.value().map(|topics| topics.as_slice()).unwrap_or_default();
    let shown = match &draft.target {
        Target::Nobody => "Nobody".to_owned(),
        Target::Topic(arn) => arn.rsplit(':').next().unwrap_or(arn).to_owned(),
        Target::New => "A new topic".to_owned(),
    };
    combo(ui, "alarm-topic", "Topic", &shown, |ui| {
        ui.selectable_value(&mut draft.target, Target::Nobody, "Nobody");
        ui.selectable_value(&mut draft.target, Target::New, "A new topic…");
        for arn in topics {
            let name = arn.rsplit(':').next().unwrap_or(arn);
            ui.selectable_value(&mut draft.target, Target::Topic(arn.clone()), name)
                .on_hover_text(crate::ui::format::masked(&state.settings, arn));
        }
    });
    if let Some(problem) = editor.topics.problem() {
        note(ui, Tone::Warn, &format!("Topics could not be listed: {}", problem.what));
    }
    if draft.target == Target::New {
        let topic = verdict(found, Part::Topic);
        Field::new("Name of the topic", &mut draft.topic).mono().width(f32::INFINITY).verdict(topic.as_ref()).show(ui);
        let email = verdict(found, Part::Email).unwrap_or_else(|| Verdict::hint("AWS sends a mail there that must be confirmed first"));
        Field::new("E-mail address, optional", &mut draft.email)
            .hint("ana@example.com")
            .width(f32::INFINITY)
            .verdict(Some(&email))
            .show(ui);
    }
    if draft.target != Target::Nobody {
        checkbox(ui, &mut draft.tell_ok, "Also tell when it is over");
    }
    checkbox(ui, &mut draft.actions_enabled, "Actions enabled");
    let others = draft.rest.alarm_actions.len() + draft.rest.ok_actions.len() + draft.rest.no_data_actions.len();
    if others > 0 {
        hint(ui, format!("{others} further actions are kept as they are"));
    }
    if draft.target == Target::Nobody && ui.add(Push::quiet("New topic with an e-mail address…").small()).clicked() {
        draft.target = Target::New;
    }
}

fn verdict(found: &[DraftNote], part: Part) -> Option<Verdict> {
    let note = found.iter().find(|note| note.part == part)?;
    Some(if note.blocks { Verdict::error(&note.words) } else { Verdict::warn(&note.words) })
}

/// What is to be said about a part that is no text field.
fn said(ui: &mut Ui, found: &[DraftNote], part: Part) {
    if let Some(verdict) = verdict(found, part) {
        note(ui, verdict.tone, &verdict.words);
    }
}
