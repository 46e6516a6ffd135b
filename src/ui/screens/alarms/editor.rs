//! The form of an alarm beside its live graph: what it would have done over the time shown.

use egui::{Align, Layout, RichText, ScrollArea, Ui, vec2};

use super::dialogs::{DIALECTS, as_text};
use super::graph::{Drawing, show};
use super::{form, send, strip};
use crate::app::alarms::form::{blocks, notes};
use crate::app::alarms::graph::{Graph, GraphBand, SPANS};
use crate::app::alarms::{AlarmsCommand, Editor};
use crate::app::{Commands, Remote, State};
use crate::aws::as_code::Dialect;
use crate::aws::cloudwatch::PutMetricAlarm;
use crate::lab::alarms::words;
use crate::lab::facts::Facts;
use crate::metrics::alarm::AlarmState;
use crate::metrics::alarm::replay::Replay;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size, text};
use crate::ui::widgets::{Busy, Card, ErrorAction, ErrorPanel, Push, banner, body, caption, choice_of, hint, note, page_head};

/// Width of the form, points.
const FORM: f32 = 380.0;

/// From this width on form and graph stand side by side.
const SIDE_BY_SIDE: f32 = 820.0;

/// What the form keeps between frames.
#[derive(Debug, Default)]
pub struct EditorView {
    form: form::Form,
}

impl EditorView {
    /// Draws form and graph.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, editor: &Editor, commands: &mut Commands) {
        head(ui, state, editor, commands);
        ui.add_space(size::GAP_SMALL);
        trouble(ui, state, commands);
        if ui.available_width() < SIDE_BY_SIDE {
            ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
                ui.set_max_width(ui.available_width() - 10.0);
                preview(ui, state, editor, commands);
                self.form.ui(ui, state, editor, commands);
                ui.add_space(size::GAP_LARGE);
            });
            return;
        }
        let height = ui.available_height();
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = size::PAD;
            ui.allocate_ui_with_layout(vec2(FORM, height), Layout::top_down(Align::Min), |ui| {
                ui.set_width(FORM);
                ScrollArea::vertical().auto_shrink([false, false]).id_salt("alarm-form").show(ui, |ui| {
                    ui.set_max_width(FORM - 14.0);
                    self.form.ui(ui, state, editor, commands);
                    ui.add_space(size::GAP_LARGE);
                });
            });
            ui.allocate_ui_with_layout(vec2(ui.available_width(), height), Layout::top_down(Align::Min), |ui| {
                ui.set_width(ui.available_width());
                ScrollArea::vertical().auto_shrink([false, false]).id_salt("alarm-preview").show(ui, |ui| {
                    ui.set_max_width(ui.available_width() - 10.0);
                    preview(ui, state, editor, commands);
                    ui.add_space(size::GAP_LARGE);
                });
            });
        });
    }
}

fn head(ui: &mut Ui, state: &State, editor: &Editor, commands: &mut Commands) {
    let (words, button) = if editor.editing.is_some() { ("Edit alarm", "Save changes") } else { ("New alarm", "Create alarm") };
    page_head(ui, words, &words::condition(&editor.draft.settings()), |ui| {
        let wrong = blocks(&state.alarms, editor).then_some("Correct the fields that are marked first");
        if ui.add(Push::primary(button).with_icon(icons::BELL).blocked_by(state.alarms.doing.or(wrong))).clicked() {
            send(commands, AlarmsCommand::Save);
        }
        if ui.add(Push::secondary("Cancel")).clicked() {
            send(commands, AlarmsCommand::CloseEditor);
        }
    });
}

fn trouble(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if let Some(doing) = state.alarms.doing {
        Busy::new(doing).show(ui);
    }
    let Some(problem) = &state.alarms.trouble else { return };
    let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).other("Close");
    if panel.show(ui) == ErrorAction::Other {
        send(commands, AlarmsCommand::Dismiss);
    }
    ui.add_space(size::GAP_SMALL);
}

/// The graph with what the alarm would have done, or the calls as code.
fn preview(ui: &mut Ui, state: &State, editor: &Editor, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.y = size::GAP;
    if let Some(kind) = editor.kind {
        banner(ui, Tone::Neutral, kind.why());
    }
    let settings = editor.draft.settings();
    let subject = words::subject(&settings);
    let whose = words::whose(&settings);
    let mut picked = None;
    let picker = |ui: &mut Ui| {
        // The head of a card is laid out from right to left.
        let mut options = SPANS.map(|(name, ms)| (ms, name));
        options.reverse();
        picked = choice_of(ui, &editor.span_ms, &options);
    };
    Card::new(&subject).subtitle(&whose).show_with(ui, picker, |ui| drawn(ui, state, editor, &settings, commands));
    if let Some(span) = picked {
        send(commands, AlarmsCommand::SetPreviewSpan(span));
    }
    calls(ui, state, editor, commands);
}

