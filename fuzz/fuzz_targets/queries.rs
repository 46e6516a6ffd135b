//! Any text as a Logs Insights query, over any message: read or refused with places, coloured, printed and read again, run; never a panic.
#![no_main]

use std::sync::atomic::AtomicBool;

use libfuzzer_sys::fuzz_target;
use outcrop::insights::{AtHand, Event, Line, Pointer, Query, Setting, highlight};

fuzz_target!(|data: (&str, &str)| {
    let (text, message) = data;
    for error in Query::check(text) {
        assert!(error.span.start <= error.span.end && error.span.end <= text.len());
    }
    highlight(text);
    let Ok(query) = Query::parse(text) else { return };
    // Names that have backticks, which come from texts without an alias, have no other spelling.
    if let Ok(again) = Query::parse(&query.to_string()) {
        assert_eq!(again.to_string(), query.to_string());
    }
    let event = |at_ms: i64, message: &str| Event {
        at_ms,
        ingested_ms: at_ms,
        stream: Line::from_static("s"),
        log: Line::from_static("1:g"),
        message: message.into(),
        pointer: Pointer::None,
    };
    let events = vec![event(2_000, message), event(1_000, r#"{"a":{"b":[1,"x"]},"n":5}"#)];
    let never = AtomicBool::new(false);
    let setting = Setting { window: (0, 5_000), now_ms: 9_000, limit: 10, cancelled: &never };
    if let Ok(results) = query.run_with(events.clone(), &setting, &AtHand(&events)) {
        assert!(results.rows.iter().all(|(values, _)| values.len() == results.columns.len()));
    }
});
