//! The head of the dashboard: its name, the time, period, statistic, zone and refresh.

use egui::{ComboBox, Ui};

use super::plot::reset_zoom;
use crate::app::dashboard::{DashboardCommand, RefreshEvery};
use crate::app::logs::LogsCommand;
use crate::app::settings::ZoneChoice;
use crate::app::{Command, Commands, State};
use crate::base::clock::timestamp_ms;
use crate::metrics::dashboard::LATENCY_STATISTICS;
use crate::metrics::range::{PERIODS, Range, SPANS};
use crate::ui::widgets::{Field, Push, Verdict, choice_of, hint, note, title};
use crate::ui::{format, icons};

/// What the controls keep between frames: a custom range while it is typed.
#[derive(Debug, Default)]
pub struct Controls {
    custom: Option<(String, String)>,
}

impl Controls {
    /// Draws the head.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.horizontal_wrapped(|ui| {
            title(ui, &state.dashboard.board.title);
            self.ranges(ui, state, commands);
            period(ui, state, commands);
            latency(ui, state, commands);
            zone(ui, state, commands);
            refresh(ui, state, commands);
        });
        self.custom_range(ui, state, commands);
        ui.horizontal_wrapped(|ui| status(ui, state, commands));
    }

    fn ranges(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let options = SPANS.map(|(name, span)| (Range::Last(span), name));
        if let Some(range) = choice_of(ui, &state.dashboard.range, &options) {
            commands.send(Command::Dashboard(DashboardCommand::SetRange(range)));
        }
        let custom = matches!(state.dashboard.range, Range::Between(..));
        if ui.add(Push::secondary("Custom").selected(custom || self.custom.is_some())).clicked() {
            self.custom = if self.custom.is_some() { None } else { Some(written(state)) };
        }
    }

    /// Two fields for the ends of the time, in the zone that is shown.
    fn custom_range(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let Some((from, to)) = &mut self.custom else { return };
        let range = read(state, from).zip(read(state, to)).filter(|(from, to)| from < to);
        let wrong = Verdict::error("Write both as 2026-11-23 09:00, the earlier one first");
        let mut done = false;
        ui.horizontal_wrapped(|ui| {
            Field::new("From", from).mono().width(150.0).verdict(range.is_none().then_some(&wrong)).show(ui);
            Field::new("To", to).mono().width(150.0).show(ui);
            if ui.add(Push::primary("Show").enabled(range.is_some())).clicked() {
                commands
                    .send(Command::Dashboard(DashboardCommand::SetRange(range.map_or_else(Range::default, |(a, b)| Range::Between(a, b)))));
                done = true;
            }
            done |= ui.add(Push::quiet("Cancel")).clicked();
        });
        if done {
            self.custom = None;
        }
    }
}

const WRITTEN: &str = "%Y-%m-%d %H:%M";

/// The ends of the shown time as a person writes them.
fn written(state: &State) -> (String, String) {
    let (from, to) = state.dashboard.range.at(state.now.as_millisecond());
    let text = |ms| format::custom(&state.settings, timestamp_ms(ms), WRITTEN);
    (text(from), text(to))
}

/// A moment as a person writes it, milliseconds since the epoch.
fn read(state: &State, text: &str) -> Option<i64> {
    let zone = match state.settings.zone {
        ZoneChoice::Utc => jiff::tz::TimeZone::UTC,
        ZoneChoice::Local => jiff::tz::TimeZone::system(),
    };
    let moment = jiff::civil::DateTime::strptime(WRITTEN, text.trim()).ok()?;
    Some(moment.to_zoned(zone).ok()?.timestamp().as_millisecond())
}

fn menu<T: PartialEq + Copy>(ui: &mut Ui, name: &str, value: T, shown: &str, options: &[(T, String)]) -> Option<T> {
    let mut picked = None;
    let response = ComboBox::from_id_salt(name).selected_text(shown).width(64.0).show_ui(ui, |ui| {
        for (option, words) in options {
            if ui.selectable_label(*option == value, words).clicked() {
                picked = Some(*option);
            }
        }
    });
    response.response.accessible_name(name).on_hover_text(name);
    picked.filter(|picked| *picked != value)
}

