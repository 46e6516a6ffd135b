//! Effects of the alarms slice: describing alarms, fetching their values and their past, and doing something to them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::resources::{open_ledger, unreadable};
use super::{Jobs, Slot};
use crate::app::Screen;
use crate::app::alarms::graph::{Edges, Graph, GraphBand};
use crate::app::alarms::{AlarmsEffect, AlarmsEvent, Deed, GraphOrder, Past};
use crate::aws::cloudwatch::{
    DataQuery, DataSource, DescribeAlarmHistory, DescribeAlarms, DescribeAnomalyDetectors, DisableAlarmActions, EnableAlarmActions,
    GetMetricMath, ListMetrics, MetricAlarm, MetricSeries, MetricStat, PutMetricAlarm, SetAlarmState, Training,
};
use crate::aws::error::ErrorKind;
use crate::aws::sns::{ListSubscriptionsByTopic, ListTopics};
use crate::aws::{AwsError, Session};
use crate::base::clock::{Timestamp, timestamp_ms};
use crate::base::problem::Problem;
use crate::lab::action::{ApplyError, Cx};
use crate::lab::alarms::{detector, making, period_secs, queries, queries_without_band, recommended, value_id, value_stat};
use crate::lab::deeds::Deeds;
use crate::lab::facts::Facts;
use crate::lab::form::Values;
use crate::metrics::range::floor_to;

const LIST: Slot = Slot::Of(Screen::Alarms, "list");
const SPARKS: Slot = Slot::Of(Screen::Alarms, "sparks");
const GRAPH: Slot = Slot::Of(Screen::Alarms, "graph");
const PREVIEW: Slot = Slot::Of(Screen::Alarms, "preview");
const PAST: Slot = Slot::Of(Screen::Alarms, "past");
const METRICS: Slot = Slot::Of(Screen::Alarms, "metrics");
const MODELS: Slot = Slot::Of(Screen::Alarms, "models");
const TOPICS: Slot = Slot::Of(Screen::Alarms, "topics");
const DO: Slot = Slot::Of(Screen::Alarms, "do");

/// Queries of one call.
const MOST_QUERIES: usize = 400;

/// Lengths of small graphs, milliseconds: of fine periods and of coarse ones.
const SPARK_FINE_MS: i64 = 3 * 3_600_000;
const SPARK_COARSE_MS: i64 = 24 * 3_600_000;

/// Wait before a preview is fetched: a person who types asks once.
const TYPING: Duration = Duration::from_millis(250);

/// Id of the query that counts samples.
const SAMPLES_ID: &str = "samples";

/// Who the ledger says has made what this screen makes.
const LEDGER_STEP: (&str, &str) = ("alarms", "alarm form");

/// Carries out `effect`.
pub fn run(jobs: &Jobs, effect: AlarmsEffect) {
    let own = jobs.clone();
    match effect {
        AlarmsEffect::List => jobs.start(LIST, async move { own.emit(AlarmsEvent::Listed(list(&own).await)).await }),
        AlarmsEffect::Sparks(alarms) => jobs.start(SPARKS, async move { sparks(&own, &alarms).await }),
        AlarmsEffect::Graph(order) => draw(jobs, order),
        AlarmsEffect::Past { number, settings } => jobs.start(PAST, async move {
            let outcome = past(&own, &settings).await.map(Arc::new);
            own.emit(AlarmsEvent::Past { number, outcome }).await;
        }),
        AlarmsEffect::ListMetrics(namespace) => jobs.start(METRICS, async move {
            let outcome = metrics(&own, namespace).await.map(Arc::new);
            own.emit(AlarmsEvent::Metrics(outcome)).await;
        }),
        AlarmsEffect::FindModels => jobs.start(MODELS, async move { own.emit(AlarmsEvent::Models(models(&own).await)).await }),
        AlarmsEffect::ListTopics => jobs.start(TOPICS, async move { own.emit(AlarmsEvent::Topics(topics(&own).await)).await }),
        AlarmsEffect::Do(deed) => jobs.start(DO, async move {
            let outcome = carry_out(&own, &deed).await;
            own.emit(AlarmsEvent::Done(deed, outcome)).await;
        }),
        AlarmsEffect::WatchAfter(after) => jobs.start(Slot::Pause("alarms"), async move {
            own.wall().sleep(after).await;
            own.emit(AlarmsEvent::WatchDue).await;
        }),
        AlarmsEffect::Notify { title, body } => notify(jobs, title, body),
    }
}

