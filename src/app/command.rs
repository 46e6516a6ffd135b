//! What a person can do. Menus, buttons, shortcuts and the command palette are built from this one vocabulary.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::alarms::AlarmsCommand;
use super::dashboard::DashboardCommand;
use super::insights::InsightsCommand;
use super::lab::LabCommand;
use super::logs::LogsCommand;
use super::playground::PlaygroundCommand;
use super::resources::ResourcesCommand;
use super::sandbox::{SandboxCommand, SandboxDeed, USUAL_CLASS};
use super::settings::{ThemeChoice, ZoneChoice};
use super::state::Screen;
use super::tail::TailCommand;
use crate::aws::Environment;

/// Something a person can do.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Show a screen.
    Go(Screen),
    /// Open the sandbox.
    UseSandbox,
    /// Open another place to work.
    Connect(Environment),
    /// Look for profiles and variables again.
    FindProfiles,
    /// Fetch what the screen shows again.
    Refresh,
    /// Choose a theme.
    SetTheme(ThemeChoice),
    /// Between dark and light.
    ToggleTheme,
    /// Set the zoom; 1.0 is 100 %.
    SetZoom(f32),
    /// Larger.
    ZoomIn,
    /// Smaller.
    ZoomOut,
    /// 100 %.
    ZoomReset,
    /// Choose the time zone of everything shown.
    SetZone(ZoneChoice),
    /// Hide or show account ids.
    ToggleMask,
    /// Larger text and masked accounts, for a projector.
    TogglePresenter,
    /// Open or close the command palette.
    TogglePalette,
    /// Open or close the list of shortcuts.
    ToggleHelp,
    /// Open or close the list of notices.
    ToggleNotices,
    /// Open or close the Calls drawer.
    ToggleCalls,
    /// Close whatever lies on top.
    CloseOverlay,
    /// A toast was dismissed or had its time.
    NoticeSeen(u64),
    /// Forget all notices.
    ClearNotices,
    /// Delete local copies of prompts and bodies.
    ForgetLocalCopies,
    /// Close the window.
    Quit,
    /// In the lab.
    Lab(LabCommand),
    /// In the playground.
    Playground(PlaygroundCommand),
    /// On the dashboard.
    Dashboard(DashboardCommand),
    /// In the log viewer.
    Logs(LogsCommand),
    /// In the queries.
    Insights(InsightsCommand),
    /// In Live Tail.
    Tail(TailCommand),
    /// In the alarms.
    Alarms(AlarmsCommand),
    /// In the resources.
    Resources(ResourcesCommand),
    /// In the sandbox as a whole.
    Sandbox(SandboxCommand),
}

/// Where drawing puts the commands of a pass.
#[derive(Debug, Default)]
pub struct Commands(Vec<Command>);

impl Commands {
    /// Something was done.
    pub fn send(&mut self, command: Command) {
        self.0.push(command);
    }

    /// All commands of the pass, in order.
    pub fn take(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.0)
    }
}

/// How a command presents itself: its name, what it does in a sentence, and its shortcut.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// Short name, sentence case.
    pub text: &'static str,
    /// What it does, one sentence without full stop.
    pub tooltip: &'static str,
    /// Its shortcut on the keyboard.
    pub shortcut: Option<KeyboardShortcut>,
}

#[expect(clippy::unnecessary_wraps, reason = "the arms of `face` are of one type")]
const fn face(text: &'static str, tooltip: &'static str) -> Option<Face> {
    Some(Face { text, tooltip, shortcut: None })
}

#[expect(clippy::unnecessary_wraps, reason = "the arms of `face` are of one type")]
const fn keyed(text: &'static str, tooltip: &'static str, modifiers: Modifiers, key: Key) -> Option<Face> {
    Some(Face { text, tooltip, shortcut: Some(KeyboardShortcut::new(modifiers, key)) })
}

