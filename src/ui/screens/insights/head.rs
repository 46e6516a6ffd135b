//! The head of the screen: which records, of which time, and how many rows.

use egui::{ComboBox, Ui};

use super::panel::SidePanel;
use super::send;
use crate::app::insights::{InsightsCommand, LIMITS, Limit};
use crate::app::logs::LogsCommand;
use crate::app::{Command, Commands, Remote, State};
use crate::base::clock::timestamp_ms;
use crate::base::text::{count, grouped};
use crate::metrics::range::{Range, SPANS};
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Field, Push, Verdict, choice_of, hint, note, scroll_up_to, title};
use crate::ui::{format, icons};

/// What the head keeps between frames: a custom time while it is typed.
#[derive(Debug, Default)]
pub struct Head {
    custom: Option<(String, String)>,
}

impl Head {
    /// Draws the head.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands, panel: &mut SidePanel, narrow: bool) {
        ui.horizontal_wrapped(|ui| {
            title(ui, "Insights");
            group(ui, state, commands);
            self.times(ui, state, commands);
            limit(ui, state, commands);
            if ui.add(Push::icon(icons::REFRESH_CW, "Load newer records").tooltip("Load newer records (F5)")).clicked() {
                commands.send(Command::Refresh);
            }
            panel.switch(ui, narrow);
        });
        self.custom_time(ui, state, commands);
        if !size::is_low(ui) || state.logs.load.problem.is_some() {
            ui.horizontal_wrapped(|ui| loaded(ui, state));
        }
    }

    fn times(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let options = SPANS.map(|(name, span)| (Range::Last(span), name));
        if let Some(range) = choice_of(ui, &state.logs.range, &options) {
            commands.send(Command::Logs(LogsCommand::SetRange(range)));
        }
        let is_custom = matches!(state.logs.range, Range::Between(..));
        if ui.add(Push::secondary("Custom…").selected(is_custom || self.custom.is_some())).clicked() {
            self.custom = if self.custom.is_some() { None } else { Some(format::ends(&state.settings, &state.logs.range, state.now)) };
        }
    }

    /// Two fields for the ends of the time, in the zone that is shown.
    fn custom_time(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let Some((from, to)) = &mut self.custom else { return };
        let range = format::read_ms(&state.settings, from).zip(format::read_ms(&state.settings, to)).filter(|(from, to)| from < to);
        let wrong = Verdict::error("Write both as 2026-11-23 09:00, the earlier one first");
        let mut done = false;
        ui.horizontal_wrapped(|ui| {
            Field::new("From", from).mono().width(150.0).verdict(range.is_none().then_some(&wrong)).show(ui);
            Field::new("To", to).mono().width(150.0).show(ui);
            if ui.add(Push::primary("Use this time").enabled(range.is_some())).clicked()
                && let Some((from, to)) = range
            {
                commands.send(Command::Logs(LogsCommand::SetRange(Range::Between(from, to))));
                done = true;
            }
            done |= ui.add(Push::quiet("Cancel")).clicked();
        });
        if done {
            self.custom = None;
        }
    }
}

/// The log group, and others to choose from.
fn group(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let name = state.logs.group().unwrap_or("Choose a log group…");
    let shown = crate::base::text::one_line(name, 28);
    let menu = ui.menu_button(shown, |ui| {
        ui.set_min_width(280.0);
        scroll_up_to(320.0).show(ui, |ui| group_choices(ui, state, commands));
    });
    menu.response.on_hover_text(format!("Log group: {name}"));
    if menu.inner.is_some() && matches!(state.logs.groups, Remote::NotAsked) {
        commands.send(Command::Logs(LogsCommand::ListGroups));
    }
}

fn group_choices(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let logs = &state.logs;
    let configured = logs.source.value().and_then(|source| source.group.as_deref());
    let as_configured = configured.map_or("As configured".to_owned(), |group| format!("{group} (configured)"));
    let mut chosen = ui.selectable_label(logs.chosen.is_none(), as_configured).clicked().then_some(None);
    for group in logs.groups.value().into_iter().flatten().filter(|group| Some(group.as_str()) != configured) {
        if ui.selectable_label(logs.chosen.as_ref() == Some(group), group).clicked() {
            chosen = Some(Some(group.clone()));
        }
    }
    if let Some(group) = chosen {
        commands.send(Command::Logs(LogsCommand::ChooseGroup(group)));
        ui.close();
    }
    if logs.groups.is_loading() {
        hint(ui, "Listing log groups…");
    }
    if let Some(problem) = logs.groups.problem() {
        note(ui, Tone::Error, &problem.what);
    }
}

/// Most rows when the query does not say.
fn limit(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Limit(now) = state.insights.limit;
    let words = |limit: u32| format!("{} rows", grouped(u64::from(limit)));
    let menu = ComboBox::from_id_salt("insights-limit").selected_text(words(now)).width(84.0).show_ui(ui, |ui| {
        for limit in LIMITS {
            if ui.selectable_label(limit == now, words(limit)).clicked() {
                send(commands, InsightsCommand::SetLimit(Limit(limit)));
            }
        }
    });
    menu.response.accessible_name("Most rows").on_hover_text(
        "Most rows when the query has no limit. CloudWatch gives 100,000 of a query: more are fetched in slices of the time, which is billed again",
    );
}

/// What is loaded, for queries that run here.
fn loaded(ui: &mut Ui, state: &State) {
    let logs = &state.logs;
    if let Some(problem) = &logs.load.problem {
        note(ui, Tone::Warn, &format!("Records could not be loaded: {}", problem.what));
        return;
    }
    let records = count(logs.store.len() as u64, "record");
    let (from, to) = logs.window(state.now.as_millisecond());
    let moment = |ms| format::custom(&state.settings, timestamp_ms(ms), "%b %d %H:%M");
    let zone = format::zone_name(&state.settings, timestamp_ms(to));
    let loading = if logs.load.running { ", loading more…" } else { "" };
    hint(ui, format!("{} to {} {zone} · {records} loaded{loading}", moment(from), moment(to)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_time_is_read_as_it_is_written() {
        let mut state = State { now: timestamp_ms(1_795_435_440_000), ..State::default() };
        state.logs.range = Range::Last(3_600_000);
        let (from, to) = format::ends(&state.settings, &state.logs.range, state.now);
        assert_eq!((from.as_str(), to.as_str()), ("2026-11-23 11:04", "2026-11-23 12:04"));
        assert_eq!(
            (format::read_ms(&state.settings, &from), format::read_ms(&state.settings, "tomorrow")),
            (Some(1_795_431_840_000), None)
        );
    }
}
