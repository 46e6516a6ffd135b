//! Functions of any values.

use super::super::row::Row;
use super::super::value::Value;
use super::{ANY, Context, Function};

pub(super) const TABLE: &[Function] = &[
    Function::new("ispresent", (1, 1), |a, _, _| Value::Bool(!a[0].is_null())),
    Function::new("isNumeric", (1, 1), |a, _, _| Value::Bool(a[0].number().is_some())),
    Function::new("coalesce", (1, ANY), |a, _, _| a.iter().find(|value| !value.is_null()).cloned().unwrap_or(Value::Null)),
    Function::new("if", (3, 3), |a, _, _| if a[0].is_true() { a[1].clone() } else { a[2].clone() }),
    Function::new("case", (2, 21), case),
    Function::new("messageSize", (0, 0), |_, row, _| Value::Number(row.get("@message").as_text().len() as f64)),
];

/// Conditions with their values, and perhaps a value for when none holds.
fn case(arguments: &[Value], _: &Row, _: &Context) -> Value {
    let pairs = arguments.chunks_exact(2);
    let otherwise = pairs.remainder().first().cloned().unwrap_or(Value::Null);
    pairs.into_iter().find(|pair| pair[0].is_true()).map_or(otherwise, |pair| pair[1].clone())
}
