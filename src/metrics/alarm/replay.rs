//! When an alarm would have fired over data that is there: its rule, run over the past period by period.
//!
//! The service looks every minute, the replay at the end of each period: changes may be told up to a period later than they would have been.

use super::{AlarmState, Comparison, Limits, Rule, SPARE_PERIODS, decide};

/// A stretch of time in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// When the state began, milliseconds since the epoch.
    pub from_ms: i64,
    /// When it became another, or the end of the data.
    pub to_ms: i64,
    /// The state.
    pub state: AlarmState,
}

/// The states that an alarm would have had, oldest first and without gaps between them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replay {
    /// The states in order; empty when the data does not last for a single evaluation.
    pub stretches: Vec<Stretch>,
}

/// What is replayed.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// Start of each period (milliseconds since the epoch, multiples of the period) and its value, ascending; periods without data are left out.
    pub points: &'a [(i64, f64)],
    /// Length of a period, milliseconds.
    pub period_ms: i64,
    /// Start of the data.
    pub from_ms: i64,
    /// End of the data: periods that are not over by then do not count.
    pub to_ms: i64,
}

impl Past<'_> {
    /// The starts of the periods that lie wholly in the data.
    fn periods(&self) -> impl Iterator<Item = i64> {
        let period = self.period_ms.max(1);
        let first = self.from_ms.div_euclid(period) * period + if self.from_ms.rem_euclid(period) == 0 { 0 } else { period };
        let (end, step) = (self.to_ms, period as usize);
        (first..end).step_by(step).filter(move |at| at + period <= end)
    }
}

/// Runs `rule` over the past. `limits` tells what the value of a period is compared with; nothing where there is no band.
pub fn replay(rule: Rule, comparison: Comparison, past: Past<'_>, limits: impl Fn(i64) -> Option<Limits>) -> Replay {
    let mut points = past.points.iter().peekable();
    let mut range: Vec<Option<bool>> = Vec::new();
    let mut replay = Replay::default();
    for at in past.periods() {
        while points.next_if(|(other, _)| *other < at).is_some() {}
        let value = points.peek().filter(|(other, _)| *other == at).map(|(_, value)| *value);
        range.push(value.zip(limits(at)).map(|(value, limits)| comparison.breaches(value, limits)));
        if range.len() >= rule.periods {
            let from = range.len().saturating_sub(rule.periods + SPARE_PERIODS);
            replay.add(at + past.period_ms, decide(rule, &range[from..]).state);
        }
    }
    replay.end(past.to_ms);
    replay
}

impl Replay {
    fn add(&mut self, at_ms: i64, state: Option<AlarmState>) {
        let before = self.stretches.last().map(|stretch| stretch.state);
        // What stays as it is before anything is known has no data.
        let state = state.or(before).unwrap_or(AlarmState::InsufficientData);
        if before != Some(state) {
            self.end(at_ms);
            self.stretches.push(Stretch { from_ms: at_ms, to_ms: at_ms, state });
        }
    }

    fn end(&mut self, at_ms: i64) {
        if let Some(last) = self.stretches.last_mut() {
            last.to_ms = at_ms.max(last.from_ms);
        }
    }

    /// The stretches in alarm.
    pub fn alarms(&self) -> impl Iterator<Item = &Stretch> {
        self.stretches.iter().filter(|stretch| stretch.state == AlarmState::Alarm)
    }

    /// How often the alarm would have fired.
    pub fn fired(&self) -> usize {
        self.alarms().count()
    }

    /// How long it would have been in alarm, milliseconds.
    pub fn in_alarm_ms(&self) -> i64 {
        self.alarms().map(|stretch| stretch.to_ms - stretch.from_ms).sum()
    }

