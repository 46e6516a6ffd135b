//! Functions of numbers.

use super::super::value::Value;
use super::{ANY, Arguments, Context, Function, function};

const GROUP: &str = "Numbers";

pub(super) static TABLE: &[Function] = &[
    function(("abs", "abs(number)"), (1, 1), "Without its sign", ("abs(-4)", "4"), |a, _| one(a, f64::abs)).of(GROUP),
    function(("ceil", "ceil(number)"), (1, 1), "The next whole number above", ("ceil(1.2)", "2"), |a, _| one(a, f64::ceil)).of(GROUP),
    function(("floor", "floor(number)"), (1, 1), "The next whole number below", ("floor(-1.5)", "-2"), |a, _| one(a, f64::floor)).of(GROUP),
    function(
        ("round", "round(number [, digits])"),
        (1, 2),
        "To whole numbers, or to so many digits after the point",
        ("round(2.345, 2)", "2.35"),
        round,
    )
    .of(GROUP),
    function(("sqrt", "sqrt(number)"), (1, 1), "Square root", ("sqrt(9)", "3"), |a, _| one(a, f64::sqrt)).of(GROUP),
    function(("log", "log(number)"), (1, 1), "Natural logarithm", ("log(1)", "0"), |a, _| one(a, f64::ln)).of(GROUP),
    function(("greatest", "greatest(number, …)"), (1, ANY), "The largest", ("greatest(1, 7, 3)", "7"), |a, _| fold(a, f64::max)).of(GROUP),
    function(("least", "least(number, …)"), (1, ANY), "The smallest", ("least(4, 2, 3)", "2"), |a, _| fold(a, f64::min)).of(GROUP),
    function(("toNumber", "toNumber(value)"), (1, 1), "A text as a number", ("toNumber('4.5')", "4.5"), |a, _| one(a, |number| number))
        .also(&["to_number"])
        .of(GROUP),
    function(("toDouble", "toDouble(value)"), (1, 1), "The same", ("toDouble('4.5')", "4.5"), |a, _| one(a, |number| number))
        .also(&["to_double"])
        .of(GROUP),
    function(
        ("toInt", "toInt(value)"),
        (1, 1),
        "A whole number of 32 bits, cut towards zero; nothing if it does not fit",
        ("toInt('-4.7')", "-4"),
        |a, _| whole(a, i32::MIN.into(), i32::MAX.into()),
    )
    .also(&["to_int"])
    .of(GROUP),
    function(("toLong", "toLong(value)"), (1, 1), "The same of 64 bits", ("toLong('3000000000.9')", "3000000000"), |a, _| {
        whole(a, i64::MIN as f64, i64::MAX as f64)
    })
    .also(&["to_long"])
    .of(GROUP),
    function(
        ("hexToDec", "hexToDec(text)"),
        (1, 1),
        "A number from hexadecimal, with 0x or without",
        ("hexToDec('0xff')", "255"),
        hex_to_dec,
    )
    .also(&["hex_to_dec"])
    .of(GROUP),
    function(("decToHex", "decToHex(number)"), (1, 1), "A whole number in hexadecimal", ("decToHex(255)", "0xff"), dec_to_hex)
        .also(&["dec_to_hex"])
        .of(GROUP),
    function(
        ("haversine", "haversine(lat1, lon1, lat2, lon2)"),
        (4, 4),
        "Kilometres between two places on Earth, in degrees",
        ("round(haversine(52.52, 13.405, 48.8566, 2.3522))", "877"),
        haversine,
    )
    .of(GROUP),
];

fn one(arguments: &Arguments<'_>, of: fn(f64) -> f64) -> Value {
    arguments[0].number().map(of).into()
}

fn fold(arguments: &Arguments<'_>, of: fn(f64, f64) -> f64) -> Value {
    arguments.iter().filter_map(|value| value.number()).reduce(of).into()
}

fn whole(arguments: &Arguments<'_>, least: f64, most: f64) -> Value {
    arguments[0].number().map(f64::trunc).filter(|number| (least..=most).contains(number)).into()
}

/// To whole numbers, or to so many digits.
fn round(arguments: &Arguments<'_>, _: &Context) -> Value {
    let digits = arguments.get(1).and_then(|digits| digits.number()).unwrap_or(0.0).clamp(-15.0, 15.0);
    let scale = 10_f64.powf(digits.trunc());
    arguments[0].number().map(|number| (number * scale).round() / scale).into()
}

fn hex_to_dec(arguments: &Arguments<'_>, _: &Context) -> Value {
    let text = arguments[0].as_text().trim().to_lowercase();
    let (sign, digits) = text.strip_prefix('-').map_or((1.0, text.as_str()), |digits| (-1.0, digits));
    let number = u64::from_str_radix(digits.strip_prefix("0x").unwrap_or(digits), 16);
    number.ok().map(|number| sign * number as f64).into()
}

/// Negative numbers have their sign before the `0x`; what is not whole is cut.
fn dec_to_hex(arguments: &Arguments<'_>, _: &Context) -> Value {
    let number = arguments[0].number().map(f64::trunc).filter(|number| number.abs() < 9e15);
    let sign = if number.is_some_and(|number| number < 0.0) { "-" } else { "" };
    number.map_or(Value::Null, |number| Value::text(format!("{sign}0x{:x}", number.abs() as u64)))
}

/// Kilometres between two places, each a latitude and a longitude in degrees.
fn haversine(arguments: &Arguments<'_>, _: &Context) -> Value {
    const EARTH_KM: f64 = 6_371.0;
    let degrees: Option<Vec<f64>> = arguments.iter().map(|degrees| degrees.number()).collect();
    let distance = degrees.map(|degrees| {
        let [from_north, from_east, to_north, to_east] = [0, 1, 2, 3].map(|at: usize| degrees[at].to_radians());
        let half = |a: f64, b: f64| ((b - a) / 2.0).sin().powi(2);
        let chord = half(from_north, to_north) + from_north.cos() * to_north.cos() * half(from_east, to_east);
        2.0 * EARTH_KM * chord.sqrt().min(1.0).asin()
    });
    distance.into()
}
