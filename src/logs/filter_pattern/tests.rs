//! The documented behaviour, example by example, and what is refused.

use proptest::prelude::*;

use super::*;

fn matches(pattern: &str, message: &str) -> bool {
    FilterPattern::parse(pattern).unwrap_or_else(|e| panic!("{pattern}: {e} at {:?}", e.span)).matches(message)
}

#[track_caller]
fn selects(pattern: &str, messages: &[&str], yes: &[usize]) {
    let found: Vec<usize> = (0..messages.len()).filter(|&i| matches(pattern, messages[i])).collect();
    assert_eq!(found, yes, "{pattern}");
}

const REQUESTS: [&str; 4] =
    ["[ERROR 400] BAD REQUEST", "[ERROR 401] UNAUTHORIZED REQUEST", "[ERROR 419] MISSING ARGUMENTS", "[ERROR 420] INVALID ARGUMENTS"];

#[test]
fn terms_select_by_presence_absence_and_alternative() {
    selects("ERROR", &REQUESTS, &[0, 1, 2, 3]);
    selects("ERROR ARGUMENTS", &REQUESTS, &[2, 3]);
    selects("?BAD ?MISSING", &REQUESTS, &[0, 2]);
    selects("ERROR -ARGUMENTS", &REQUESTS, &[0, 1]);
    selects("-ARGUMENTS", &REQUESTS, &[0, 1]);
    selects("error", &REQUESTS, &[]);
    selects("AUTHORIZED", &REQUESTS, &[1]);
    selects("ERROR -\"BAD REQUEST\"", &REQUESTS, &[1, 2, 3]);
}

#[test]
fn alternatives_beside_other_terms_are_ignored() {
    let messages = ["[INFO] REQUEST FAILED", "[WARN] UNAUTHORIZED REQUEST", "[ERROR] 400 BAD REQUEST", "[ERROR] ARGUMENTS"];
    selects("?ERROR ?ARGUMENTS REQUEST", &messages, &[0, 1, 2]);
    selects("?ERROR -BAD", &messages, &[0, 1, 3]);
}

#[test]
fn phrases_are_exact_and_blank_patterns_match_everything() {
    let messages = ["[ERROR 500] INTERNAL SERVER ERROR", "[ERROR 500] INTERNAL ERROR ON SERVER", "", "say \"hi\" \\ there"];
    selects("\"INTERNAL SERVER ERROR\"", &messages, &[0]);
    selects("\"[ERROR\" SERVER", &messages, &[0, 1]);
    selects(r#""\"hi\" \\""#, &messages, &[3]);
    for everything in ["", "   ", "\" \""] {
        selects(everything, &messages, &[0, 1, 2, 3]);
        assert!(FilterPattern::parse(everything).unwrap().matches_everything());
    }
}

#[test]
fn regular_expressions_follow_the_documented_table() {
    let cases = [
        ("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED", true),
        ("%^[hc]at%", "hat trick", true),
        ("%^[hc]at%", "a hat", false),
        ("%[hc]at$%", "the cat", true),
        ("%colou?r%", "color", true),
        ("%^a{3,5}$%", "aa", false),
        ("%a{3,5}%", "baaab", true),
        ("%gray|grey%", "grey", true),
        ("%^starting|^shutting down%", "shutting down now", true),
        (r"%\[.\]%", "[7]", true),
        (r"%10\.10\.0\.1%", "10010,051", false),
        (r"%10\.10\.0\.1%", "ip 10.10.0.1", true),
        ("%ab*c%", "ac", true),
        ("%ab+c%", "ac", false),
        (r"%^\d+\s\w+$%", "42 is_", true),
        (r"%\d%", "٣", false),
        (r"%^\D$%", "7", false),
        (r"%^[\D]$%", "7", false),
        (r"%^[\d\s]+$%", "4 2", true),
        (r"%key\x3Avalue%", "key:value", true),
        (r"%f\x28\x29%", "f()", true),
        (r"%^[+--]$%", ",", true),
        (r"%^[a[]+$%", "[a[", true),
        (r"%^[^a]$%", "b", true),
    ];
    for (pattern, message, wanted) in cases {
        assert_eq!(matches(pattern, message), wanted, "{pattern} on {message}");
    }
}

const TRAIL: &str = r#"{"eventType":"UpdateTrail","sourceIPAddress":"111.111.111.111","arrayKey":["value","another value"],
    "objectList":[{"name":"a","id":1},{"name":"b","id":2}],"SomeObject":null,"ThisFlag":true,"cluster.name":"c","n":400,"s":"400",
    "x-edge":"hit","quote":"say \"x\""}"#;

