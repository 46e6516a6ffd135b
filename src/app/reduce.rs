//! The one place that changes the state. Each arm is one call.

use super::remote::Remote;
use super::settings::{Settings, ThemeChoice, ZoneChoice};
use super::state::{Connected, Screen};
use super::{Command, Effect, Event, State, alarms, dashboard, insights, lab, logs, playground, resources, sandbox, tail};
use crate::aws::Environment;
use crate::base::problem::Problem;

/// What comes in: something a person did or something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A person did something.
    Command(Command),
    /// Something happened.
    Event(Event),
}

impl From<Command> for Input {
    fn from(command: Command) -> Self {
        Self::Command(command)
    }
}

impl From<Event> for Input {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

/// Changes `state` and says what the runtime must do.
pub fn reduce(state: &mut State, input: impl Into<Input>) -> Vec<Effect> {
    match input.into() {
        Input::Command(command) => run_command(state, command),
        Input::Event(event) => take_event(state, event),
    }
}

fn run_command(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Go(screen) => go(state, screen),
        Command::UseSandbox => use_sandbox(state),
        Command::Connect(environment) => connect(state, environment),
        Command::FindProfiles => find_profiles(state),
        Command::Refresh => entered(state),
        Command::SetTheme(theme) => change(state, |s| s.theme = theme),
        Command::ToggleTheme => change(state, toggle_theme),
        Command::SetZoom(zoom) => change(state, |s| set_zoom(s, zoom)),
        Command::ZoomIn => change(state, |s| set_zoom(s, s.zoom + 0.1)),
        Command::ZoomOut => change(state, |s| set_zoom(s, s.zoom - 0.1)),
        Command::ZoomReset => change(state, |s| set_zoom(s, 1.0)),
        Command::SetZone(zone) => change(state, |s| set_zone(s, zone)),
        Command::ToggleMask => change(state, |s| s.mask_accounts = !s.mask_accounts),
        Command::TogglePresenter => change(state, |s| s.presenter = !s.presenter),
        Command::TogglePalette => silently(|| state.overlays.palette = !state.overlays.palette),
        Command::ToggleHelp => silently(|| state.overlays.help = !state.overlays.help),
        Command::ToggleNotices => silently(|| state.overlays.notices = !state.overlays.notices),
        Command::ToggleCalls => silently(|| state.overlays.calls = !state.overlays.calls),
        Command::CloseOverlay => silently(|| close_overlay(state)),
        Command::NoticeSeen(id) => silently(|| notice_seen(state, id)),
        Command::ClearNotices => silently(|| state.notices.list.clear()),
        Command::ForgetLocalCopies => forget_copies(state),
        Command::Quit => silently(|| state.quitting = true),
        Command::Lab(command) => lab::reduce::command(state, command),
        Command::Playground(command) => playground::reduce::command(state, command),
        Command::Dashboard(command) => dashboard::reduce::command(state, command),
        Command::Logs(command) => logs::reduce::command(state, command),
        Command::Insights(command) => insights::reduce::command(state, command),
        Command::Tail(command) => tail::reduce::command(state, command),
        Command::Alarms(command) => alarms::reduce::command(state, command),
        Command::Resources(command) => resources::reduce::command(state, &command),
        Command::Sandbox(command) => sandbox::reduce::command(state, command),
    }
}

fn take_event(state: &mut State, event: Event) -> Vec<Effect> {
    match event {
        Event::Connected(outcome) => connected(state, outcome),
        Event::ProfilesFound(profiles, warnings) => silently(|| {
            state.connection.profiles = Remote::Ready(profiles);
            state.connection.warnings = warnings;
        }),
        Event::StorageMeasured(storage) => silently(|| state.storage.finish(Ok(storage))),
        Event::Call(record) => silently(|| state.calls.push(*record)),
        Event::Notice(level, text, details) => silently(|| state.notices.push(level, text, details, state.now)),
        Event::Tick(screen) => tick(state, screen),
        Event::Lab(event) => in_the_lab(state, event),
        Event::Playground(event) => playground::reduce::event(state, event),
        Event::Dashboard(event) => dashboard::reduce::event(state, event),
        Event::Logs(event) => logs_event(state, event),
        Event::Insights(event) => insights::reduce::event(state, event),
        Event::Tail(event) => tail::reduce::event(state, event),
        Event::Alarms(event) => alarms::reduce::event(state, event),
        Event::Resources(event) => resources::reduce::event(state, event),
        Event::Sandbox(event) => sandbox::reduce::event(state, event),
    }
}

