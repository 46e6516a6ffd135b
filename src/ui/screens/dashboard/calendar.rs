//! A time of one's own: a calendar to point at days, and two fields for the exact ends.

use egui::{Button, Grid, RichText, Ui, vec2};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::app::dashboard::DashboardCommand;
use crate::app::{Command, Commands, State};
use crate::metrics::range::{DAY_MS, HOUR_MS, MINUTE_MS, Range};
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::{Field, Push, Verdict};
use crate::ui::{format, icons};

/// More spans than the row of buttons has.
const MORE_SPANS: [(&str, i64); 6] = [
    ("15 min", 15 * MINUTE_MS),
    ("30 min", 30 * MINUTE_MS),
    ("6 h", 6 * HOUR_MS),
    ("2 days", 2 * DAY_MS),
    ("2 weeks", 14 * DAY_MS),
    ("30 days", 30 * DAY_MS),
];

/// A time while it is chosen.
#[derive(Debug, Default)]
pub struct Calendar {
    draft: Option<Draft>,
}

#[derive(Debug)]
struct Draft {
    from: String,
    to: String,
    month: Date,
    /// The next day that is clicked is the last one.
    wants_end: bool,
}

impl Calendar {
    /// The button that opens the calendar, and the calendar below it.
    pub fn button(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let custom = matches!(state.dashboard.range, Range::Between(..));
        let response = ui.add(Push::secondary("Custom").with_icon(icons::CALENDAR).selected(custom));
        if response.clicked() {
            self.draft = Some(Draft::of(state));
        }
        egui::Popup::menu(&response).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            ui.set_min_width(292.0);
            let draft = self.draft.get_or_insert_with(|| Draft::of(state));
            if let Some(range) = draft.ui(ui, state) {
                commands.send(Command::Dashboard(DashboardCommand::SetRange(range)));
                ui.close();
            }
        });
    }
}

impl Draft {
    fn of(state: &State) -> Self {
        let (from, to) = format::ends(&state.settings, &state.dashboard.range, state.now);
        let month = format::read_civil(&to).map_or_else(|| state.now.to_zoned(TimeZone::UTC).date(), jiff::civil::DateTime::date);
        Self { from, to, month: month.first_of_month(), wants_end: false }
    }

    /// The time that was decided on.
    fn ui(&mut self, ui: &mut Ui, state: &State) -> Option<Range> {
        let mut chosen = None;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
            for (name, span) in MORE_SPANS {
                if ui.add(Push::secondary(name).small()).clicked() {
                    chosen = Some(Range::Last(span));
                }
            }
        });
        ui.add_space(size::GAP_SMALL);
        self.month(ui);
        ui.add_space(size::GAP_SMALL);
        let range =
            format::read_ms(&state.settings, &self.from).zip(format::read_ms(&state.settings, &self.to)).filter(|(from, to)| from < to);
        let wrong = Verdict::error("Write both as 2026-11-23 09:00, the earlier one first");
        ui.horizontal(|ui| {
            Field::new("From", &mut self.from).mono().width(136.0).show(ui);
            Field::new("To", &mut self.to).mono().width(136.0).show(ui);
        });
        if range.is_none() {
            crate::ui::widgets::note(ui, wrong.tone, &wrong.words);
        }
        // In a row of its own: menus stretch what stands alone.
        ui.horizontal(|ui| {
            if ui.add(Push::primary("Show").enabled(range.is_some())).clicked() {
                chosen = range.map(|(from, to)| Range::Between(from, to));
            }
        });
        chosen
    }

    fn month(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            if ui.add(Push::icon(icons::CHEVRON_LEFT, "Previous month").small()).clicked() {
                self.month = self.month.yesterday().map_or(self.month, Date::first_of_month);
            }
            ui.label(RichText::new(self.month.strftime("%B %Y").to_string()).text_style(text::strong()));
            if ui.add(Push::icon(icons::CHEVRON_RIGHT, "Next month").small()).clicked() {
                self.month = self.month.last_of_month().tomorrow().unwrap_or(self.month);
            }
        });
        Grid::new("days").spacing(vec2(2.0, 2.0)).show(ui, |ui| self.days(ui));
    }

    fn days(&mut self, ui: &mut Ui) {
        let theme = Theme::of(ui);
        for day in ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"] {
            ui.add_sized(
                vec2(38.0, 16.0),
                egui::Label::new(RichText::new(day).text_style(text::axis()).color(theme.text3)).selectable(false),
            );
        }
        ui.end_row();
        let ends = format::read_civil(&self.from).zip(format::read_civil(&self.to)).map(|(from, to)| (from.date(), to.date()));
        let offset = self.month.weekday().to_monday_zero_offset();
        for _ in 0..offset {
            ui.label("");
        }
        for day in 1..=self.month.days_in_month() {
            let Ok(date) = Date::new(self.month.year(), self.month.month(), day) else { continue };
            let inside = ends.is_some_and(|(from, to)| (from..=to).contains(&date));
            let words = RichText::new(day.to_string()).color(if inside { theme.accent.ink } else { theme.text });
            let button = Button::new(words).selected(inside).frame_when_inactive(inside).min_size(vec2(38.0, 24.0));
            if ui.add(button).accessible_name(date.strftime("%e %B %Y").to_string()).clicked() {
                self.point_at(date);
            }
            if (offset + day) % 7 == 0 {
                ui.end_row();
            }
        }
    }

    /// The first click is the first day, the second the last; a last day before the first becomes the first.
    fn point_at(&mut self, date: Date) {
        let first = format::read_civil(&self.from).map(jiff::civil::DateTime::date);
        if self.wants_end && first.is_some_and(|first| date >= first) {
            self.to = format!("{date} 23:59");
            self.wants_end = false;
        } else {
            (self.from, self.to) = (format!("{date} 00:00"), format!("{date} 23:59"));
            self.wants_end = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::timestamp_ms;

    #[test]
    fn a_custom_range_is_read_as_it_is_written() {
        let mut state = State { now: timestamp_ms(1_795_435_440_000), ..State::default() };
        state.dashboard.range = Range::Last(3_600_000);
        let (from, to) = format::ends(&state.settings, &state.dashboard.range, state.now);
        assert_eq!((from.as_str(), to.as_str()), ("2026-11-23 11:04", "2026-11-23 12:04"));
        assert_eq!(
            (format::read_ms(&state.settings, &from), format::read_ms(&state.settings, " 2026-11-23 12:04 ")),
            (Some(1_795_431_840_000), Some(1_795_435_440_000))
        );
        assert_eq!(format::read_ms(&state.settings, "yesterday"), None);
    }

    #[test]
    fn two_days_that_are_pointed_at_are_first_and_last() {
        let state = State { now: timestamp_ms(1_795_435_440_000), ..State::default() };
        let mut draft = Draft::of(&state);
        let day = |day| Date::new(2026, 11, day).unwrap();
        draft.point_at(day(9));
        draft.point_at(day(12));
        assert_eq!((draft.from.as_str(), draft.to.as_str()), ("2026-11-09 00:00", "2026-11-12 23:59"));
        draft.point_at(day(20));
        draft.point_at(day(3));
        assert_eq!((draft.from.as_str(), draft.to.as_str()), ("2026-11-03 00:00", "2026-11-03 23:59"));
    }
}
