//! The story of the Dashboard: metrics appear, a model is hidden, a plot fails, a part of the time is looked at.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;
use outcrop::app::dashboard::{DashboardCommand, DashboardEffect, DashboardEvent, RefreshEvery};
use outcrop::app::logs::LogsCommand;
use outcrop::app::{Command, Effect, Event, Screen, State, reduce};
use outcrop::base::problem::Problem;
use outcrop::metrics::range::Range;

use crate::watch_data::{self as data, open};

/// A dashboard whose plots are there.
fn with_metrics() -> State {
    let mut state = data::connected(Screen::Dashboard);
    data::load(&mut state, data::store(200));
    fill(&mut state);
    state
}

fn fill(state: &mut State) {
    let (number, models) = (state.dashboard.number, data::models());
    reduce(state, Event::Dashboard(DashboardEvent::Models { number, outcome: Ok(models.clone()) }));
    for (index, widget) in state.dashboard.board.widgets.iter().enumerate() {
        let outcome = Ok(Arc::new(data::plotted(&widget.metrics, &models, widget.by_model)));
        reduce(state, Event::Dashboard(DashboardEvent::Plot { number, index, outcome }));
    }
}

#[test]
fn opening_the_dashboard_asks_for_metrics_records_and_the_next_refresh() {
    let mut state = data::connected(Screen::Lab);
    let effects = reduce(&mut state, Command::Go(Screen::Dashboard));
    assert!(matches!(&effects[0], Effect::Dashboard(DashboardEffect::Fetch(order)) if order.range == Range::default()));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Logs(_))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::TickAfter(Screen::Dashboard, after) if after.as_secs() == 30)));
    // Elsewhere the tick has no effect, and switched off it asks for no other.
    reduce(&mut state, Command::Go(Screen::Lab));
    assert!(reduce(&mut state, Event::Tick(Screen::Dashboard)).is_empty());
    reduce(&mut state, Command::Dashboard(DashboardCommand::SetRefresh(RefreshEvery::Off)));
    let effects = reduce(&mut state, Command::Go(Screen::Dashboard));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::TickAfter(..))));
}

#[test]
fn plots_numbers_and_the_latest_prompts_are_shown_and_the_screen_comes_to_rest() {
    let harness = open(with_metrics(), [1280.0, 720.0]);
    for name in ["Invocations plot", "Invocation latency plot", "Latest prompts", "Estimated cost"] {
        assert!(harness.query_by_label(name).is_some(), "{name} is not on the screen");
    }
    let total: f64 = harness.state().state.dashboard.total(&["Invocations".to_owned()]).unwrap();
    assert!(total > 5_000.0);
    let (cost, unpriced) = harness.state().state.dashboard.cost().unwrap();
    assert!(cost > 0.0 && unpriced.is_empty(), "{cost} {unpriced:?}");
}

#[test]
fn a_click_in_a_legend_hides_the_model_in_all_plots() {
    let mut harness = open(with_metrics(), [1440.0, 900.0]);
    harness.get_by_label("haiku-4-5 in Invocations").click();
    harness.run();
    assert!(harness.state().state.dashboard.hidden.contains("us.anthropic.claude-haiku-4-5-20251001-v1:0"));
    harness.get_by_label("haiku-4-5 in Invocation latency").click();
    harness.run();
    assert!(harness.state().state.dashboard.hidden.is_empty());
}

#[test]
fn a_drag_over_one_plot_zooms_all_and_can_be_undone() {
    let mut harness = open(with_metrics(), [1440.0, 900.0]);
    let rect = harness.get_by_label("Invocations plot").rect();
    let at = |part: f32| egui::pos2(egui::lerp(rect.left()..=rect.right(), part), rect.center().y - 20.0);
    harness.drag_at(at(0.5));
    harness.run();
    harness.hover_at(at(0.7));
    harness.run();
    harness.drop_at(at(0.7));
    harness.run();
    let Range::Between(from, to) = harness.state().state.dashboard.range else { panic!("not zoomed: {:?}", harness.state().sent) };
    assert!(to - from > 20 * 60_000 && to - from < 60 * 60_000, "{} min", (to - from) / 60_000);
    harness.get_by_label("Reset zoom").click();
    harness.run();
    assert_eq!(harness.state().state.dashboard.range, Range::default());
}

#[test]
fn a_failed_plot_tells_why_and_the_others_stay() {
    let mut state = with_metrics();
    reduce(&mut state, Command::Refresh);
    let number = state.dashboard.number;
    let problem = Problem::new("CloudWatch refused the request", "The permission cloudwatch:GetMetricData is missing", "Ask for it");
    reduce(&mut state, Event::Dashboard(DashboardEvent::Plot { number, index: 0, outcome: Err(problem) }));
    let harness = open(state, [1440.0, 900.0]);
    assert!(harness.query_by_label("CloudWatch refused the request").is_some());
    assert!(harness.query_by_label("Invocation latency plot").is_some());
}

#[test]
fn answers_to_an_older_question_are_not_taken() {
    let mut state = with_metrics();
    let old = state.dashboard.number;
    reduce(&mut state, Command::Dashboard(DashboardCommand::SetRange(Range::Last(3_600_000))));
    let before = state.dashboard.plots[0].value().cloned();
    let outcome = Ok(Arc::new(data::plotted(&[], &[], true)));
    reduce(&mut state, Event::Dashboard(DashboardEvent::Plot { number: old, index: 0, outcome }));
    assert_eq!(state.dashboard.plots[0].value().cloned(), before);
    assert!(state.dashboard.plots[0].is_loading());
}

#[test]
fn empty_plots_tell_when_metrics_come() {
    let mut state = data::connected(Screen::Dashboard);
    let number = state.dashboard.number;
    reduce(&mut state, Event::Dashboard(DashboardEvent::Models { number, outcome: Ok(Vec::new()) }));
    for index in 0..state.dashboard.plots.len() {
        let outcome = Ok(Arc::new(data::plotted(&[], &[], true)));
        reduce(&mut state, Event::Dashboard(DashboardEvent::Plot { number, index, outcome }));
    }
    let mut harness = open(state, [1280.0, 720.0]);
    assert!(harness.query_by_label_contains("within a minute of the first invocation").is_some());
    harness.get_by_label("Open the playground").click();
    harness.run();
    assert_eq!(harness.state().state.screen, Screen::Playground);
}

#[test]
fn the_records_of_the_shown_time_open_in_logs() {
    let mut harness = open(with_metrics(), [1440.0, 900.0]);
    harness.get_by_label("Records of this time").click();
    harness.run();
    assert!(harness.state().sent.contains(&Command::Logs(LogsCommand::ShowRange(Range::default()))));
    assert_eq!(harness.state().state.screen, Screen::Logs);
}

#[test]
fn every_size_and_theme_comes_to_rest() {
    for size in [[720.0, 450.0], [640.0, 360.0], [1920.0, 1080.0]] {
        let mut harness = open(with_metrics(), size);
        harness.ctx.set_theme(egui::Theme::Light);
        harness.run();
        assert!(harness.query_by_label("Invocations plot").is_some(), "{size:?}");
    }
}
