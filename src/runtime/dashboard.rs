//! Effects of the dashboard slice: finding the models that have metrics and fetching the plots, each by itself so that one failure stays one.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;

use super::{Jobs, Slot};
use crate::app::dashboard::{DashboardEffect, DashboardEvent, FetchOrder};
use crate::app::{Event, Screen};
use crate::aws::Session;
use crate::aws::cloudwatch::{Dimension, GetMetricData, ListMetrics, Metric, MetricQuery, MetricSeries};
use crate::base::clock::timestamp_ms;
use crate::base::problem::Problem;
use crate::metrics::dashboard::{SeriesKey, Widget};
use crate::metrics::range::{auto_period_ms, floor_to};
use crate::metrics::series::{Plotted, Point, Series};

/// The dimension of all Bedrock metrics that are told by model.
const MODEL: &str = "ModelId";

/// Carries out `effect`.
pub fn run(jobs: &Jobs, effect: DashboardEffect) {
    match effect {
        DashboardEffect::Fetch(order) => jobs.start(Slot::Of(Screen::Dashboard, "fetch"), fetch(jobs.clone(), order)),
    }
}

async fn fetch(jobs: Jobs, order: FetchOrder) {
    let number = order.number;
    let outcome = match jobs.session() {
        Ok(session) => models(&session, &order).await.map(|models| (session, models)),
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok((session, models)) => {
            jobs.emit(Event::Dashboard(DashboardEvent::Models { number, outcome: Ok(models.clone()) })).await;
            plots(&jobs, &session, &order, &models).await;
        }
        Err(problem) => jobs.emit(Event::Dashboard(DashboardEvent::Models { number, outcome: Err(problem) })).await,
    }
}

/// The models that CloudWatch lists and those known from elsewhere, sorted.
async fn models(session: &Session, order: &FetchOrder) -> Result<Vec<String>, Problem> {
    let list = ListMetrics { namespace: Some(order.board.namespace.clone()), metric_name: None, dimensions: Vec::new() };
    let metrics = session.run(list).await?;
    let listed = metrics
        .into_iter()
        .flat_map(|metric| metric.dimensions)
        .filter(|dimension| dimension.name == MODEL)
        .map(|dimension| dimension.value);
    Ok(order.models.iter().cloned().chain(listed).collect::<BTreeSet<_>>().into_iter().collect())
}

async fn plots(jobs: &Jobs, session: &Session, order: &FetchOrder, models: &[String]) {
    let now_ms = jobs.clock().now_ms();
    let (from, to) = order.range.at(now_ms);
    let period_ms = order.period_ms.unwrap_or_else(|| auto_period_ms(from, to, now_ms));
    let frame = Plotted { series: Vec::new(), from_ms: floor_to(from, period_ms), to_ms: to, period_ms };
    join_all(order.board.widgets.iter().enumerate().map(async |(index, widget)| {
        let outcome = plot(session, order, widget, models, &frame).await.map(Arc::new);
        jobs.emit(Event::Dashboard(DashboardEvent::Plot { number: order.number, index, outcome })).await;
    }))
    .await;
}

async fn plot(session: &Session, order: &FetchOrder, widget: &Widget, models: &[String], frame: &Plotted) -> Result<Plotted, Problem> {
    let keys = widget.series(models, order.latency);
    if keys.is_empty() {
        return Ok(frame.clone());
    }
    let queries = keys.iter().enumerate().map(|(index, key)| query(&order.board.namespace, index, key, frame.period_ms)).collect();
    let (start, end) = (timestamp_ms(frame.from_ms), timestamp_ms(frame.to_ms));
    let answers = session.run(GetMetricData { queries, start, end }).await?;
    let series = answers.into_iter().filter_map(|answer| series(answer, &keys)).filter(|series| !series.points.is_empty());
    let plotted = Plotted { series: series.collect(), ..frame.clone() };
    Ok(if widget.by_model { plotted } else { plotted.by_metric() })
}

fn query(namespace: &str, index: usize, key: &SeriesKey, period_ms: i64) -> MetricQuery {
    let metric = Metric {
        namespace: namespace.to_owned(),
        metric_name: key.metric.clone(),
        dimensions: vec![Dimension::new(MODEL, key.model.clone())],
    };
    MetricQuery { id: format!("m{index}"), metric, stat: key.statistic.clone(), period_secs: (period_ms / 1_000) as u32, label: None }
}

/// The answer to the query `m<index>` as the series of that key.
fn series(answer: MetricSeries, keys: &[SeriesKey]) -> Option<Series> {
    let index: usize = answer.id.strip_prefix('m')?.parse().ok()?;
    let key = keys.get(index)?;
    let points = answer.points.into_iter().map(|(at, value)| Point { at_ms: at.as_millisecond(), value }).collect();
    Some(Series { metric: key.metric.clone(), model: key.model.clone(), points })
}
