//! One entry of `MetricDataQueries`, as it stands in `GetMetricData`, in the `Metrics` of an alarm and in a metric math anomaly detector.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::checks::{self, Part, missing, validation};
use super::labels;
use super::state::MetricKey;
use super::unit::Unit;
use super::window::is_period;
use crate::sandbox::api::ApiError;

/// A query that has been checked by itself; [`super::book`] checks queries together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Query {
    /// Its name among its fellows.
    pub(super) id: String,
    /// As it was written, with `${…}`.
    pub(super) label: Option<String>,
    /// Whether its result is wanted; what no answer means depends on who asks.
    pub(super) return_data: Option<bool>,
    /// Seconds, for expressions.
    pub(super) period: Option<i64>,
    /// Where its values come from.
    pub(super) source: QuerySource,
}

/// Where the values of a query come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum QuerySource {
    /// `MetricStat`.
    Metric(MetricStat),
    /// `Expression`, as it was written.
    Expression(String),
}

/// A statistic of a metric.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct MetricStat {
    pub(super) key: MetricKey,
    /// Seconds.
    pub(super) period: i64,
    /// The statistic's name, which is one.
    pub(super) stat: String,
    pub(super) unit: Option<Unit>,
}

impl Query {
    /// Reads and checks an entry. `account` is the account's own id: no other can be asked for.
    pub(super) fn of(part: &Part<'_>, account: &str) -> Result<Self, ApiError> {
        let id = part.required_str("Id")?;
        if !is_id(id) {
            return Err(validation(format!(
                "The value {id} for parameter {} is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.",
                part.at("Id")
            )));
        }
        checks::own_account(part, "AccountId", account)?;
        let label = part.input.opt_str("Label")?;
        label.map(|label| labels::check(part, label)).transpose()?;
        let period = part.input.opt_i64("Period")?.map(|period| checked_period(part, period)).transpose()?;
        Ok(Self {
            id: id.to_owned(),
            label: label.map(str::to_owned),
            return_data: part.input.opt_bool("ReturnData")?,
            period,
            source: QuerySource::of(part)?,
        })
    }

    /// The entry as AWS describes it.
    pub(super) fn described(&self) -> Value {
        let mut members = Map::new();
        members.insert("Id".to_owned(), self.id.clone().into());
        match &self.source {
            QuerySource::Metric(stat) => members.insert("MetricStat".to_owned(), stat.described()),
            QuerySource::Expression(text) => members.insert("Expression".to_owned(), text.clone().into()),
        };
        let rest = [
            ("Label", self.label.clone().map(Value::from)),
            ("ReturnData", self.return_data.map(Value::from)),
            ("Period", self.period.map(Value::from)),
        ];
        members.extend(rest.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        Value::Object(members)
    }
}

impl QuerySource {
    fn of(part: &Part<'_>) -> Result<Self, ApiError> {
        let (stat, expression) = (part.structure("MetricStat")?, part.input.opt_str("Expression")?);
        let ways = [part.at("MetricStat"), part.at("Expression")];
        match (stat, expression) {
            (Some(stat), None) => MetricStat::of(&stat).map(Self::Metric),
            (None, Some(text)) => Ok(Self::Expression(text.to_owned())),
            (None, None) => Err(validation(format!("The parameters {} or {} must be specified.", ways[0], ways[1]))),
            (Some(_), Some(_)) => {
                Err(validation(format!("The parameters {} and {} are mutually exclusive and you have specified both.", ways[0], ways[1])))
            }
        }
    }
}

impl MetricStat {
    fn of(stat: &Part<'_>) -> Result<Self, ApiError> {
        let metric = stat.structure("Metric")?.ok_or_else(|| missing(&stat.at("Metric")))?;
        let period = stat.input.opt_i64("Period")?.ok_or_else(|| missing(&stat.at("Period")))?;
        let name = stat.required_str("Stat")?;
        if name.parse::<crate::metrics::Statistic>().is_err() {
            return Err(validation(format!("The value {name} for parameter {} is not supported.", stat.at("Stat"))));
        }
        Ok(Self { key: metric.metric()?, period: checked_period(stat, period)?, stat: name.to_owned(), unit: stat.unit()? })
    }

    fn described(&self) -> Value {
        let key = &self.key;
        let metric = json!({ "Namespace": key.namespace, "MetricName": key.name, "Dimensions": checks::described(&key.dimensions) });
        let mut stat = json!({ "Metric": metric, "Period": self.period, "Stat": self.stat });
        if let (Some(unit), Value::Object(members)) = (self.unit, &mut stat) {
            members.insert("Unit".to_owned(), unit.name().into());
        }
        stat
    }
}

fn is_id(id: &str) -> bool {
    id.len() <= 255 && id.starts_with(|c: char| c.is_ascii_lowercase()) && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn checked_period(part: &Part<'_>, period: i64) -> Result<i64, ApiError> {
    if is_period(period) {
        return Ok(period);
    }
    Err(validation(format!("The value {period} for parameter {} must be 1, 5, 10, 20, 30 or a multiple of 60 seconds.", part.at("Period"))))
}
