//! `DescribeAnomalyDetectors`.

use serde_json::{Map, Value, json};

use super::super::checks::{self, Part, combination, invalid_value};
use super::super::query::Query;
use super::super::state::{MetricKey, State};
use super::super::view;
use super::{Detector, Settings, Target, training};
use crate::base::clock::{Timestamp, timestamp_ms};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::wire;

/// Most detectors of a page, and how many there are when the call does not say.
const MAX_RESULTS: i64 = 100;
/// Most ids that can be asked for.
const MAX_IDS: usize = 50;

/// What a call asks for.
struct Wanted<'a> {
    ids: Vec<&'a str>,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
    dimensions: std::collections::BTreeMap<String, String>,
    single: bool,
    math: bool,
    most: usize,
    /// The number of the last detector of the page before.
    after: u64,
}

pub(in super::super) fn describe(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let wanted = Wanted::of(&Part::whole(value))?;
    view(sandbox, cx, |state| {
        let is_wanted = |(target, detector): &(&Target, &Detector)| detector.number > wanted.after && wanted.includes(target, detector);
        let mut found: Vec<_> = state.detectors.held.iter().filter(is_wanted).collect();
        found.sort_by_key(|(_, detector)| detector.number);
        let more = found.len() > wanted.most;
        found.truncate(wanted.most);
        let next = found.last().filter(|_| more).map(|(_, detector)| detector.number.to_string());
        let page: Vec<Value> = found.into_iter().map(|(target, detector)| described(state, target, detector, cx.now)).collect();
        Ok(json!({ "AnomalyDetectors": page, "NextToken": next }))
    })
}

impl<'a> Wanted<'a> {
    fn of(whole: &Part<'a>) -> Result<Self, ApiError> {
        let types = types(whole)?;
        let ids = whole.input.strings("AnomalyDetectorIds")?;
        let (namespace, name) = (whole.input.opt_str("Namespace")?, whole.input.opt_str("MetricName")?);
        let dimensions = whole.dimensions()?;
        if !ids.is_empty() && (namespace.is_some() || name.is_some() || !dimensions.is_empty() || !types.is_empty()) {
            return Err(combination("The parameter AnomalyDetectorIds cannot be combined with filters on metrics or types."));
        }
        if ids.len() > MAX_IDS {
            return Err(checks::too_many("AnomalyDetectorIds", MAX_IDS));
        }
        let token = whole.input.opt_str("NextToken")?;
        let bad = || ApiError::new(400, "InvalidNextToken", "The next token specified is invalid.");
        Ok(Self {
            single: !ids.is_empty() || types.is_empty() || types.contains(&"SINGLE_METRIC"),
            math: !ids.is_empty() || types.contains(&"METRIC_MATH"),
            ids,
            namespace,
            name,
            dimensions,
            most: most(whole)?,
            after: token.map(|token| token.parse().map_err(|_| bad())).transpose()?.unwrap_or(0),
        })
    }

    fn includes(&self, target: &Target, detector: &Detector) -> bool {
        let is_asked_for = self.ids.is_empty() || self.ids.contains(&detector.id.as_str());
        let has_type = match target {
            Target::Single { key, .. } => self.single && self.fits(key),
            Target::Math(_) => self.math,
        };
        is_asked_for && has_type
    }

    fn fits(&self, key: &MetricKey) -> bool {
        let names = self.namespace.is_none_or(|namespace| namespace == key.namespace) && self.name.is_none_or(|name| name == key.name);
        names && (self.dimensions.is_empty() || self.dimensions == key.dimensions)
    }
}

fn types<'a>(whole: &Part<'a>) -> Result<Vec<&'a str>, ApiError> {
    let types = whole.input.strings("AnomalyDetectorTypes")?;
    match types.iter().find(|name| !matches!(**name, "SINGLE_METRIC" | "METRIC_MATH")) {
        None => Ok(types),
        Some(_) => Err(invalid_value("The parameter AnomalyDetectorTypes must be a value in the set [ SINGLE_METRIC, METRIC_MATH ].")),
    }
}

fn most(whole: &Part<'_>) -> Result<usize, ApiError> {
    let most = whole.input.opt_i64("MaxResults")?.unwrap_or(MAX_RESULTS);
    if (1..=MAX_RESULTS).contains(&most) {
        return Ok(most as usize);
    }
    Err(invalid_value(format!("The value {most} for parameter MaxResults is invalid. It must be between 1 and {MAX_RESULTS}.")))
}

/// A detector over one metric names it twice: at the top, as ever, and as `SingleMetricAnomalyDetector`.
fn described(state: &State, target: &Target, detector: &Detector, now: Timestamp) -> Value {
    let mut members = match target {
        Target::Single { key, stat } => single(key, stat),
        Target::Math(queries) => {
            let queries: Vec<Value> = queries.iter().map(Query::described).collect();
            Map::from_iter([("MetricMathAnomalyDetector".to_owned(), json!({ "MetricDataQueries": queries }))])
        }
    };
    members.insert("AnomalyDetectorId".to_owned(), detector.id.clone().into());
    members.insert("Configuration".to_owned(), configuration(&detector.settings));
    members.insert("StateValue".to_owned(), training(state, target, detector, now).into());
    if let Some(spikes) = detector.settings.periodic_spikes {
        members.insert("MetricCharacteristics".to_owned(), json!({ "PeriodicSpikes": spikes }));
    }
    Value::Object(members)
}

fn single(key: &MetricKey, stat: &str) -> Map<String, Value> {
    let names = [
        ("Namespace", Value::from(key.namespace.clone())),
        ("MetricName", key.name.clone().into()),
        ("Dimensions", checks::described(&key.dimensions)),
        ("Stat", stat.into()),
    ];
    let mut members: Map<String, Value> = names.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    members.insert("SingleMetricAnomalyDetector".to_owned(), Value::Object(members.clone()));
    members
}

fn configuration(settings: &Settings) -> Value {
    let moment = |at: i64| wire::timestamp(timestamp_ms(at * 1_000));
    let range = |(from, to): &(i64, i64)| json!({ "StartTime": moment(*from), "EndTime": moment(*to) });
    let mut members = Map::new();
    members.insert("ExcludedTimeRanges".to_owned(), settings.excluded.iter().map(range).collect());
    let texts =
        [("MetricTimezone", &settings.timezone), ("AdaptationSpeed", &settings.adaptation), ("OutlierFilteringStrength", &settings.filter)];
    members.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.clone()?.into()))));
    Value::Object(members)
}
