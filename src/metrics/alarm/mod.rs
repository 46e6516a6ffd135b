//! When an alarm fires: comparison of datapoints with a threshold or a band, M out of N, missing data, and the reason in words.
//!
//! Owns the rules of the CloudWatch user guide ("Evaluating an alarm", "Configuring how alarms treat missing data"), for the sandbox that
//! evaluates alarms and for screens that show when one would have fired. Not here: reading the datapoints, keeping alarms.

mod comparison;
mod reason;
pub mod replay;

pub use comparison::{Comparison, Limits};
pub use reason::{Checked, Reason, reason, without_data};

/// Datapoints before the evaluated ones that are looked at too, so that real ones can stand in for missing ones: 5 for 3 periods in the guide.
pub const SPARE_PERIODS: usize = 2;

/// The state of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum AlarmState {
    /// Within the threshold.
    #[serde(rename = "OK")]
    Ok,
    /// Beyond the threshold.
    #[serde(rename = "ALARM")]
    Alarm,
    /// Nothing is known yet.
    #[serde(rename = "INSUFFICIENT_DATA")]
    InsufficientData,
}

impl AlarmState {
    /// Every state, in the order in which lists show them: what wants attention first.
    pub const ALL: [Self; 3] = [Self::Alarm, Self::InsufficientData, Self::Ok];

    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What stands in for a period without data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MissingData {
    /// Nothing: an alarm without any data has insufficient data.
    #[default]
    Missing,
    /// Nothing: an alarm that cannot be decided stays as it is.
    Ignore,
    /// A datapoint beyond the threshold.
    Breaching,
    /// A datapoint within the threshold.
    NotBreaching,
}

impl MissingData {
    /// Every way, the default first.
    pub const ALL: [Self; 4] = [Self::Missing, Self::Ignore, Self::Breaching, Self::NotBreaching];

    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Ignore => "ignore",
            Self::Breaching => "breaching",
            Self::NotBreaching => "notBreaching",
        }
    }

    /// The way of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }
}

/// How many of how many periods must breach, and what missing ones mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// M: breaching datapoints that raise the alarm, `1..=periods`.
    pub to_alarm: usize,
    /// N: the latest periods that are looked at, at least 1.
    pub periods: usize,
    /// What periods without data mean.
    pub missing: MissingData,
}

/// What an evaluation comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The state that follows; `None` keeps what there is.
    pub state: Option<AlarmState>,
    /// Periods that were counted as [`MissingData`] says because no real datapoint could stand in.
    pub filled: usize,
}

/// Decides on the periods of an evaluation range, oldest first: whether each breaches, `None` without data. The range is the rule's periods and
/// up to [`SPARE_PERIODS`] older ones.
pub fn decide(rule: Rule, range: &[Option<bool>]) -> Verdict {
    let real: Vec<bool> = range.iter().rev().filter_map(|point| *point).take(rule.periods).collect();
    let filled = rule.periods.saturating_sub(real.len());
    let breaching = real.iter().filter(|breaches| **breaches).count();
    let state = match rule.missing {
        MissingData::Breaching => Some(raised(breaching + filled >= rule.to_alarm)),
        MissingData::NotBreaching => Some(raised(breaching >= rule.to_alarm)),
        MissingData::Missing | MissingData::Ignore => undecided(rule, range, breaching, real.len()),
    };
    Verdict { state, filled }
}

fn raised(is_raised: bool) -> AlarmState {
    if is_raised { AlarmState::Alarm } else { AlarmState::Ok }
}

/// The state when missing datapoints stand for nothing.
fn undecided(rule: Rule, range: &[Option<bool>], breaching: usize, real: usize) -> Option<AlarmState> {
    let ignores = rule.missing == MissingData::Ignore;
    if breaching >= rule.to_alarm {
        return Some(AlarmState::Alarm);
    }
    match real {
        0 => (!ignores).then_some(AlarmState::InsufficientData),
        _ if breaching < real => Some(AlarmState::Ok),
        _ => (!ignores && is_premature(rule, range)).then_some(AlarmState::Alarm),
    }
}

/// Whether the oldest breaching datapoint of the evaluated periods is as old as M, with nothing but breaching and missing ones after it: the
/// guide raises the alarm then, although fewer than M are known.
fn is_premature(rule: Rule, range: &[Option<bool>]) -> bool {
    let latest = &range[range.len().saturating_sub(rule.periods)..];
    let oldest = latest.iter().position(|point| *point == Some(true));
    oldest.is_some_and(|place| latest.len() - place >= rule.to_alarm && !latest[place..].contains(&Some(false)))
}

#[cfg(test)]
mod tests;