fn period(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let auto = state.dashboard.period_at(state.now.as_millisecond());
    let name = |ms: i64| PERIODS.into_iter().find(|(_, period)| *period == ms).map_or("", |(name, _)| name);
    let shown = state.dashboard.period_ms.map_or_else(|| format!("Auto · {}", name(auto)), |ms| name(ms).to_owned());
    let options: Vec<_> = [(None, "Auto".to_owned())].into_iter().chain(PERIODS.map(|(name, ms)| (Some(ms), name.to_owned()))).collect();
    if let Some(period) = menu(ui, "Period", state.dashboard.period_ms, &shown, &options) {
        commands.send(Command::Dashboard(DashboardCommand::SetPeriod(period)));
    }
}

fn latency(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let options = LATENCY_STATISTICS.map(|name| (name, name.to_owned()));
    if let Some(statistic) = menu(ui, "Latency statistic", state.dashboard.latency, state.dashboard.latency, &options) {
        commands.send(Command::Dashboard(DashboardCommand::SetLatency(statistic)));
    }
}

fn zone(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let (words, other) = match state.settings.zone {
        ZoneChoice::Utc => ("UTC", ZoneChoice::Local),
        ZoneChoice::Local => ("Local time", ZoneChoice::Utc),
    };
    if ui.add(Push::secondary(words).tooltip("Switch between UTC and the time of this machine")).clicked() {
        commands.send(Command::SetZone(other));
    }
}

fn refresh(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let every = state.dashboard.refresh;
    let shown = RefreshEvery::ALL.into_iter().find(|(choice, _)| *choice == every).map_or("", |(_, name)| name);
    let shown = if every == RefreshEvery::Off { "No refresh".to_owned() } else { format!("Every {shown}") };
    let options = RefreshEvery::ALL.map(|(choice, name)| (choice, name.to_owned()));
    if let Some(every) = menu(ui, "Automatic refresh", every, &shown, &options) {
        commands.send(Command::Dashboard(DashboardCommand::SetRefresh(every)));
    }
    if ui.add(Push::icon(icons::REFRESH_CW, "Refresh now").tooltip("Fetch everything again (F5)")).clicked() {
        commands.send(Command::Refresh);
    }
}

/// The time that is shown in words, what can be undone, and where to look further.
fn status(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let dashboard = &state.dashboard;
    let (from, to) = dashboard.range.at(state.now.as_millisecond());
    hint(ui, format!("{} to {}", format::moment(&state.settings, timestamp_ms(from)), format::moment(&state.settings, timestamp_ms(to))));
    if dashboard.is_loading() {
        hint(ui, "Fetching…");
    } else if let Some(at) = dashboard.updated_ms {
        hint(ui, format!("Updated {}", format::time(&state.settings, timestamp_ms(at))));
    }
    if !dashboard.zoomed_from.is_empty() && ui.add(Push::secondary("Reset zoom").with_icon(icons::ZOOM_OUT).small()).clicked() {
        reset_zoom(commands);
    }
    if ui.add(Push::quiet("Records of this time").with_icon(icons::TEXT_ALIGN_START).small()).clicked() {
        commands.send(Command::Logs(LogsCommand::ShowRange(dashboard.range)));
    }
    if let Some(problem) = dashboard.models.problem() {
        note(ui, crate::ui::theme::Tone::Error, &problem.what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_range_is_read_as_it_is_written() {
        let mut state = State { now: timestamp_ms(1_795_435_440_000), ..State::default() };
        state.dashboard.range = Range::Last(3_600_000);
        let (from, to) = written(&state);
        assert_eq!((from.as_str(), to.as_str()), ("2026-11-23 11:04", "2026-11-23 12:04"));
        assert_eq!((read(&state, &from), read(&state, " 2026-11-23 12:04 ")), (Some(1_795_431_840_000), Some(1_795_435_440_000)));
        assert_eq!(read(&state, "yesterday"), None);
    }
}
