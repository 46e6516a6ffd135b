//! The queries of `golden.txt`, the examples of the reference, and queries printed and read again.

use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::super::*;
use super::{NOON, event, rows};

/// A query of the file and what shall become of it.
#[derive(Default)]
struct Case {
    query: String,
    columns: Option<String>,
    rows: Vec<String>,
    refused: Option<String>,
}

fn check(title: &str, case: &Case, events: &[Event]) {
    let text = &case.query;
    let found = match Query::parse(text) {
        Err(error) => {
            let wanted = case.refused.as_deref().unwrap_or_else(|| panic!("{title}: {text}: {error}\n{}", error.shown_in(text)));
            assert!(error.message.contains(wanted), "{title}: {text}: {error}");
            return;
        }
        Ok(query) => {
            let never = AtomicBool::new(false);
            let setting = Setting { window: (NOON, NOON + 999_999), now_ms: NOON, limit: DEFAULT_LIMIT, cancelled: &never };
            let own = AtHand(events).events(query.source(), (0, i64::MAX)).unwrap();
            query.run_with(own, &setting, &AtHand(events)).unwrap_or_else(|error| panic!("{title}: {text}: {error}"))
        }
    };
    assert!(case.refused.is_none(), "{title}: {text} is not refused");
    let shown = |value: &Value| value.shown().unwrap_or_else(|| "-".to_owned());
    let lines: Vec<String> = found.rows.iter().map(|(values, _)| values.iter().map(shown).collect::<Vec<_>>().join("|")).collect();
    assert_eq!(lines, case.rows, "{title}: {text}");
    if let Some(columns) = &case.columns {
        assert_eq!(found.columns.join(", "), *columns, "{title}: {text}");
    }
}

#[test]
fn queries_come_to_what_they_should() {
    let (mut title, mut events, mut case) = (String::new(), Vec::new(), Case::default());
    let mut checked = 0;
    let mut end = |title: &str, case: &mut Case, events: &[Event]| {
        if !case.query.is_empty() {
            check(title, &std::mem::take(case), events);
            checked += 1;
        }
    };
    for line in include_str!("golden.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (mark, rest) = line.split_at(2);
        match mark {
            "= " => {
                end(&title, &mut case, &events);
                (title, events) = (rest.to_owned(), Vec::new());
            }
            "@ " => {
                let mut parts = rest.splitn(3, ' ');
                let mut next = || parts.next().unwrap();
                let (seconds, group, message) = (next().parse().unwrap(), next(), next());
                events.push(Event { log: format!("1:{group}").into(), ..event(seconds, message) });
            }
            "? " => {
                end(&title, &mut case, &events);
                case.query = rest.to_owned();
            }
            "| " => case.query.push_str(line),
            ": " => case.columns = Some(rest.to_owned()),
            "! " => case.refused = Some(rest.to_owned()),
            _ => case.rows.push(rest.to_owned()),
        }
    }
    end(&title, &mut case, &events);
    assert!(checked > 80, "{checked} queries were checked");
}

#[test]
fn examples_of_functions_give_what_the_reference_says() {
    let mut told = 0;
    for entry in reference::functions().filter(|entry| !entry.gives.is_empty()) {
        assert_eq!(rows(&format!("fields {} as x | limit 1", entry.example)), [entry.gives], "{}", entry.example);
        told += 1;
    }
    assert!(told >= 60, "{told}");
}

