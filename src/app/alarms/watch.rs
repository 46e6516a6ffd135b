//! What changed between two looks at the alarms, and how a person is told.

use crate::app::state::NoticeLevel;
use crate::aws::cloudwatch::MetricAlarm;
use crate::lab::alarms::words;
use crate::metrics::alarm::AlarmState;

/// A change of an alarm's state, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// How loud.
    pub level: NoticeLevel,
    /// A few words: which alarm is in which state.
    pub title: String,
    /// The condition, and why.
    pub body: String,
}

/// The changes from `before` to `after`. An alarm that is new, or gone, is not told: that was somebody's doing.
pub fn changes(before: &[MetricAlarm], after: &[MetricAlarm]) -> Vec<Told> {
    let known = |alarm: &&MetricAlarm| before.iter().find(|old| old.arn == alarm.arn).map(|old| (old.state.clone(), old.since));
    let changed = after.iter().filter_map(|alarm| Some((known(&alarm)?, alarm))).filter(|((_, since), alarm)| *since != alarm.since);
    changed.map(|((state, _), alarm)| told(alarm, state == alarm.state)).collect()
}

fn told(alarm: &MetricAlarm, came_back: bool) -> Told {
    let name = &alarm.settings.name;
    let state = AlarmState::named(&alarm.state).unwrap_or(AlarmState::InsufficientData);
    let condition = words::condition(&alarm.settings);
    let title = match state {
        _ if came_back => format!("{name}: changed and is {} again", words::state(state)),
        AlarmState::Alarm => format!("In alarm: {name}"),
        AlarmState::Ok => format!("OK again: {name}"),
        AlarmState::InsufficientData => format!("Insufficient data: {name}"),
    };
    let level = if state == AlarmState::Alarm { NoticeLevel::Warning } else { NoticeLevel::Info };
    Told { level, title, body: format!("{condition}\n{}", alarm.reason) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::timestamp_ms;
    use crate::lab::alarms::recommended::Recommended;

    fn alarm(state: &str, since: i64) -> MetricAlarm {
        MetricAlarm {
            arn: "arn".to_owned(),
            settings: Recommended::Throttles.settings("m"),
            state: state.to_owned(),
            reason: "because".to_owned(),
            since: timestamp_ms(since),
            configured: timestamp_ms(0),
            evaluation: None,
        }
    }

    #[test]
    fn a_change_is_told_once_with_its_condition_and_reason() {
        let told = changes(&[alarm("OK", 1)], &[alarm("ALARM", 2)]);
        assert_eq!((told.len(), told[0].level), (1, NoticeLevel::Warning));
        assert!(told[0].title.starts_with("In alarm: bedrock-") && told[0].body.contains("> 0") && told[0].body.contains("because"));
        assert!(changes(&[alarm("ALARM", 2)], &[alarm("ALARM", 2)]).is_empty());
        assert!(changes(&[], &[alarm("ALARM", 2)]).is_empty());
    }

    #[test]
    fn what_came_and_went_between_two_looks_is_told() {
        let told = changes(&[alarm("OK", 1)], &[alarm("OK", 5)]);
        assert!(told[0].title.contains("changed and is OK again"), "{told:?}");
    }
}
