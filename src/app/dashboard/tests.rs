//! What the dashboard slice asks for and what it adds up.

use super::*;
use crate::app::state::Connected;
use crate::app::{Command, Effect, Event, Screen, State, reduce};
use crate::aws::Environment;
use crate::base::clock::timestamp_ms;
use crate::metrics::range::DAY_MS;
use crate::metrics::series::{Point, Series};

const NOW_MS: i64 = 1_795_435_471_000;

fn shown() -> State {
    let mut state = State { now: timestamp_ms(NOW_MS), ..State::default() };
    let environment = Environment::sandbox("http://127.0.0.1:1");
    reduce(&mut state, Event::Connected(Ok(Connected { environment, account: String::new(), arn: String::new() })));
    reduce(&mut state, Command::Go(Screen::Dashboard));
    state
}

fn run(state: &mut State, command: DashboardCommand) -> Vec<Effect> {
    reduce(state, Command::Dashboard(command))
}

fn order(effects: &[Effect]) -> FetchOrder {
    let found =
        effects.iter().find_map(|effect| if let Effect::Dashboard(DashboardEffect::Fetch(order)) = effect { Some(order) } else { None });
    found.unwrap().clone()
}

fn answer(state: &mut State, metric: &str, model: &str, value: f64) {
    let series = Series { metric: metric.to_owned(), model: model.to_owned(), points: vec![Point { at_ms: NOW_MS - 60_000, value }] };
    let data = Arc::new(Plotted { series: vec![series], from_ms: 0, to_ms: NOW_MS, period_ms: 60_000 });
    let index = state.dashboard.board.widgets.iter().position(|widget| widget.metrics[0] == metric).unwrap();
    let number = state.dashboard.number;
    reduce(state, Event::Dashboard(DashboardEvent::Plot { number, index, outcome: Ok(data) }));
}

#[test]
fn a_zoom_is_never_shorter_than_five_minutes_and_leads_back_to_the_first_range() {
    let mut state = shown();
    run(&mut state, DashboardCommand::Zoom(NOW_MS - 3_600_000, NOW_MS));
    let range = order(&run(&mut state, DashboardCommand::Zoom(NOW_MS - 1_000, NOW_MS))).range;
    assert_eq!(range.span_ms(), 5 * MINUTE_MS);
    assert_eq!(order(&run(&mut state, DashboardCommand::ResetZoom)).range, Range::default());
    assert!(state.dashboard.zoomed_from.is_empty());
}

#[test]
fn a_chosen_period_is_coarsened_where_finer_data_is_not_kept() {
    let mut state = shown();
    run(&mut state, DashboardCommand::SetPeriod(Some(MINUTE_MS)));
    let old = order(&run(&mut state, DashboardCommand::SetRange(Range::Between(NOW_MS - 20 * DAY_MS, NOW_MS - 19 * DAY_MS))));
    assert_eq!(old.period_ms, Some(5 * MINUTE_MS));
}

#[test]
fn totals_and_cost_come_from_the_plots_that_show_sums() {
    let mut state = shown();
    assert_eq!((state.dashboard.total(&["Invocations".to_owned()]), state.dashboard.cost()), (None, None));
    answer(&mut state, "Invocations", "global.anthropic.claude-haiku-4-5-20251001-v1:0", 4.0);
    answer(&mut state, "InputTokenCount", "global.anthropic.claude-haiku-4-5-20251001-v1:0", 1e6);
    answer(&mut state, "OutputTokenCount", "meta.unheard-of", 1e6);
    assert_eq!(state.dashboard.total(&["Invocations".to_owned()]), Some(4.0));
    let (cost, unpriced) = state.dashboard.cost().unwrap();
    assert!((cost - 1.0).abs() < 1e-9, "{cost}");
    assert_eq!(unpriced.into_iter().collect::<Vec<_>>(), ["meta.unheard-of"]);
}

#[test]
fn without_models_every_plot_tells_why_and_keeps_its_data() {
    let mut state = shown();
    answer(&mut state, "Invocations", "m", 4.0);
    reduce(&mut state, Command::Refresh);
    let number = state.dashboard.number;
    let problem = Problem::new("CloudWatch cannot be reached", "", "Check the network");
    reduce(&mut state, Event::Dashboard(DashboardEvent::Models { number, outcome: Err(problem) }));
    assert!(state.dashboard.plots.iter().all(|plot| plot.problem().is_some()));
    assert_eq!(state.dashboard.total(&["Invocations".to_owned()]), Some(4.0));
}

#[test]
fn one_series_alone_and_all_again() {
    let mut state = shown();
    answer(&mut state, "Invocations", "a", 1.0);
    answer(&mut state, "InvocationThrottles", "b", 1.0);
    run(&mut state, DashboardCommand::OnlySeries("a".to_owned()));
    assert_eq!(state.dashboard.hidden.iter().collect::<Vec<_>>(), ["b"]);
    run(&mut state, DashboardCommand::OnlySeries("a".to_owned()));
    assert!(state.dashboard.hidden.is_empty());
}