#[test]
fn json_selectors_and_comparisons() {
    let cases = [
        ("{ $.eventType = \"UpdateTrail\" }", true),
        ("{ $.eventType = UpdateTrail }", true),
        ("{ $.eventType = Update* }", true),
        ("{ $.eventType = \"*Trail\" }", true),
        ("{ $.eventType = *dateTr* }", true),
        ("{ $.eventType = \"Up*Trail\" }", false),
        ("{ $.eventType = * }", true),
        ("{ $.eventType = %^Upd[a-z]+T% }", true),
        ("{ $.sourceIPAddress != 123.123.* }", true),
        ("{ $.sourceIPAddress != 111.111.* }", false),
        ("{ $.arrayKey[0] = \"value\" }", true),
        ("{ $.arrayKey[1] = \"value\" }", false),
        ("{ $.arrayKey[*] = \"another value\" }", true),
        ("{ $.arrayKey = \"value\" }", false),
        ("{ $.arrayKey != \"value\" }", false),
        ("{ $.objectList[1].id = 2 }", true),
        ("{ $.objectList[*].id > 1 }", true),
        ("{ $.objectList[*].id > 2 }", false),
        ("{ $.* = %^111% }", true),
        ("{ $.['cluster.name'] = \"c\" }", true),
        ("{ $.x-edge = hit }", true),
        ("{ $.SomeObject IS NULL }", true),
        ("{ $.eventType IS NULL }", false),
        ("{ $.SomeObject != \"x\" }", false),
        ("{ $.ThisFlag IS TRUE }", true),
        ("{ $.ThisFlag IS FALSE }", false),
        ("{ $.ThisFlag = true }", false),
        ("{ $.Other NOT EXISTS }", true),
        ("{ $.arrayKey NOT EXISTS }", false),
        ("{ $.Other != 1 }", false),
        ("{ $.n = 400 }", true),
        ("{ $.n = 4e2 }", true),
        ("{ $.n = 4* }", true),
        ("{ $.n = \"400\" }", true),
        ("{ $.n < +4.5e2 }", true),
        ("{ $.n >= 400.0 }", true),
        ("{ $.s = 400 }", true),
        ("{ $.s > 399 }", false),
        (r#"{ $.quote = "say \"x\"" }"#, true),
    ];
    for (pattern, wanted) in cases {
        assert_eq!(matches(pattern, TRAIL), wanted, "{pattern}");
    }
}

#[test]
fn json_compounds_bind_as_documented() {
    let event = r#"{"user":{"id":1,"email":"John.Stiles@example.com"},"users":[{"id":2,"email":"John.Doe@example.com"}],
        "actions":["GET","PUT","DELETE"],"coordinates":[[0,1,2],[4,5,6]]}"#;
    let cases = [
        ("{ ($.user.id = 1) && ($.users[0].email = \"John.Doe@example.com\") }", true),
        ("{ ($.user.id = 2 && $.users[0].email = \"nonmatch\") || $.actions[2] = \"GET\" }", false),
        ("{ $.user.email = \"John.Stiles@example.com\" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }", true),
        ("{ ($.user.email = \"John.Stiles@example.com\" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }", false),
        ("{($.coordinates[1][2]=6)&&(($.user.id>0))}", true),
    ];
    for (pattern, wanted) in cases {
        assert_eq!(matches(pattern, event), wanted, "{pattern}");
    }
}

#[test]
fn events_that_are_not_json_objects_never_match_json_patterns() {
    for message in ["", "plain", "[1]", "{broken", "2024 {\"a\":1}"] {
        assert!(!matches("{ $.a NOT EXISTS }", message), "{message}");
    }
}

const ACCESS: [&str; 3] = [
    r#"127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534"#,
    r#"127.0.0.1 - frank [10/Oct/2000:13:35:22 -0700] "GET /apache_pb.gif HTTP/1.0" 500 5324"#,
    r#"10.1.2.3 - frank [10/Oct/2000:13:50:35 -0700] "GET /apache_pb.gif HTTP/1.0" 200 4355"#,
];

#[test]
fn space_delimited_fields_are_counted_and_compared() {
    selects("[ip, user, username, timestamp, request, status_code, bytes > 1000]", &ACCESS, &[0, 1, 2]);
    selects("[ip, user, username, timestamp, request, status_code = 200, bytes]", &ACCESS, &[2]);
    selects("[ip, user, username, timestamp, request = *html*, status_code = 4*, bytes]", &ACCESS, &[0]);
    selects("[..., request=*.html*, status_code=4*,]", &ACCESS, &[0]);
    selects("[..., status_code = 4* || status_code = 5*, bytes]", &ACCESS, &[0, 1]);
    selects("[..., status_code != 500 && status_code >= 201, bytes]", &ACCESS, &[0]);
    selects(r"[ip=%127\.0\.0\.[1-9]%, user, ..., bytes]", &ACCESS, &[0, 1]);
    selects("[ip, ...]", &ACCESS, &[0, 1, 2]);
    selects("[ip, user]", &ACCESS, &[]);
    selects("[..., timestamp=\"10/Oct/2000:13:50*\", request, status, bytes]", &ACCESS, &[2]);
    selects("[w1=ERROR, w2]", &["ERROR WARN message", "ERROR message", "WARN message"], &[1]);
    selects("[a, b]", &["one [open", "\"x y\" z", "single", ""], &[0, 1]);
}