/// On a thread of its own: a desktop may take its time.
fn notify(jobs: &Jobs, title: String, body: String) {
    let notifier = jobs.notifier();
    jobs.spawn_blocking(move || {
        if let Err(why) = notifier.notify(&title, &body) {
            tracing::debug!(why, title, "the desktop shows no notification");
        }
    });
}

async fn list(jobs: &Jobs) -> Result<Arc<Vec<MetricAlarm>>, Problem> {
    Ok(Arc::new(jobs.session()?.run(DescribeAlarms::default()).await?))
}

async fn metrics(jobs: &Jobs, namespace: String) -> Result<Vec<crate::aws::cloudwatch::Metric>, Problem> {
    let mut metrics = jobs.session()?.run(ListMetrics { namespace: Some(namespace), ..ListMetrics::default() }).await?;
    metrics.sort();
    metrics.dedup();
    Ok(metrics)
}

async fn models(jobs: &Jobs) -> Result<Vec<String>, Problem> {
    let metrics = metrics(jobs, recommended::NAMESPACE.to_owned()).await?;
    let invoked = metrics.into_iter().filter(|metric| metric.metric_name == "Invocations").flat_map(|metric| metric.dimensions);
    let models: BTreeSet<String> = invoked.filter(|dimension| dimension.name == "ModelId").map(|dimension| dimension.value).collect();
    let mut models: Vec<String> = models.into_iter().take(MOST_QUERIES).collect();
    let calls = calls_of_a_day(jobs, &models).await?;
    models.sort_by_key(|model| std::cmp::Reverse(calls.get(model).copied().unwrap_or_default()));
    Ok(models)
}

/// How often each model was called in the last day.
async fn calls_of_a_day(jobs: &Jobs, models: &[String]) -> Result<BTreeMap<String, u64>, Problem> {
    if models.is_empty() {
        return Ok(BTreeMap::new());
    }
    let to = floor_to(jobs.clock().now_ms(), 3_600_000) + 3_600_000;
    let day = Frame { from: to - SPARK_COARSE_MS, to, period: 3_600_000 };
    let query =
        |(place, model): (usize, &String)| DataQuery::stat(&format!("m{place}"), recommended::stat("Invocations", "Sum", 3_600, model));
    let series = day.ask(&jobs.session()?, models.iter().enumerate().map(query).collect()).await?;
    let sum = |series: &MetricSeries| series.points.iter().map(|(_, calls)| *calls).sum::<f64>() as u64;
    let place = |series: &MetricSeries| series.id.strip_prefix('m')?.parse::<usize>().ok();
    Ok(series.iter().filter_map(|series| Some((models.get(place(series)?)?.clone(), sum(series)))).collect())
}

async fn topics(jobs: &Jobs) -> Result<Arc<Vec<String>>, Problem> {
    Ok(Arc::new(jobs.session()?.run(ListTopics {}).await?))
}

// --- values

fn draw(jobs: &Jobs, order: GraphOrder) {
    let own = jobs.clone();
    let slot = if order.for_editor { PREVIEW } else { GRAPH };
    jobs.start(slot, async move {
        if order.for_editor {
            own.wall().sleep(TYPING).await;
        }
        let outcome = graph(&own, &order.settings, order.span_ms).await.map(Arc::new);
        own.emit(AlarmsEvent::Graph { for_editor: order.for_editor, number: order.number, outcome }).await;
    });
}

