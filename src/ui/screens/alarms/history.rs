//! What happened to an alarm: its states as a timeline, and each change with its reason.

use egui::{RichText, Ui};

use super::look;
use crate::app::State;
use crate::app::alarms::Past;
use crate::aws::cloudwatch::{HistoryItem, MetricAlarm};
use crate::metrics::alarm::AlarmState;
use crate::metrics::alarm::replay::Stretch;
use crate::ui::format;
use crate::ui::icons;
use crate::ui::theme::{Theme, text};
use crate::ui::widgets::{caption, hint, strong};

/// Changes that are shown.
const SHOWN: usize = 60;

/// The states between `from_ms` and `to_ms`, from the history and from what the alarm is now.
pub fn stretches(alarm: &MetricAlarm, past: &Past, from_ms: i64, to_ms: i64) -> Vec<Stretch> {
    let state = |name: &str| AlarmState::named(name).unwrap_or(AlarmState::InsufficientData);
    // Oldest first: a history that is cut off begins with the state before its oldest change.
    let mut changes: Vec<(i64, AlarmState, AlarmState)> = past
        .history
        .iter()
        .filter_map(|item| item.states().map(|(old, new)| (item.at.as_millisecond(), state(&old), state(&new))))
        .collect();
    changes.reverse();
    let created = past.history.iter().rev().find(|item| item.summary.ends_with("created")).map(|item| item.at.as_millisecond());
    let first = changes.first().map_or_else(|| state(&alarm.state), |change| change.1);
    let mut stretches = vec![Stretch { from_ms: created.unwrap_or(i64::MIN), to_ms, state: first }];
    for (at, _, new) in changes {
        if let Some(last) = stretches.last_mut() {
            last.to_ms = at;
        }
        stretches.push(Stretch { from_ms: at, to_ms, state: new });
    }
    let clipped = stretches.into_iter().map(|s| Stretch { from_ms: s.from_ms.max(from_ms), to_ms: s.to_ms.min(to_ms), ..s });
    clipped.filter(|stretch| stretch.from_ms < stretch.to_ms).collect()
}

/// Draws the list.
pub fn ui(ui: &mut Ui, state: &State, past: &Past) {
    if past.history.is_empty() {
        caption(ui, "Nothing has happened yet");
        return;
    }
    for item in past.history.iter().take(SHOWN) {
        entry(ui, state, item);
    }
    if past.history.len() > SHOWN {
        hint(ui, format!("and {} older entries", past.history.len() - SHOWN));
    }
}

fn entry(ui: &mut Ui, state: &State, item: &HistoryItem) {
    let theme = Theme::of(ui);
    let states = item.states();
    let (icon, ink) = match (&states, item.kind.as_str()) {
        (Some((_, new)), _) => {
            let (tone, icon, _) = look(new);
            (icon, theme.tone(tone).ink)
        }
        (None, "Action") if item.summary.starts_with("Failed") => (icons::CIRCLE_X, theme.error.ink),
        (None, "Action") => (icons::SEND, theme.text2),
        _ => (icons::PENCIL, theme.text3),
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let when = format::custom(&state.settings, item.at, "%b %d %H:%M:%S");
        ui.label(RichText::new(when).text_style(text::mono_small()).color(theme.text3))
            .on_hover_text(format::moment(&state.settings, item.at));
        icons::icon_sized(ui, icon, 14.0, ink);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            match &states {
                Some((old, new)) => {
                    let words = format!("{} to {}", look(old).2, look(new).2.to_lowercase().replace("ok", "OK"));
                    strong(ui, words);
                }
                None => {
                    strong(ui, format::masked(&state.settings, &item.summary));
                }
            }
            if let Some(reason) = item.reason() {
                caption(ui, format::masked(&state.settings, &reason));
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::timestamp_ms;
    use crate::lab::alarms::recommended::Recommended;

    fn change(at: i64, old: &str, new: &str) -> HistoryItem {
        let data = format!(r#"{{"oldState":{{"stateValue":"{old}"}},"newState":{{"stateValue":"{new}"}}}}"#);
        HistoryItem { at: timestamp_ms(at), kind: "StateUpdate".to_owned(), summary: String::new(), data }
    }

    #[test]
    fn the_timeline_follows_the_changes_and_begins_when_the_alarm_was_made() {
        let created = HistoryItem {
            at: timestamp_ms(100),
            kind: "ConfigurationUpdate".to_owned(),
            summary: "Alarm \"x\" created".to_owned(),
            data: String::new(),
        };
        let past = Past { history: vec![change(300, "OK", "ALARM"), change(200, "INSUFFICIENT_DATA", "OK"), created], ..Past::default() };
        let alarm = MetricAlarm {
            arn: String::new(),
            settings: Recommended::Throttles.settings("m"),
            state: "ALARM".to_owned(),
            reason: String::new(),
            since: timestamp_ms(300),
            configured: timestamp_ms(100),
            evaluation: None,
        };
        let seen: Vec<_> = stretches(&alarm, &past, 0, 400).iter().map(|s| (s.from_ms, s.to_ms, s.state)).collect();
        assert_eq!(seen, [(100, 200, AlarmState::InsufficientData), (200, 300, AlarmState::Ok), (300, 400, AlarmState::Alarm)]);
        let cut = stretches(&alarm, &past, 250, 400);
        assert_eq!((cut[0].from_ms, cut[0].state), (250, AlarmState::Ok));
        let nothing = stretches(&alarm, &Past::default(), 0, 400);
        assert_eq!((nothing.len(), nothing[0].state), (1, AlarmState::Alarm));
    }
}