impl Command {
    /// How the command presents itself; `None` for those that only make sense with data from a screen.
    pub fn face(&self) -> Option<Face> {
        const CMD: Modifiers = Modifiers::COMMAND;
        match self {
            Self::Go(screen) => screen_face(*screen),
            Self::UseSandbox => face("Use the sandbox", "Work in the embedded AWS: no account, no network, nothing to pay"),
            Self::FindProfiles => face("Look for profiles again", "Read the AWS configuration files and variables again"),
            Self::Refresh => keyed("Refresh", "Fetch what this screen shows again", Modifiers::NONE, Key::F5),
            Self::ToggleTheme => keyed("Switch theme", "Between dark and light", CMD.plus(Modifiers::SHIFT), Key::L),
            Self::ZoomIn => keyed("Zoom in", "Make everything larger", CMD, Key::Plus),
            Self::ZoomOut => keyed("Zoom out", "Make everything smaller", CMD, Key::Minus),
            Self::ZoomReset => keyed("Zoom to 100 %", "Back to the normal size", CMD, Key::Num0),
            Self::SetZone(ZoneChoice::Utc) => face("Show times in UTC", "As AWS stores them"),
            Self::SetZone(ZoneChoice::Local) => face("Show times in local time", "In this machine's time zone"),
            Self::ToggleMask => face("Mask account ids", "Hide or show the middle of account ids"),
            Self::TogglePresenter => {
                keyed("Presenter mode", "Larger text and masked accounts, for a projector", CMD.plus(Modifiers::SHIFT), Key::P)
            }
            Self::TogglePalette => keyed("Command palette", "Find and run any command", CMD, Key::K),
            Self::ToggleHelp => keyed("Keyboard shortcuts", "List every shortcut", Modifiers::NONE, Key::F1),
            Self::ToggleNotices => keyed("Notifications", "Show past messages", CMD.plus(Modifiers::SHIFT), Key::N),
            Self::ToggleCalls => keyed("AWS calls", "Show every AWS call that was made", CMD, Key::J),
            Self::ClearNotices => face("Clear notifications", "Forget past messages"),
            Self::ForgetLocalCopies => face("Forget local copies", "Delete cached prompts and bodies from this machine"),
            Self::Sandbox(SandboxCommand::Do(deed)) => deed_face(deed),
            Self::Alarms(AlarmsCommand::New) => face("Create an alarm…", "Watch a metric, with a threshold or an anomaly band"),
            Self::Quit => keyed("Quit", "Close the window", CMD, Key::Q),
            _ => None,
        }
    }

    /// The commands that the palette lists and whose shortcuts work everywhere, in order.
    pub fn everywhere() -> Vec<Self> {
        use strum::IntoEnumIterator as _;
        let screens = Screen::iter().map(Self::Go);
        let rest = [
            Self::UseSandbox,
            Self::Refresh,
            Self::ToggleTheme,
            Self::ZoomIn,
            Self::ZoomOut,
            Self::ZoomReset,
            Self::SetZone(ZoneChoice::Utc),
            Self::SetZone(ZoneChoice::Local),
            Self::ToggleMask,
            Self::TogglePresenter,
            Self::TogglePalette,
            Self::ToggleHelp,
            Self::ToggleNotices,
            Self::ToggleCalls,
            Self::Alarms(AlarmsCommand::New),
            Self::FindProfiles,
            Self::ClearNotices,
            Self::ForgetLocalCopies,
            Self::Quit,
        ];
        let deeds = [
            SandboxDeed::SetPeople(USUAL_CLASS),
            SandboxDeed::SetPeople(0),
            SandboxDeed::SetSpeed(60),
            SandboxDeed::SetSpeed(1),
            SandboxDeed::Reset { through: None },
        ];
        screens.chain(rest).chain(deeds.map(|deed| Self::Sandbox(SandboxCommand::Do(deed)))).collect()
    }
}

fn deed_face(deed: &SandboxDeed) -> Option<Face> {
    match deed {
        SandboxDeed::SetPeople(0) => face("Send the class home", "No more traffic of classmates in the sandbox"),
        SandboxDeed::SetPeople(_) => face("Bring in a class", "25 classmates who work in the sandbox, with two weeks of history"),
        SandboxDeed::SetSpeed(1) => face("Let the sandbox's time run normally", "One second there takes one second"),
        SandboxDeed::SetSpeed(_) => face("Let the sandbox's time run fast", "A minute a second: a day passes in 24 minutes"),
        SandboxDeed::Reset { through: None } => face("Start the sandbox over…", "A new, empty account"),
        _ => None,
    }
}

fn screen_face(screen: Screen) -> Option<Face> {
    const CMD: Modifiers = Modifiers::COMMAND;
    match screen {
        Screen::Start => face("Where to work", "Choose the sandbox or an account"),
        Screen::Lab => keyed("Lab", "The steps of the lab", CMD, Key::Num1),
        Screen::Playground => keyed("Playground", "Talk to a model", CMD, Key::Num2),
        Screen::Dashboard => keyed("Dashboard", "Plots of invocations, latency, tokens and errors", CMD, Key::Num3),
        Screen::Logs => keyed("Logs", "Invocation records", CMD, Key::Num4),
        Screen::Insights => keyed("Insights", "Queries over the records, run here", CMD, Key::Num5),
        Screen::Tail => keyed("Live Tail", "Log events as they arrive", CMD, Key::Num6),
        Screen::Alarms => keyed("Alarms", "What shall wake you: alarms, their states, their history", CMD, Key::Num7),
        Screen::Resources => keyed("Resources", "What was created, and clean-up", CMD, Key::Num8),
        Screen::Sandbox => {
            keyed("Sandbox", "The account inside this program: its class, its clock, incidents, kept states", CMD, Key::Num9)
        }
        Screen::Settings => keyed("Settings", "Theme, size, time zone, privacy", CMD, Key::Comma),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcuts_are_unique_and_every_listed_command_has_a_face() {
        let mut seen = Vec::new();
        for command in Command::everywhere() {
            let face = command.face().unwrap_or_else(|| panic!("{command:?} has no face"));
            let Some(shortcut) = face.shortcut else { continue };
            assert!(!seen.contains(&shortcut), "{shortcut:?} is bound twice");
            seen.push(shortcut);
        }
    }
}
