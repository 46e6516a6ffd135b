//! Changes to the dashboard slice; each arm is one call.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{
    DashboardCommand, DashboardEffect, DashboardEvent, DashboardState, FetchOrder, Fetched, Picture, RefreshEvery, boards, export, publish,
};
use crate::app::{Effect, Remote, Screen, State, logs};
use crate::base::problem::Problem;
use crate::logs::filter::Dimension;
use crate::metrics::dashboard::plan::{Listed, MODEL};
use crate::metrics::range::{MINUTE_MS, Range, kept_resolution_ms};

/// Shortest time that can be zoomed to.
const SHORTEST_MS: i64 = 5 * MINUTE_MS;

/// How long CloudWatch's list of metrics is good for: it tells a new metric late anyway.
const LIST_MS: i64 = 5 * MINUTE_MS;

/// A person did something.
pub fn command(state: &mut State, command: DashboardCommand) -> Vec<Effect> {
    match command {
        DashboardCommand::RefreshDue => refresh_due(state),
        DashboardCommand::SetRange(range) => set_range(state, range),
        DashboardCommand::Zoom(from, to) => zoom(state, from, to),
        DashboardCommand::ResetZoom => reset_zoom(state),
        DashboardCommand::SetPeriod(period) => refetch(state, |d| d.period_ms = period),
        DashboardCommand::SetStatistic(statistic) => refetch(state, |d| d.statistic = statistic),
        DashboardCommand::SetRefresh(every) => set_refresh(state, every),
        DashboardCommand::ToggleSeries(series) => toggle_series(state, series),
        DashboardCommand::OnlySeries(series) => only_series(state, &series),
        DashboardCommand::Inspect(index) => silently(|| state.dashboard.inspected = index),
        DashboardCommand::ExportCsv(index) => export_csv(state, index),
        DashboardCommand::ExportPng { title, picture } => export_png(state, &title, picture),
        DashboardCommand::ShowPrices(open) => silently(|| state.dashboard.prices_open = open),
        DashboardCommand::SetPrice(model, price) => vec![Effect::Dashboard(DashboardEffect::SetPrice(model, price))],
        DashboardCommand::ListPublished | DashboardCommand::Publish | DashboardCommand::Unpublish(_) => publish::command(state, command),
        DashboardCommand::Open(_)
        | DashboardCommand::Customise
        | DashboardCommand::SetEditing(_)
        | DashboardCommand::Edit(_)
        | DashboardCommand::Undo
        | DashboardCommand::Delete(_) => boards::command(state, command),
    }
}

/// Something happened.
pub fn event(state: &mut State, event: DashboardEvent) -> Vec<Effect> {
    match event {
        DashboardEvent::Listed { number, outcome } => listed(state, number, outcome),
        DashboardEvent::Fetched { number, outcome } => fetched(state, number, outcome),
        DashboardEvent::Quotas(outcome) => quotas(state, outcome),
        DashboardEvent::Boards(all, problems) => boards::loaded(state, all, problems),
        DashboardEvent::Accounts(accounts) => silently(|| state.dashboard.accounts = accounts),
        DashboardEvent::Published(outcome) => silently(|| state.dashboard.publishing.names.finish(outcome)),
        DashboardEvent::Read(name, outcome) => boards::read(state, &name, outcome),
        DashboardEvent::PricesChanged => prices_changed(state),
        DashboardEvent::Changed(outcome) => publish::changed(state, outcome),
    }
}

fn silently(change: impl FnOnce()) -> Vec<Effect> {
    change();
    Vec::new()
}

/// The screen came into view, or a person asks for a refresh: ask for what it shows, and for the latest records.
pub fn entered(state: &mut State) -> Vec<Effect> {
    if state.connection.environment().is_none() {
        return Vec::new();
    }
    let mut effects = vec![Effect::Dashboard(DashboardEffect::LoadBoards)];
    effects.extend(refresh(state, true));
    effects
}

/// The time to refresh has come: the next drawing of the screen asks for it.
pub fn tick(state: &mut State) -> Vec<Effect> {
    state.dashboard.due = true;
    Vec::new()
}