#[test]
fn what_is_not_documented_is_refused_with_its_place() {
    let cases = [
        ("status: 500", 6..7, "Invalid character(s) in term ':'"),
        ("err-or", 3..4, "Invalid character(s) in term '-'"),
        ("\"\"", 0..2, "Invalid character(s) in term '\"\"'"),
        ("\"open", 0..5, "A double quote is not closed"),
        ("ERROR -", 7..7, "The filter pattern ends too early"),
        ("%open", 0..5, "A regular expression is not closed"),
        ("%%", 1..1, "A regular expression is empty"),
        ("%a(b)%", 2..3, "Invalid character(s) in term '('"),
        ("%é%", 1..3, "Invalid character(s) in term 'é'"),
        (r"%\p%", 1..3, r"Invalid character(s) in term '\p'"),
        ("%a{3,%", 1..5, "A regular expression is not valid"),
        ("%a% b", 4..5, "Unexpected 'b'"),
        ("{ $.a = 1", 0..9, "If a filter pattern starts with '{' it must end with '}'"),
        ("{ $a = 1 }", 3..4, "Unexpected 'a'"),
        ("{ $[0] = 1 }", 3..4, "Unexpected '['"),
        ("{ $.\"a\" = 1 }", 4..5, "Unexpected '\"'"),
        ("{ $.a[x] = 1 }", 6..7, "Unexpected 'x'"),
        ("{ $.a EXISTS }", 6..7, "Unexpected 'E'"),
        ("{ $.a IS NOT NULL }", 9..10, "Unexpected 'N'"),
        ("{ $.a > b }", 8..9, "Only numbers can be compared by size"),
        ("{ $.a = a@b }", 9..10, "Unexpected '@'"),
        ("{ $.*[*] = 1 }", 2..8, "A property selector has more than one wildcard"),
        ("{ $.a = 1 } x }", 12..13, "Unexpected 'x'"),
        ("[a, ..., b, ...]", 12..15, "The filter pattern has more than one ellipsis"),
        ("[a, b", 0..5, "If a filter pattern starts with '[' it must end with ']'"),
        ("[a = 1 && b > 2]", 10..11, "Conditions joined by && or || must be about the same field, 'a'"),
    ];
    for (pattern, span, message) in cases {
        let error = FilterPattern::parse(pattern).expect_err(pattern);
        assert_eq!((error.span, error.message.as_str()), (span, message), "{pattern}");
        assert!(!error.expected.is_empty(), "{pattern}");
    }
}

#[test]
fn limits_hold() {
    assert!(FilterPattern::parse("{ $.a[*] = 1 || $.b[*] = 1 || $.*.c = 1 }").is_ok());
    assert!(FilterPattern::parse("{ $.a[*] = 1 || $.b[*] = 1 || $.*.c = 1 || $.d[*] = 1 }").is_err());
    assert!(FilterPattern::parse("[a=%x%, b=%y%]").is_ok());
    assert!(FilterPattern::parse("[a=%x%, b=%y%, c=%z%]").is_err());
    assert!(FilterPattern::parse(&"a".repeat(MAX_PATTERN_CHARS)).is_ok());
    assert_eq!(FilterPattern::parse(&"a".repeat(MAX_PATTERN_CHARS + 1)).unwrap_err().span, 1024..1025);
    let deep = |n: usize| format!("{{ {}$.a = 1{} }}", "(".repeat(n), ")".repeat(n));
    assert!(FilterPattern::parse(&deep(32)).is_ok());
    assert!(FilterPattern::parse(&deep(33)).is_err());
    assert!(FilterPattern::parse("%[a-z]{900}{900}%").is_err());
}

proptest! {
    #[test]
    fn no_text_panics(pattern in ".{0,60}", message in ".{0,60}") {
        if let Ok(parsed) = FilterPattern::parse(&pattern) {
            parsed.matches(&message);
        }
    }

    #[test]
    fn errors_point_into_the_pattern(pattern in r#"[\{\[%"?-]?[a-z$.'"*=<>!&|()\[\]{}%\\, 0-9é]{0,40}[\}\]%"]?"#, message in ".{0,40}") {
        match FilterPattern::parse(&pattern) {
            Ok(parsed) => { parsed.matches(&message); }
            Err(error) => prop_assert!(pattern.get(error.span.clone()).is_some(), "{:?} in {:?}", error, pattern),
        }
    }

    #[test]
    fn a_quoted_message_matches_itself(message in "[^\"\\\\]{1,40}") {
        let pattern = format!("\"{message}\"");
        prop_assert!(matches(&pattern, &message));
    }
}
