//! What the dashboard slice asks for and how it keeps dashboards.

use super::*;
use crate::app::state::Connected;
use crate::app::{Command, Effect, Event, Screen, State, reduce};
use crate::aws::Environment;
use crate::base::clock::timestamp_ms;
use crate::metrics::dashboard::{Kind, Widget};
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

fn ours(effects: &[Effect]) -> Vec<&DashboardEffect> {
    effects.iter().filter_map(|effect| if let Effect::Dashboard(effect) = effect { Some(effect) } else { None }).collect()
}

fn order(effects: &[Effect]) -> FetchOrder {
    let found = ours(effects).into_iter().find_map(|effect| if let DashboardEffect::Fetch(order) = effect { Some(order) } else { None });
    found.unwrap().clone()
}

fn saved(effects: &[Effect]) -> (String, Arc<Dashboard>) {
    let found = ours(effects).into_iter().find_map(|effect| match effect {
        DashboardEffect::SaveBoard(id, board) => Some((id.clone(), board.clone())),
        _ => None,
    });
    found.unwrap()
}

fn plotted(model: &str) -> Arc<Plotted> {
    let points = vec![Point { at_ms: NOW_MS - 60_000, value: 1.0 }];
    let series = Series { metric: "Invocations".to_owned(), model: model.to_owned(), points, part: 0 };
    Arc::new(Plotted { series: vec![series], to_ms: NOW_MS, period_ms: 60_000, ..Plotted::default() })
}

/// Every plot gets the same data.
fn answer(state: &mut State, models: &[&str]) {
    let number = state.dashboard.number;
    let plots = (0..state.dashboard.plots.len()).map(|n| Ok(plotted(models[n % models.len()]))).collect();
    reduce(state, Event::Dashboard(DashboardEvent::Fetched { number, outcome: Ok(Fetched { plots, numbers: Vec::new() }) }));
}

fn list(state: &mut State, metrics: &[&str]) -> Vec<Effect> {
    let of = |metric: &&str| Listed {
        namespace: "AWS/Bedrock".to_owned(),
        metric: (*metric).to_owned(),
        dimensions: [("ModelId".to_owned(), "a".to_owned())].into(),
    };
    let number = state.dashboard.number;
    reduce(state, Event::Dashboard(DashboardEvent::Listed { number, outcome: Ok(Arc::new(metrics.iter().map(of).collect())) }))
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
fn metrics_are_listed_on_entering_and_then_every_five_minutes() {
    let mut state = shown();
    assert!(list(&mut state, &["Invocations"]).is_empty());
    assert!(order(&run(&mut state, DashboardCommand::SetRange(Range::Last(DAY_MS)))).listed.is_some());
    state.now = timestamp_ms(NOW_MS + 6 * MINUTE_MS);
    assert!(order(&run(&mut state, DashboardCommand::SetRange(Range::Last(DAY_MS)))).listed.is_none());
    assert!(order(&reduce(&mut state, Command::Refresh)).listed.is_none(), "a person who asks gets a new list");
}

#[test]
fn a_refresh_waits_until_the_screen_is_drawn() {
    let mut state = shown();
    assert!(reduce(&mut state, Event::Tick(Screen::Dashboard)).is_empty());
    assert!(state.dashboard.due);
    // A hidden window is never drawn, so the command never comes, and neither does another tick.
    let effects = run(&mut state, DashboardCommand::RefreshDue);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::TickAfter(Screen::Dashboard, _))));
    assert!(run(&mut state, DashboardCommand::RefreshDue).is_empty());
}

#[test]
fn without_models_every_plot_tells_why_and_keeps_its_data() {
    let mut state = shown();
    answer(&mut state, &["m"]);
    reduce(&mut state, Command::Refresh);
    let number = state.dashboard.number;
    let problem = Problem::new("CloudWatch cannot be reached", "", "Check the network");
    reduce(&mut state, Event::Dashboard(DashboardEvent::Listed { number, outcome: Err(problem) }));
    assert!(state.dashboard.plots.iter().all(|plot| plot.problem().is_some() && plot.value().is_some()));
}

