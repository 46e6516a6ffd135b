//! The metrics of a Region.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::alarms::Alarms;
use super::detectors::Detectors;
use super::series::Series;
use super::unit::Unit;
use super::window::Window;
use super::{checks, entries};
use crate::base::clock::Timestamp;
use crate::metrics::{Distribution, StatisticSet};
use crate::sandbox::api::ApiError;

/// Metrics that a Region keeps, so that a forgotten program cannot fill the machine's memory; the service has no such limit.
const MAX_METRICS: usize = 10_000;

/// Seconds without data after which a metric is no longer listed.
const LISTED: i64 = 14 * 86_400;

/// The metrics of a Region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    #[serde(with = "entries")]
    metrics: BTreeMap<MetricKey, Metric>,
    pub(super) detectors: Detectors,
    pub(super) alarms: Alarms,
}

/// What makes a metric itself: every combination of dimensions is a metric of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MetricKey {
    /// Such as `AWS/Bedrock`.
    pub namespace: String,
    /// Such as `Invocations`.
    pub name: String,
    /// Values by dimension name.
    pub dimensions: BTreeMap<String, String>,
}

/// Samples by the start of their period, epoch seconds.
pub(super) type Periods = BTreeMap<i64, Distribution>;

/// Samples to be added to a metric.
#[derive(Debug, Clone)]
pub(super) struct Datum {
    pub(super) key: MetricKey,
    /// When the samples were taken, epoch seconds.
    pub(super) at: i64,
    pub(super) unit: Unit,
    pub(super) samples: Distribution,
    pub(super) high_resolution: bool,
}

/// The data of a metric.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Metric {
    units: BTreeMap<Unit, Series>,
    /// When the newest samples were taken, epoch seconds.
    newest: i64,
    /// When samples last arrived, epoch seconds.
    published: i64,
}

impl State {
    /// Publishes one sample taken now, as an AWS service does.
    ///
    /// Fails only when the Region has as many metrics as it can keep.
    pub fn record(
        &mut self,
        namespace: &str,
        name: &str,
        dimensions: &[(&str, &str)],
        value: f64,
        unit: Unit,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        self.record_at(MetricKey::new(namespace, name, dimensions), value, unit, now, now)
    }

    /// Publishes one sample taken at `at`: how a past is made up.
    pub fn record_at(&mut self, key: MetricKey, value: f64, unit: Unit, at: Timestamp, now: Timestamp) -> Result<(), ApiError> {
        let mut samples = Distribution::default();
        samples.add(value, 1.0);
        self.add(Datum { key, at: at.as_second(), unit, samples, high_resolution: false }, now)
    }

    /// Publishes samples of many moments of one metric, by epoch seconds: how weeks of a past are made up at once.
    pub fn record_many(
        &mut self,
        key: &MetricKey,
        unit: Unit,
        periods: impl IntoIterator<Item = (i64, Distribution)>,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        for (at, samples) in periods {
            self.add(Datum { key: key.clone(), at, unit, samples, high_resolution: false }, now)?;
        }
        Ok(())
    }

    /// Totals of a metric between two moments (epoch seconds), one for each hour and unit that has any.
    pub fn totals(&self, key: &MetricKey, from: i64, to: i64, now: Timestamp) -> Vec<StatisticSet> {
        let window = Window { start: from, end: to, period: 3_600 };
        let read = self.read(key, &window, None, now);
        read.iter().flat_map(|(_, periods)| periods.values()).filter_map(Distribution::totals).collect()
    }

    /// Whether anything was ever published under this key.
    pub fn has_metric(&self, key: &MetricKey) -> bool {
        self.metrics.contains_key(key)
    }

    pub(super) fn add(&mut self, datum: Datum, now: Timestamp) -> Result<(), ApiError> {
        if self.metrics.len() >= MAX_METRICS && !self.metrics.contains_key(&datum.key) {
            return Err(checks::too_many_metrics(MAX_METRICS));
        }
        let metric = self.metrics.entry(datum.key).or_default();
        metric.newest = metric.newest.max(datum.at);
        metric.published = now.as_second();
        metric.units.entry(datum.unit).or_default().add(datum.at, &datum.samples, datum.high_resolution, now.as_second());
        Ok(())
    }

    /// The samples of each period that has any, for each unit in which there are any.
    pub(super) fn read(&self, key: &MetricKey, window: &Window, unit: Option<Unit>, now: Timestamp) -> Vec<(Unit, Periods)> {
        let units = self.metrics.get(key).into_iter().flat_map(|metric| &metric.units);
        let asked = units.filter(|(held, _)| unit.is_none_or(|unit| unit == **held));
        let read = asked.map(|(unit, series)| {
            let mut periods = Periods::new();
            series.read_into(&mut periods, window, now.as_second());
            (*unit, periods)
        });
        read.filter(|(_, periods)| !periods.is_empty()).collect()
    }

    /// The metrics that are listed, in order; `recent` leaves only those published within the last three hours.
    pub(super) fn listed(&self, now: Timestamp, recent: bool) -> impl Iterator<Item = &MetricKey> {
        let now = now.as_second();
        let active = move |metric: &Metric| metric.newest >= now - LISTED && (!recent || metric.published >= now - 3 * 3_600);
        self.metrics.iter().filter(move |(_, metric)| active(metric)).map(|(key, _)| key)
    }
}

impl MetricKey {
    /// The key of a metric.
    pub fn new(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Self {
        let dimensions = dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { namespace: namespace.to_owned(), name: name.to_owned(), dimensions }
    }
}
