//! The `GetMetricData` requests of a dashboard, as they are shown and as they are sent.

use std::collections::BTreeSet;

use crate::aws::cloudwatch::{Dimension, GetMetricData, Metric, MetricQuery};
use crate::base::clock::timestamp_ms;
use crate::metrics::dashboard::plan::{self, SeriesKey};

/// One request for each span of time, with the series that its queries ask for, in their order.
pub fn requests(keys: BTreeSet<SeriesKey>) -> Vec<(GetMetricData, Vec<SeriesKey>)> {
    plan::requests(keys).into_iter().map(|((from, to), keys)| (request(from, to, &keys), keys)).collect()
}

fn request(from_ms: i64, to_ms: i64, keys: &[SeriesKey]) -> GetMetricData {
    let queries = keys.iter().enumerate().map(|(index, key)| query(index, key)).collect();
    GetMetricData { queries, start: timestamp_ms(from_ms), end: timestamp_ms(to_ms) }
}

fn query(index: usize, key: &SeriesKey) -> MetricQuery {
    let metric = Metric {
        namespace: key.namespace.clone(),
        metric_name: key.metric.clone(),
        dimensions: key.dimensions.iter().map(|(name, value)| Dimension::new(name, value)).collect(),
    };
    let period_secs = (key.window.period_ms / 1_000) as u32;
    MetricQuery { id: format!("m{index}"), metric, stat: key.statistic.clone(), period_secs, label: None }
}
