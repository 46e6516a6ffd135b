//! Alarms in words: what is watched, the condition, values with their units.

use super::{band_width, comparison, model, period_secs, rule, value_query, value_stat};
use crate::aws::cloudwatch::{DataSource, PutMetricAlarm};
use crate::base::text;
use crate::metrics::alarm::{AlarmState, Comparison, MissingData};
use crate::models;

/// What values are measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Milliseconds.
    Milliseconds,
    /// Tokens.
    Tokens,
    /// Tokens a second.
    TokensPerSecond,
    /// US dollars.
    Dollars,
    /// Hundredths.
    Percent,
    /// Things that are counted, or nothing that is known.
    Count,
}

impl Measure {
    /// Of the values that an alarm compares: by the name of the metric, or by what the label of an expression says.
    pub fn of(settings: &PutMetricAlarm) -> Self {
        match value_stat(settings) {
            Some(stat) if stat.stat == "SampleCount" => Self::Count,
            Some(stat) => Self::of_metric(&stat.metric.metric_name),
            None => Self::of_label(value_query(settings).and_then(|query| query.label.as_deref()).unwrap_or_default()),
        }
    }

    fn of_metric(name: &str) -> Self {
        match name {
            "InvocationLatency" | "TimeToFirstToken" => Self::Milliseconds,
            name if name.contains("Token") => Self::Tokens,
            _ => Self::Count,
        }
    }

    fn of_label(label: &str) -> Self {
        match label {
            label if label.contains('%') => Self::Percent,
            label if label.contains("USD") => Self::Dollars,
            label if label.contains("tokens/s") => Self::TokensPerSecond,
            label if label.contains("ms") => Self::Milliseconds,
            _ => Self::Count,
        }
    }

    /// What a person types a threshold in.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Tokens => "tokens",
            Self::TokensPerSecond => "tokens/s",
            Self::Dollars => "USD",
            Self::Percent => "%",
            Self::Count => "",
        }
    }

    /// A value with its unit: `5 s`, `4,200 tokens`, `$0.12`, `2.5 %`.
    pub fn words(self, value: f64) -> String {
        match self {
            Self::Milliseconds if value.abs() >= 1_000.0 => format!("{} s", number(value / 1_000.0)),
            Self::Milliseconds => format!("{} ms", number(value)),
            Self::Dollars => text::dollars(value),
            Self::Count => number(value),
            other => format!("{} {}", number(value), other.unit()),
        }
    }
}

/// A number with what matters of it: `12,345`, `3.25`, `0.004`.
pub fn number(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude >= 1_000.0 {
        let whole = text::grouped(magnitude.round() as u64);
        return if value < 0.0 { format!("-{whole}") } else { whole };
    }
    let digits = if magnitude >= 100.0 { 1 } else { 2 };
    let rounded = if magnitude > 0.0 && magnitude < 0.01 { format!("{value:.4}") } else { format!("{value:.digits$}") };
    if rounded.contains('.') { rounded.trim_end_matches('0').trim_end_matches('.').to_owned() } else { rounded }
}

/// What is compared: `p99 InvocationLatency`, or the label of an expression.
pub fn subject(settings: &PutMetricAlarm) -> String {
    if let Some(stat) = value_stat(settings) {
        return format!("{} {}", stat.stat, stat.metric.metric_name);
    }
    let query = value_query(settings);
    let label = query.and_then(|query| query.label.clone());
    let text = query.and_then(|query| if let DataSource::Expression(text) = &query.source { Some(text.clone()) } else { None });
    // The unit in brackets stands with the value already.
    let label = label.map(|label| label.rsplit_once(" (").map_or(label.clone(), |(name, _)| name.to_owned()));
    label.or(text).unwrap_or_else(|| "nothing".to_owned())
}

/// Which of the metrics of one name: the model's short name, or all dimensions.
pub fn whose(settings: &PutMetricAlarm) -> String {
    if let Some(model) = model(settings) {
        return models::short_name(model);
    }
    let stat = super::metrics(settings).into_iter().next();
    let dimensions = stat.map(|stat| stat.metric.dimensions.as_slice()).unwrap_or_default();
    dimensions.iter().map(|dimension| format!("{}={}", dimension.name, dimension.value)).collect::<Vec<_>>().join(", ")
}

/// The comparison with what it compares with: `> 5 s`, `outside the band of 2 deviations`.
pub fn compared(settings: &PutMetricAlarm) -> String {
    if let Some(width) = band_width(settings) {
        let place = match comparison(settings) {
            Comparison::LessThanLowerThreshold => "below",
            Comparison::GreaterThanUpperThreshold => "above",
            _ => "outside",
        };
        return format!("{place} the band of {} deviations", number(width));
    }
    let value = Measure::of(settings).words(settings.threshold.unwrap_or_default());
    format!("{} {value}", sign(comparison(settings)))
}