#[test]
fn dates_are_read_and_written_by_patterns() {
    let one = |expr: &str| rows(&format!("fields {expr} as x | limit 1")).remove(0);
    for (expr, wanted) in [
        ("parseDate('2026-10-01 14:00:00', 'yyyy-MM-dd HH:mm:ss', 'Europe/Berlin')", "1790856000000"),
        ("parseDate('01/Oct/2026:12:00:00 +0000', 'dd/MMM/yyyy:HH:mm:ss Z')", "1790856000000"),
        ("parseDate('2026-10-01T12:00:00', \"yyyy-MM-dd'T'HH:mm:ss\")", "1790856000000"),
        ("parseDate('nonsense', 'yyyy-MM-dd')", "-"),
        ("parseDate('2026-10-01', 'yyyy-MM-dd', 'Nowhere/Here')", "-"),
        ("strftime(@timestamp, '%Y-%m-%d')", "2026-10-01"),
        ("formatDate(0, '%H', 'UTC')", "00"),
        ("formatDate('x', '%H')", "-"),
        ("bin(1mo)", "2026-10-01 00:00:00.000"),
        ("toInt(3000000000)", "-"),
        ("split('', ',')", "[\"\"]"),
        ("jsonArrayContains('nonsense', 'x')", "0"),
        ("jsonParse('7')", "-"),
        ("regexReplace('abc', '(b)', '[\\1$1]')", "a[bb]c"),
        ("regexReplace('abc', '(', 'x')", "abc"),
        ("isPublicIP('10.0.0.1')", "0"),
        ("isPublicIP('nonsense')", "0"),
        ("isReservedIP('224.0.0.1')", "1"),
        ("isReservedIP('2001:db8::1')", "1"),
        ("isReservedIP('9.9.9.9')", "0"),
        ("messageSize(nothing)", "-"),
        ("strcontains('ABC', 'b', true)", "0"),
        ("case(1 > 2, 'a')", "-"),
        ("md5(nothing)", "-"),
        ("is_present(nothing)", "0"),
        ("hexToDec('-0x10')", "-16"),
    ] {
        assert_eq!(one(expr), wanted, "{expr}");
    }
}

/// Queries of all shapes, as text.
fn queries() -> impl Strategy<Value = String> {
    let field = prop_oneof![Just("modelId"), Just("a.b"), Just("@message"), Just("`odd name`"), Just("in.n.0")].prop_map(str::to_owned);
    let leaf = prop_oneof![
        field.clone(),
        (0u32..999).prop_map(|n| n.to_string()),
        "'[a-z \"\\\\\\\\]{0,4}x'".prop_map(|text| text),
        Just("true".to_owned()),
        Just("2.5".to_owned()),
    ];
    let expr = leaf.prop_recursive(4, 24, 3, |inner| {
        let sign = prop::sample::select(vec!["+", "-", "*", "/", "%", "^", "=", "!=", "<", "<=", ">", ">=", "and", "or"]);
        prop_oneof![
            (inner.clone(), sign, inner.clone()).prop_map(|(a, sign, b)| format!("({a}) {sign} ({b})")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.clone().prop_map(|a| format!("({a}) like 'it\\'s'")),
            inner.clone().prop_map(|a| format!("({a}) not like /x\\/y|(?i)z/")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) in [{b}, 1]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("if({a}, {b}, now())")),
            inner.prop_map(|a| format!("datefloor({a}, 5m)")),
        ]
    });
    let command = prop_oneof![
        (expr.clone(), expr.clone()).prop_map(|(a, b)| format!("fields {a} as x, {b} as y, a.b")),
        expr.clone().prop_map(|a| format!("filter {a}")),
        field.clone().prop_map(|a| format!("display {a}")),
        field.clone().prop_map(|a| format!("parse {a} 'x * y*' as p, q")),
        field.clone().prop_map(|a| format!("parse {a} /(?<n>\\d+)/ multi")),
        field.clone().prop_map(|a| format!("parse {a} logfmt as l")),
        field.clone().prop_map(|a| format!("unnest {a} into item")),
        field.clone().prop_map(|a| format!("accum {a} as upto")),
        field.clone().prop_map(|a| format!("json field={a} 'x.y' as z")),
        field.clone().prop_map(|a| format!("filter {a} in (SOURCE 'lab' | fields {a})")),
        Just("addtotals fieldname=T col=true a, b".to_owned()),
        Just("filldown a, cpu*".to_owned()),
        Just("expand items".to_owned()),
    ];
    let stats = expr.clone().prop_map(|a| format!("stats count(*) as n, pct(a, 95) + max(b) as m by bin(5m) as t, {a} as k offset 1h"));
    let end = prop_oneof![
        Just("limit any 5".to_owned()),
        Just("dedup modelId | limit 3".to_owned()),
        expr.prop_map(|a| format!("sort {a} desc, n")),
        Just("pattern @message | diff previousWeek".to_owned()),
        Just("fillmissing with -1 for n".to_owned()),
    ];
    (prop::collection::vec(command, 0..4), stats, end).prop_map(|(commands, stats, end)| {
        let middle: Vec<String> = commands.into_iter().chain([stats, end]).collect();
        format!("SOURCE logGroups(namePrefix: ['a', 'b'])| {}", middle.join(" | "))
    })
}

