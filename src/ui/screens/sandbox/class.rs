//! The class and the clock.

use std::time::Duration;

use egui::Ui;

use super::{busy, perform};
use crate::app::sandbox::{LARGEST_CLASS, SPEEDS, SandboxDeed, SandboxView, USUAL_CLASS};
use crate::app::{Command, Commands, Screen, State};
use crate::base::text::count;
use crate::ui::format::moment;
use crate::ui::icons;
use crate::ui::widgets::{Card, KeyValues, Push, body, choice_of, hint};

/// Sizes of a class on offer.
const SIZES: [(u32, &str); 6] = [(0, "Nobody"), (5, "5"), (10, "10"), (USUAL_CLASS, "25"), (40, "40"), (LARGEST_CLASS, "60")];

/// The classmates.
pub fn people(ui: &mut Ui, state: &State, view: &SandboxView, commands: &mut Commands) {
    let subtitle =
        if view.people == 0 { "you are alone here".to_owned() } else { format!("{} at work", count(view.people.into(), "classmate")) };
    Card::new("Class").subtitle(&subtitle).show(ui, |ui| {
        body(ui, "People with habits of their own who ask models, send documents and make mistakes. Two weeks of metrics are there at once, live traffic from then on");
        ui.add_enabled_ui(busy(state).is_none(), |ui| {
            if let Some(people) = choice_of(ui, &view.people, &SIZES) {
                perform(commands, SandboxDeed::SetPeople(people));
            }
        });
        if view.people > 0 {
            ui.horizontal_wrapped(|ui| {
                if ui.add(Push::quiet("Look at their traffic").with_icon(icons::CHART_LINE).small()).clicked() {
                    commands.send(Command::Go(Screen::Dashboard));
                }
                if ui.add(Push::quiet("Read their records").with_icon(icons::TEXT_ALIGN_START).small()).clicked() {
                    commands.send(Command::Go(Screen::Logs));
                }
            });
        }
    });
}

/// The clock.
pub fn time(ui: &mut Ui, state: &State, view: &SandboxView, commands: &mut Commands) {
    Card::new("Time").subtitle(&ahead(view.ahead_ms)).show(ui, |ui| {
        let mut facts = KeyValues::new(ui, 92.0);
        facts.row("It is there", &moment(&state.settings, state.now));
        ui.horizontal_wrapped(|ui| {
            let speed = view.speed as u32;
            let offers = SPEEDS.map(|speed| (speed, format!("{speed}x")));
            let offers: Vec<(u32, &str)> = offers.iter().map(|(speed, words)| (*speed, words.as_str())).collect();
            if let Some(speed) = choice_of(ui, &speed, &offers) {
                perform(commands, SandboxDeed::SetSpeed(speed));
            }
            for (words, by) in [("+1 hour", Duration::from_hours(1)), ("+1 day", Duration::from_hours(24))] {
                let push = Push::secondary(words).with_icon(icons::SKIP_FORWARD).blocked_by(busy(state));
                if ui.add(push.tooltip("Let this time pass at once: alarms and classmates do on the way what is theirs")).clicked() {
                    perform(commands, SandboxDeed::Leap(by));
                }
            }
        });
        hint(ui, "At 60x a day passes in 24 minutes. Time never goes back, except with a kept state");
    });
}

fn ahead(ms: i64) -> String {
    let minutes = ms / 60_000;
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        (0, 0, 0) => "as on this machine".to_owned(),
        (0, 0, minutes) => format!("{minutes} min ahead of this machine"),
        (0, hours, minutes) => format!("{hours} h {minutes} min ahead of this machine"),
        (days, hours, _) => format!("{} {hours} h ahead of this machine", count(days as u64, "day")),
    }
}

#[cfg(test)]
mod tests {
    use super::ahead;

    #[test]
    fn a_lead_is_told_in_two_units_at_most() {
        assert_eq!(ahead(59_999), "as on this machine");
        assert_eq!(ahead(5 * 60_000), "5 min ahead of this machine");
        assert_eq!(ahead(125 * 60_000), "2 h 5 min ahead of this machine");
        assert_eq!(ahead(25 * 3_600_000), "1 day 1 h ahead of this machine");
    }
}