/// `>`, `≥`, `<`, `≤`.
pub fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::GreaterThanOrEqualToThreshold => "≥",
        Comparison::LessThanThreshold | Comparison::LessThanLowerThreshold => "<",
        Comparison::LessThanOrEqualToThreshold => "≤",
        _ => ">",
    }
}

/// The whole condition: `p99 InvocationLatency > 5 s, 2 of 3 datapoints within 15 minutes`.
pub fn condition(settings: &PutMetricAlarm) -> String {
    let rule = rule(settings);
    let within = span(i64::from(period_secs(settings)) * rule.periods as i64);
    let count = match (rule.to_alarm, rule.periods) {
        (1, 1) => format!("1 datapoint within {within}"),
        (m, n) if m == n => format!("{m} datapoints in a row within {within}"),
        (m, n) => format!("{m} of {n} datapoints within {within}"),
    };
    format!("{} {}, {count}", subject(settings), compared(settings))
}

/// A length of time in seconds: `15 minutes`, `1 hour`, `90 seconds`.
pub fn span(secs: i64) -> String {
    let (number, unit) = match secs {
        s if s >= 86_400 && s % 86_400 == 0 => (s / 86_400, "day"),
        s if s >= 3_600 && s % 3_600 == 0 => (s / 3_600, "hour"),
        s if s >= 60 && s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    text::count(number.max(0) as u64, unit)
}

/// A length of time of which the minutes matter: `42 minutes`, `1 h 5 min`, `2 d 3 h`.
pub fn about(ms: i64) -> String {
    let minutes = (ms / 60_000).max(0);
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => text::count(minutes as u64, "minute"),
        (0, hours, 0) => text::count(hours as u64, "hour"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => text::count(days as u64, "day"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// A state as people say it.
pub fn state(state: AlarmState) -> &'static str {
    match state {
        AlarmState::Ok => "OK",
        AlarmState::Alarm => "In alarm",
        AlarmState::InsufficientData => "Insufficient data",
    }
}

/// The ways to treat missing data: name and what it means.
pub fn missing(way: MissingData) -> (&'static str, &'static str) {
    match way {
        MissingData::Missing => ("Missing", "Gaps count for nothing; with no data at all the state is Insufficient data"),
        MissingData::Ignore => ("Ignore", "Gaps count for nothing; with too little data the state stays as it is"),
        MissingData::Breaching => ("Breaching", "A gap counts as beyond the threshold: silence is an alarm"),
        MissingData::NotBreaching => {
            ("Not breaching", "A gap counts as within the threshold: right for metrics that are silent when nothing happens")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{alarm, latency};
    use super::super::with_band;
    use super::*;
    use crate::aws::cloudwatch::Watched;

    #[test]
    fn a_condition_reads_as_a_sentence() {
        let fixed = alarm(Watched::Metric(latency("p99")));
        assert_eq!(condition(&fixed), "p99 InvocationLatency > 5 s, 2 of 3 datapoints within 15 minutes");
        let one = PutMetricAlarm { periods: 1, to_alarm: None, threshold: Some(850.0), ..fixed.clone() };
        assert_eq!(condition(&one), "p99 InvocationLatency > 850 ms, 1 datapoint within 5 minutes");
        let comparison = "LessThanLowerOrGreaterThanUpperThreshold".to_owned();
        let band = PutMetricAlarm { watched: with_band(fixed.watched.clone(), 2.0), comparison, to_alarm: Some(3), ..fixed };
        assert_eq!(condition(&band), "p99 InvocationLatency outside the band of 2 deviations, 3 datapoints in a row within 15 minutes");
        assert_eq!(whose(&band), models::short_name("anthropic.claude-sonnet-4-6"));
    }

    #[test]
    fn numbers_and_times_have_no_needless_digits() {
        assert_eq!([0.0, 5.0, 3.256, 12_345.6, 0.004, -1_500.0].map(number), ["0", "5", "3.26", "12,346", "0.004", "-1,500"]);
        assert_eq!([60, 900, 3_600, 90, 86_400].map(span), ["1 minute", "15 minutes", "1 hour", "90 seconds", "1 day"]);
        let minutes = |count: i64| about(count * 60_000);
        assert_eq!([minutes(42), minutes(65), minutes(120), minutes(3_060)], ["42 minutes", "1 h 5 min", "2 hours", "2 d 3 h"]);
    }
}
