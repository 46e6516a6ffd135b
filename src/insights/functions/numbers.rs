//! Functions of numbers.

use super::super::row::Row;
use super::super::value::Value;
use super::{ANY, Context, Function};

pub(super) const TABLE: &[Function] = &[
    Function::new("abs", (1, 1), |a, _, _| one(a, f64::abs)),
    Function::new("ceil", (1, 1), |a, _, _| one(a, f64::ceil)),
    Function::new("floor", (1, 1), |a, _, _| one(a, f64::floor)),
    Function::new("sqrt", (1, 1), |a, _, _| one(a, f64::sqrt)),
    Function::new("log", (1, 1), |a, _, _| one(a, f64::ln)),
    Function::new("round", (1, 2), round),
    Function::new("greatest", (1, ANY), |a, _, _| fold(a, f64::max)),
    Function::new("least", (1, ANY), |a, _, _| fold(a, f64::min)),
    Function::new("toNumber", (1, 1), |a, _, _| one(a, |number| number)),
    Function::new("toDouble", (1, 1), |a, _, _| one(a, |number| number)),
    Function::new("toInt", (1, 1), |a, _, _| one(a, f64::trunc)),
    Function::new("toLong", (1, 1), |a, _, _| one(a, f64::trunc)),
];

fn one(arguments: &[Value], of: fn(f64) -> f64) -> Value {
    arguments[0].number().map(of).into()
}

fn fold(arguments: &[Value], of: fn(f64, f64) -> f64) -> Value {
    arguments.iter().filter_map(Value::number).reduce(of).into()
}

/// To whole numbers, or to so many digits.
fn round(arguments: &[Value], _: &Row, _: &Context) -> Value {
    let digits = arguments.get(1).and_then(Value::number).unwrap_or(0.0).clamp(-15.0, 15.0);
    let scale = 10_f64.powf(digits.trunc());
    arguments[0].number().map(|number| (number * scale).round() / scale).into()
}