async fn graph(jobs: &Jobs, settings: &PutMetricAlarm, span_ms: i64) -> Result<Graph, Problem> {
    let session = jobs.session()?;
    let period_ms = i64::from(period_secs(settings)) * 1_000;
    let to_ms = jobs.clock().now_ms();
    let frame = Frame { from: floor_to(to_ms - span_ms, period_ms), to: to_ms, period: period_ms };
    let series = frame.read(&session, settings).await?;
    let band = match detector(settings) {
        None => None,
        Some(detector) => {
            let known = session.run(DescribeAnomalyDetectors::like(&detector)).await?;
            let training = known.into_iter().find(|known| known.detector.is_same(&detector)).map(|known| known.training);
            Some(band(&series, settings, training))
        }
    };
    Ok(frame.graph(&series, settings, band))
}

/// The time of a graph.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Milliseconds since the epoch.
    from: i64,
    /// Milliseconds since the epoch.
    to: i64,
    /// Milliseconds.
    period: i64,
}

impl Frame {
    async fn ask(&self, session: &Session, queries: Vec<DataQuery>) -> Result<Vec<MetricSeries>, AwsError> {
        session.run(GetMetricMath { queries, start: timestamp_ms(self.from), end: timestamp_ms(self.to) }).await
    }

    /// Reads values and band. A band that CloudWatch refuses, because nothing was learnt yet, is a band that is not there.
    async fn read(&self, session: &Session, settings: &PutMetricAlarm) -> Result<Vec<MetricSeries>, AwsError> {
        let samples = value_stat(settings)
            .filter(|stat| stat.stat.starts_with('p'))
            .map(|stat| DataQuery::stat(SAMPLES_ID, MetricStat { stat: "SampleCount".to_owned(), ..stat.clone() }));
        let all: Vec<DataQuery> = queries(settings).into_iter().chain(samples).collect();
        match self.ask(session, all).await {
            Err(error) if error.kind == ErrorKind::Invalid && detector(settings).is_some() => {
                self.ask(session, queries_without_band(settings)).await
            }
            outcome => outcome,
        }
    }

    fn graph(&self, series: &[MetricSeries], settings: &PutMetricAlarm, band: Option<GraphBand>) -> Graph {
        let points = |id: &str| {
            let found = series.iter().find(|series| series.id == id);
            found
                .map(|series| series.points.iter().map(|(at, value)| (at.as_millisecond(), *value)).collect::<Vec<_>>())
                .unwrap_or_default()
        };
        let mut samples: Vec<f64> = points(SAMPLES_ID).into_iter().map(|(_, count)| count).collect();
        samples.sort_by(f64::total_cmp);
        Graph {
            from_ms: self.from,
            to_ms: self.to,
            period_ms: self.period,
            points: points(value_id(settings)),
            band,
            samples: samples.get(samples.len() / 2).copied(),
        }
    }
}

/// The two series under the band's id; which is the upper one, their values say.
fn band(series: &[MetricSeries], settings: &PutMetricAlarm, training: Option<Training>) -> GraphBand {
    let id = queries(settings).into_iter().find(DataQuery::is_band).map(|query| query.id).unwrap_or_default();
    let mut both = series.iter().filter(|series| series.id == id);
    let (Some(one), Some(two)) = (both.next(), both.next()) else { return GraphBand { edges: Vec::new(), training } };
    let other: BTreeMap<Timestamp, f64> = two.points.iter().copied().collect();
    let edge = |(at, a): &(Timestamp, f64)| {
        let b = other.get(at)?;
        Some(Edges { at_ms: at.as_millisecond(), lower: a.min(*b), upper: a.max(*b) })
    };
    GraphBand { edges: one.points.iter().filter_map(edge).collect(), training }
}

/// The last hours of each alarm, in as few calls as can be; one that cannot be read has none.
async fn sparks(jobs: &Jobs, alarms: &[MetricAlarm]) {
    let Ok(session) = jobs.session() else { return };
    let now_ms = jobs.clock().now_ms();
    let mut all = BTreeMap::new();
    for coarse in [false, true] {
        let is_wanted = |alarm: &&MetricAlarm| (period_secs(&alarm.settings) > 300) == coarse;
        let of_kind: Vec<&MetricAlarm> = alarms.iter().filter(is_wanted).collect();
        for some in of_kind.chunks(MOST_QUERIES / 4) {
            let span = if coarse { SPARK_COARSE_MS } else { SPARK_FINE_MS };
            all.extend(some_sparks(&session, some, now_ms, span).await);
        }
    }
    jobs.emit(AlarmsEvent::Sparks(Arc::new(all))).await;
}

