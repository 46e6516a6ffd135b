//! What a run came to: progress, failures, rows as a table or drawn, the comparison of both places, numbers and exports.

use std::sync::Arc;

use egui::{Align, Layout, Popup, Ui};

use super::chart::ChartView;
use super::compare::CompareView;
use super::{detail, send};
use crate::app::insights::chart::{Shape, View};
use crate::app::insights::export::Form;
use crate::app::insights::{Answer, InsightsCommand, Outcome, Place, price};
use crate::app::logs::LogsCommand;
use crate::app::{Command, Commands, Screen, State};
use crate::base::problem::Problem;
use crate::base::text::{bytes, count, duration, grouped};
use crate::ui::icons;
use crate::ui::screens::result_rows::RowsView;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Busy, Empty, ErrorAction, ErrorPanel, Push, choice_of, hint, note};

/// From this height in points on a drawing leaves room for the table below it.
const ROOM_FOR_BOTH: f32 = 430.0;

/// What is shown of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Compared,
    As(View),
}

/// What this part of the screen keeps between frames, all of it about one run.
#[derive(Debug, Default)]
pub struct OutcomeView {
    /// Number of the run.
    of: u64,
    /// What was chosen to be shown; nothing before a choice.
    chosen: Option<Shown>,
    /// Whether CloudWatch's rows are shown where both are there.
    there: bool,
    rows: RowsView,
    chart: ChartView,
    compared: CompareView,
}

