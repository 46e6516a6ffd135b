//! Functions of texts. Maps and lists count as nothing here, as on AWS.

use std::cell::RefCell;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::{Regex, RegexBuilder};

use super::super::value::Value;
use super::{ANY, Arguments, Context, Function, function};

const GROUP: &str = "Texts";

pub(super) static TABLE: &[Function] = &[
    function(("strlen", "strlen(text)"), (1, 1), "How many characters", ("strlen('héllo')", "5"), |a, _| {
        if is_none(&a[0]) { Value::Null } else { Value::Number(a[0].as_text().chars().count() as f64) }
    })
    .of(GROUP),
    function(("toupper", "toupper(text)"), (1, 1), "In capitals", ("toupper('aB')", "AB"), |a, _| mapped(a, str::to_uppercase))
        .also(&["toUpper"])
        .of(GROUP),
    function(("tolower", "tolower(text)"), (1, 1), "In small letters", ("tolower('aB')", "ab"), |a, _| mapped(a, str::to_lowercase))
        .also(&["toLower"])
        .of(GROUP),
    function(("concat", "concat(text, …)"), (1, ANY), "One after the other", ("concat('a', 1, 'b')", "a1b"), |a, _| {
        Value::text(a.iter().map(|value| value.as_text().into_owned()).collect::<String>())
    })
    .of(GROUP),
    function(
        ("trim", "trim(text [, characters])"),
        (1, 2),
        "Without white space, or those characters, at both ends",
        ("trim('xyZxyfooxyxyZ', 'xyZ')", "foo"),
        |a, _| trimmed(a, true, true),
    )
    .of(GROUP),
    function(("ltrim", "ltrim(text [, characters])"), (1, 2), "The same at the left", ("ltrim('xyZxyfooxyZ', 'xyZ')", "fooxyZ"), |a, _| {
        trimmed(a, true, false)
    })
    .of(GROUP),
    function(
        ("rtrim", "rtrim(text [, characters])"),
        (1, 2),
        "The same at the right",
        ("rtrim('xyZfooxyxyZ', 'xyZ')", "xyZfoo"),
        |a, _| trimmed(a, false, true),
    )
    .of(GROUP),
    function(
        ("substr", "substr(text, start [, length])"),
        (2, 3),
        "From a character on, counted from 0",
        ("substr('xyZfooxyZ', 3, 3)", "foo"),
        substr,
    )
    .of(GROUP),
    function(
        ("replace", "replace(text, what, with)"),
        (3, 3),
        "With every occurrence replaced",
        ("replace('a-b-c', '-', '+')", "a+b+c"),
        |a, _| mapped(a, |text| text.replace(&*a[1].as_text(), &a[2].as_text())),
    )
    .of(GROUP),
    function(
        ("regexReplace", "regexReplace(text, pattern, with)"),
        (3, 3),
        "With every match of a regular expression replaced",
        ("regexReplace('id=42 id=7', '[0-9]+', 'N')", "id=N id=N"),
        regex_replace,
    )
    .also(&["regex_replace"])
    .of(GROUP),
    function(
        ("strcontains", "strcontains(text, part [, anyCase])"),
        (2, 3),
        "1 if the part is inside, else 0",
        ("strcontains('abc', 'b')", "1"),
        |a, _| flag(a[0].as_text().contains(&*a[1].as_text())),
    )
    .also(&["strContains", "str_contains"])
    .of(GROUP),
    function(("startsWith", "startsWith(text, part)"), (2, 2), "1 if it begins so, else 0", ("startsWith('abc', 'ab')", "1"), |a, _| {
        flag(a[0].as_text().starts_with(&*a[1].as_text()))
    })
    .also(&["starts_with"])
    .of(GROUP),
    function(("endsWith", "endsWith(text, part)"), (2, 2), "1 if it ends so, else 0", ("endsWith('abc', 'ab')", "0"), |a, _| {
        flag(a[0].as_text().ends_with(&*a[1].as_text()))
    })
    .also(&["ends_with"])
    .of(GROUP),
    function(("isempty", "isempty(text)"), (1, 1), "Whether it is missing or empty", ("isempty('')", "1"), |a, _| {
        Value::Bool(a[0].as_text().is_empty())
    })
    .also(&["isEmpty", "is_empty"])
    .of(GROUP),
    function(("isblank", "isblank(text)"), (1, 1), "Whether it is missing, empty or white space", ("isblank(' ')", "1"), |a, _| {
        Value::Bool(a[0].as_text().trim().is_empty())
    })
    .also(&["isBlank", "is_blank"])
    .of(GROUP),
    function(("split", "split(text, separator)"), (2, 2), "The list of its parts", ("split('a,b,c', ',')", r#"["a","b","c"]"#), split)
        .of(GROUP),
    function(("urlencode", "urlencode(text)"), (1, 1), "Percent-encoded", ("urlencode('a b')", "a%20b"), |a, _| {
        mapped(a, |text| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string())
    })
    .also(&["urlEncode", "url_encode"])
    .of(GROUP),
    function(("urldecode", "urldecode(text)"), (1, 1), "Percent-decoded", ("urldecode('a%20b')", "a b"), |a, _| {
        mapped(a, |text| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned())
    })
    .also(&["urlDecode", "url_decode"])
    .of(GROUP),
    function(("base64encode", "base64encode(text)"), (1, 1), "In Base64", ("base64encode('hi')", "aGk="), |a, _| {
        mapped(a, |text| STANDARD.encode(text))
    })
    .also(&["base64Encode", "base64_encode"])
    .of(GROUP),
    function(("base64decode", "base64decode(text)"), (1, 1), "From Base64", ("base64decode('aGk=')", "hi"), base64decode)
        .also(&["base64Decode", "base64_decode"])
        .of(GROUP),
    function(("hexToAscii", "hexToAscii(text)"), (1, 1), "The text that hexadecimal says", ("hexToAscii('4869')", "Hi"), hex_to_ascii)
        .also(&["hex_to_ascii"])
        .of(GROUP),
];

/// Longest compiled pattern of `regexReplace`, in bytes.
const MAX_REGEX: usize = 1 << 20;

/// Nothing, or a structure, which is nothing to functions of texts.
fn is_none(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Json(_))
}

fn flag(truth: bool) -> Value {
    Value::Number(f64::from(u8::from(truth)))
}

fn mapped(arguments: &Arguments<'_>, of: impl Fn(&str) -> String) -> Value {
    if is_none(&arguments[0]) { Value::Null } else { Value::text(of(&arguments[0].as_text())) }
}

/// Of spaces, or of the characters of the second argument.
fn trimmed(arguments: &Arguments<'_>, start: bool, end: bool) -> Value {
    if is_none(&arguments[0]) {
        return Value::Null;
    }
    let those = arguments.get(1).map(|those| those.as_text());
    let goes = |c: char| those.as_ref().map_or_else(|| c.is_whitespace(), |those| those.contains(c));
    let line = arguments[0].as_line();
    let text = if start { line.trim_start_matches(goes) } else { &line };
    Value::Text(line.part(if end { text.trim_end_matches(goes) } else { text }))
}

/// From a place on, counted from 0, perhaps so many characters.
fn substr(arguments: &Arguments<'_>, _: &Context) -> Value {
    if is_none(&arguments[0]) {
        return Value::Null;
    }
    let number = |at: usize| arguments.get(at).and_then(|number| number.number()).map(|number| number.max(0.0) as usize);
    let line = arguments[0].as_line();
    let byte = |text: &str, characters: usize| text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    let rest = &line[byte(&line, number(1).unwrap_or(0))..];
    Value::Text(line.part(&rest[..number(2).map_or(rest.len(), |length| byte(rest, length))]))
}

thread_local! {
    /// The pattern of the newest call: it is nearly always the same one.
    static COMPILED: RefCell<Option<(String, Option<Regex>)>> = const { RefCell::new(None) };
}

/// A pattern that cannot be read replaces nothing. `$1` and `\1` name groups.
fn regex_replace(arguments: &Arguments<'_>, _: &Context) -> Value {
    let pattern = arguments[1].as_text();
    COMPILED.with_borrow_mut(|held| {
        if held.as_ref().is_none_or(|(text, _)| *text != *pattern) {
            *held = Some((pattern.to_string(), RegexBuilder::new(&pattern).size_limit(MAX_REGEX).build().ok()));
        }
        let regex = held.as_ref().and_then(|(_, regex)| regex.as_ref());
        mapped(arguments, |text| match regex {
            Some(regex) => regex.replace_all(text, &*groups(&arguments[2].as_text())).into_owned(),
            None => text.to_owned(),
        })
    })
}

/// RE2 writes groups as `\1`, the engine here as `${1}`.
fn groups(with: &str) -> String {
    let mut text = String::new();
    let mut chars = with.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(digit)) if digit.is_ascii_digit() => {
                text.extend(['$', '{', *digit, '}']);
                chars.next();
            }
            _ => text.push(c),
        }
    }
    text
}

/// An empty separator separates nothing.
fn split(arguments: &Arguments<'_>, _: &Context) -> Value {
    if is_none(&arguments[0]) {
        return Value::Null;
    }
    let (text, separator) = (arguments[0].as_text(), arguments[1].as_text());
    let parts: Vec<&str> = if separator.is_empty() { vec![&text] } else { text.split(&*separator).collect() };
    Value::Json(serde_json::json!(parts).into())
}

fn base64decode(arguments: &Arguments<'_>, _: &Context) -> Value {
    let bytes = STANDARD.decode(arguments[0].as_text().as_bytes());
    bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()).map_or(Value::Null, Value::text)
}

/// Nothing for what is no text in hexadecimal.
fn hex_to_ascii(arguments: &Arguments<'_>, _: &Context) -> Value {
    let hex = arguments[0].as_text();
    let digits: Option<Vec<u8>> = hex.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let bytes =
        digits.filter(|digits| digits.len().is_multiple_of(2)).map(|digits| digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect());
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map_or(Value::Null, Value::text)
}
