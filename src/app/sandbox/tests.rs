use std::sync::Arc;

use super::{Incident, SandboxCommand, SandboxDeed, SandboxEffect, SandboxEvent, SandboxView};
use crate::app::state::Connected;
use crate::app::{Command, Effect, Event, Screen, State, reduce};
use crate::aws::Environment;

fn run(state: &mut State, command: SandboxCommand) -> Vec<Effect> {
    reduce(state, Command::Sandbox(command))
}

fn in_sandbox() -> State {
    let mut state = State::default();
    let environment = Environment::sandbox("http://127.0.0.1:1");
    let effects = reduce(&mut state, Event::Connected(Ok(Connected { environment, account: "1".to_owned(), arn: String::new() })));
    assert!(effects.contains(&Effect::Sandbox(SandboxEffect::Look)), "the top bar shows class and speed from the start");
    state
}

/// Seconds until it is looked at again.
fn tick(effects: &[Effect]) -> Option<u64> {
    effects.iter().find_map(|effect| match effect {
        Effect::TickAfter(Screen::Sandbox, after) => Some(after.as_secs()),
        _ => None,
    })
}

#[test]
fn what_loses_something_is_asked_about() {
    let mut state = in_sandbox();
    let reset = SandboxDeed::Reset { through: None };
    assert!(run(&mut state, SandboxCommand::Do(reset.clone())).is_empty());
    run(&mut state, SandboxCommand::Dismiss);
    assert!(run(&mut state, SandboxCommand::Confirm).is_empty());
    run(&mut state, SandboxCommand::Do(reset.clone()));
    assert_eq!(run(&mut state, SandboxCommand::Confirm), [Effect::Sandbox(SandboxEffect::Do(reset))]);
    for deed in [SandboxDeed::Keep("before class".to_owned()), SandboxDeed::SetPeople(25), SandboxDeed::Start("x".to_owned())] {
        assert_eq!(run(&mut state, SandboxCommand::Do(deed.clone())), [Effect::Sandbox(SandboxEffect::Do(deed))]);
    }
}

#[test]
fn it_is_looked_at_again_while_it_is_shown_and_often_while_something_moves() {
    let mut state = in_sandbox();
    let quiet = SandboxView { speed: 1.0, ..SandboxView::default() };
    let class = SandboxView { people: 25, ..quiet.clone() };
    let incident = Incident { since: Some(state.now), ..Incident::default() };
    let troubled = SandboxView { incidents: vec![incident], ..quiet.clone() };
    let see = |state: &mut State, view: &SandboxView| reduce(state, Event::Sandbox(SandboxEvent::Seen(Ok(Arc::new(view.clone())))));
    assert_eq!(tick(&see(&mut state, &class)), None, "another screen is shown");
    reduce(&mut state, Command::Go(Screen::Sandbox));
    assert_eq!([&quiet, &class, &troubled].map(|view| tick(&see(&mut state, view))), [Some(5), Some(1), Some(1)]);
}
