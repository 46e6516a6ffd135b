//! Functions of texts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::row::Row;
use super::super::value::Value;
use super::{ANY, Context, Function};

pub(super) const TABLE: &[Function] = &[
    Function::new("isempty", (1, 1), |a, _, _| Value::Bool(a[0].as_text().is_empty())),
    Function::new("isblank", (1, 1), |a, _, _| Value::Bool(a[0].as_text().trim().is_empty())),
    Function::new("concat", (1, ANY), |a, _, _| Value::text(a.iter().map(Value::as_text).collect::<String>())),
    Function::new(
        "strlen",
        (1, 1),
        |a, _, _| if a[0].is_null() { Value::Null } else { Value::Number(a[0].as_text().chars().count() as f64) },
    ),
    Function::new("toupper", (1, 1), |a, _, _| mapped(a, str::to_uppercase)),
    Function::new("tolower", (1, 1), |a, _, _| mapped(a, str::to_lowercase)),
    Function::new("trim", (1, 2), |a, _, _| trimmed(a, true, true)),
    Function::new("ltrim", (1, 2), |a, _, _| trimmed(a, true, false)),
    Function::new("rtrim", (1, 2), |a, _, _| trimmed(a, false, true)),
    Function::new("substr", (2, 3), substr),
    Function::new("replace", (3, 3), |a, _, _| mapped(a, |text| text.replace(&a[1].as_text(), &a[2].as_text()))),
    Function::new("strcontains", (2, 3), |a, _, _| Value::Number(f64::from(u8::from(a[0].as_text().contains(&a[1].as_text()))))),
    Function::new("startsWith", (2, 2), |a, _, _| Value::Bool(a[0].as_text().starts_with(&a[1].as_text()))),
    Function::new("endsWith", (2, 2), |a, _, _| Value::Bool(a[0].as_text().ends_with(&a[1].as_text()))),
    Function::new("base64encode", (1, 1), |a, _, _| mapped(a, |text| STANDARD.encode(text))),
    Function::new("base64decode", (1, 1), base64decode),
    Function::new("hexToAscii", (1, 1), hex_to_ascii),
    Function::new("urlencode", (1, 1), |a, _, _| {
        mapped(a, |text| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string())
    }),
    Function::new("urldecode", (1, 1), |a, _, _| {
        mapped(a, |text| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned())
    }),
];

fn mapped(arguments: &[Value], of: impl Fn(&str) -> String) -> Value {
    if arguments[0].is_null() { Value::Null } else { Value::text(of(&arguments[0].as_text())) }
}

/// Of spaces, or of the characters of the second argument.
fn trimmed(arguments: &[Value], start: bool, end: bool) -> Value {
    let those = arguments.get(1).map(Value::as_text);
    let goes = |c: char| those.as_ref().map_or_else(|| c.is_whitespace(), |those| those.contains(c));
    mapped(arguments, |text| {
        let text = if start { text.trim_start_matches(goes) } else { text };
        if end { text.trim_end_matches(goes) } else { text }.to_owned()
    })
}

/// From a place on, counted from 0, perhaps so many characters.
fn substr(arguments: &[Value], _: &Row, _: &Context) -> Value {
    let number = |at: usize| arguments.get(at).and_then(Value::number).map(|number| number.max(0.0) as usize);
    mapped(arguments, |text| text.chars().skip(number(1).unwrap_or(0)).take(number(2).unwrap_or(usize::MAX)).collect())
}

fn base64decode(arguments: &[Value], _: &Row, _: &Context) -> Value {
    let bytes = STANDARD.decode(arguments[0].as_text());
    bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()).map_or(Value::Null, Value::text)
}

/// Nothing for what is no text in hexadecimal.
fn hex_to_ascii(arguments: &[Value], _: &Row, _: &Context) -> Value {
    let hex = arguments[0].as_text();
    let digits: Option<Vec<u8>> = hex.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let bytes =
        digits.filter(|digits| digits.len().is_multiple_of(2)).map(|digits| digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect());
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map_or(Value::Null, Value::text)
}