async fn some_sparks(session: &Session, alarms: &[&MetricAlarm], to_ms: i64, span_ms: i64) -> BTreeMap<String, Graph> {
    let whole = Frame { from: floor_to(to_ms - span_ms, 3_600_000), to: to_ms, period: 60_000 };
    let prefixed = |(place, alarm): (usize, &&MetricAlarm)| with_prefix(queries_without_band(&alarm.settings), &format!("a{place}_"));
    let asked: Vec<DataQuery> = alarms.iter().enumerate().flat_map(prefixed).collect();
    let series = match whole.ask(session, asked).await {
        Ok(series) => series,
        Err(error) => {
            tracing::debug!(%error, "small graphs of alarms could not be read");
            return BTreeMap::new();
        }
    };
    let graph = |(place, alarm): (usize, &&MetricAlarm)| {
        let id = format!("a{place}_{}", value_id(&alarm.settings));
        let found: Vec<MetricSeries> = series.iter().filter(|series| series.id == id).cloned().collect();
        let renamed: Vec<MetricSeries> =
            found.into_iter().map(|series| MetricSeries { id: value_id(&alarm.settings).to_owned(), ..series }).collect();
        let frame = Frame { period: i64::from(period_secs(&alarm.settings)) * 1_000, ..whole };
        (alarm.settings.name.clone(), frame.graph(&renamed, &alarm.settings, None))
    };
    alarms.iter().enumerate().map(graph).collect()
}

/// The same queries under other ids, so that those of several alarms fit into one call.
fn with_prefix(queries: Vec<DataQuery>, prefix: &str) -> Vec<DataQuery> {
    let ids: Vec<String> = queries.iter().map(|query| query.id.clone()).collect();
    let renamed = |query: DataQuery| {
        let source = match query.source {
            DataSource::Expression(text) => DataSource::Expression(with_renamed_ids(&text, &ids, prefix)),
            stat @ DataSource::Stat(_) => stat,
        };
        DataQuery { id: format!("{prefix}{}", query.id), source, ..query }
    };
    queries.into_iter().map(renamed).collect()
}

/// `text` with every id among `ids` prefixed; words in quotes stay.
fn with_renamed_ids(text: &str, ids: &[String], prefix: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut quote = None;
    let mut word = String::new();
    let flush = |word: &mut String, out: &mut String| {
        if ids.contains(word) {
            out.push_str(prefix);
        }
        out.push_str(word);
        word.clear();
    };
    for character in text.chars() {
        let in_word = character.is_ascii_alphanumeric() || character == '_';
        match quote {
            Some(open) => {
                out.push(character);
                quote = (character != open).then_some(open);
            }
            None if in_word => word.push(character),
            None => {
                flush(&mut word, &mut out);
                out.push(character);
                quote = (character == '\'' || character == '"').then_some(character);
            }
        }
    }
    flush(&mut word, &mut out);
    out
}

// --- the past

async fn past(jobs: &Jobs, settings: &PutMetricAlarm) -> Result<Past, Problem> {
    let session = jobs.session()?;
    let history = session.run(DescribeAlarmHistory { alarm_name: settings.name.clone(), start_date: None }).await?;
    let actions = [&settings.alarm_actions, &settings.ok_actions, &settings.no_data_actions];
    let is_topic = |arn: &&String| arn.split(':').nth(2) == Some("sns");
    let arns: BTreeSet<&String> = actions.into_iter().flatten().filter(is_topic).collect();
    let mut subscriptions = BTreeMap::new();
    for arn in arns {
        // A topic that is gone, or of another account, tells nobody here.
        match session.run(ListSubscriptionsByTopic { topic_arn: arn.clone() }).await {
            Ok(found) => drop(subscriptions.insert(arn.clone(), found)),
            Err(error) => tracing::debug!(%error, "the subscriptions of a topic could not be read"),
        }
    }
    Ok(Past { history, subscriptions })
}

