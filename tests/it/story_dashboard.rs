//! The story of the Dashboard: metrics appear, a model is hidden, a part of the time is looked at, a dashboard is made one's own, a graph leaves as a
//! file or shows its request.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;
use outcrop::app::alarms::AlarmsCommand;
use outcrop::app::dashboard::{Accounts, BoardId, DashboardCommand, DashboardEffect, DashboardEvent, Fetched, RefreshEvery};
use outcrop::app::logs::LogsCommand;
use outcrop::app::{Command, Effect, Event, Screen, State, reduce};
use outcrop::base::problem::Problem;
use outcrop::metrics::dashboard::Kind;
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
    let names = |metrics: &[outcrop::metrics::dashboard::MetricRef]| metrics.iter().map(|metric| metric.name.clone()).collect::<Vec<_>>();
    let plots = state.dashboard.board.widgets.iter().map(|widget| {
        let by_model = widget.by_model || widget.kind == Kind::CostByModel;
        Ok(Arc::new(data::plotted(&names(&widget.metrics), &models, by_model)))
    });
    let plots = plots.collect();
    let numbers = state.dashboard.board.numbers.iter().map(|number| Arc::new(data::plotted(&number.metrics, &models, true))).collect();
    reduce(state, Event::Dashboard(DashboardEvent::Fetched { number, outcome: Ok(Fetched { plots, numbers }) }));
    let (from, to) = state.dashboard.range.at(data::NOW_MS);
    let accounts = Arc::new(Accounts::of(&state.logs.store, (from, to + 1)));
    reduce(state, Event::Dashboard(DashboardEvent::Accounts(accounts)));
}

#[test]
fn opening_the_dashboard_asks_for_metrics_records_and_the_next_refresh() {
    let mut state = data::connected(Screen::Lab);
    let effects = reduce(&mut state, Command::Go(Screen::Dashboard));
    assert!(effects.iter().any(|e| matches!(e, Effect::Dashboard(DashboardEffect::Fetch(order)) if order.range == Range::default())));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Logs(_))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::TickAfter(Screen::Dashboard, after) if after.as_secs() == 30)));
    // Elsewhere the tick has no effect, and switched off it asks for no other.
    reduce(&mut state, Command::Go(Screen::Lab));
    assert!(reduce(&mut state, Event::Tick(Screen::Dashboard)).is_empty() && !state.dashboard.due);
    reduce(&mut state, Command::Dashboard(DashboardCommand::SetRefresh(RefreshEvery::Off)));
    let effects = reduce(&mut state, Command::Go(Screen::Dashboard));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::TickAfter(..))));
}

#[test]
fn a_due_refresh_is_asked_for_by_the_drawn_screen() {
    let mut state = with_metrics();
    reduce(&mut state, Event::Tick(Screen::Dashboard));
    let harness = open(state, [1280.0, 720.0]);
    assert!(harness.state().sent.contains(&Command::Dashboard(DashboardCommand::RefreshDue)));
    assert!(!harness.state().state.dashboard.due);
}

#[test]
fn plots_numbers_and_the_latest_prompts_are_shown_and_the_screen_comes_to_rest() {
    let harness = open(with_metrics(), [1440.0, 1400.0]);
    for name in ["Invocations plot", "Invocation latency plot", "Token counts by model plot", "Latest prompts", "Estimated cost"] {
        assert!(harness.query_by_label(name).is_some(), "{name} is not on the screen");
    }
    let accounts = &harness.state().state.dashboard.accounts;
    assert_eq!((accounts.records, accounts.principals.len()), (200, 2));
    assert!(accounts.principals.iter().all(|spent| spent.cost > 0.0 && !spent.is_unpriced));
}

