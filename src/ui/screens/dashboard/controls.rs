//! The head of the dashboard: which one, the time, period, statistic, zone and refresh.

use egui::{ComboBox, Label, RichText, Ui};

use super::calendar::Calendar;
use super::manage::Manage;
use super::plot::reset_zoom;
use crate::app::dashboard::{BoardId, DashboardCommand, RefreshEvery};
use crate::app::logs::LogsCommand;
use crate::app::settings::ZoneChoice;
use crate::app::{Command, Commands, State};
use crate::base::clock::timestamp_ms;
use crate::metrics::dashboard::CHOSEN_STATISTICS;
use crate::metrics::range::{PERIODS, Range, SPANS};
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Chip, Push, choice_of, note};
use crate::ui::{format, icons};

/// From this width in points on, everything stands in one row.
const ONE_ROW: f32 = 1_130.0;

/// What the controls keep between frames.
#[derive(Debug, Default)]
pub struct Controls {
    calendar: Calendar,
}

fn send(commands: &mut Commands, command: DashboardCommand) {
    commands.send(Command::Dashboard(command));
}

impl Controls {
    /// Draws the head.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, manage: &mut Manage, commands: &mut Commands) {
        if ui.available_width() >= ONE_ROW {
            ui.horizontal(|ui| {
                manage.chooser(ui, state, commands);
                kind(ui, state);
                let width = ui.available_width();
                let used = ui.ctx().data(|data| data.get_temp::<f32>(egui::Id::unique("dashboard-time-width"))).unwrap_or(width);
                ui.add_space((width - used).max(0.0));
                let shown = ui.horizontal(|ui| self.time(ui, state, commands)).response.rect.width();
                ui.ctx().data_mut(|data| data.insert_temp(egui::Id::unique("dashboard-time-width"), shown));
            });
        } else {
            ui.horizontal_wrapped(|ui| {
                manage.chooser(ui, state, commands);
                kind(ui, state);
            });
            ui.horizontal_wrapped(|ui| self.time(ui, state, commands));
        }
        ui.horizontal_wrapped(|ui| status(ui, state, manage, commands));
    }

    fn time(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.spacing_mut().item_spacing.x = 6.0;
        let options = SPANS.map(|(name, span)| (Range::Last(span), name));
        if let Some(range) = choice_of(ui, &state.dashboard.range, &options) {
            send(commands, DashboardCommand::SetRange(range));
        }
        self.calendar.button(ui, state, commands);
        period(ui, state, commands);
        statistic(ui, state, commands);
        zone(ui, state, commands);
        refresh(ui, state, commands);
    }
}

/// Whose dashboard it is.
fn kind(ui: &mut Ui, state: &State) {
    let words = match state.dashboard.shelf.shown {
        BoardId::BuiltIn(_) => "Automatic dashboard",
        BoardId::Mine(_) => "Your dashboard",
        BoardId::Published(_) => "In CloudWatch",
    };
    ui.add(Chip::new(Tone::Neutral, words));
}

fn menu<T: PartialEq + Copy>(ui: &mut Ui, name: &str, value: T, shown: &str, width: f32, options: &[(T, String)]) -> Option<T> {
    let mut picked = None;
    let response = ComboBox::from_id_salt(name).selected_text(shown).width(width).height(360.0).show_ui(ui, |ui| {
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
    let shown = state.dashboard.period_ms.map_or_else(|| format!("Auto · {}", name(auto)), |_| name(auto).to_owned());
    let options: Vec<_> = [(None, "Auto".to_owned())].into_iter().chain(PERIODS.map(|(name, ms)| (Some(ms), name.to_owned()))).collect();
    if let Some(period) = menu(ui, "Period", state.dashboard.period_ms, &shown, 92.0, &options) {
        send(commands, DashboardCommand::SetPeriod(period));
    }
}

fn statistic(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let options = CHOSEN_STATISTICS.map(|name| (name, name.to_owned()));
    if let Some(statistic) = menu(ui, "Latency statistic", state.dashboard.statistic, state.dashboard.statistic, 86.0, &options) {
        send(commands, DashboardCommand::SetStatistic(statistic));
    }
}

fn zone(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let (words, other) = match state.settings.zone {
        ZoneChoice::Utc => ("UTC", ZoneChoice::Local),
        ZoneChoice::Local => ("Local", ZoneChoice::Utc),
    };
    if ui.add(Push::secondary(words).tooltip("Switch between UTC and the time of this machine")).clicked() {
        commands.send(Command::SetZone(other));
    }
}

fn refresh(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let every = state.dashboard.refresh;
    let name = RefreshEvery::ALL.into_iter().find(|(choice, _)| *choice == every).map_or("", |(_, name)| name);
    let shown = if every == RefreshEvery::Off { "Paused".to_owned() } else { format!("Every {name}") };
    let options = RefreshEvery::ALL.map(|(choice, name)| (choice, name.to_owned()));
    if let Some(every) = menu(ui, "Automatic refresh", every, &shown, 88.0, &options) {
        send(commands, DashboardCommand::SetRefresh(every));
    }
    if ui.add(Push::icon(icons::REFRESH_CW, "Refresh now").tooltip("Fetch everything again (F5)")).clicked() {
        commands.send(Command::Refresh);
    }
}

/// The time that is shown in words, what can be undone, and what can be done with the dashboard.
fn status(ui: &mut Ui, state: &State, manage: &mut Manage, commands: &mut Commands) {
    let dashboard = &state.dashboard;
    let (from, to) = dashboard.range.at(state.now.as_millisecond());
    quiet_words(ui, &span_words(state, from, to));
    if dashboard.is_loading() {
        quiet_words(ui, "· Fetching…");
    } else if let Some(at) = dashboard.updated_ms {
        quiet_words(ui, &format!("· Updated {}", format::time(&state.settings, timestamp_ms(at))));
    }
    if !dashboard.zoomed_from.is_empty() && ui.add(Push::secondary("Reset zoom").with_icon(icons::ZOOM_OUT).small()).clicked() {
        reset_zoom(commands);
    }
    ui.add_space(size::GAP);
    if ui.add(Push::quiet("Records of this time").with_icon(icons::TEXT_ALIGN_START).small()).clicked() {
        commands.send(Command::Logs(LogsCommand::ShowRange(dashboard.range)));
    }
    manage.actions(ui, state, commands);
    if let Some(problem) = dashboard.listed.problem() {
        note(ui, Tone::Error, &problem.what);
    }
}

fn quiet_words(ui: &mut Ui, words: &str) {
    ui.add(Label::new(RichText::new(words).small().color(Theme::of(ui).text3)));
}

/// `2026-11-23 09:04 to 12:04 UTC`: the day once where both are of it.
fn span_words(state: &State, from: i64, to: i64) -> String {
    let text = |ms, format| format::custom(&state.settings, timestamp_ms(ms), format);
    let same_day = text(from, "%F") == text(to, "%F");
    let end = if same_day { text(to, "%H:%M %Z") } else { text(to, "%F %H:%M %Z") };
    format!("{} to {end}", text(from, "%F %H:%M"))
}