impl OutcomeView {
    /// Draws what there is.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if let Some(running) = &state.insights.running {
            progress(ui, state, running, commands);
        }
        match state.insights.outcome.clone() {
            Some(outcome) => self.outcome(ui, state, &outcome, commands),
            None if state.insights.running.is_none() => nothing_yet(ui, state, commands),
            None => {}
        }
    }

    /// The opened row, if its answer is still there.
    pub fn opened(&self, state: &State) -> Option<(Arc<Answer>, usize)> {
        let outcome = state.insights.outcome.as_ref().filter(|outcome| outcome.number == self.of)?;
        let answer = outcome.answer(self.there)?.as_ref().ok()?;
        self.rows.opened().filter(|row| *row < answer.results.rows.len()).map(|row| (Arc::clone(answer), row))
    }

    /// Draws the opened row.
    pub fn detail(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let Some((answer, row)) = self.opened(state) else { return };
        if detail::ui(ui, state, &answer, row, commands) {
            self.rows.close();
            send(commands, InsightsCommand::CloseRecord);
        }
    }

    fn outcome(&mut self, ui: &mut Ui, state: &State, outcome: &Outcome, commands: &mut Commands) {
        if self.of != outcome.number {
            let chosen = self.chosen.filter(|shown| *shown != Shown::Compared);
            *self = Self { of: outcome.number, chosen, ..Self::default() };
        }
        let answer = outcome.answer(self.there).and_then(|answer| answer.as_ref().ok()).cloned();
        let shape = answer.as_ref().map(|answer| Shape::of(&answer.results)).unwrap_or_default();
        let shown = self.shown(outcome, &shape);
        failures(ui, outcome, commands);
        self.bar(ui, outcome, answer.as_ref(), shown, state, commands);
        match (shown, &outcome.comparison, answer) {
            (Shown::Compared, Some(comparison), _) => self.compared.ui(ui, outcome, comparison),
            (Shown::As(view), _, Some(answer)) => self.answer(ui, state, &answer, &shape, view, commands),
            _ => {}
        }
    }

    /// What is shown: what was chosen if it can be, else the comparison, else what suits the rows.
    fn shown(&self, outcome: &Outcome, shape: &Shape) -> Shown {
        match self.chosen {
            Some(Shown::Compared) | None if outcome.comparison.is_some() => Shown::Compared,
            Some(Shown::As(view)) if shape.why_not(view).is_none() => Shown::As(view),
            _ => Shown::As(shape.best()),
        }
    }

    fn bar(&mut self, ui: &mut Ui, outcome: &Outcome, answer: Option<&Arc<Answer>>, shown: Shown, state: &State, commands: &mut Commands) {
        ui.horizontal_wrapped(|ui| {
            if outcome.comparison.is_some()
                && ui.add(Push::secondary("Comparison").with_icon(icons::GIT_COMPARE).small().selected(shown == Shown::Compared)).clicked()
            {
                self.chosen = Some(Shown::Compared);
            }
            if let Some(answer) = answer {
                self.views(ui, answer, shown);
            }
            if outcome.place == Place::Both
                && shown != Shown::Compared
                && let Some(there) = choice_of(ui, &self.there, &[(false, "Rows from here"), (true, "Rows from CloudWatch")])
            {
                self.there = there;
                self.rows = RowsView::default();
            }
            if let Some(answer) = answer {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| self.export(ui, answer, state, commands));
            }
        });
        match (answer, outcome.place) {
            (_, Place::Both) => both(ui, outcome),
            (Some(answer), _) => statistics(ui, answer, state),
            _ => {}
        }
    }

    fn views(&mut self, ui: &mut Ui, answer: &Answer, shown: Shown) {
        let shape = Shape::of(&answer.results);
        ui.spacing_mut().item_spacing.x = size::GAP_SMALL;
        for (view, name) in View::ALL {
            let icon = icon(view);
            let button = Push::secondary(name).with_icon(icon).small().selected(shown == Shown::As(view)).blocked_by(shape.why_not(view));
            if ui.add(button).clicked() {
                self.chosen = Some(Shown::As(view));
            }
        }
    }

    fn answer(&mut self, ui: &mut Ui, state: &State, answer: &Arc<Answer>, shape: &Shape, view: View, commands: &mut Commands) {
        if answer.results.rows.is_empty() {
            let empty =
                Empty::new(icons::SEARCH, "No row").detail("Nothing in this time fits the query: ask about a longer time, or filter less");
            let _pushed = empty.show(ui);
            return;
        }
        if view != View::Table {
            let room = ui.available_height();
            let height = if room >= ROOM_FOR_BOTH { (room * 0.5).min(320.0) } else { room - 4.0 };
            self.chart.ui(ui, state, answer, shape, view, height.max(150.0));
            if room < ROOM_FOR_BOTH {
                return;
            }
        }
        if let Some(row) = self.rows.ui(ui, &state.settings, (self.of, self.there), &answer.results) {
            let pointer = answer.results.rows[row].1.clone();
            send(commands, pointer.map_or(InsightsCommand::CloseRecord, InsightsCommand::OpenRecord));
        }
    }

    fn export(&self, ui: &mut Ui, answer: &Answer, state: &State, commands: &mut Commands) {
        let blocked = answer.results.rows.is_empty().then_some("There are no rows");
        let button = ui.add(Push::secondary("Export").with_icon(icons::DOWNLOAD).small().blocked_by(blocked));
        Popup::menu(&button).show(|ui| {
            ui.set_width(190.0);
            let text = |form: Form| form.write(&answer.results, self.rows.order(&answer.results));
            for form in Form::ALL {
                if ui.button(format!("Copy as {}", form.name())).clicked() {
                    ui.copy_text(text(form));
                }
            }
            ui.separator();
            for form in Form::ALL {
                if ui.button(format!("Save as {}", form.name())).on_hover_text("Into the folder exports of the program's data").clicked() {
                    send(commands, InsightsCommand::Export { name: form.file_name(state.now), text: text(form) });
                }
            }
        });
    }
}

fn icon(view: View) -> icons::Icon {
    match view {
        View::Table => icons::TABLE,
        View::Line => icons::CHART_LINE,
        View::Area => icons::CHART_AREA,
        View::Bar => icons::CHART_COLUMN,
        View::Pie => icons::CIRCLE_DOT,
    }
}

fn progress(ui: &mut Ui, state: &State, running: &crate::app::insights::Running, commands: &mut Commands) {
    let told = &running.progress;
    let words = if state.insights.waits_for_records {
        format!("Loading records first: {} so far", grouped(state.logs.store.len() as u64))
    } else if running.place.is_there() {
        let status = told.status.map_or("Starting".to_owned(), |status| format!("{status:?}"));
        format!("{status} on CloudWatch")
    } else {
        "Running".to_owned()
    };
    let scanned = (told.scanned > 0).then(|| {
        format!(
            "{} matched · {} scanned · {} · {}",
            grouped(told.matched),
            count(told.scanned, "record"),
            bytes(told.bytes),
            duration(told.elapsed)
        )
    });
    let busy = Busy::new(&words).cancel("Cancel");
    let busy = if let Some(scanned) = &scanned { busy.detail(scanned) } else { busy };
    if busy.show(ui) {
        send(commands, InsightsCommand::Stop);
    }
}