#[test]
fn one_series_alone_and_all_again() {
    let mut state = shown();
    answer(&mut state, &["a", "b"]);
    run(&mut state, DashboardCommand::OnlySeries("a".to_owned()));
    assert_eq!(state.dashboard.hidden.iter().collect::<Vec<_>>(), ["b"]);
    run(&mut state, DashboardCommand::OnlySeries("a".to_owned()));
    assert!(state.dashboard.hidden.is_empty());
}

#[test]
fn editing_a_built_in_dashboard_makes_a_copy_that_is_kept_at_every_change() {
    let mut state = shown();
    answer(&mut state, &["a"]);
    let (id, copy) = saved(&run(&mut state, DashboardCommand::SetEditing(true)));
    assert_eq!((id.as_str(), copy.title.as_str()), ("bedrock-copy", "Bedrock (copy)"));
    assert!(state.dashboard.editing && state.dashboard.shelf.is_mine());

    let effects = run(&mut state, DashboardCommand::Edit(Edit::Move { from: 0, to: 1 }));
    assert_eq!(saved(&effects).1.widgets[1].title, "Invocations");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Dashboard(DashboardEffect::Fetch(_)))), "moving fetches nothing");
    assert!(state.dashboard.plots[0].value().is_some());

    let widget = Widget { title: "Text".to_owned(), kind: Kind::Text, ..Widget::default() };
    let count = state.dashboard.board.widgets.len();
    order(&run(&mut state, DashboardCommand::Edit(Edit::Add(Box::new(widget)))));
    assert_eq!((state.dashboard.board.widgets.len(), state.dashboard.plots.len()), (count + 1, count + 1));
    run(&mut state, DashboardCommand::Undo);
    run(&mut state, DashboardCommand::Undo);
    assert_eq!(state.dashboard.board.widgets[0].title, "Invocations");
    assert!(state.dashboard.undo.is_empty());
}

#[test]
fn an_answer_for_the_places_before_a_change_is_not_taken() {
    let mut state = shown();
    run(&mut state, DashboardCommand::SetEditing(true));
    let old = state.dashboard.number;
    run(&mut state, DashboardCommand::Edit(Edit::Remove(0)));
    assert!(state.dashboard.number > old);
}

#[test]
fn deleting_the_shown_dashboard_leads_back_to_the_automatic_one() {
    let mut state = shown();
    let (id, _) = saved(&run(&mut state, DashboardCommand::Customise));
    let effects = run(&mut state, DashboardCommand::Delete(id.clone()));
    assert!(ours(&effects).contains(&&DashboardEffect::DeleteBoard(id)));
    assert_eq!(state.dashboard.shelf.shown, Shelf::default().shown);
    assert!(state.dashboard.shelf.mine.is_empty());
}

#[test]
fn quotas_are_asked_for_once_and_only_where_they_are_shown() {
    let mut state = shown();
    assert!(list(&mut state, &["EstimatedTPMQuotaUsage"]).is_empty());
    run(&mut state, DashboardCommand::Open(BoardId::BuiltIn("model-invocations".to_owned())));
    state.dashboard.listed = Remote::NotAsked;
    let effects = list(&mut state, &["EstimatedTPMQuotaUsage"]);
    assert_eq!(ours(&effects), [&DashboardEffect::FetchQuotas(vec!["a".to_owned()])]);
    assert!(list(&mut state, &["EstimatedTPMQuotaUsage"]).is_empty());
    let known = Arc::new(BTreeMap::from([("a".to_owned(), 5.0)]));
    assert_eq!(order(&reduce(&mut state, Event::Dashboard(DashboardEvent::Quotas(Ok(known.clone()))))).quotas, known);
}

#[test]
fn publishing_tells_what_cloudwatch_has_not() {
    let mut state = shown();
    let effects = run(&mut state, DashboardCommand::Publish);
    let [DashboardEffect::Publish { name, body, .. }] = ours(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(name, "Bedrock");
    assert!(body.contains("SEARCH('{AWS/Bedrock,ModelId} MetricName=\\\"Invocations\\\"', 'Sum')"), "{body}");
    let effects = reduce(&mut state, Event::Dashboard(DashboardEvent::Changed(Ok(()))));
    assert!(ours(&effects).contains(&&DashboardEffect::ListPublished));
    assert!(state.notices.list.back().unwrap().text.contains("Estimated cost: CloudWatch knows no prices"));
}
