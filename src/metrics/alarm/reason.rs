//! The reason of a state, in CloudWatch's words.

use jiff::tz::TimeZone;

use super::{AlarmState, Comparison, Limits, MissingData, Rule, Verdict};
use crate::base::clock::timestamp_ms;

/// Datapoints that a reason lists at most.
const MOST_LISTED: usize = 10;

/// A datapoint that was evaluated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Checked {
    /// Start of its period, epoch seconds.
    pub at: i64,
    /// Its value.
    pub value: f64,
    /// What it was compared with.
    pub limits: Limits,
    /// Whether it breaches.
    pub breaches: bool,
}

/// What a reason tells of.
#[derive(Debug, Clone, Copy)]
pub struct Reason<'a> {
    /// The rule that was applied.
    pub rule: Rule,
    /// What it came to.
    pub verdict: Verdict,
    /// How values were compared.
    pub comparison: Comparison,
    /// The state before.
    pub before: AlarmState,
    /// The real datapoints that were counted, newest first.
    pub checked: &'a [Checked],
}

/// The reason for `state`.
pub fn reason(of: &Reason<'_>, state: AlarmState) -> String {
    if state == AlarmState::InsufficientData {
        return insufficient(of.rule.periods);
    }
    let told: Vec<&Checked> = of.checked.iter().filter(|point| state == AlarmState::Ok || point.breaches).collect();
    if told.is_empty() {
        return without_data(of);
    }
    let opening = if of.comparison.is_for_band() { "Thresholds" } else { "Threshold" };
    format!("{opening} Crossed: {}{}.", counted(of, state, &told), missing(of))
}

fn insufficient(periods: usize) -> String {
    let noun = if periods == 1 { "datapoint was" } else { "datapoints were" };
    format!("Insufficient Data: {periods} {noun} unknown.")
}

/// The reason for a state that missing data alone led to.
pub fn without_data(of: &Reason<'_>) -> String {
    let periods = if of.rule.periods == 1 { "period" } else { "periods" };
    format!("Threshold Crossed: no datapoints were received for {} {periods}{}.", of.rule.periods, missing(of))
}

/// `2 out of the last 3 datapoints [5.0 (…), 4.0 (…)] were greater than the threshold (1.0) (minimum 2 datapoints for OK -> ALARM transition)`.
fn counted(of: &Reason<'_>, state: AlarmState, told: &[&Checked]) -> String {
    let count = told.len();
    let values = listed(told.iter().map(|point| format!("{} ({})", number(point.value), moment(point.at))));
    let limits = limits(of.comparison, told);
    let were = if count == 1 { "was" } else { "were" };
    if state == AlarmState::Ok {
        let noun = if count == 1 { "datapoint" } else { "datapoints" };
        return format!("{count} {noun} {values} {were} not {limits}");
    }
    let (m, noun) = (of.rule.to_alarm, if of.rule.to_alarm == 1 { "datapoint" } else { "datapoints" });
    let last = of.rule.periods;
    format!(
        "{count} out of the last {last} datapoints {values} {were} {limits} (minimum {m} {noun} for {} -> ALARM transition)",
        of.before.name()
    )
}

fn limits(comparison: Comparison, told: &[&Checked]) -> String {
    let edges = |pick: fn(f64, f64) -> f64| {
        listed(told.iter().map(|point| match point.limits {
            Limits::Fixed(threshold) => number(threshold),
            Limits::Band { lower, upper } => number(pick(lower, upper)),
        }))
    };
    let words = comparison.words();
    match (comparison, told.first().map(|point| point.limits)) {
        (_, Some(Limits::Fixed(threshold))) => format!("{words} the threshold ({})", number(threshold)),
        (Comparison::LessThanLowerThreshold, _) => format!("{words} the lower thresholds {}", edges(|lower, _| lower)),
        (Comparison::LessThanLowerOrGreaterThanUpperThreshold, _) => {
            format!(
                "less than the lower thresholds {} or greater than the upper thresholds {}",
                edges(|lower, _| lower),
                edges(|_, upper| upper)
            )
        }
        _ => format!("{words} the upper thresholds {}", edges(|_, upper| upper)),
    }
}

fn listed(items: impl ExactSizeIterator<Item = String>) -> String {
    let more = items.len() > MOST_LISTED;
    let mut texts: Vec<String> = items.take(MOST_LISTED).collect();
    texts.extend(more.then(|| "...".to_owned()));
    format!("[{}]", texts.join(", "))
}

fn missing(of: &Reason<'_>) -> String {
    let treated = match of.rule.missing {
        MissingData::Breaching => "Breaching",
        MissingData::NotBreaching => "NonBreaching",
        MissingData::Missing | MissingData::Ignore => return String::new(),
    };
    match of.verdict.filled {
        0 => String::new(),
        1 => format!(" and 1 missing datapoint was treated as [{treated}]"),
        count => format!(" and {count} missing datapoints were treated as [{treated}]"),
    }
}

/// As Java writes a double, near enough: `70.0`.
fn number(value: f64) -> String {
    format!("{value:?}")
}

/// `26/03/26 09:42:00`, in UTC.
fn moment(at: i64) -> String {
    timestamp_ms(at * 1_000).to_zoned(TimeZone::UTC).strftime("%d/%m/%y %H:%M:%S").to_string()
}