    /// The state at the end of the data.
    pub fn last(&self) -> Option<AlarmState> {
        self.stretches.last().map(|stretch| stretch.state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::alarm::MissingData;
    use AlarmState::{Alarm, InsufficientData, Ok};

    /// `0` within, `X` beyond, `-` missing: one period each, a second long.
    fn points(text: &str) -> Vec<(i64, f64)> {
        let marks = text.split(' ').enumerate().map(|(place, mark)| (place as i64 * 1_000, mark));
        marks.filter(|(_, mark)| *mark != "-").map(|(at, mark)| (at, if mark == "X" { 9.0 } else { 1.0 })).collect()
    }

    fn run(text: &str, to_alarm: usize, periods: usize, missing: MissingData) -> Vec<(i64, AlarmState)> {
        let points = points(text);
        let past = Past { points: &points, period_ms: 1_000, from_ms: 0, to_ms: text.split(' ').count() as i64 * 1_000 };
        let rule = Rule { to_alarm, periods, missing };
        let replay = replay(rule, Comparison::GreaterThanThreshold, past, |_| Some(Limits::Fixed(5.0)));
        replay.stretches.iter().map(|stretch| (stretch.from_ms / 1_000, stretch.state)).collect()
    }

    #[test]
    fn one_of_one_follows_the_values() {
        assert_eq!(run("0 X X 0", 1, 1, MissingData::Missing), [(1, Ok), (2, Alarm), (4, Ok)]);
    }

    #[test]
    fn m_of_n_needs_m_of_the_latest_n() {
        assert_eq!(run("0 0 X 0 X 0 0 0", 2, 3, MissingData::Missing), [(3, Ok), (5, Alarm), (6, Ok)]);
        assert_eq!(run("0 0 X 0 0 X 0 0", 2, 3, MissingData::Missing), [(3, Ok)]);
    }

    /// The user guide's table for 3 of 3: each row is the evaluation range, newest last; the last state is what the row says.
    #[test]
    fn the_guides_table_holds_at_the_end_of_each_row() {
        let rows: [(&str, [AlarmState; 4]); 4] = [
            ("0 - X - X", [Ok, Ok, Ok, Ok]),
            ("- - - - 0", [Ok, Ok, Ok, Ok]),
            ("- - - - -", [InsufficientData, InsufficientData, Alarm, Ok]),
            ("0 X X - X", [Alarm, Alarm, Alarm, Alarm]),
        ];
        for (row, states) in rows {
            for (missing, state) in MissingData::ALL.into_iter().zip(states) {
                assert_eq!(run(row, 3, 3, missing).last().unwrap().1, state, "{row} {missing:?}");
            }
        }
        // A premature alarm: the oldest breaching datapoint is as old as M, and only breaching and missing ones follow.
        assert_eq!(run("- - X - -", 3, 3, MissingData::Missing).last().unwrap().1, Alarm);
        assert_eq!(run("- - X - -", 3, 3, MissingData::Ignore).last().unwrap().1, InsufficientData);
    }

    #[test]
    fn a_gap_ends_an_alarm_as_missing_data_says() {
        let ends = |missing| run("0 X - - - - 0", 1, 1, missing);
        assert_eq!(ends(MissingData::NotBreaching), [(1, Ok), (2, Alarm), (5, Ok)]);
        assert_eq!(ends(MissingData::Missing), [(1, Ok), (2, Alarm), (5, InsufficientData), (7, Ok)]);
        assert_eq!(ends(MissingData::Ignore), [(1, Ok), (2, Alarm), (7, Ok)]);
    }

    #[test]
    fn what_is_not_over_does_not_count_and_times_add_up() {
        let values = points("0 X X 0 X");
        let past = Past { points: &values, period_ms: 1_000, from_ms: 500, to_ms: 4_900 };
        let rule = Rule { to_alarm: 1, periods: 1, missing: MissingData::Missing };
        let replay = replay(rule, Comparison::GreaterThanThreshold, past, |_| Some(Limits::Fixed(5.0)));
        assert_eq!((replay.fired(), replay.in_alarm_ms(), replay.last()), (1, 2_000, Some(Ok)));
        assert_eq!(replay.stretches.last().unwrap().to_ms, 4_900);
    }

    #[test]
    fn without_a_band_there_is_nothing_to_compare_with() {
        let values = points("X X X");
        let past = Past { points: &values, period_ms: 1_000, from_ms: 0, to_ms: 3_000 };
        let rule = Rule { to_alarm: 1, periods: 1, missing: MissingData::Missing };
        let replay = replay(rule, Comparison::GreaterThanUpperThreshold, past, |_| None);
        assert_eq!((replay.fired(), replay.last()), (0, Some(InsufficientData)));
    }
}
