//! Alarms as this program makes them: what an alarm watches in words and numbers, recommended ones, making one with its detector and its topic,
//! and deleting it in the right order.
//!
//! Not here: when an alarm fires (`metrics::alarm`), the calls themselves (`aws::cloudwatch`), the step of the lab (`actions::alarms`).

pub mod making;
pub mod recommended;
pub mod words;

use crate::aws::cloudwatch::{DataQuery, DataSource, Detector, MetricStat, PutMetricAlarm, Watched};
use crate::metrics::alarm::{Comparison, MissingData, Rule};

/// Id of the metric of alarms on one metric, and of the value that a band is learnt from.
pub const VALUE_ID: &str = "m1";
/// Id of the band.
pub const BAND_ID: &str = "t1";

/// M, N and missing data of an alarm.
pub fn rule(settings: &PutMetricAlarm) -> Rule {
    let periods = settings.periods.max(1) as usize;
    Rule {
        to_alarm: settings.to_alarm.map_or(periods, |count| count as usize).clamp(1, periods),
        periods,
        missing: settings.missing.as_deref().and_then(MissingData::named).unwrap_or_default(),
    }
}

/// How an alarm compares; one that this program does not know counts as `>`.
pub fn comparison(settings: &PutMetricAlarm) -> Comparison {
    Comparison::named(&settings.comparison).unwrap_or(Comparison::GreaterThanThreshold)
}

/// Seconds of a period of an alarm.
pub fn period_secs(settings: &PutMetricAlarm) -> u32 {
    match &settings.watched {
        Watched::Metric(stat) => stat.period_secs,
        Watched::Math { queries, .. } => {
            let own = value_query(settings).and_then(|query| query.period_secs);
            own.or_else(|| stats(queries).map(|stat| stat.period_secs).max()).unwrap_or(60)
        }
    }
}

fn stats(queries: &[DataQuery]) -> impl Iterator<Item = &MetricStat> {
    queries.iter().filter_map(|query| match &query.source {
        DataSource::Stat(stat) => Some(stat),
        DataSource::Expression(_) => None,
    })
}

/// The query whose values are compared; `None` for an alarm on one metric.
pub fn value_query(settings: &PutMetricAlarm) -> Option<&DataQuery> {
    let Watched::Math { queries, threshold_id } = &settings.watched else { return None };
    queries.iter().find(|query| query.return_data != Some(false) && Some(&query.id) != threshold_id.as_ref())
}

/// The statistic that is compared, where that is a metric's.
pub fn value_stat(settings: &PutMetricAlarm) -> Option<&MetricStat> {
    match &settings.watched {
        Watched::Metric(stat) => Some(stat),
        Watched::Math { .. } => match &value_query(settings)?.source {
            DataSource::Stat(stat) => Some(stat),
            DataSource::Expression(_) => None,
        },
    }
}

/// Every metric that goes into an alarm.
pub fn metrics(settings: &PutMetricAlarm) -> Vec<&MetricStat> {
    match &settings.watched {
        Watched::Metric(stat) => vec![stat],
        Watched::Math { queries, .. } => stats(queries).collect(),
    }
}

/// The model that an alarm is about, if it is about one.
pub fn model(settings: &PutMetricAlarm) -> Option<&str> {
    let dimensions = metrics(settings).into_iter().flat_map(|stat| &stat.metric.dimensions);
    dimensions.into_iter().find(|dimension| dimension.name == "ModelId").map(|dimension| dimension.value.as_str())
}

/// Standard deviations between what is normal and the edges of the band; `None` without a band.
pub fn band_width(settings: &PutMetricAlarm) -> Option<f64> {
    let Watched::Math { queries, threshold_id: Some(id) } = &settings.watched else { return None };
    let DataSource::Expression(text) = &queries.iter().find(|query| query.id == *id)?.source else { return None };
    let inside = text.split_once('(')?.1.rsplit_once(')')?.0;
    // A band without a second argument is two deviations wide.
    inside.rsplit_once(',').map_or(Some(2.0), |(_, width)| width.trim().parse().ok())
}

/// What is drawn of an alarm: the compared values, then the band if there is one, with what they need.
pub fn queries(settings: &PutMetricAlarm) -> Vec<DataQuery> {
    match &settings.watched {
        Watched::Metric(stat) => vec![DataQuery::stat(VALUE_ID, stat.clone())],
        Watched::Math { queries, .. } => queries.clone(),
    }
}

/// The id of the compared values among [`queries`].
pub fn value_id(settings: &PutMetricAlarm) -> &str {
    value_query(settings).map_or(VALUE_ID, |query| query.id.as_str())
}

/// The same values without a band.
pub fn queries_without_band(settings: &PutMetricAlarm) -> Vec<DataQuery> {
    queries(settings).into_iter().filter(|query| !query.is_band()).collect()
}

