//! One module per place of the rail. Each has a `…Screen` that keeps what only drawing cares for and draws with
//! `ui(&mut self, ui, &State, &mut Commands)`, and a `badge` for its line in the rail.

pub mod alarms;
pub mod calls;
pub mod dashboard;
pub mod insights;
pub mod lab;
pub mod logs;
pub mod playground;
pub mod resources;
mod result_rows;
pub mod sandbox;
pub mod settings;
pub mod start;
pub mod tail;

use egui::Ui;

use crate::app::{Commands, Screen, State};
use crate::ui::icons::{self, Icon};

/// Every screen with what it keeps between frames.
#[derive(Debug, Default)]
pub struct Screens {
    start: start::StartScreen,
    lab: lab::LabScreen,
    playground: playground::PlaygroundScreen,
    dashboard: dashboard::DashboardScreen,
    logs: logs::LogsScreen,
    insights: insights::InsightsScreen,
    tail: tail::TailScreen,
    alarms: alarms::AlarmsScreen,
    resources: resources::ResourcesScreen,
    sandbox: sandbox::SandboxScreen,
    settings: settings::SettingsScreen,
}

impl Screens {
    /// Draws the shown screen.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        match state.screen {
            Screen::Start => self.start.ui(ui, state, commands),
            Screen::Lab => self.lab.ui(ui, state, commands),
            Screen::Playground => self.playground.ui(ui, state, commands),
            Screen::Dashboard => self.dashboard.ui(ui, state, commands),
            Screen::Logs => self.logs.ui(ui, state, commands),
            Screen::Insights => self.insights.ui(ui, state, commands),
            Screen::Tail => self.tail.ui(ui, state, commands),
            Screen::Alarms => self.alarms.ui(ui, state, commands),
            Screen::Resources => self.resources.ui(ui, state, commands),
            Screen::Sandbox => self.sandbox.ui(ui, state, commands),
            Screen::Settings => self.settings.ui(ui, state, commands),
        }
    }
}

/// What the rail says beside a screen's name: a count, progress.
pub fn badge(screen: Screen, state: &State) -> Option<String> {
    match screen {
        Screen::Lab => lab::badge(state),
        Screen::Playground => playground::badge(state),
        Screen::Dashboard => dashboard::badge(state),
        Screen::Logs => logs::badge(state),
        Screen::Tail => tail::badge(state),
        Screen::Alarms => alarms::badge(state),
        Screen::Resources => resources::badge(state),
        Screen::Sandbox => sandbox::badge(state),
        Screen::Start | Screen::Insights | Screen::Settings => None,
    }
}

/// The icon of a screen.
pub fn icon(screen: Screen) -> Icon {
    match screen {
        Screen::Start => icons::PLUG,
        Screen::Lab => icons::SQUARE_CHECK,
        Screen::Playground => icons::MESSAGE_SQUARE,
        Screen::Dashboard => icons::CHART_LINE,
        Screen::Logs => icons::TEXT_ALIGN_START,
        Screen::Insights => icons::SQUARE_TERMINAL,
        Screen::Tail => icons::RADIO,
        Screen::Alarms => icons::BELL,
        Screen::Resources => icons::LAYERS,
        Screen::Sandbox => icons::BOX,
        Screen::Settings => icons::SETTINGS,
    }
}