fn failures(ui: &mut Ui, outcome: &Outcome, commands: &mut Commands) {
    for (answer, from) in [(&outcome.here, "Here"), (&outcome.there, "On CloudWatch")] {
        if let Some(Err(problem)) = answer {
            failure(ui, problem, from, outcome.place == Place::Both, commands);
        }
    }
}

fn failure(ui: &mut Ui, problem: &Problem, from: &str, is_both: bool, commands: &mut Commands) {
    let what = if is_both { format!("{from}: {}", problem.what) } else { problem.what.clone() };
    let panel = ErrorPanel::new(&what).why(&problem.why).remedy(&problem.remedy).retry("Run again");
    let panel = if let Some(details) = &problem.details { panel.details(details) } else { panel };
    if panel.show(ui) == ErrorAction::Retry {
        send(commands, InsightsCommand::Run);
    }
}

/// Rows, what was looked at, how long it took, and what CloudWatch bills for that.
fn statistics(ui: &mut Ui, answer: &Answer, state: &State) {
    let of = &answer.results.statistics;
    let rows = count(answer.results.rows.len() as u64, "row");
    let (scanned, took) = (count(of.scanned, "record"), duration(answer.took));
    let amount = price::shown(price::of_bytes(of.bytes));
    let cost = match (&answer.query_id, state.connection.is_sandbox()) {
        (None, _) => format!("free here, AWS would bill {amount}"),
        (Some(_), true) => format!("free in the sandbox, AWS would bill {amount}"),
        (Some(_), false) => format!("AWS bills {amount}"),
    };
    let low = size::is_low(ui);
    let words = if low {
        format!("{rows} · {took} · {cost}")
    } else {
        format!("{rows} · {} of {scanned} matched · {} scanned · {took} · {cost}", grouped(of.matched), bytes(of.bytes))
    };
    let price = price::price();
    hint(ui, words).on_hover_text(format!("${} for each GB scanned, as of {}, {}", price.usd_per_gb, price.as_of, price.based_on));
}

/// The numbers of both places, side by side.
fn both(ui: &mut Ui, outcome: &Outcome) {
    let told = |name: &str, answer: &Option<Result<Arc<Answer>, Problem>>| {
        let Some(Ok(answer)) = answer else { return format!("{name}: failed") };
        let of = &answer.results.statistics;
        format!(
            "{name}: {} · {} scanned · {}",
            count(answer.results.rows.len() as u64, "row"),
            count(of.scanned, "record"),
            duration(answer.took)
        )
    };
    let amount =
        outcome.there.as_ref().and_then(|answer| answer.as_ref().ok()).map(|answer| price::of_bytes(answer.results.statistics.bytes));
    let amount = amount.map(|amount| format!(" · {} on AWS", price::shown(amount))).unwrap_or_default();
    hint(ui, format!("{}    {}{amount}", told("Here", &outcome.here), told("CloudWatch", &outcome.there)));
}

fn nothing_yet(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let logs = &state.logs;
    if logs.load.running && logs.store.is_empty() {
        let _stopped = Busy::new("Loading records").show(ui);
        return;
    }
    if logs.group().is_none() && !logs.source.is_loading() {
        let empty = Empty::new(icons::TEXT_ALIGN_START, "No log group")
            .detail("Bedrock's invocation logging is off in this place, or goes to S3 alone. The lab switches it on; or choose a log group above")
            .action("Open the lab");
        if empty.show(ui) {
            commands.send(Command::Go(Screen::Lab));
        }
        return;
    }
    if logs.store.is_empty() && logs.load.covered.is_some() {
        let empty = Empty::new(icons::TEXT_ALIGN_START, "No records in this time")
            .detail("A query here looks at what is loaded. Choose a longer time above, or generate logs in the playground")
            .action("A week");
        if empty.show(ui) {
            commands.send(Command::Logs(LogsCommand::SetRange(crate::metrics::range::Range::Last(7 * crate::metrics::range::DAY_MS))));
        }
        return;
    }
    note(
        ui,
        Tone::Neutral,
        "Run the query with Ctrl Enter, or begin with one of the samples. Ctrl Space suggests what can be written, F1 explains a word",
    );
}
