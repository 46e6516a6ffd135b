//! Commands, functions and errors, each with what it comes to.

mod golden;

use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::*;

/// 2026-10-01 12:00:00 UTC.
const NOON: i64 = 1_790_856_000_000;

fn event(seconds: i64, message: &str) -> Event {
    let at_ms = NOON + seconds * 1_000;
    Event {
        at_ms,
        ingested_ms: at_ms + 5,
        stream: "s".into(),
        log: "1:lab".into(),
        message: message.into(),
        pointer: Pointer::Text(format!("p{seconds}").into()),
    }
}

/// Six invocations of two models, an error and a line that is no JSON.
fn events() -> Vec<Event> {
    let call = |at: i64, model: &str, input: u32, latency: u32| {
        event(
            at,
            &format!(
                r#"{{"modelId":"{model}","input":{{"inputTokenCount":{input},"tags":["a","b{input}"]}},"latency":{latency},"who":"user/{}"}}"#,
                at % 3
            ),
        )
    };
    vec![
        call(0, "opus", 100, 900),
        call(30, "haiku", 10, 120),
        call(61, "opus", 300, 1_500),
        call(90, "haiku", 20, 80),
        call(125, "opus", 200, 1_200),
        event(130, r#"{"modelId":"opus","errorCode":"ThrottlingException"}"#),
        event(140, "START RequestId: 42 user=ana took 17 ms"),
    ]
}

fn ran(query: &str) -> Results {
    let parsed = Query::parse(query).unwrap_or_else(|error| panic!("{query}: {error}\n{}", error.shown_in(query)));
    parsed.run(events(), (NOON, NOON + 600_000), NOON + 700_000, DEFAULT_LIMIT, &AtomicBool::new(false)).unwrap()
}

/// The rows as text, values separated by a bar, `-` for nothing.
fn rows(query: &str) -> Vec<String> {
    let shown = |value: &Value| value.shown().unwrap_or_else(|| "-".to_owned());
    ran(query).rows.iter().map(|(values, _)| values.iter().map(shown).collect::<Vec<_>>().join("|")).collect()
}

fn refused(query: &str) -> (String, String) {
    let error = Query::parse(query).expect_err(query);
    (error.message, query.get(error.span).unwrap_or_default().to_owned())
}

#[test]
fn the_latest_events_are_shown_first() {
    let results = ran("");
    assert_eq!(results.columns, ["@timestamp", "@message"]);
    assert_eq!(results.rows.len(), 7);
    assert_eq!(results.rows[0].0[0].shown().unwrap(), "2026-10-01 12:02:20.000");
    assert_eq!(results.rows[0].1.as_deref(), Some("p140"));
    assert_eq!(rows("fields modelId | limit 3"), ["-", "opus", "opus"]);
    assert_eq!(rows("fields @logStream, @log, @ingestionTime | sort @timestamp asc | limit 1"), ["s|1:lab|2026-10-01 12:00:00.005"]);
}

#[test]
fn filters_compare_numbers_texts_and_patterns() {
    let count = |filter: &str| rows(&format!("filter {filter} | stats count(*) as n")).remove(0).parse::<u32>().unwrap();
    assert_eq!(count("modelId = 'opus'"), 4);
    assert_eq!(count("modelId != 'opus'"), 3, "what has no model is not opus");
    assert_eq!(count("input.inputTokenCount >= 100"), 3);
    assert_eq!(count("input.inputTokenCount > 20 and latency < 1000"), 1);
    assert_eq!(count("modelId = 'haiku' or latency > 1300"), 3);
    assert_eq!(count("not (modelId = 'haiku')"), 5);
    assert_eq!(count("@message like 'Throttling'"), 1);
    assert_eq!(count("@message like /(?i)throttling|start/"), 2);
    assert_eq!(count("@message =~ /user=\\w+ took/"), 1);
    assert_eq!(count("@message not like /opus/"), 3);
    assert_eq!(count("modelId in ['opus', \"sonnet\"]"), 4);
    assert_eq!(count("modelId not in [\"opus\"]"), 3);
    assert_eq!(count("ispresent(errorCode)"), 1);
    assert_eq!(count("input.tags.1 = 'b300'"), 1);
    assert_eq!(count("`input`.inputTokenCount = 20"), 1);
    assert_eq!(count("modelId = 'opus' # the large one\n"), 4);
    assert_eq!(rows("filterIndex modelId = 'opus' | stats count(*)"), ["4"]);
}

#[test]
fn stats_group_and_compute() {
    assert_eq!(rows("stats count(*) as n by modelId | sort n desc"), ["opus|4", "haiku|2", "-|1"]);
    assert_eq!(
        rows("stats sum(input.inputTokenCount), avg(latency) by modelId | sort modelId desc | limit 2"),
        ["opus|600|1200", "haiku|30|100"]
    );
    assert_eq!(rows("stats max(latency) - min(latency) as spread, count(latency) as n"), ["1420|5"]);
    assert_eq!(rows("stats pct(latency, 50) as p50, median(latency) as m, stddev(latency) as s"), ["900|900|571.4543"]);
    assert_eq!(rows("stats count_distinct(who) as people, earliest(modelId) as first, latest(latency) as last"), ["3|opus|1200"]);
    assert_eq!(rows("filter modelId = 'none' | stats count(*) as n, sum(latency) as s"), ["0|-"]);
    assert_eq!(rows("stats count(*) as n by modelId | filter n > 1 | stats sum(n) as all"), ["6"]);
    let columns = ran("stats count(*), avg(latency) by bin(1m)").columns;
    assert_eq!(columns, ["bin(1m)", "count(*)", "avg(latency)"]);
}

#[test]
fn bins_follow_the_event_and_cut_large_counts() {
    let by = |bin: &str| rows(&format!("stats count(*) as n by bin({bin}) as t | sort t asc"));
    assert_eq!(by("1m"), ["2026-10-01 12:00:00.000|2", "2026-10-01 12:01:00.000|2", "2026-10-01 12:02:00.000|3"]);
    assert_eq!(by("300s"), by("60s"), "seconds are cut at 60");
    assert_eq!(by("1h"), ["2026-10-01 12:00:00.000|7"]);
}

#[test]
fn parse_takes_globs_and_regular_expressions() {
    assert_eq!(rows("parse @message 'user=* took * ms' as name, ms | filter ispresent(name) | display name, ms"), ["ana|17"]);
    assert_eq!(rows("parse @message /user=(?<name>\\w+) took (?<ms>\\d+)/ | filter ms > 10 | fields name, ms + 1 as more"), ["ana|18"]);
    assert_eq!(rows("fields who | parse who 'user/*' as id | filter id = 1 | display id, who | limit 1"), ["1|user/1"]);
}

#[test]
fn sort_is_natural_and_dedup_keeps_the_first() {
    assert_eq!(rows("fields latency | filter ispresent(latency) | sort latency desc | limit 2"), ["1500", "1200"]);
    assert_eq!(rows("fields modelId | filter ispresent(modelId) | sort modelId asc, latency desc | limit 3"), ["haiku", "haiku", "opus"]);
    assert_eq!(
        rows("fields modelId, latency | filter ispresent(modelId) | sort @timestamp asc | dedup modelId"),
        ["opus|900", "haiku|120"]
    );
    assert_eq!(rows("fields errorCode | dedup errorCode | limit 9").len(), 7, "what is not there is never the same");
}

#[test]
fn functions_compute() {
    let one = |expr: &str| rows(&format!("fields {expr} as x | limit 1")).remove(0);
    for (expr, wanted) in [
        ("1 + 2 * 3", "7"),
        ("2 ^ 3 ^ 2", "512"),
        ("-2 + 5 % 3", "0"),
        ("1 / 0", "-"),
        ("(1 + 2) * 3 = 9", "1"),
        ("round(2.345, 2)", "2.35"),
        ("floor(-1.5)", "-2"),
        ("greatest(1, 7, 3)", "7"),
        ("abs(-4)", "4"),
        ("toupper(concat('a', 1, 'b'))", "A1B"),
        ("substr('abcdef', 2, 3)", "cde"),
        ("trim('  x ')", "x"),
        ("strlen('héllo')", "5"),
        ("replace('a-b-c', '-', '+')", "a+b+c"),
        ("strcontains('abc', 'b')", "1"),
        ("startsWith('abc', 'ab')", "1"),
        ("base64decode(base64encode('hi'))", "hi"),
        ("urlencode('a b')", "a%20b"),
        ("coalesce(nothing, 'x')", "x"),
        ("if(1 > 2, 'yes', 'no')", "no"),
        ("case(1 > 2, 'a', 2 > 1, 'b', 'c')", "b"),
        ("isNumeric('12')", "1"),
        ("fromMillis(0)", "1970-01-01 00:00:00.000"),
        ("datefloor(@timestamp, 1h)", "2026-10-01 12:00:00.000"),
        ("dateceil(@timestamp, 5m)", "2026-10-01 12:05:00.000"),
        ("now()", "1790856700"),
        ("isempty('')", "1"),
        ("isValidIp('::1')", "1"),
        ("isValidIpV4('::1')", "0"),
        ("isValidIpV6('::1')", "1"),
        ("isValidIp('300.1.1.1')", "0"),
        ("isPrivateIP('172.20.0.9')", "1"),
        ("isPrivateIP('8.8.8.8')", "0"),
        ("isIpInSubnet('10.1.2.3', '10.1.0.0/16')", "1"),
        ("isIpv4InSubnet('10.2.2.3', '10.1.0.0/16')", "0"),
        ("isIpv4InSubnet('10.2.2.3', '10.1.0.0/33')", "0"),
        ("isIpInSubnet('1.2.3.4', '0.0.0.0/0')", "1"),
        ("isIpv6InSubnet('2001:db8::5', '2001:db8::/32')", "1"),
        ("isIpInSubnet('10.1.2.3', '2001:db8::/32')", "0"),
        ("ipv4ToNumber('1.0.0.1')", "16777217"),
        ("hexToDec('0xff')", "255"),
        ("decToHex(255)", "0xff"),
        ("decToHex(-1)", "-0x1"),
        ("decToHex('x')", "-"),
        ("hexToAscii('4869')", "Hi"),
        ("hexToAscii('486')", "-"),
        ("hexToAscii('zz')", "-"),
        ("round(haversine(52.52, 13.405, 48.8566, 2.3522))", "877"),
        ("10 / 4", "2.5"),
        ("1 / 3", "0.3333"),
    ] {
        assert_eq!(one(expr), wanted, "{expr}");
    }
}

#[test]
fn statistics_tell_what_was_looked_at() {
    let statistics = ran("filter modelId = 'opus' | limit 2").statistics;
    assert_eq!((statistics.scanned, statistics.matched), (7, 4));
    assert!(statistics.bytes > 300);
    let cancelled = Query::parse("stats count(*)").unwrap().run(events(), (0, 0), 0, 10, &AtomicBool::new(true));
    assert_eq!(cancelled, Err(Stopped::Cancelled));
}

#[test]
fn errors_say_what_where_and_what_would_be_right() {
    for (query, message, place) in [
        ("fields @timestamp | fliter x = 1", "Did you mean filter?", "fliter"),
        ("stats cuont(*)", "Unknown function cuont. Did you mean count?", "cuont"),
        ("fields count(*)", "belong into stats", "count(*)"),
        ("stats latency", "needs an aggregate", "latency"),
        ("filter a = ", "Expected a field, a number", ""),
        ("filter a like b", "Expected a text in quotes", "b"),
        ("filter a like /(/", "cannot be read", "/(/"),
        ("filter a = 'x", "no closing '", "'x"),
        ("limit 0", "a number from 1 to 100000", "0"),
        ("sort a | stats count(*)", "after the last stats", "sort"),
        ("dedup a | sort a", "Only limit may follow dedup", "sort"),
        ("anomaly", "does not run here", "anomaly"),
        ("parse @message 'a * b *' as x", "2 stars and 1 names", "'a * b *'"),
        ("fields a b", "Expected a | between commands", "b"),
        ("stats count(*) by bin(5 parsecs)", "a comma or a closing )", "parsecs"),
        ("stats count(*) by bin(5parsecs)", "no unit of time", "5parsecs"),
        ("fields round(1, 2, 3)", "round takes 1 to 2 arguments, not 3", "round(1, 2, 3)"),
        ("fields §", "has no meaning here", "§"),
    ] {
        let (found, at) = refused(query);
        assert!(found.contains(message), "{query}: {found}");
        assert_eq!(at, place, "{query}");
    }
    let error = Query::parse("fields a\n| fliter b").unwrap_err();
    assert_eq!(error.shown_in("fields a\n| fliter b"), "| fliter b\n  ^^^^^^");
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let text = "fields round( | filter a = 1 | fliter b | stats count(* by x | limit 5";
    let found: Vec<&str> = Query::check(text).iter().map(|error| &text[error.span.clone()]).collect();
    assert_eq!(found, ["|", "fliter", "by"]);
    assert_eq!(Query::check("fields a | limit 3"), []);
    let text = "filter a = 'x | limit 0";
    assert_eq!(Query::check(text).len(), 2, "a text without an end does not hide what follows");
    let text = "sort a | limit 1 | stats count(*)";
    assert_eq!(Query::check(text).len(), 2);
}

#[test]
fn the_editor_knows_what_the_parts_are() {
    use Highlight as H;
    let text = "fields a.b as c, round(x/2) # why\n| filter m like /a|b/ and n in ['q'] | § 5m";
    let parts: Vec<(&str, H)> = highlight(text).into_iter().map(|(span, kind)| (&text[span], kind)).collect();
    let wanted = [
        ("fields", H::Command),
        ("a.b", H::Field),
        ("as", H::Keyword),
        ("c", H::Field),
        (",", H::Operator),
        ("round", H::Function),
        ("(", H::Operator),
        ("x", H::Field),
        ("/", H::Operator),
        ("2", H::Number),
        (")", H::Operator),
        ("# why", H::Comment),
        ("|", H::Pipe),
        ("filter", H::Command),
        ("m", H::Field),
        ("like", H::Keyword),
        ("/a|b/", H::Regex),
        ("and", H::Keyword),
        ("n", H::Field),
        ("in", H::Keyword),
        ("[", H::Operator),
        ("'q'", H::Text),
        ("]", H::Operator),
        ("|", H::Pipe),
        ("§", H::Error),
        ("5m", H::Number),
    ];
    assert_eq!(parts, wanted);
}

#[test]
fn a_pipeline_says_when_no_later_event_matters() {
    let pushed = |text: &str| {
        let never = AtomicBool::new(false);
        let setting = Setting { window: (0, 1), now_ms: 2, limit: DEFAULT_LIMIT, cancelled: &never };
        let mut pipeline = Query::parse(text).unwrap().pipeline(&setting);
        let mut newest_first = events();
        newest_first.reverse();
        let taken = newest_first.into_iter().take_while(|event| pipeline.push(event.clone()).is_continue()).count();
        (taken + 1, pipeline.finish().unwrap())
    };
    for (text, wanted) in [
        ("filter modelId = 'opus' | limit 2", 3),
        ("sort @timestamp desc | limit 2", 2),
        ("fields modelId as m | display m | limit 1", 1),
        ("filter ispresent(modelId) | dedup modelId | limit 2", 4),
        ("limit any 3", 3),
        ("stats count(*)", 8),
        ("sort latency desc | limit 1", 8),
    ] {
        let (taken, results) = pushed(text);
        assert_eq!(taken, wanted, "{text}");
        assert_eq!(results.statistics.scanned, wanted.min(7) as u64, "{text}");
    }
    assert_eq!(pushed("sort latency desc | limit 1").1.rows[0].1.as_deref(), Some("p61"));
}

/// Runs a query in two parts that are merged, as two threads would.
fn merged(text: &str, mut events: Vec<Event>, cut: usize) -> Results {
    events.sort_by_key(|event| std::cmp::Reverse(event.at_ms));
    let never = AtomicBool::new(false);
    let query = Query::parse(text).unwrap();
    assert!(query.is_mergeable(), "{text}");
    let setting = Setting { window: (0, 1), now_ms: 2, limit: 50, cancelled: &never };
    let (mut newer, mut older) = (query.pipeline(&setting), query.pipeline(&setting));
    for (at, event) in events.into_iter().enumerate() {
        // What can no longer matter may be pushed all the same.
        let _flow = if at < cut { newer.push(event) } else { older.push(event) };
    }
    newer.merge(older);
    newer.finish().unwrap()
}

#[test]
fn parts_of_the_events_can_be_run_apart_and_joined() {
    for text in [
        "",
        "filter ispresent(modelId) | limit 3",
        "filter latency > 100 | fields latency | sort latency asc | limit 2",
        "sort modelId desc",
        "sort @timestamp desc | limit 2",
        "filter ispresent(modelId) | sort @timestamp desc | fields latency | limit 3",
        "stats count(*), sum(latency), avg(latency), min(latency), max(latency), pct(latency, 90), countDistinct(who) by modelId",
        "stats earliest(latency), latest(latency), sortsFirst(modelId), sortsLast(modelId), round(stddev(latency), 6), round(variance(latency), 6)",
        "stats values(modelId), topk(2, modelId), histogram(latency, 500), rate(latency, 1m) by bin(1m)",
        "filter latency > 1 | stats count(*) as n by modelId | sort n desc | limit 1",
    ] {
        let query = Query::parse(text).unwrap();
        let whole = query.run(events(), (0, 1), 2, 50, &AtomicBool::new(false)).unwrap();
        for cut in 0..=7 {
            assert_eq!(merged(text, events(), cut), whole, "{text} cut at {cut}");
        }
    }
    for text in ["dedup modelId", "sort @timestamp desc | dedup modelId", "limit 3 | sort modelId", "unnest a into b"] {
        assert!(!Query::parse(text).unwrap().is_mergeable(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_a_place(text in "[a-z@.|=<>()\\[\\]'\"/*+, 0-9#`-]{0,60}") {
        match Query::parse(&text) {
            Ok(query) => drop(query.run(events(), (0, 1), 2, 10, &AtomicBool::new(false))),
            Err(error) => {
                prop_assert!(error.span.start <= error.span.end && error.span.end <= text.len());
                error.shown_in(&text);
            }
        }
    }

    #[test]
    fn sums_and_counts_are_those_of_a_loop(numbers in prop::collection::vec(-1_000i32..1_000, 0..40)) {
        let events = numbers.iter().enumerate().map(|(at, n)| event(at as i64, &format!(r#"{{"n":{n},"odd":{}}}"#, n % 2 != 0))).collect();
        let query = Query::parse("filter n >= 0 | stats sum(n) as s, count(*) as c, max(n) as m").unwrap();
        let results = query.run(events, (0, 1), 2, 10, &AtomicBool::new(false)).unwrap();
        let kept: Vec<f64> = numbers.iter().filter(|n| **n >= 0).map(|n| f64::from(*n)).collect();
        let row: Vec<Option<f64>> = results.rows[0].0.iter().map(Value::number).collect();
        let sum = (!kept.is_empty()).then(|| kept.iter().sum::<f64>());
        prop_assert_eq!(row, vec![sum, Some(kept.len() as f64), kept.iter().copied().reduce(f64::max)]);
    }
}