/// Queries look at the records that the log viewer loads, and the dashboard tells what they cost.
fn logs_event(state: &mut State, event: logs::LogsEvent) -> Vec<Effect> {
    let mut effects = logs::reduce::event(state, event);
    effects.extend(insights::reduce::records_changed(state));
    effects.extend(dashboard::reduce::records_changed(state));
    effects
}

/// A change of the state that asks nothing of the runtime.
fn silently(change: impl FnOnce()) -> Vec<Effect> {
    change();
    Vec::new()
}

fn go(state: &mut State, screen: Screen) -> Vec<Effect> {
    if state.screen == screen {
        return Vec::new();
    }
    state.screen = screen;
    entered(state)
}

/// A step that ended, or was undone, may have made or removed alarms.
fn in_the_lab(state: &mut State, event: lab::LabEvent) -> Vec<Effect> {
    let changes = matches!(event, lab::LabEvent::Ended(..) | lab::LabEvent::Removed(..));
    let mut effects = lab::reduce::event(state, event);
    if changes {
        effects.extend(alarms::reduce::look_again(state));
    }
    effects
}

/// The shown screen asks for what it shows.
fn entered(state: &mut State) -> Vec<Effect> {
    match state.screen {
        Screen::Start => find_profiles(state),
        Screen::Lab => lab::reduce::entered(state),
        Screen::Playground => playground::reduce::entered(state),
        Screen::Dashboard => dashboard::reduce::entered(state),
        Screen::Logs => logs::reduce::entered(state),
        Screen::Insights => insights::reduce::entered(state),
        Screen::Tail => tail::reduce::entered(state),
        Screen::Alarms => alarms::reduce::entered(state),
        Screen::Resources => resources::reduce::entered(state),
        Screen::Sandbox => sandbox::reduce::entered(state),
        Screen::Settings => measure_storage(state),
    }
}

/// Ticks reach the shown screen only: what is not looked at is not fetched.
fn tick(state: &mut State, screen: Screen) -> Vec<Effect> {
    match screen {
        _ if state.screen != screen => Vec::new(),
        Screen::Dashboard => dashboard::reduce::tick(state),
        _ => entered(state),
    }
}

fn use_sandbox(state: &mut State) -> Vec<Effect> {
    state.connection.current.start();
    vec![Effect::UseSandbox]
}

fn connect(state: &mut State, environment: Environment) -> Vec<Effect> {
    state.connection.current.start();
    vec![Effect::Connect(environment)]
}

fn find_profiles(state: &mut State) -> Vec<Effect> {
    state.connection.profiles.start();
    vec![Effect::FindProfiles]
}

fn measure_storage(state: &mut State) -> Vec<Effect> {
    state.storage.start();
    vec![Effect::MeasureStorage]
}

fn forget_copies(state: &mut State) -> Vec<Effect> {
    state.storage.start();
    vec![Effect::ForgetLocalCopies]
}

