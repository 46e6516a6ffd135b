//! Functions of moments and lengths of time.

use super::super::row::Row;
use super::super::time::floor;
use super::super::value::Value;
use super::{Context, Function};

pub(super) const TABLE: &[Function] = &[
    Function::new("bin", (1, 1), bin),
    Function::new("datefloor", (2, 2), |a, _, _| rounded(a, false)),
    Function::new("dateceil", (2, 2), |a, _, _| rounded(a, true)),
    Function::new("fromMillis", (1, 1), |a, _, _| a[0].number().map_or(Value::Null, |ms| Value::Time(ms as i64))),
    Function::new("toMillis", (1, 1), |a, _, _| a[0].number().into()),
    Function::new("now", (0, 0), |_, _, context| Value::Number((context.now / 1_000) as f64)),
    Function::new("queryStartTime", (0, 0), |_, _, context| Value::Number(context.from as f64)),
    Function::new("queryEndTime", (0, 0), |_, _, context| Value::Number(context.to as f64)),
    Function::new("queryTimeRange", (0, 0), |_, _, context| Value::Number((context.to - context.from) as f64)),
];

/// The period of the event's own time, whatever else the row says.
fn bin(arguments: &[Value], row: &Row, _: &Context) -> Value {
    match (row.get("@timestamp"), arguments[0].number()) {
        (Value::Time(ms), Some(length)) => Value::Time(floor(ms, length as i64)),
        _ => Value::Null,
    }
}

fn rounded(arguments: &[Value], up: bool) -> Value {
    let Some((ms, length)) = arguments[0].number().zip(arguments[1].number()) else { return Value::Null };
    let (ms, length) = (ms as i64, (length as i64).max(1));
    let down = floor(ms, length);
    Value::Time(if up && down < ms { down + length } else { down })
}
