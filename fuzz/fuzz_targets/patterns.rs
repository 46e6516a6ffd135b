//! Any text as a filter pattern, a reference of a metric filter and an expression of metric math: read or refused with a place, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use outcrop::logs::filter_pattern::{FilterPattern, Reference};
use outcrop::metrics::math;

fuzz_target!(|data: (&str, &str)| {
    let (text, message) = data;
    match FilterPattern::parse(text) {
        Ok(pattern) => {
            pattern.matches(message);
            pattern.values(message);
            if let Ok(reference) = Reference::parse(message) {
                pattern.value(&reference, text);
            }
        }
        Err(error) => assert!(error.span.start <= error.span.end && error.span.end <= text.len()),
    }
    if let Err(error) = math::parse(text) {
        assert!(error.at <= text.len());
    }
});
