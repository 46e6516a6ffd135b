//! The user guide's tables, and the words of reasons.

use super::*;

const KEEP: Option<AlarmState> = None;
const OK: Option<AlarmState> = Some(AlarmState::Ok);
const ALARM: Option<AlarmState> = Some(AlarmState::Alarm);
const NO_DATA: Option<AlarmState> = Some(AlarmState::InsufficientData);

/// `0` within, `X` beyond, `-` missing, oldest first, as the guide writes them.
fn points(text: &str) -> Vec<Option<bool>> {
    text.split(' ')
        .map(|mark| match mark {
            "0" => Some(false),
            "X" => Some(true),
            _ => None,
        })
        .collect()
}

/// A row of a table: the datapoints, how many must be filled, and the states for missing, ignore, breaching, notBreaching.
type Row = (&'static str, usize, [Option<AlarmState>; 4]);

fn check(to_alarm: usize, periods: usize, table: &[Row]) {
    for (text, filled, states) in table {
        for (missing, wanted) in MissingData::ALL.into_iter().zip(states) {
            let verdict = decide(Rule { to_alarm, periods, missing }, &points(text));
            assert_eq!((verdict.state, verdict.filled), (*wanted, *filled), "{to_alarm} of {periods}: {text}, {missing:?}");
        }
    }
}

#[test]
fn three_of_three_as_the_guide_has_it() {
    check(
        3,
        3,
        &[
            ("0 - X - X", 0, [OK, OK, OK, OK]),
            ("- - - - 0", 2, [OK, OK, OK, OK]),
            ("- - - - -", 3, [NO_DATA, KEEP, ALARM, OK]),
            ("0 X X - X", 0, [ALARM, ALARM, ALARM, ALARM]),
            ("- - X - -", 2, [ALARM, KEEP, ALARM, OK]),
        ],
    );
}

#[test]
fn two_of_three_as_the_guide_has_it() {
    check(
        2,
        3,
        &[
            ("0 - X - X", 0, [ALARM, ALARM, ALARM, ALARM]),
            ("0 0 X 0 X", 0, [ALARM, ALARM, ALARM, ALARM]),
            ("0 - X - -", 1, [OK, OK, ALARM, OK]),
            ("- - - - 0", 2, [OK, OK, ALARM, OK]),
            ("- - - X -", 2, [ALARM, KEEP, ALARM, OK]),
        ],
    );
}

#[test]
fn one_breaching_datapoint_that_is_too_young_changes_nothing() {
    let rule = Rule { to_alarm: 3, periods: 3, missing: MissingData::Missing };
    assert_eq!(decide(rule, &points("- - - - X")), Verdict { state: KEEP, filled: 2 });
    assert_eq!(decide(Rule { to_alarm: 1, periods: 1, ..rule }, &points("- - X")).state, ALARM);
}

#[test]
fn operators_compare_with_a_threshold_or_with_edges() {
    let band = Limits::Band { lower: 2.0, upper: 4.0 };
    let breaching = |comparison: Comparison, limits| [1.0, 2.0, 3.0, 4.0, 5.0].map(|value| comparison.breaches(value, limits));
    let at = Limits::Fixed(3.0);
    assert_eq!(breaching(Comparison::GreaterThanThreshold, at), [false, false, false, true, true]);
    assert_eq!(breaching(Comparison::GreaterThanOrEqualToThreshold, at), [false, false, true, true, true]);
    assert_eq!(breaching(Comparison::LessThanThreshold, at), [true, true, false, false, false]);
    assert_eq!(breaching(Comparison::LessThanOrEqualToThreshold, at), [true, true, true, false, false]);
    assert_eq!(breaching(Comparison::LessThanLowerOrGreaterThanUpperThreshold, band), [true, false, false, false, true]);
    assert_eq!(breaching(Comparison::LessThanLowerThreshold, band), [true, false, false, false, false]);
    assert_eq!(breaching(Comparison::GreaterThanUpperThreshold, band), [false, false, false, false, true]);
    assert!(Comparison::ALL.into_iter().all(|one| Comparison::named(one.name()) == Some(one)));
}

fn told(rule: Rule, comparison: Comparison, checked: &[Checked], state: AlarmState) -> String {
    let verdict = Verdict { state: Some(state), filled: rule.periods - checked.len().min(rule.periods) };
    reason(&Reason { rule, verdict, comparison, before: AlarmState::Ok, checked }, state)
}

#[test]
fn reasons_read_as_cloudwatch_writes_them() {
    let rule = Rule { to_alarm: 1, periods: 1, missing: MissingData::NotBreaching };
    let point = |value, limits, breaches| Checked { at: 1_774_518_120, value, limits, breaches };
    let above = Comparison::GreaterThanThreshold;
    assert_eq!(
        told(rule, above, &[point(1.0, Limits::Fixed(0.0), true)], AlarmState::Alarm),
        "Threshold Crossed: 1 out of the last 1 datapoints [1.0 (26/03/26 09:42:00)] was greater than the threshold (0.0) (minimum 1 datapoint for OK -> ALARM transition)."
    );
    assert_eq!(
        told(rule, above, &[], AlarmState::Ok),
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching]."
    );
    assert_eq!(
        told(Rule { periods: 2, ..rule }, above, &[point(0.5, Limits::Fixed(70.0), false); 2], AlarmState::Ok),
        "Threshold Crossed: 2 datapoints [0.5 (26/03/26 09:42:00), 0.5 (26/03/26 09:42:00)] were not greater than the threshold (70.0)."
    );
    assert_eq!(told(rule, above, &[], AlarmState::InsufficientData), "Insufficient Data: 1 datapoint was unknown.");
    let band = Limits::Band { lower: 1.0, upper: 2.0 };
    assert_eq!(
        told(rule, Comparison::LessThanLowerOrGreaterThanUpperThreshold, &[point(9.0, band, true)], AlarmState::Alarm),
        "Thresholds Crossed: 1 out of the last 1 datapoints [9.0 (26/03/26 09:42:00)] was less than the lower thresholds [1.0] or greater than the upper thresholds [2.0] (minimum 1 datapoint for OK -> ALARM transition)."
    );
}
