//! Anomaly detectors: what a metric's owner says about its band, and whether there is enough history for one.
//!
//! Owns the detectors of a Region and their operations. The model is [`crate::metrics::band`]; it is trained when a band is asked for, so a
//! detector keeps no model, and a band appears as soon as there are [`LEAST_POINTS`] points. CloudWatch trains in the background, up to three
//! hours for a new detector.

mod describe;
mod put;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub(super) use describe::describe;
pub(super) use put::{delete, put};

use super::book::Book;
use super::entries;
use super::evaluate::{Evaluator, Span, metric_series};
use super::query::{MetricStat, Query};
use super::state::{MetricKey, State};
use crate::base::clock::Timestamp;
use crate::metrics::band::{Adaptation, Filter, HISTORY, LEAST_POINTS, Tuning};
use crate::metrics::math::{Expr, Node};
use crate::sandbox::api::ApiError;

/// Most detectors that a Region keeps. The service's own quota is not documented.
const MAX_DETECTORS: usize = 500;

/// The detectors of a Region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Detectors {
    #[serde(with = "entries")]
    held: BTreeMap<Target, Detector>,
    /// Number of the newest.
    newest: u64,
}

/// What a detector watches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Target {
    /// A statistic of a metric.
    Single { key: MetricKey, stat: String },
    /// The one query with `return_data`, which may need the others; in order of their ids and without labels.
    Math(Vec<Query>),
}

/// A detector.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Detector {
    id: String,
    /// Its place in lists.
    number: u64,
    settings: Settings,
}

/// What a detector's owner says.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// From and to, epoch seconds.
    excluded: Vec<(i64, i64)>,
    timezone: Option<String>,
    periodic_spikes: Option<bool>,
    /// `FAST`, `NORMAL` or `SLOW`.
    adaptation: Option<String>,
    /// `MINIMAL`, `MODERATE` or `STRICT`.
    filter: Option<String>,
}

impl Detectors {
    /// Makes or changes the detector of `target`; its id.
    fn put(&mut self, target: Target, settings: Settings, new_id: impl FnOnce() -> String) -> Result<String, ApiError> {
        if let Some(held) = self.held.get_mut(&target) {
            held.settings = settings;
            return Ok(held.id.clone());
        }
        if self.held.len() >= MAX_DETECTORS {
            return Err(ApiError::new(400, "LimitExceededException", format!("A Region has at most {MAX_DETECTORS} anomaly detectors")));
        }
        self.newest += 1;
        let detector = Detector { id: new_id(), number: self.newest, settings };
        let id = detector.id.clone();
        self.held.insert(target, detector);
        Ok(id)
    }
}

/// Makes the detector that the band `band_id` among `queries` needs, unless it is there: what evaluating an alarm does on AWS. A band over an
/// expression that is written inside its call has no detector.
pub(super) fn ensure(state: &mut State, queries: &[Query], band_id: &str, new_id: impl FnOnce() -> String) -> Result<(), ApiError> {
    let book = Book::of(queries)?;
    let target = book.index(band_id).and_then(|index| argument(book.entries[index].expr.as_ref()?)).and_then(|of| target(&book, of));
    match target {
        Some(target) if !state.detectors.held.contains_key(&target) => state.detectors.put(target, Settings::default(), new_id).map(|_| ()),
        _ => Ok(()),
    }
}

/// What the band that `expr` is stands for.
fn argument(expr: &Expr) -> Option<&Expr> {
    match &expr.node {
        Node::Call(crate::metrics::math::Function::AnomalyDetectionBand, arguments) => arguments.first(),
        _ => None,
    }
}

/// The detector of a band over `of`, if there is one.
pub(super) fn of_band<'a>(state: &'a State, book: &Book<'_>, of: &Expr) -> Option<&'a Detector> {
    if state.detectors.held.is_empty() {
        return None;
    }
    state.detectors.held.get(&target(book, of)?)
}

/// What a detector for a band over `of` would watch; `None` when `of` is no id.
fn target(book: &Book<'_>, of: &Expr) -> Option<Target> {
    let Node::Id(id) = &of.node else { return None };
    let query = book.entries[book.index(id)?].query;
    if let super::query::QuerySource::Metric(MetricStat { key, stat, .. }) = &query.source {
        return Some(Target::Single { key: key.clone(), stat: stat.clone() });
    }
    let needed = book.needed(of, |_| false).into_iter().map(|index| book.entries[index].query);
    Some(Target::of_queries(needed, id))
}

impl Target {
    /// A detector over the result of the query `returned`.
    fn of_queries<'a>(queries: impl Iterator<Item = &'a Query>, returned: &str) -> Self {
        let plain = |query: &Query| Query { label: None, return_data: Some(query.id == returned), ..query.clone() };
        let mut queries: Vec<Query> = queries.map(plain).collect();
        queries.sort_unstable();
        Self::Math(queries)
    }
}

/// How a detector wants its band to be trained.
pub(super) fn tuning(detector: Option<&Detector>) -> Tuning {
    let Some(Detector { settings, .. }) = detector else { return Tuning::default() };
    let zone = settings.timezone.as_deref().and_then(|name| TimeZone::get(name).ok());
    Tuning {
        zone: zone.unwrap_or(TimeZone::UTC),
        periodic_spikes: settings.periodic_spikes.unwrap_or(false),
        adaptation: match settings.adaptation.as_deref() {
            Some("FAST") => Adaptation::Fast,
            Some("SLOW") => Adaptation::Slow,
            _ => Adaptation::Normal,
        },
        filter: match settings.filter.as_deref() {
            Some("MINIMAL") => Filter::Minimal,
            Some("STRICT") => Filter::Strict,
            _ => Filter::Moderate,
        },
    }
}

/// The history that a detector trains on: without the times that it excludes.
pub(super) fn kept(history: &[(i64, f64)], detector: Option<&Detector>) -> Vec<(i64, f64)> {
    let excluded = detector.map(|detector| detector.settings.excluded.as_slice()).unwrap_or_default();
    let is_kept = |at: i64| !excluded.iter().any(|(from, to)| (*from..*to).contains(&at));
    history.iter().copied().filter(|(at, _)| is_kept(*at)).collect()
}

/// `PENDING_TRAINING` without any history, `TRAINED_INSUFFICIENT_DATA` with too little for a band, then `TRAINED`.
fn training(state: &State, target: &Target, detector: &Detector, now: Timestamp) -> &'static str {
    match kept(&history(state, target, now), Some(detector)).len() {
        0 => "PENDING_TRAINING",
        points if points < LEAST_POINTS => "TRAINED_INSUFFICIENT_DATA",
        _ => "TRAINED",
    }
}

/// The history of what a detector watches, of a metric by the minute.
fn history(state: &State, target: &Target, now: Timestamp) -> Vec<(i64, f64)> {
    let start = Timestamp::from_second(now.as_second() - HISTORY).unwrap_or(Timestamp::UNIX_EPOCH);
    let span = Span { start, end: now, now };
    match target {
        Target::Single { key, stat } => {
            metric_series(state, &MetricStat { key: key.clone(), period: 60, stat: stat.clone(), unit: None }, span).points
        }
        Target::Math(queries) => {
            let returned = queries.iter().position(|query| query.return_data == Some(true));
            let series = returned.and_then(|index| Evaluator::new(state, &Book::of(queries).ok()?, span).outcome(index).ok());
            series.and_then(|mut outcome| outcome.series.pop()).map(|series| series.points).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests;