/// Another environment was opened: forget what belonged to the old one.
pub fn environment_changed(state: &mut State) -> Vec<Effect> {
    let old = std::mem::take(&mut state.dashboard);
    let number = old.number + 1;
    let DashboardState { period_ms, statistic, refresh, shelf, .. } = old;
    let mine = super::Shelf { mine: shelf.mine, is_read: shelf.is_read, problems: shelf.problems, ..super::Shelf::default() };
    state.dashboard = DashboardState { period_ms, statistic, refresh, number, shelf: mine, ..DashboardState::default() };
    Vec::new()
}

/// The loaded records may have changed: account for them anew while the screen is shown.
pub fn records_changed(state: &mut State) -> Vec<Effect> {
    if state.screen != Screen::Dashboard {
        return Vec::new();
    }
    // A change of the time asks for accounts by itself, with the metrics.
    let known = state.dashboard.accounted.as_ref();
    if known.is_some_and(|(known, _)| *known == state.logs.store) {
        return Vec::new();
    }
    account(state)
}

fn account(state: &mut State) -> Vec<Effect> {
    let (from, to) = state.dashboard.range.at(state.now.as_millisecond());
    let store = state.logs.store.clone();
    // A time up to now includes records that are newer than the clock.
    let newest = store.extent().map_or(to, |(_, newest)| newest + 1);
    let to = if matches!(state.dashboard.range, Range::Last(_)) { to.max(newest) } else { to };
    state.dashboard.accounted = Some((store.clone(), (from, to)));
    vec![Effect::Dashboard(DashboardEffect::Account { store, window: (from, to) })]
}

fn refresh_due(state: &mut State) -> Vec<Effect> {
    if !std::mem::take(&mut state.dashboard.due) || state.connection.environment().is_none() {
        return Vec::new();
    }
    refresh(state, false)
}

fn refresh(state: &mut State, list: bool) -> Vec<Effect> {
    let mut effects = fetch(state, list);
    effects.extend(logs::reduce::follow(state));
    effects.extend(next_tick(state));
    effects
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
    fetch(state, false)
}

/// Asks for everything, keeping what is shown until the answers come; with `list` also for the list of metrics.
pub(super) fn fetch(state: &mut State, list: bool) -> Vec<Effect> {
    if state.connection.environment().is_none() {
        return Vec::new();
    }
    let now_ms = state.now.as_millisecond();
    let models = known_models(state);
    let dashboard = &mut state.dashboard;
    dashboard.number += 1;
    dashboard.plots.iter_mut().for_each(Remote::start);
    let is_old = list || now_ms - dashboard.listed_ms > LIST_MS || !covers(dashboard);
    let listed = if is_old { None } else { dashboard.listed.value().cloned() };
    if listed.is_none() {
        dashboard.listed.start();
    }
    let quotas = dashboard.quotas.value().cloned().unwrap_or_default();
    let DashboardState { number, range, period_ms, statistic, .. } = *dashboard;
    let order = FetchOrder { number, board: dashboard.board.clone(), range, period_ms, statistic, models, listed, quotas };
    let mut effects = vec![Effect::Dashboard(DashboardEffect::Fetch(order))];
    effects.extend(account(state));
    effects
}

/// Whether the list that is there is of all namespaces of the dashboard.
fn covers(dashboard: &DashboardState) -> bool {
    let listed: BTreeSet<&str> =
        dashboard.listed.value().into_iter().flat_map(|all| all.iter()).map(|one| one.namespace.as_str()).collect();
    dashboard.board.namespaces().iter().all(|namespace| listed.contains(namespace.as_str()))
}

/// Models that the loaded records name, and the one that the playground talks to.
fn known_models(state: &State) -> Vec<String> {
    let logged = state.logs.view.facet(Dimension::Model).iter().map(|facet| facet.value.to_string());
    let asked = state.playground.draft.model_id.clone().filter(|_| state.playground.request > 0);
    logged.chain(asked).collect::<BTreeSet<_>>().into_iter().collect()
}