// --- doing

async fn carry_out(jobs: &Jobs, deed: &Deed) -> Result<String, Problem> {
    match deed {
        Deed::Make(order) => in_ledger(jobs, async |cx| making::make(cx, order).await.map(|()| made(order))).await,
        Deed::Delete(settings) => in_ledger(jobs, async |cx| making::delete(cx, settings).await).await,
        Deed::Test(name, state) => {
            let reason = "Set in Outcrop to try the alarm's actions".to_owned();
            let call = SetAlarmState { alarm_name: name.clone(), state_value: state.name().to_owned(), state_reason: reason };
            jobs.session()?.run(call).await?;
            Ok(format!("{name} is set to {}; its next evaluation puts it back", state.name()))
        }
        Deed::SwitchActions(name, true) => {
            jobs.session()?.run(EnableAlarmActions { alarm_names: vec![name.clone()] }).await?;
            Ok(format!("{name} takes its actions again"))
        }
        Deed::SwitchActions(name, false) => {
            jobs.session()?.run(DisableAlarmActions { alarm_names: vec![name.clone()] }).await?;
            Ok(format!("{name} takes no actions until they are enabled"))
        }
    }
}

fn made(order: &making::Order) -> String {
    let name = &order.settings.name;
    match (&order.notify, order.replaces) {
        (making::Notify::NewTopic { email: Some(email), .. }, _) => {
            format!("Alarm {name} is there. {email} must confirm the subscription before anything is sent")
        }
        (_, true) => format!("Alarm {name} is changed"),
        _ => format!("Alarm {name} is there; it is evaluated for the first time within a minute"),
    }
}

/// Runs `work` with the ledger of the open place, as a step of a lab would.
async fn in_ledger(jobs: &Jobs, work: impl AsyncFnOnce(&Cx<'_>) -> Result<String, ApplyError>) -> Result<String, Problem> {
    let session = jobs.session()?;
    let ledger = open_ledger(jobs, &session)?;
    let mut facts = Facts::identify(&session, "").await.map_err(|error: AwsError| Problem::from(&error))?;
    let standing = ledger.standing().map_err(|error| unreadable(&error))?;
    facts.standing = standing.into_iter().filter(|standing| standing.is_at(&facts.account, &facts.region)).collect();
    let values = Values::default();
    let deeds = Deeds::of(jobs.home(), &session.environment().key());
    let ((lab, step), clock) = (LEDGER_STEP, jobs.clock());
    let cx = Cx {
        session: &session,
        clock,
        facts: &facts,
        values: &values,
        ledger: &ledger,
        deeds: &deeds,
        is_attended: true,
        lab,
        step,
        report: &|_| {},
    };
    work(&cx).await.map_err(|error| *error.into_failure().problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_expressions_are_renamed_and_nothing_else() {
        let ids = ["m1".to_owned(), "m10".to_owned()];
        assert_eq!(with_renamed_ids("SUM(m1) / m10 + m11", &ids, "a0_"), "SUM(a0_m1) / a0_m10 + m11");
        assert_eq!(with_renamed_ids("SEARCH('m1 x', 'Sum') + m1", &ids, "b_"), "SEARCH('m1 x', 'Sum') + b_m1");
    }

    #[test]
    fn the_upper_edge_is_the_larger_one_whatever_the_order() {
        let settings = PutMetricAlarm {
            watched: crate::lab::alarms::with_band(recommended::Recommended::Throttles.settings("m").watched, 2.0),
            ..recommended::Recommended::Throttles.settings("m")
        };
        let series = |value: f64| MetricSeries { id: "t1".to_owned(), points: vec![(timestamp_ms(0), value)], ..MetricSeries::default() };
        for pair in [[1.0, 5.0], [5.0, 1.0]] {
            let band = band(&pair.map(series), &settings, None);
            assert_eq!(band.edges, [Edges { at_ms: 0, lower: 1.0, upper: 5.0 }]);
        }
        assert!(band(&[series(1.0)], &settings, None).edges.is_empty());
    }
}