/// The detector behind an alarm's band.
pub fn detector(settings: &PutMetricAlarm) -> Option<Detector> {
    band_width(settings)?;
    let Watched::Math { queries, .. } = &settings.watched else { return None };
    if let Some(stat) = value_stat(settings) {
        return Some(Detector::Single { metric: stat.metric.clone(), stat: stat.stat.clone() });
    }
    let id = value_id(settings);
    let plain = |query: &DataQuery| DataQuery { label: None, return_data: Some(query.id == id), ..query.clone() };
    Some(Detector::Math(queries.iter().filter(|query| !query.is_band()).map(plain).collect()))
}

/// What an alarm watches, changed so that its values are compared with a band `width` deviations wide.
pub fn with_band(watched: Watched, width: f64) -> Watched {
    let (mut queries, id) = match watched {
        Watched::Metric(stat) => (vec![DataQuery::stat(VALUE_ID, stat)], VALUE_ID.to_owned()),
        Watched::Math { queries, threshold_id } => {
            let returned = |query: &&DataQuery| query.return_data != Some(false) && Some(&query.id) != threshold_id.as_ref();
            let id = queries.iter().find(returned).map_or_else(|| VALUE_ID.to_owned(), |query| query.id.clone());
            (queries.into_iter().filter(|query| !query.is_band()).collect(), id)
        }
    };
    queries.push(DataQuery::expression(BAND_ID, format!("ANOMALY_DETECTION_BAND({id}, {width})")).labelled("expected"));
    Watched::Math { queries, threshold_id: Some(BAND_ID.to_owned()) }
}

/// What an alarm watches, without a band; one metric alone is named as such.
pub fn without_band(watched: Watched) -> Watched {
    let Watched::Math { queries, .. } = watched else { return watched };
    let mut queries: Vec<DataQuery> = queries.into_iter().filter(|query| !query.is_band()).collect();
    match queries.as_slice() {
        [DataQuery { source: DataSource::Stat(_), .. }] => match queries.remove(0).source {
            DataSource::Stat(stat) => Watched::Metric(stat),
            DataSource::Expression(_) => Watched::Math { queries, threshold_id: None },
        },
        _ => Watched::Math { queries, threshold_id: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::cloudwatch::{Dimension, Metric};

    pub(crate) fn latency(stat: &str) -> MetricStat {
        let dimensions = vec![Dimension::new("ModelId", "anthropic.claude-sonnet-4-6")];
        let metric = Metric { namespace: "AWS/Bedrock".to_owned(), metric_name: "InvocationLatency".to_owned(), dimensions };
        MetricStat { metric, period_secs: 300, stat: stat.to_owned(), unit: None }
    }

    pub(crate) fn alarm(watched: Watched) -> PutMetricAlarm {
        PutMetricAlarm {
            name: "slow".to_owned(),
            description: None,
            actions_enabled: true,
            ok_actions: Vec::new(),
            alarm_actions: Vec::new(),
            no_data_actions: Vec::new(),
            watched,
            periods: 3,
            to_alarm: Some(2),
            comparison: "GreaterThanThreshold".to_owned(),
            threshold: Some(5_000.0),
            missing: None,
            few_samples: None,
            tags: Vec::new(),
        }
    }

    #[test]
    fn a_band_is_put_on_and_taken_off_again() {
        let plain = Watched::Metric(latency("p99"));
        let banded = alarm(with_band(plain.clone(), 2.5));
        assert_eq!((band_width(&banded), value_id(&banded), period_secs(&banded)), (Some(2.5), "m1", 300));
        assert_eq!(detector(&banded), Some(Detector::Single { metric: latency("p99").metric, stat: "p99".to_owned() }));
        assert_eq!(queries(&banded).len(), 2);
        assert_eq!(with_band(banded.watched.clone(), 2.5), banded.watched, "a band is not put on twice");
        assert_eq!(without_band(banded.watched), plain);
    }

    #[test]
    fn an_expression_has_a_detector_of_its_own() {
        let queries = vec![DataQuery::stat("m1", latency("Sum")).unseen(), DataQuery::expression("e1", "m1 * 2")];
        let banded = alarm(with_band(Watched::Math { queries, threshold_id: None }, 3.0));
        assert_eq!((value_id(&banded), band_width(&banded)), ("e1", Some(3.0)));
        let Some(Detector::Math(queries)) = detector(&banded) else { panic!("metric math") };
        assert_eq!(queries.iter().map(|query| query.return_data).collect::<Vec<_>>(), [Some(false), Some(true)]);
        assert_eq!(model(&banded), Some("anthropic.claude-sonnet-4-6"));
    }

    #[test]
    fn m_is_n_unless_it_is_said() {
        let said = alarm(Watched::Metric(latency("p99")));
        assert_eq!((rule(&said).to_alarm, rule(&said).periods), (2, 3));
        assert_eq!(rule(&PutMetricAlarm { to_alarm: None, ..said }).to_alarm, 3);
    }
}
