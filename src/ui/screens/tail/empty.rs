//! What the screen says while there is no line to show.

use egui::Ui;

use super::send;
use crate::app::tail::{Phase, TailCommand};
use crate::app::{Command, Commands, Screen, State};
use crate::ui::icons;
use crate::ui::screens::logs::failure;
use crate::ui::widgets::{Busy, Empty};

/// Says why there is nothing to show; `false` when there is something.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) -> bool {
    let tail = &state.tail;
    if !tail.shown.is_empty() || tail.paused {
        return false;
    }
    match &tail.phase {
        _ if state.connection.environment().is_none() => not_connected(ui, commands),
        Phase::Live => listening(ui, state, commands),
        Phase::Starting | Phase::Waiting { .. } => {}
        Phase::Idle | Phase::Ended(_) if tail.groups().is_empty() => no_group(ui, state, commands),
        Phase::Idle | Phase::Ended(_) => idle(ui, state, commands),
    }
    true
}

fn not_connected(ui: &mut Ui, commands: &mut Commands) {
    let empty = Empty::new(icons::PLUG, "No place to work is open").detail("Events come from the sandbox or from an account");
    if empty.action("Choose where to work").show(ui) {
        commands.send(Command::Go(Screen::Start));
    }
}

fn no_group(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let places = &state.tail.places;
    if places.is_loading() && places.value().is_none() {
        Busy::new("Looking for log groups…").show(ui);
        return;
    }
    if let Some(problem) = places.problem() {
        failure(ui, problem, Command::Tail(TailCommand::FindPlaces), commands);
        return;
    }
    let detail = "Bedrock logs invocations only when it is told to. The lab sets it up; any other log group can be chosen above";
    if Empty::new(icons::RADIO, "Invocation logging has no log group here").detail(detail).action("Open the lab").show(ui) {
        commands.send(Command::Go(Screen::Lab));
    }
}

fn idle(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let groups = state.tail.groups();
    let whose = if let [group] = groups.as_slice() { group.clone() } else { format!("{} log groups", groups.len()) };
    let detail = format!("Shows what arrives in {whose} within a second or two, for as long as it is on. What was there before is in Logs");
    if Empty::new(icons::RADIO, "See invocations as they are logged").detail(&detail).action("Start following").show(ui) {
        send(commands, TailCommand::Start);
    }
}

fn listening(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let detail = if state.tail.followed.pattern.trim().is_empty() {
        "Send a prompt in the playground: its record appears here some seconds after the reply. The tail goes on while you are away"
    } else {
        "Only events that the filter pattern selects are sent. The tail goes on while you are on another screen"
    };
    if Empty::new(icons::RADIO, "Listening: no event yet").detail(detail).action("Open the playground").show(ui) {
        commands.send(Command::Go(Screen::Playground));
    }
}