#[test]
fn the_second_dashboard_shows_speed_quota_deliveries_and_cost() {
    let mut state = with_metrics();
    reduce(&mut state, Command::Dashboard(DashboardCommand::Open(BoardId::BuiltIn("model-invocations".to_owned()))));
    fill(&mut state);
    let harness = open(state, [1440.0, 2400.0]);
    for name in [
        "Daily tokens by model plot",
        "Output tokens per second plot",
        "Estimated TPM use and quota plot",
        "Cost by model",
        "Cost by principal",
    ] {
        assert!(harness.query_by_label(name).is_some(), "{name} is not on the screen");
    }
    assert!(["Participant", "backend"].iter().all(|caller| harness.query_all_by_label(caller).next().is_some()));
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
fn a_time_can_be_chosen_with_the_keyboard_alone() {
    let mut harness = open(with_metrics(), [1440.0, 900.0]);
    harness.get_by_label("Invocations plot").focus();
    harness.run();
    for key in [egui::Key::ArrowLeft, egui::Key::Enter] {
        harness.key_press(key);
        harness.run();
    }
    for _ in 0..10 {
        harness.key_press(egui::Key::ArrowLeft);
        harness.run();
    }
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert!(matches!(harness.state().state.dashboard.range, Range::Between(..)), "{:?}", harness.state().sent);
}

#[test]
fn a_failed_fetch_tells_why_and_what_was_there_stays() {
    let mut state = with_metrics();
    reduce(&mut state, Command::Refresh);
    let number = state.dashboard.number;
    let problem = Problem::new("CloudWatch refused the request", "The permission cloudwatch:GetMetricData is missing", "Ask for it");
    reduce(&mut state, Event::Dashboard(DashboardEvent::Fetched { number, outcome: Err(problem) }));
    let harness = open(state, [1440.0, 900.0]);
    assert!(harness.query_all_by_label("CloudWatch refused the request").next().is_some());
    assert!(harness.state().state.dashboard.plots[0].value().is_some());
}

#[test]
fn answers_to_an_older_question_are_not_taken() {
    let mut state = with_metrics();
    let old = state.dashboard.number;
    reduce(&mut state, Command::Dashboard(DashboardCommand::SetRange(Range::Last(3_600_000))));
    let before = state.dashboard.plots[0].value().cloned();
    let outcome = Ok(Fetched { plots: vec![Ok(Arc::new(data::plotted(&[], &[], true)))], numbers: Vec::new() });
    reduce(&mut state, Event::Dashboard(DashboardEvent::Fetched { number: old, outcome }));
    assert_eq!(state.dashboard.plots[0].value().cloned(), before);
    assert!(state.dashboard.plots[0].is_loading());
}

#[test]
fn empty_plots_tell_when_metrics_come() {
    let mut state = data::connected(Screen::Dashboard);
    let number = state.dashboard.number;
    let plots = state.dashboard.plots.iter().map(|_| Ok(Arc::new(data::plotted(&[], &[], true)))).collect();
    reduce(&mut state, Event::Dashboard(DashboardEvent::Fetched { number, outcome: Ok(Fetched { plots, numbers: Vec::new() }) }));
    let mut harness = open(state, [1280.0, 720.0]);
    assert!(harness.query_by_label_contains("within a minute of the first invocation").is_some());
    assert!(harness.query_all_by_label("No data in this time").next().is_some());
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
fn a_graph_shows_its_request_and_leaves_as_a_table() {
    let mut harness = open(with_metrics(), [1440.0, 900.0]);
    let act = |harness: &mut egui_kittest::Harness<'_, data::Story>, entry: &str| {
        harness.get_by_label("Actions of Invocations").click();
        harness.run();
        harness.get_by_label(entry).click();
        harness.run();
    };
    act(&mut harness, "Export the data as CSV");
    assert!(harness.state().sent.contains(&Command::Dashboard(DashboardCommand::ExportCsv(0))));
    act(&mut harness, "Show the GetMetricData request");
    assert!(harness.query_by_label("Request of Invocations").is_some());
    assert!(harness.query_all_by_label_contains("aws cloudwatch get-metric-data").next().is_some());
    let place = harness.get_by_label("Close").rect();
    harness.run_steps(4);
    assert_eq!(harness.get_by_label("Close").rect(), place, "it does not grow from frame to frame");
    harness.get_by_label("Close").click();
    harness.run();
    assert!(harness.state().sent.contains(&Command::Dashboard(DashboardCommand::Inspect(None))));
    assert!(harness.query_by_label("Request of Invocations").is_none());
}

#[test]
fn an_alarm_begins_with_the_series_of_a_graph() {
    let mut harness = open(with_metrics(), [1440.0, 900.0]);
    harness.get_by_label("Actions of Invocation latency").click();
    harness.run();
    harness.get_by_label_contains("Create alarm").click();
    harness.run_steps(8);
    harness.get_by_label("sonnet-4-6").click();
    harness.run_steps(8);
    let asked = harness.state().sent.iter().find_map(|command| match command {
        Command::Alarms(AlarmsCommand::NewFrom { metric, statistic, period_secs }) => {
            Some((metric.clone(), statistic.clone(), *period_secs))
        }
        _ => None,
    });
    let (metric, statistic, period_secs) = asked.unwrap();
    assert_eq!((metric.metric_name.as_str(), statistic.as_str(), period_secs), ("InvocationLatency", "p90", 60));
    assert_eq!(metric.dimensions[0].value, "us.anthropic.claude-sonnet-4-6");
}

#[test]
fn a_dashboard_is_made_ones_own_and_changed() {
    let mut harness = open(with_metrics(), [1440.0, 900.0]);
    harness.get_by_label("Customise").click();
    harness.run();
    let before = harness.state().state.dashboard.board.widgets.len();
    harness.get_by_label("Move back: Invocations").click();
    harness.run();
    assert_eq!(harness.state().state.dashboard.board.widgets[1].title, "Invocations");
    harness.get_by_label("Narrower: Invocations").click();
    harness.run();
    assert_eq!(harness.state().state.dashboard.board.widgets[1].width, 8);
    harness.get_by_label("Remove Invocations").click();
    harness.run();
    assert_eq!(harness.state().state.dashboard.board.widgets.len(), before - 1);
    harness.get_by_label("Undo").click();
    harness.run();
    assert_eq!(harness.state().state.dashboard.board.widgets.len(), before);
    harness.get_by_label("Done").click();
    harness.run();
    assert!(!harness.state().state.dashboard.editing && harness.query_by_label("Add a widget").is_none());
}

#[test]
fn a_widget_is_added_with_the_form() {
    let mut state = with_metrics();
    reduce(&mut state, Command::Dashboard(DashboardCommand::SetEditing(true)));
    let mut harness = open(state, [1440.0, 2400.0]);
    harness.get_by_label("Add a widget").click();
    harness.run();
    harness.get_by_label("CacheReadInputTokens").click();
    harness.run();
    harness.get_by_label("Add").click();
    harness.run();
    let added = harness.state().state.dashboard.board.widgets.last().unwrap().clone();
    assert_eq!(added.metrics.iter().map(|metric| metric.name.as_str()).collect::<Vec<_>>(), ["Invocations", "CacheReadInputTokens"]);
}

#[test]
fn prices_are_shown_with_their_date_and_an_own_one_is_asked_to_be_kept() {
    let mut harness = open(with_metrics(), [1440.0, 900.0]);
    harness.get_by_label("Prices…").click();
    // A table finds its widths in a few passes.
    harness.run_steps(16);
    assert!(harness.query_all_by_label("no price").next().is_some(), "models without a price say so");
    harness.get_by_label("Set the price of sonnet-4-6").click();
    harness.run_steps(16);
    harness.get_by_label("Keep the price").click();
    harness.run_steps(16);
    let kept = harness.state().sent.iter().find_map(|command| match command {
        Command::Dashboard(DashboardCommand::SetPrice(model, price)) => Some((model.clone(), price.clone())),
        _ => None,
    });
    let (model, price) = kept.unwrap();
    assert_eq!((model.as_str(), price.unwrap().input), ("anthropic.claude-sonnet-4-6", 3.0));
}

#[test]
fn publishing_asks_first() {
    let mut harness = open(with_metrics(), [1440.0, 900.0]);
    harness.get_by_label("Publish…").click();
    harness.run();
    assert!(harness.query_by_label_contains("CloudWatch keeps it as Bedrock").is_some());
    harness.get_by_label("Publish").click();
    harness.run();
    assert!(harness.state().sent.contains(&Command::Dashboard(DashboardCommand::Publish)));
}

#[test]
fn every_size_and_theme_comes_to_rest() {
    for size in [[720.0, 450.0], [640.0, 360.0], [1920.0, 1080.0]] {
        let mut harness = open(with_metrics(), size);
        harness.ctx.set_theme(egui::Theme::Light);
        harness.run();
        assert!(harness.query_by_label("Dashboard").is_some(), "{size:?}");
    }
}
