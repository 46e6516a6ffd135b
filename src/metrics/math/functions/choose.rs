//! `IF`.

use super::super::value::{TimeSeries, Value};

/// `IF(condition, then, otherwise)` as CloudWatch documents it; `None` when the values are of kinds that it does not take.
///
/// At each point of the condition that is not 0: the value of `then`, 0 where it has none. Where the condition is 0: the value of `otherwise`,
/// no point where it has none. Where the condition has no point there is none.
pub(crate) fn choose(condition: &Value, then: &Value, otherwise: Option<&Value>) -> Option<Value> {
    if matches!(then, Value::Array(_)) || matches!(otherwise, Some(Value::Array(_))) {
        return None;
    }
    match condition {
        Value::Series(condition) => Some(Value::Series(point_by_point(condition, then, otherwise))),
        Value::Scalar(truth) => whole(*truth != 0.0, then, otherwise),
        Value::Array(_) => None,
    }
}

fn point_by_point(condition: &TimeSeries, then: &Value, otherwise: Option<&Value>) -> TimeSeries {
    let value = |at: i64, truth: f64| match (truth != 0.0, otherwise) {
        (true, _) => Some(value_at(then, at).unwrap_or(0.0)),
        (false, Some(otherwise)) => value_at(otherwise, at),
        (false, None) => None,
    };
    let points = condition.points.iter().filter_map(|&(at, truth)| Some((at, value(at, truth)?)));
    TimeSeries::nameless(condition.period, points)
}

fn value_at(value: &Value, at: i64) -> Option<f64> {
    match value {
        Value::Scalar(number) => Some(*number),
        Value::Series(series) => series.at(at),
        Value::Array(_) => None,
    }
}

/// With a number as its condition, `IF` is one of two series, the second of which may be missing.
fn whole(truth: bool, then: &Value, otherwise: Option<&Value>) -> Option<Value> {
    let Value::Series(first) = then else { return None };
    match (truth, otherwise) {
        (true, None | Some(Value::Series(_))) => Some(then.clone()),
        (false, Some(second @ Value::Series(_))) => Some(second.clone()),
        (false, None) => Some(Value::Series(TimeSeries::nameless(first.period, []))),
        _ => None,
    }
}
