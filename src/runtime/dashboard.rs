//! Effects of the dashboard slice: listing metrics and fetching everything that a dashboard shows at once, accounting for records, writing exports.
//!
//! A person's own dashboards and prices are files, in [`files`]; dashboards at CloudWatch are [`publish`].

mod files;
mod publish;
mod quotas;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::try_join_all;

use super::{Jobs, Slot, playground};
use crate::app::dashboard::requests::requests;
use crate::app::dashboard::{Accounts, DashboardEffect, DashboardEvent, FetchOrder, Fetched};
use crate::app::{Event, Screen};
use crate::aws::Session;
use crate::aws::cloudwatch::{GetMetricData, ListMetrics, MetricSeries};
use crate::base::problem::Problem;
use crate::logs::Store;
use crate::metrics::dashboard::plan::{Answers, Frame, Listed, SeriesKey};
use crate::metrics::series::Point;

pub use files::load_prices;

/// Carries out `effect`.
pub fn run(jobs: &Jobs, effect: DashboardEffect) {
    match effect {
        DashboardEffect::Fetch(order) => jobs.start(slot("fetch"), fetch(jobs.clone(), order)),
        DashboardEffect::FetchQuotas(models) => jobs.start(slot("quotas"), quotas::fetch(jobs.clone(), models)),
        DashboardEffect::LoadBoards => files::load_boards(jobs),
        DashboardEffect::SaveBoard(id, board) => files::save_board(jobs, &id, board),
        DashboardEffect::DeleteBoard(id) => files::delete_board(jobs, &id),
        DashboardEffect::Account { store, window } => jobs.start(slot("account"), account(jobs.clone(), store, window)),
        DashboardEffect::Export { name, text } => playground::export(jobs, slot("export"), name, text),
        DashboardEffect::ExportPng { name, picture } => files::export_png(jobs, name, picture),
        DashboardEffect::ListPublished => jobs.start(slot("published"), publish::list(jobs.clone())),
        DashboardEffect::ReadPublished(name) => jobs.start(slot("read"), publish::read(jobs.clone(), name)),
        DashboardEffect::Publish { name, body, account } => jobs.start(slot("publish"), publish::put(jobs.clone(), name, body, account)),
        DashboardEffect::Unpublish { name, account } => jobs.start(slot("publish"), publish::delete(jobs.clone(), name, account)),
        DashboardEffect::SetPrice(model, price) => files::set_price(jobs, &model, price),
    }
}

fn slot(name: &'static str) -> Slot {
    Slot::Of(Screen::Dashboard, name)
}

fn told(event: DashboardEvent) -> Event {
    Event::Dashboard(event)
}

async fn fetch(jobs: Jobs, order: FetchOrder) {
    let number = order.number;
    let session = match jobs.session() {
        Ok(session) => session,
        Err(problem) => return jobs.emit(told(DashboardEvent::Fetched { number, outcome: Err(problem) })).await,
    };
    let listed = match order.listed.clone() {
        Some(listed) => listed,
        None => match list(&session, &order).await {
            Ok(listed) => {
                let listed = Arc::new(listed);
                jobs.emit(told(DashboardEvent::Listed { number, outcome: Ok(listed.clone()) })).await;
                listed
            }
            Err(problem) => return jobs.emit(told(DashboardEvent::Listed { number, outcome: Err(problem) })).await,
        },
    };
    let outcome = everything(&session, &order, &listed, jobs.clock().now_ms()).await;
    jobs.emit(told(DashboardEvent::Fetched { number, outcome })).await;
}

/// The metrics of the dashboard's namespaces; models of application profiles are learnt on the way.
async fn list(session: &Session, order: &FetchOrder) -> Result<Vec<Listed>, Problem> {
    let namespaces = order.board.namespaces().into_iter();
    let lists = namespaces.map(async |namespace| {
        let list = ListMetrics { namespace: Some(namespace), metric_name: None, dimensions: Vec::new() };
        session.run(list).await
    });
    let listed = try_join_all(lists).await?.into_iter().flatten().map(|metric| Listed {
        namespace: metric.namespace,
        metric: metric.metric_name,
        dimensions: metric.dimensions.into_iter().map(|dimension| (dimension.name, dimension.value)).collect(),
    });
    let listed: Vec<Listed> = listed.collect();
    publish::learn_profiles(session, &listed).await;
    Ok(listed)
}

/// All plots and numbers, from one request for each span of time.
async fn everything(session: &Session, order: &FetchOrder, listed: &[Listed], now_ms: i64) -> Result<Fetched, Problem> {
    let frame = Frame {
        board: &order.board,
        now_ms,
        range: order.range.at(now_ms),
        period_ms: order.period_ms,
        chosen: order.statistic,
        models: &order.models,
        listed,
        quotas: &order.quotas,
    };
    let asked = requests(frame.asks()).into_iter().map(|(request, keys)| answers(session, request, keys));
    let answers: Answers = try_join_all(asked).await?.into_iter().flatten().collect();
    let wrong = |why: String| Problem::new("The expression has no value", why, "Correct the widget's expression");
    let plots = frame.plots(&answers).into_iter().map(|plot| plot.map(Arc::new).map_err(wrong)).collect();
    let numbers = frame.numbers(&answers).into_iter().map(Arc::new).collect();
    Ok(Fetched { plots, numbers })
}

async fn answers(session: &Session, request: GetMetricData, keys: Vec<SeriesKey>) -> Result<Vec<(SeriesKey, Vec<Point>)>, Problem> {
    let series = session.run(request).await?;
    if let Some(bad) = series.iter().find(|series| ["InternalError", "Forbidden"].contains(&series.status.as_str())) {
        return Err(refused(bad));
    }
    let points = |series: MetricSeries| series.points.into_iter().map(|(at, value)| Point { at_ms: at.as_millisecond(), value }).collect();
    Ok(keys.into_iter().zip(series.into_iter().map(points)).collect())
}

fn refused(series: &MetricSeries) -> Problem {
    Problem::new(
        "CloudWatch did not answer for every metric",
        format!("{}: {}", if series.label.is_empty() { &series.id } else { &series.label }, series.status),
        "Refresh in a moment; if it stays, look whether the account may read this metric",
    )
}

async fn account(jobs: Jobs, store: Arc<Store>, window: (i64, i64)) {
    let accounts = tokio::task::spawn_blocking(move || Accounts::of(&store, window)).await;
    match accounts {
        Ok(accounts) => jobs.emit(told(DashboardEvent::Accounts(Arc::new(accounts)))).await,
        Err(error) => tracing::error!(details = %error, "The records could not be accounted for"),
    }
}

/// Quotas by model id.
type Quotas = BTreeMap<String, f64>;