/// A new environment is open: remember it, forget what belonged to the old one, and leave the start screen for the lab.
fn connected(state: &mut State, outcome: Result<Connected, Problem>) -> Vec<Effect> {
    let opened = outcome.as_ref().ok().map(|c| c.environment.clone());
    state.connection.current.finish(outcome);
    let Some(environment) = opened else { return Vec::new() };
    let mut effects = change(state, |s| s.environment = Some(environment));
    for forget in [
        lab::reduce::environment_changed,
        playground::reduce::environment_changed,
        dashboard::reduce::environment_changed,
        logs::reduce::environment_changed,
        insights::reduce::environment_changed,
        tail::reduce::environment_changed,
        alarms::reduce::environment_changed,
        resources::reduce::environment_changed,
        sandbox::reduce::environment_changed,
    ] {
        effects.extend(forget(state));
    }
    let shown = if state.screen == Screen::Start { go(state, Screen::Lab) } else { entered(state) };
    effects.extend(shown);
    effects
}

fn change(state: &mut State, change: impl FnOnce(&mut Settings)) -> Vec<Effect> {
    let before = state.settings.clone();
    change(&mut state.settings);
    if state.settings == before { Vec::new() } else { vec![Effect::SaveSettings(state.settings.clone())] }
}

fn toggle_theme(settings: &mut Settings) {
    settings.theme = if settings.theme == ThemeChoice::Light { ThemeChoice::Dark } else { ThemeChoice::Light };
}

fn set_zoom(settings: &mut Settings, zoom: f32) {
    let (min, max) = Settings::ZOOM_RANGE;
    settings.zoom = ((zoom * 20.0).round() / 20.0).clamp(min, max);
}

fn set_zone(settings: &mut Settings, zone: ZoneChoice) {
    settings.zone = zone;
}

/// Closes the topmost overlay.
fn close_overlay(state: &mut State) {
    let overlays = &mut state.overlays;
    for open in [&mut overlays.palette, &mut overlays.help, &mut overlays.notices, &mut overlays.calls] {
        if std::mem::take(open) {
            return;
        }
    }
}

fn notice_seen(state: &mut State, id: u64) {
    if let Some(notice) = state.notices.list.iter_mut().find(|n| n.id == id) {
        notice.seen = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connected_to_sandbox() -> Connected {
        Connected {
            environment: Environment::sandbox("http://127.0.0.1:1"),
            account: "123456789012".to_owned(),
            arn: "arn:aws:sts::123456789012:assumed-role/WSParticipantRole/Participant".to_owned(),
        }
    }

    #[test]
    fn opening_an_environment_is_remembered_and_leads_to_the_lab() {
        let mut state = State::default();
        assert_eq!(reduce(&mut state, Command::UseSandbox), [Effect::UseSandbox]);
        assert!(state.connection.current.is_loading());
        let effects = reduce(&mut state, Event::Connected(Ok(connected_to_sandbox())));
        assert!(effects.iter().any(|e| matches!(e, Effect::SaveSettings(s) if s.environment.is_some())));
        assert_eq!(state.screen, Screen::Lab);
    }

    #[test]
    fn a_failed_connection_keeps_the_previous_one_and_tells_why() {
        let mut state = State::default();
        reduce(&mut state, Event::Connected(Ok(connected_to_sandbox())));
        reduce(&mut state, Command::Connect(Environment::sandbox("http://127.0.0.1:2")));
        reduce(&mut state, Event::Connected(Err(Problem::new("Cannot reach AWS", "no network", "Check the network"))));
        assert!(state.connection.is_sandbox());
        assert_eq!(state.connection.current.problem().unwrap().what, "Cannot reach AWS");
    }

    #[test]
    fn zoom_stays_in_range_and_is_saved_once_per_change() {
        let mut state = State::default();
        assert_eq!(reduce(&mut state, Command::SetZoom(99.0)).len(), 1);
        assert_eq!(state.settings.zoom, Settings::ZOOM_RANGE.1);
        assert!(reduce(&mut state, Command::ZoomIn).is_empty());
    }

    #[test]
    fn escape_closes_the_topmost_overlay_only() {
        let mut state = State::default();
        reduce(&mut state, Command::ToggleCalls);
        reduce(&mut state, Command::TogglePalette);
        reduce(&mut state, Command::CloseOverlay);
        assert!(!state.overlays.palette && state.overlays.calls);
    }
}
