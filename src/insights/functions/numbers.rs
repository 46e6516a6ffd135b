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
    Function::new("hexToDec", (1, 1), hex_to_dec),
    Function::new("decToHex", (1, 1), dec_to_hex),
    Function::new("haversine", (4, 4), haversine),
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

/// With `0x` in front or without.
fn hex_to_dec(arguments: &[Value], _: &Row, _: &Context) -> Value {
    let text = arguments[0].as_text().to_lowercase();
    i64::from_str_radix(text.strip_prefix("0x").unwrap_or(&text), 16).ok().map(|number| number as f64).into()
}

/// Of whole numbers that are not negative.
fn dec_to_hex(arguments: &[Value], _: &Row, _: &Context) -> Value {
    let number = arguments[0].number().filter(|number| number.fract() == 0.0 && (0.0..9e15).contains(number));
    number.map_or(Value::Null, |number| Value::text(format!("{:x}", number as u64)))
}

/// Kilometres between two places, each a latitude and a longitude in degrees.
fn haversine(arguments: &[Value], _: &Row, _: &Context) -> Value {
    const EARTH_KM: f64 = 6_371.0;
    let degrees: Option<Vec<f64>> = arguments.iter().map(Value::number).collect();
    let distance = degrees.map(|degrees| {
        let [from_north, from_east, to_north, to_east] = [0, 1, 2, 3].map(|at: usize| degrees[at].to_radians());
        let half = |a: f64, b: f64| ((b - a) / 2.0).sin().powi(2);
        let chord = half(from_north, to_north) + from_north.cos() * to_north.cos() * half(from_east, to_east);
        2.0 * EARTH_KM * chord.sqrt().min(1.0).asin()
    });
    distance.into()
}
