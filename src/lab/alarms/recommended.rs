//! Alarms that every user of Bedrock wants: throttles, slow answers, errors, spend, slow streams. Each for one model.

use super::VALUE_ID;
use crate::aws::cloudwatch::{DataQuery, Dimension, Metric, MetricStat, PutMetricAlarm, Watched};
use crate::metrics::alarm::{Comparison, MissingData};
use crate::models::{self, Tokens};

/// Namespace of Bedrock's metrics.
pub const NAMESPACE: &str = "AWS/Bedrock";

/// A recommended alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recommended {
    /// Calls that a quota refused.
    Throttles,
    /// The slowest answers.
    Latency,
    /// The share of calls that fail.
    Errors,
    /// What tokens cost in an hour.
    Spend,
    /// Output tokens a second of streams.
    Otps,
}

/// Least number of datapoints from which a threshold is derived.
const LEAST_POINTS: usize = 12;

impl Recommended {
    /// Every one, the most useful first.
    pub const ALL: [Self; 5] = [Self::Throttles, Self::Latency, Self::Errors, Self::Spend, Self::Otps];

    /// Its name on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Throttles => "Throttled calls",
            Self::Latency => "Slow answers (p99)",
            Self::Errors => "Error rate",
            Self::Spend => "Token spend per hour",
            Self::Otps => "Output tokens per second",
        }
    }

    /// Why one wants it.
    pub fn why(self) -> &'static str {
        match self {
            Self::Throttles => {
                "A quota is used up: calls are refused before the model sees them, and count neither as invocations nor as errors"
            }
            Self::Latency => "One call in a hundred is slower than this. Averages hide it, the people who wait do not",
            Self::Errors => "The share of calls that end in a client or server error, which a count alone does not tell on a quiet day",
            Self::Spend => "Input and output tokens at list price, hour by hour: a loop or a leaked key shows here first",
            Self::Otps => "How fast streams write, first token aside: falls when a model is overloaded, long before calls fail",
        }
    }

    /// End of the alarm's name.
    fn slug(self) -> &'static str {
        match self {
            Self::Throttles => "throttles",
            Self::Latency => "p99-latency",
            Self::Errors => "error-rate",
            Self::Spend => "token-spend",
            Self::Otps => "otps",
        }
    }

    /// The alarm for `model`, with a threshold that suits most; see [`Self::threshold_from`].
    pub fn settings(self, model: &str) -> PutMetricAlarm {
        let (watched, comparison, threshold, (to_alarm, periods)) = match self {
            Self::Throttles => {
                (Watched::Metric(stat("InvocationThrottles", "Sum", 60, model)), Comparison::GreaterThanThreshold, 0.0, (2, 3))
            }
            Self::Latency => {
                (Watched::Metric(stat("InvocationLatency", "p99", 300, model)), Comparison::GreaterThanThreshold, 30_000.0, (2, 3))
            }
            Self::Errors => (errors(model), Comparison::GreaterThanThreshold, 5.0, (2, 3)),
            Self::Spend => (spend(model), Comparison::GreaterThanThreshold, 10.0, (1, 1)),
            Self::Otps => (otps(model), Comparison::LessThanThreshold, 20.0, (3, 5)),
        };
        PutMetricAlarm {
            name: format!("bedrock-{}-{}", models::short_name(model), self.slug()),
            description: Some(self.why().to_owned()),
            actions_enabled: true,
            ok_actions: Vec::new(),
            alarm_actions: Vec::new(),
            no_data_actions: Vec::new(),
            watched,
            periods,
            to_alarm: Some(to_alarm),
            comparison: comparison.name().to_owned(),
            threshold: Some(threshold),
            missing: Some(MissingData::NotBreaching.name().to_owned()),
            few_samples: None,
            tags: Vec::new(),
        }
    }

    /// A threshold from what was normal: beyond the values of the past but for a few, with room. `None` from too little, and where a fixed
    /// threshold says more.
    pub fn threshold_from(self, values: &[f64]) -> Option<f64> {
        if values.len() < LEAST_POINTS {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let quantile = |part: f64| sorted[((sorted.len() - 1) as f64 * part).round() as usize];
        match self {
            // Any throttle that lasts is worth knowing of.
            Self::Throttles => None,
            Self::Latency | Self::Spend => Some(round(quantile(0.95) * 1.5)),
            Self::Errors => Some(round((quantile(0.95) * 1.5).max(5.0))),
            Self::Otps => Some(round(quantile(0.05) * 0.7)),
        }
        .filter(|threshold| *threshold > 0.0)
    }
}

