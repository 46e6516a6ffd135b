//! Functions of moments and lengths of time.

use jiff::civil::{Date, Time};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::super::time::floor;
use super::super::value::Value;
use super::{Arguments, Context, Function, function};
use crate::base::clock::timestamp_ms;

const GROUP: &str = "Times";

pub(super) static TABLE: &[Function] = &[
    // The planner puts @timestamp before the argument, and works with lengths of the calendar itself.
    function(
        ("bin", "bin(period)"),
        (1, 1),
        "The period in which @timestamp lies: its start",
        ("bin(1h)", "2026-10-01 12:00:00.000"),
        |a, _| rounded(a, false),
    )
    .of(GROUP),
    function(
        ("datefloor", "datefloor(time, period)"),
        (2, 2),
        "The start of the period in which a moment lies",
        ("datefloor(@timestamp, 1h)", "2026-10-01 12:00:00.000"),
        |a, _| rounded(a, false),
    )
    .also(&["date_floor"])
    .of(GROUP),
    function(
        ("dateceil", "dateceil(time, period)"),
        (2, 2),
        "The end of the period in which a moment lies",
        ("dateceil(@timestamp, 5m)", "2026-10-01 12:05:00.000"),
        |a, _| rounded(a, true),
    )
    .also(&["date_ceil"])
    .of(GROUP),
    function(
        ("fromMillis", "fromMillis(number)"),
        (1, 1),
        "A moment from milliseconds since 1970",
        ("fromMillis(0)", "1970-01-01 00:00:00.000"),
        |a, _| a[0].number().map_or(Value::Null, |ms| Value::Time(ms as i64)),
    )
    .also(&["from_millis"])
    .of(GROUP),
    function(
        ("toMillis", "toMillis(time)"),
        (1, 1),
        "A moment as milliseconds since 1970",
        ("toMillis(datefloor(@timestamp, 1d))", "1790812800000"),
        |a, _| a[0].number().into(),
    )
    .also(&["to_millis"])
    .of(GROUP),
    function(
        ("parseDate", "parseDate(text, pattern [, zone])"),
        (2, 3),
        "Milliseconds since 1970 of a date, read by a pattern such as yyyy-MM-dd HH:mm:ss",
        ("parseDate('2026-10-01', 'yyyy-MM-dd', 'UTC')", "1790812800000"),
        parse_date,
    )
    .also(&["parse_date"])
    .of(GROUP),
    function(
        ("formatDate", "formatDate(time, pattern [, zone])"),
        (2, 3),
        "A moment by a pattern such as %Y-%m-%d %H:%M",
        ("formatDate(@timestamp, '%H:%M', 'Europe/Berlin')", "14:02"),
        format_date,
    )
    .also(&["strftime", "format_date"])
    .of(GROUP),
    function(("now", "now()"), (0, 0), "When the query was started, in seconds since 1970", ("now()", "1790856700"), |_, context| {
        Value::Number(context.now.div_euclid(1_000) as f64)
    })
    .of(GROUP),
    function(
        ("queryStartTime", "queryStartTime()"),
        (0, 0),
        "Start of the queried time, in milliseconds since 1970",
        ("queryStartTime()", "1790856000000"),
        |_, context| Value::Number(context.from as f64),
    )
    .also(&["query_start_time"])
    .of(GROUP),
    function(
        ("queryEndTime", "queryEndTime()"),
        (0, 0),
        "End of the queried time, in milliseconds since 1970",
        ("queryEndTime()", "1790856600000"),
        |_, context| Value::Number(context.to as f64),
    )
    .also(&["query_end_time"])
    .of(GROUP),
    function(
        ("queryTimeRange", "queryTimeRange()"),
        (0, 0),
        "The queried time in milliseconds",
        ("queryTimeRange()", "600000"),
        |_, context| Value::Number(context.to.saturating_sub(context.from) as f64),
    )
    .also(&["query_time_range"])
    .of(GROUP),
];

fn rounded(arguments: &Arguments<'_>, up: bool) -> Value {
    let Some((ms, length)) = arguments[0].number().zip(arguments[1].number()) else { return Value::Null };
    let (ms, length) = (ms as i64, (length as i64).max(1));
    let down = floor(ms, length);
    Value::Time(if up && down < ms { down.saturating_add(length) } else { down })
}

/// The zone of an argument; UTC when none is named, nothing for one that is not known.
fn zone(argument: Option<&Value>) -> Option<TimeZone> {
    argument.map_or(Some(TimeZone::UTC), |name| match &*name.as_text() {
        "Z" => Some(TimeZone::UTC),
        name => TimeZone::get(name).ok(),
    })
}

fn format_date(arguments: &Arguments<'_>, _: &Context) -> Value {
    let Some((ms, zone)) = arguments[0].number().zip(zone(arguments.get(2).map(AsRef::as_ref))) else { return Value::Null };
    let moment = timestamp_ms(ms as i64).to_zoned(zone);
    strtime::format(arguments[1].as_text().as_bytes(), &moment).map_or(Value::Null, Value::text)
}

fn parse_date(arguments: &Arguments<'_>, _: &Context) -> Value {
    let read = || {
        let pattern = strptime_of(&arguments[1].as_text())?;
        let parsed = strtime::parse(pattern, arguments[0].as_text().trim()).ok()?;
        if parsed.offset().is_some() {
            return parsed.to_timestamp().ok();
        }
        let date = parsed.to_date().ok().or_else(|| Date::new(parsed.year()?, parsed.month().unwrap_or(1), 1).ok())?;
        let time = parsed.to_time().unwrap_or(Time::midnight());
        date.to_datetime(time).to_zoned(zone(arguments.get(2).map(AsRef::as_ref))?).ok().map(|moment| moment.timestamp())
    };
    read().map_or(Value::Null, |moment| Value::Number(moment.as_millisecond() as f64))
}

/// The pattern of a `DateTimeFormatter` of Java as one of `strptime`.
fn strptime_of(pattern: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches(first).len();
        rest = match first {
            '\'' => quoted(rest, &mut text)?,
            first if first.is_ascii_alphabetic() => {
                text.push_str(conversion(first, run)?);
                &rest[run..]
            }
            first => {
                text.extend(rest[..run].chars().map(|_| if first == '%' { "%%".to_owned() } else { first.to_string() }));
                &rest[run..]
            }
        };
    }
    Some(text)
}

/// A literal in single quotes; what is left after it. Two quotes are one.
fn quoted<'a>(rest: &'a str, text: &mut String) -> Option<&'a str> {
    let end = rest[1..].find('\'')?;
    text.push_str(&if end == 0 { "'".to_owned() } else { rest[1..=end].replace('%', "%%") });
    Some(&rest[end + 2..])
}

fn conversion(letter: char, run: usize) -> Option<&'static str> {
    Some(match (letter, run) {
        ('y' | 'u', 2) => "%y",
        ('y' | 'u', _) => "%Y",
        ('M' | 'L', 1 | 2) => "%m",
        ('M' | 'L', 3) => "%b",
        ('M' | 'L', _) => "%B",
        ('d', _) => "%d",
        ('D', _) => "%j",
        ('E', 1..=3) => "%a",
        ('E', _) => "%A",
        ('H', _) => "%H",
        ('h', _) => "%I",
        ('m', _) => "%M",
        ('s', _) => "%S",
        ('S' | 'n', _) => "%f",
        ('a', _) => "%p",
        ('X', 3) | ('Z', 5) => "%:z",
        ('X' | 'x' | 'Z' | 'O', _) => "%z",
        ('V' | 'z', _) => "%Q",
        _ => return None,
    })
}
