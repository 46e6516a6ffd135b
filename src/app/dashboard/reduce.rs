//! Changes to the dashboard slice; each arm is one call.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{DashboardCommand, DashboardEffect, DashboardEvent, DashboardState, FetchOrder, RefreshEvery};
use crate::app::{Effect, Remote, Screen, State, logs};
use crate::base::problem::Problem;
use crate::logs::filter::Dimension;
use crate::metrics::range::{MINUTE_MS, Range, kept_resolution_ms};
use crate::metrics::series::Plotted;

/// Shortest time that can be zoomed to.
const SHORTEST_MS: i64 = 5 * MINUTE_MS;

/// A person did something.
pub fn command(state: &mut State, command: DashboardCommand) -> Vec<Effect> {
    match command {
        DashboardCommand::SetRange(range) => set_range(state, range),
        DashboardCommand::Zoom(from, to) => zoom(state, from, to),
        DashboardCommand::ResetZoom => reset_zoom(state),
        DashboardCommand::SetPeriod(period) => refetch(state, |d| d.period_ms = period),
        DashboardCommand::SetLatency(statistic) => refetch(state, |d| d.latency = statistic),
        DashboardCommand::SetRefresh(every) => set_refresh(state, every),
        DashboardCommand::ToggleSeries(series) => toggle_series(state, series),
        DashboardCommand::OnlySeries(series) => only_series(state, &series),
    }
}

/// Something happened.
pub fn event(state: &mut State, event: DashboardEvent) -> Vec<Effect> {
    match event {
        DashboardEvent::Models { number, outcome } => models(state, number, outcome),
        DashboardEvent::Plot { number, index, outcome } => plot(state, number, index, outcome),
    }
}

/// The screen came into view, or its time to refresh has come: ask for what it shows, and for the latest records.
pub fn entered(state: &mut State) -> Vec<Effect> {
    if state.connection.environment().is_none() {
        return Vec::new();
    }
    let mut effects = fetch(state);
    effects.extend(logs::reduce::follow(state));
    effects.extend(next_tick(state));
    effects
}

/// Another environment was opened: forget what belonged to the old one.
pub fn environment_changed(state: &mut State) -> Vec<Effect> {
    let old = std::mem::take(&mut state.dashboard);
    let number = old.number + 1;
    let DashboardState { period_ms, latency, refresh, .. } = old;
    state.dashboard = DashboardState { period_ms, latency, refresh, number, ..DashboardState::default() };
    Vec::new()
}

fn next_tick(state: &State) -> Option<Effect> {
    state.dashboard.refresh.interval().map(|after| Effect::TickAfter(Screen::Dashboard, after))
}

fn set_range(state: &mut State, range: Range) -> Vec<Effect> {
    refetch(state, |dashboard| {
        dashboard.range = range;
        dashboard.zoomed_from.clear();
    })
}

fn zoom(state: &mut State, from: i64, to: i64) -> Vec<Effect> {
    let middle = i64::midpoint(from, to);
    let half = ((to - from).abs() / 2).max(SHORTEST_MS / 2);
    refetch(state, |dashboard| {
        dashboard.zoomed_from.push(dashboard.range);
        dashboard.range = Range::Between(middle - half, middle + half);
    })
}

fn reset_zoom(state: &mut State) -> Vec<Effect> {
    refetch(state, |dashboard| {
        if let Some(widest) = dashboard.zoomed_from.first() {
            dashboard.range = *widest;
        }
        dashboard.zoomed_from.clear();
    })
}

fn refetch(state: &mut State, change: impl FnOnce(&mut DashboardState)) -> Vec<Effect> {
    change(&mut state.dashboard);
    // A period below what CloudWatch keeps for so old data would give empty plots.
    let now_ms = state.now.as_millisecond();
    let finest = kept_resolution_ms(now_ms - state.dashboard.range.at(now_ms).0);
    state.dashboard.period_ms = state.dashboard.period_ms.map(|period| period.max(finest));
    if state.connection.environment().is_none() { Vec::new() } else { fetch(state) }
}

/// Asks for everything, keeping what is shown until the answers come.
fn fetch(state: &mut State) -> Vec<Effect> {
    let models = known_models(state);
    let dashboard = &mut state.dashboard;
    dashboard.number += 1;
    dashboard.models.start();
    dashboard.plots.iter_mut().for_each(Remote::start);
    let DashboardState { number, board, range, period_ms, latency, .. } = *dashboard;
    vec![Effect::Dashboard(DashboardEffect::Fetch(FetchOrder { number, board, range, period_ms, latency, models }))]
}

/// Models seen before and those of the loaded records.
fn known_models(state: &State) -> Vec<String> {
    let seen = state.dashboard.models.value().into_iter().flatten().cloned();
    let logged = state.logs.view.facet(Dimension::Model).iter().map(|facet| facet.value.to_string());
    seen.chain(logged).collect::<BTreeSet<_>>().into_iter().collect()
}

fn models(state: &mut State, number: u64, outcome: Result<Vec<String>, Problem>) -> Vec<Effect> {
    let dashboard = &mut state.dashboard;
    if number == dashboard.number {
        // Without the models nothing can be asked for: every plot tells why.
        if let Err(problem) = &outcome {
            dashboard.plots.iter_mut().for_each(|plot| plot.finish(Err(problem.clone())));
        }
        dashboard.models.finish(outcome);
    }
    Vec::new()
}

fn plot(state: &mut State, number: u64, index: usize, outcome: Result<Arc<Plotted>, Problem>) -> Vec<Effect> {
    let now_ms = state.now.as_millisecond();
    let dashboard = &mut state.dashboard;
    if number == dashboard.number
        && let Some(plot) = dashboard.plots.get_mut(index)
    {
        plot.finish(outcome);
        if !dashboard.is_loading() {
            dashboard.updated_ms = Some(now_ms);
        }
    }
    Vec::new()
}

fn set_refresh(state: &mut State, every: RefreshEvery) -> Vec<Effect> {
    state.dashboard.refresh = every;
    // A tick that is still under way finds the new choice and, switched off, asks for no other.
    next_tick(state).into_iter().collect()
}

fn toggle_series(state: &mut State, series: String) -> Vec<Effect> {
    let hidden = &mut state.dashboard.hidden;
    if !hidden.remove(&series) {
        hidden.insert(series);
    }
    Vec::new()
}

/// Hides everything but `series`; asked again, shows everything.
fn only_series(state: &mut State, series: &str) -> Vec<Effect> {
    let dashboard = &mut state.dashboard;
    let all = dashboard.plots.iter().filter_map(Remote::value).flat_map(|data| &data.series);
    let others: BTreeSet<String> =
        all.map(|s| if s.model.is_empty() { s.metric.clone() } else { s.model.clone() }).filter(|key| key != series).collect();
    dashboard.hidden = if dashboard.hidden == others { BTreeSet::new() } else { others };
    Vec::new()
}