/// `value` with two digits that matter.
fn round(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 0.0;
    }
    let power = 10f64.powf(value.log10().floor() - 1.0);
    let rounded = (value / power).round() * power;
    // Powers of ten below one are not exact: what a person sees shall be.
    (rounded * 1e6).round() / 1e6
}

/// A statistic of one of Bedrock's metrics for a model.
pub fn stat(metric: &str, stat: &str, period_secs: u32, model: &str) -> MetricStat {
    let dimensions = vec![Dimension::new("ModelId", model)];
    let metric = Metric { namespace: NAMESPACE.to_owned(), metric_name: metric.to_owned(), dimensions };
    MetricStat { metric, period_secs, stat: stat.to_owned(), unit: None }
}

fn math(inputs: [MetricStat; 3], expression: &str, label: &str) -> Watched {
    let ids = [VALUE_ID, "m2", "m3"];
    let mut queries: Vec<DataQuery> = ids.into_iter().zip(inputs).map(|(id, stat)| DataQuery::stat(id, stat).unseen()).collect();
    queries.push(DataQuery::expression("e1", expression).labelled(label));
    Watched::Math { queries, threshold_id: None }
}

/// Bedrock counts only successful calls as invocations, and writes no zeros where nothing failed.
fn errors(model: &str) -> Watched {
    let sum = |metric| stat(metric, "Sum", 300, model);
    let inputs = [sum("Invocations"), sum("InvocationClientErrors"), sum("InvocationServerErrors")];
    let expression = "100 * (FILL(m2, 0) + FILL(m3, 0)) / (FILL(m1, 0) + FILL(m2, 0) + FILL(m3, 0))";
    math(inputs, expression, "Error rate (%)")
}

/// Tokens at list price; where there is none, tokens.
fn spend(model: &str) -> Watched {
    let sum = |metric| stat(metric, "Sum", 3_600, model);
    let price = |tokens| models::cost(model, tokens);
    let million = 1_000_000;
    let input = price(Tokens { input: million, ..Tokens::default() });
    let output = price(Tokens { output: million, ..Tokens::default() });
    let (expression, label) = match input.zip(output) {
        Some((input, output)) => (format!("(FILL(m1, 0) * {input} + FILL(m2, 0) * {output}) / 1000000"), "Token spend per hour (USD)"),
        None => ("FILL(m1, 0) + FILL(m2, 0)".to_owned(), "Tokens per hour"),
    };
    let queries = vec![
        DataQuery::stat(VALUE_ID, sum("InputTokenCount")).unseen(),
        DataQuery::stat("m2", sum("OutputTokenCount")).unseen(),
        DataQuery::expression("e1", expression).labelled(label),
    ];
    Watched::Math { queries, threshold_id: None }
}

/// As AWS documents it, over medians.
fn otps(model: &str) -> Watched {
    let median = |metric| stat(metric, "p50", 300, model);
    let inputs = [median("InvocationLatency"), median("OutputTokenCount"), median("TimeToFirstToken")];
    math(inputs, "m2 / (m1 - m3) * 1000", "Output tokens per second (tokens/s)")
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;

    const MODEL: &str = "us.anthropic.claude-sonnet-4-6";

    #[test]
    fn each_reads_as_what_it_is() {
        let conditions: Vec<String> = Recommended::ALL.iter().map(|kind| words::condition(&kind.settings(MODEL))).collect();
        assert_eq!(
            conditions,
            [
                "Sum InvocationThrottles > 0, 2 of 3 datapoints within 3 minutes",
                "p99 InvocationLatency > 30 s, 2 of 3 datapoints within 15 minutes",
                "Error rate > 5 %, 2 of 3 datapoints within 15 minutes",
                "Token spend per hour > $10.00, 1 datapoint within 1 hour",
                "Output tokens per second < 20 tokens/s, 3 of 5 datapoints within 25 minutes",
            ]
        );
    }

    #[test]
    fn a_threshold_comes_from_what_was_normal() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(Recommended::Latency.threshold_from(&values), Some(140.0));
        assert_eq!(Recommended::Otps.threshold_from(&values), Some(4.2));
        assert_eq!(Recommended::Errors.threshold_from(&[0.0; 20]), Some(5.0));
        assert_eq!(Recommended::Latency.threshold_from(&values[..5]), None);
        assert_eq!(Recommended::Throttles.threshold_from(&values), None);
        assert_eq!([round(0.123), round(12_345.0), round(0.0)], [0.12, 12_000.0, 0.0]);
    }

    #[test]
    fn a_model_without_a_price_is_watched_in_tokens() {
        let settings = Recommended::Spend.settings("acme.unknown-model");
        assert!(words::condition(&settings).starts_with("Tokens per hour >"), "{}", words::condition(&settings));
    }
}