fn drawn(ui: &mut Ui, state: &State, editor: &Editor, settings: &PutMetricAlarm, commands: &mut Commands) {
    if let Remote::Failed { problem, .. } = &editor.graph {
        let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).retry("Try again");
        if panel.show(ui) == ErrorAction::Retry {
            send(commands, AlarmsCommand::SetPreviewSpan(editor.span_ms));
        }
    }
    let Some(graph) = editor.graph.value() else {
        match &editor.graph {
            Remote::NotAsked => {
                caption(ui, "Choose a metric and a statistic: its values appear here");
            }
            Remote::Loading { .. } => {
                Busy::new("Fetching values…").show(ui);
            }
            _ => {}
        }
        return;
    };
    verdict(ui, editor, graph, settings);
    if let Some(words) = graph.band.as_ref().and_then(GraphBand::absence) {
        banner(ui, Tone::Neutral, words);
    }
    let alarms = editor.replay.iter().flat_map(Replay::alarms).copied().collect();
    let height = (ui.ctx().content_rect().height() * 0.34).clamp(180.0, 320.0);
    let movable = !editor.draft.band;
    let drawing = Drawing { salt: "preview", graph, settings, alarms, height, movable };
    let shown = show(ui, state, &drawing);
    if let Some(threshold) = shown.moved {
        let mut draft = editor.draft.clone();
        draft.set_threshold(threshold);
        send(commands, AlarmsCommand::Change(Box::new(draft)));
    }
    if let Some(replay) = &editor.replay {
        strip::ui(ui, state, shown.range, (graph.from_ms, graph.to_ms), &replay.stretches, "States that the alarm would have had");
    }
    ui.horizontal_wrapped(|ui| {
        if movable {
            hint(ui, "Drag the dashed line to move the threshold; a double click puts it there");
        }
        if editor.graph.is_loading() {
            hint(ui, "Fetching…");
        }
    });
    for words in graph.warnings(settings) {
        note(ui, Tone::Warn, &words);
    }
    for found in notes(&state.alarms, editor).into_iter().filter(|note| !note.blocks) {
        note(ui, Tone::Warn, &found.words);
    }
}

/// What the alarm would have done, in a sentence.
fn verdict(ui: &mut Ui, editor: &Editor, graph: &Graph, settings: &PutMetricAlarm) {
    let Some(replay) = &editor.replay else {
        caption(ui, "What the alarm would have done is told once the values are here");
        return;
    };
    let words = sentence(replay, graph, settings);
    let tone = match replay.fired() {
        0 => Tone::Ok,
        count if count <= 5 => Tone::Accent,
        _ => Tone::Warn,
    };
    let ink = Theme::of(ui).tone(tone).ink;
    ui.horizontal_wrapped(|ui| {
        icons::icon_sized(ui, icons::HISTORY, 16.0, ink);
        ui.label(RichText::new(words).text_style(text::strong()).color(Theme::of(ui).text));
    });
    if replay.last() == Some(AlarmState::Alarm) {
        note(ui, Tone::Warn, "It would be in alarm right now");
    }
}

/// `Would have fired 3 times in the last week, 42 minutes in all`.
fn sentence(replay: &Replay, graph: &Graph, settings: &PutMetricAlarm) -> String {
    let span = graph.to_ms - graph.from_ms;
    let time = SPANS.iter().find(|(_, ms)| (span - ms).abs() <= graph.period_ms * 2 + 60_000).map(|(name, _)| *name);
    let time = match time {
        Some("3h") => "the last 3 hours".to_owned(),
        Some("1d") => "the last day".to_owned(),
        Some("1w") => "the last week".to_owned(),
        Some("2w") => "the last two weeks".to_owned(),
        _ => words::about(span),
    };
    if graph.points.is_empty() {
        return format!("No data in {time}: nothing to try the alarm on");
    }
    if settings.threshold.is_none() && crate::lab::alarms::band_width(settings).is_none() {
        return "Enter a threshold to see when the alarm would have fired".to_owned();
    }
    match replay.fired() {
        0 => format!("Would not have fired in {time}"),
        1 => format!("Would have fired once in {time}, for {}", words::about(replay.in_alarm_ms())),
        count => format!("Would have fired {count} times in {time}, {} in all", words::about(replay.in_alarm_ms())),
    }
}

/// The calls to come, shown on demand.
fn calls(ui: &mut Ui, state: &State, editor: &Editor, commands: &mut Commands) {
    let open = editor.code.is_some();
    let words = if open { "Hide the calls" } else { "Show the calls" };
    if ui.add(Push::quiet(words).with_icon(icons::CODE)).clicked() {
        send(commands, AlarmsCommand::PreviewCode((!open).then_some(Dialect::Cli)));
    }
    let Some(dialect) = editor.code else { return };
    if let Some(picked) = choice_of(ui, &dialect, &DIALECTS) {
        send(commands, AlarmsCommand::PreviewCode(Some(picked)));
    }
    body(ui, "In this order, each written into the ledger before it is sent, so that clean-up finds it");
    as_text(ui, state, &editor.draft.order(editor.editing.is_some()).plan(&facts(state)), dialect);
}

/// What is known of the place without asking.
fn facts(state: &State) -> Facts {
    let Some(connected) = state.connection.current.value() else { return Facts::default() };
    let partition = connected.arn.split(':').nth(1).unwrap_or("aws").to_owned();
    Facts { account: connected.account.clone(), region: connected.environment.region.clone(), partition, ..Facts::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::alarms::recommended::Recommended;
    use crate::metrics::alarm::replay::Stretch;

    #[test]
    fn the_sentence_counts_and_adds_up() {
        let week = 7 * 86_400_000;
        let graph = Graph { from_ms: 0, to_ms: week, period_ms: 60_000, points: vec![(0, 1.0)], band: None, samples: None };
        let settings = Recommended::Throttles.settings("m");
        let alarm = |from: i64, minutes: i64| Stretch { from_ms: from, to_ms: from + minutes * 60_000, state: AlarmState::Alarm };
        let replay = Replay { stretches: vec![alarm(0, 12), alarm(5_000_000, 30)] };
        assert_eq!(sentence(&replay, &graph, &settings), "Would have fired 2 times in the last week, 42 minutes in all");
        assert_eq!(sentence(&Replay::default(), &graph, &settings), "Would not have fired in the last week");
        let empty = Graph { points: Vec::new(), ..graph };
        assert_eq!(sentence(&Replay::default(), &empty, &settings), "No data in the last week: nothing to try the alarm on");
    }
}