fn listed(state: &mut State, number: u64, outcome: Result<Arc<Vec<Listed>>, Problem>) -> Vec<Effect> {
    let now_ms = state.now.as_millisecond();
    let dashboard = &mut state.dashboard;
    if number != dashboard.number {
        return Vec::new();
    }
    // Without the list nothing can be asked for: every plot tells why.
    if let Err(problem) = &outcome {
        dashboard.plots.iter_mut().for_each(|plot| plot.finish(Err(problem.clone())));
    } else {
        dashboard.listed_ms = now_ms;
    }
    dashboard.listed.finish(outcome);
    ask_for_quotas(state)
}

/// Quotas are asked for once for a set of models, when a widget shows them.
fn ask_for_quotas(state: &mut State) -> Vec<Effect> {
    let dashboard = &mut state.dashboard;
    let models: BTreeSet<String> =
        dashboard.listed.value().into_iter().flat_map(|all| all.iter()).filter_map(|one| one.dimensions.get(MODEL).cloned()).collect();
    let wanted = dashboard.board.widgets.iter().any(|widget| widget.quota) && !models.is_empty();
    if !wanted || !matches!(dashboard.quotas, Remote::NotAsked) {
        return Vec::new();
    }
    dashboard.quotas.start();
    vec![Effect::Dashboard(DashboardEffect::FetchQuotas(models.into_iter().collect()))]
}

fn quotas(state: &mut State, outcome: Result<Arc<std::collections::BTreeMap<String, f64>>, Problem>) -> Vec<Effect> {
    let is_new = outcome.as_ref().is_ok_and(|quotas| !quotas.is_empty());
    state.dashboard.quotas.finish(outcome);
    if is_new { fetch(state, false) } else { Vec::new() }
}

fn fetched(state: &mut State, number: u64, outcome: Result<Fetched, Problem>) -> Vec<Effect> {
    let now_ms = state.now.as_millisecond();
    let dashboard = &mut state.dashboard;
    if number != dashboard.number {
        return Vec::new();
    }
    match outcome {
        Ok(fetched) => {
            dashboard.plots.iter_mut().zip(fetched.plots).for_each(|(plot, outcome)| plot.finish(outcome));
            dashboard.numbers = fetched.numbers;
            dashboard.updated_ms = Some(now_ms);
        }
        Err(problem) => dashboard.plots.iter_mut().for_each(|plot| plot.finish(Err(problem.clone()))),
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
    let is_model = dashboard.models().contains(series);
    let all = dashboard.plots.iter().filter_map(Remote::value).flat_map(|data| &data.series);
    let alike = all.filter(|one| one.model.is_empty() != is_model);
    let others: BTreeSet<String> =
        alike.map(|s| if s.model.is_empty() { s.metric.clone() } else { s.model.clone() }).filter(|key| key != series).collect();
    dashboard.hidden = if dashboard.hidden == others { BTreeSet::new() } else { others };
    Vec::new()
}

fn export_csv(state: &State, index: usize) -> Vec<Effect> {
    let dashboard = &state.dashboard;
    let Some((widget, data)) = dashboard.board.widgets.get(index).zip(dashboard.plots.get(index).and_then(Remote::value)) else {
        return Vec::new();
    };
    let several = data.series.iter().any(|series| series.part > 0);
    let name = |series: &crate::metrics::series::Series| match (series.model.as_str(), several) {
        ("", _) => series.metric.clone(),
        (model, false) => model.to_owned(),
        (model, true) => format!("{model} {}", series.metric),
    };
    let name_of_file = export::file_name(&widget.title, state.now, "csv");
    vec![Effect::Dashboard(DashboardEffect::Export { name: name_of_file, text: export::csv(data, name) })]
}

fn export_png(state: &State, title: &str, picture: Picture) -> Vec<Effect> {
    let name = export::file_name(title, state.now, "png");
    vec![Effect::Dashboard(DashboardEffect::ExportPng { name, picture })]
}

fn prices_changed(state: &mut State) -> Vec<Effect> {
    state.dashboard.prices_number += 1;
    account(state)
}