proptest! {
    #[test]
    fn a_printed_query_is_read_as_the_same(text in queries()) {
        let query = Query::parse(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}\n{}", error.shown_in(&text))))?;
        let printed = query.to_string();
        let again = Query::parse(&printed).map_err(|error| TestCaseError::fail(format!("{printed}: {error}\n{}", error.shown_in(&printed))))?;
        // Every expression is printed in full parentheses: what is printed the same is the same.
        prop_assert_eq!(again.to_string(), printed);
        prop_assert_eq!(again.columns(), query.columns());
    }

    #[test]
    fn any_query_runs_over_any_events(text in queries(), messages in prop::collection::vec(".{0,30}|\\{\"a\":[0-9]{1,3},\"n\":\\[1,\\{\\}\\]\\}", 0..20)) {
        let events: Vec<Event> = messages.iter().enumerate().map(|(at, message)| event(at as i64 * 7, message)).collect();
        let query = Query::parse(&text).unwrap();
        let never = AtomicBool::new(false);
        let setting = Setting { window: (NOON, NOON + 100_000), now_ms: NOON, limit: 50, cancelled: &never };
        let results = query.run_with(events.clone(), &setting, &AtHand(&events));
        if let Ok(results) = results {
            prop_assert!(results.rows.iter().all(|(values, _)| values.len() == results.columns.len()));
        }
    }

    #[test]
    fn any_text_is_checked_and_coloured(text in "\\PC{0,80}|[a-z@.|=<>()\\[\\]'\"/*+, 0-9#`:-]{0,120}") {
        for error in Query::check(&text) {
            prop_assert!(error.span.start <= error.span.end && text.get(error.span.clone()).is_some());
            error.shown_in(&text);
        }
        let mut at = 0;
        for (span, _) in highlight(&text) {
            prop_assert!(span.start >= at && span.end > span.start && text.get(span.clone()).is_some());
            at = span.end;
        }
    }
}

#[test]
fn a_long_and_deep_query_is_refused_in_time() {
    assert!(Query::parse(&"(".repeat(9_999)).is_err());
    assert!(Query::parse(&format!("filter {}a", "not ".repeat(2_400))).is_err());
    assert!(Query::parse(&format!("filter {}1", "- ".repeat(4_000))).is_err());
    assert!(Query::parse(&format!("filter a{}", " ^ a".repeat(2_400))).is_err());
    assert!(Query::parse(&format!("filter a{}", "+a".repeat(4_000))).unwrap_err().message.contains("too many operators"));
    assert!(Query::parse(&"| ".repeat(5_000)).is_ok());
    let long = Query::parse(&format!("filter 1{}", "+1".repeat(390))).unwrap();
    assert_eq!(long.run(vec![event(0, "x")], (0, 1), 2, 5, &AtomicBool::new(false)).unwrap().rows.len(), 1);
    assert!(Query::parse(&"x".repeat(10_001)).unwrap_err().message.contains("longer than 10000"));
}
