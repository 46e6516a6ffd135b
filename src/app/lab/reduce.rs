//! Changes to the lab slice; each arm is one call.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{LabCommand, LabEffect, LabEvent, LabState, Opened, Running};
use crate::app::{Effect, Remote, State};
use crate::base::problem::Problem;
use crate::lab::facts::Facts;
use crate::lab::form::Values;
use crate::lab::progress::Progress as Memory;
use crate::lab::receipt::Receipt;
use crate::lab::status::{Failure, Progress, Remedy, Status};
use crate::lab::values;
use crate::lab::view::StepView;

/// A person did something.
pub fn command(state: &mut State, command: LabCommand) -> Vec<Effect> {
    match command {
        LabCommand::Open(id) => open(state, Some(id)),
        LabCommand::Reload => reload(state),
        LabCommand::Choose(step) => choose(state, step),
        LabCommand::Enter(key, value) => enter(state, key, value),
        LabCommand::Run => run(state),
        LabCommand::Check => check(state),
        LabCommand::Cancel => cancel(state),
        LabCommand::Skip => effect(LabEffect::Skip(state.lab.chosen.clone())),
        LabCommand::ResetStep => effect(LabEffect::ResetStep(state.lab.chosen.clone())),
        LabCommand::ResetLab => effect(LabEffect::ResetLab),
        LabCommand::ToggleHint => toggle_hint(state),
        LabCommand::Undo => undo(state),
        LabCommand::CleanUp => clean_up(state),
        LabCommand::Take(remedy) => take(state, remedy),
    }
}

/// Something happened.
pub fn event(state: &mut State, event: LabEvent) -> Vec<Effect> {
    match event {
        LabEvent::Labs(labs) => silently(|| state.lab.labs = labs),
        LabEvent::Opened(outcome) => opened(state, outcome),
        LabEvent::Facts(outcome) => facts_read(state, outcome),
        LabEvent::Progress(step, progress) => progressed(state, step, progress),
        LabEvent::Ended(step, status, memory) => ended(state, step, *status, memory),
        LabEvent::Remembered(memory, statuses) => remembered(state, memory, statuses),
        LabEvent::Removed(outcome, memory, statuses) => removed(state, outcome, memory, statuses),
    }
}

/// The screen came into view: open the lab the first time, read the facts again later.
pub fn entered(state: &mut State) -> Vec<Effect> {
    if state.connection.environment().is_none() {
        return Vec::new();
    }
    match state.lab.lab {
        Remote::NotAsked | Remote::Failed { .. } => open(state, None),
        _ => read_facts(state),
    }
}

/// Another environment was opened: forget what belonged to the old one.
pub fn environment_changed(state: &mut State) -> Vec<Effect> {
    state.lab = LabState::default();
    effect(LabEffect::Cancel)
}

fn effect(effect: LabEffect) -> Vec<Effect> {
    vec![Effect::Lab(effect)]
}

fn silently(change: impl FnOnce()) -> Vec<Effect> {
    change();
    Vec::new()
}

fn open(state: &mut State, id: Option<String>) -> Vec<Effect> {
    state.lab.lab.start();
    effect(LabEffect::Open(id))
}

fn reload(state: &mut State) -> Vec<Effect> {
    let id = state.lab.lab.value().map(|lab| lab.id.clone());
    open(state, id)
}

fn read_facts(state: &mut State) -> Vec<Effect> {
    state.lab.facts.start();
    effect(LabEffect::ReadFacts(state.lab.chosen.clone()))
}

fn choose(state: &mut State, step: String) -> Vec<Effect> {
    state.lab.chosen = step;
    state.lab.hint_shown = false;
    refresh_view(&mut state.lab);
    let mut effects = keep(state);
    effects.extend(read_facts(state));
    effects
}

fn enter(state: &mut State, key: String, value: String) -> Vec<Effect> {
    let step = state.lab.chosen.clone();
    state.lab.memory.steps.entry(step).or_default().entered.set(key, value);
    refresh_view(&mut state.lab);
    keep(state)
}

/// What is in the forms is kept as it is typed, so that nothing typed is lost.
fn keep(state: &State) -> Vec<Effect> {
    let entered = state.lab.memory.steps.iter().map(|(id, memory)| (id.clone(), memory.entered.clone()));
    effect(LabEffect::Keep(entered.collect()))
}

fn entered_values(state: &State, step: &str) -> Values {
    state.lab.memory.step(step).entered
}

fn begin(state: &mut State, step: &str, text: &str) {
    let progress = Progress::new(text);
    state.lab.problem = None;
    state.lab.running = Some(Running { step: step.to_owned(), progress: progress.clone() });
    state.lab.statuses.insert(step.to_owned(), Status::Running { progress });
}

fn run(state: &mut State) -> Vec<Effect> {
    let step = state.lab.chosen.clone();
    let is_ready = state.lab.view.as_ref().is_some_and(StepView::is_valid);
    if state.lab.running.is_some() || !is_ready {
        return Vec::new();
    }
    begin(state, &step, "Starting");
    effect(LabEffect::Run(step.clone(), entered_values(state, &step)))
}

fn check(state: &mut State) -> Vec<Effect> {
    let step = state.lab.chosen.clone();
    if state.lab.running.is_some() || state.lab.view.is_none() {
        return Vec::new();
    }
    begin(state, &step, "Checking");
    effect(LabEffect::Check(step.clone(), entered_values(state, &step)))
}

/// A cancelled step leaves its traces in the ledger; what may exist is offered for removal.
fn cancel(state: &mut State) -> Vec<Effect> {
    let Some(running) = state.lab.running.take() else { return Vec::new() };
    let problem = Problem::new(
        "Cancelled",
        "The call under way may still have had its effect; the ledger knows what to look for",
        "Run the step again, or remove what exists",
    );
    let failure = Failure { choices: vec![Remedy::TryAgain, Remedy::CleanUp], ..Failure::new(problem) };
    state.lab.statuses.insert(running.step, Status::Failed(failure));
    let mut effects = effect(LabEffect::Cancel);
    effects.extend(read_facts(state));
    effects
}

fn toggle_hint(state: &mut State) -> Vec<Effect> {
    silently(|| state.lab.hint_shown = !state.lab.hint_shown)
}

fn undo(state: &mut State) -> Vec<Effect> {
    if state.lab.running.is_some() {
        return Vec::new();
    }
    let step = state.lab.chosen.clone();
    begin(state, &step, "Removing what this step made");
    effect(LabEffect::Undo(step))
}

fn clean_up(state: &mut State) -> Vec<Effect> {
    if state.lab.running.is_some() {
        return Vec::new();
    }
    state.lab.problem = None;
    state.lab.running = Some(Running { step: String::new(), progress: Progress::new("Removing everything that the lab made") });
    effect(LabEffect::CleanUp)
}

fn take(state: &mut State, remedy: Remedy) -> Vec<Effect> {
    match remedy {
        Remedy::TryAgain => run(state),
        Remedy::CleanUp => clean_up(state),
        Remedy::SetValues { values, .. } => {
            for (key, value) in values {
                enter(state, key, value);
            }
            run(state)
        }
    }
}

fn opened(state: &mut State, outcome: Result<Box<Opened>, Problem>) -> Vec<Effect> {
    match outcome {
        Ok(opened) => {
            let lab = &mut state.lab;
            lab.memory = opened.memory;
            lab.statuses = opened.statuses;
            if opened.lab.step(&lab.chosen).is_none() {
                lab.chosen = first_open(&opened.lab, &lab.statuses);
            }
            lab.lab.finish(Ok(opened.lab));
            refresh_view(lab);
            read_facts(state)
        }
        Err(problem) => silently(|| state.lab.lab.finish(Err(problem))),
    }
}

/// The first step that is neither done nor skipped; the last one when all are.
fn first_open(lab: &crate::lab::manifest::Lab, statuses: &BTreeMap<String, Status>) -> String {
    let is_over = |id: &str| {
        statuses.get(id).is_some_and(|status| status.is_done() || matches!(status, Status::Skipped { .. } | Status::Running { .. }))
    };
    let step = lab.steps.iter().find(|step| !is_over(&step.id)).or(lab.steps.last());
    step.map(|step| step.id.clone()).unwrap_or_default()
}

fn facts_read(state: &mut State, outcome: Result<Box<Facts>, Problem>) -> Vec<Effect> {
    state.lab.facts.finish(outcome.map(|facts| Arc::new(*facts)));
    refresh_view(&mut state.lab);
    Vec::new()
}

/// Signs of life of a step that was cancelled come late and are not shown.
fn progressed(state: &mut State, step: String, progress: Progress) -> Vec<Effect> {
    let Some(running) = state.lab.running.as_mut().filter(|running| running.step == step) else { return Vec::new() };
    running.progress = progress.clone();
    if !step.is_empty() {
        state.lab.statuses.insert(step, Status::Running { progress });
    }
    Vec::new()
}

fn ended(state: &mut State, step: String, status: Status, memory: Memory) -> Vec<Effect> {
    let was_running = state.lab.running.as_ref().is_some_and(|running| running.step == step);
    if was_running {
        state.lab.running = None;
    }
    state.lab.checked.insert(step.clone(), state.now);
    state.lab.statuses.insert(step, status);
    take_memory(&mut state.lab, memory);
    unblock(&mut state.lab);
    if was_running { read_facts(state) } else { silently(|| refresh_view(&mut state.lab)) }
}

/// What was just entered and not yet kept stays.
fn take_memory(lab: &mut LabState, memory: Memory) {
    let typed = std::mem::replace(&mut lab.memory, memory);
    let chosen = lab.chosen.clone();
    if let Some(step) = typed.steps.get(&chosen).filter(|step| !step.entered.0.is_empty()) {
        lab.memory.steps.entry(chosen).or_default().entered = step.entered.clone();
    }
}

/// Steps that wait may run once what they wait for is done, and the other way round.
fn unblock(lab: &mut LabState) {
    let Some(open) = lab.lab.value().cloned() else { return };
    for step in &open.steps {
        let status = lab.statuses.entry(step.id.clone()).or_default();
        let because = values::blocked(&open, &lab.memory, &step.id);
        match (&status, because) {
            (Status::NotStarted | Status::WillNotRun { .. }, Some(because)) => *status = Status::WillNotRun { because },
            (Status::WillNotRun { .. }, None) => *status = Status::NotStarted,
            _ => {}
        }
    }
}

fn remembered(state: &mut State, memory: Memory, statuses: BTreeMap<String, Status>) -> Vec<Effect> {
    state.lab.memory = memory;
    for (step, status) in statuses {
        // What was checked since the lab was opened need not be checked again.
        let known = state.lab.status(&step);
        let keeps = matches!(status, Status::Running { .. }) && known.is_done();
        state.lab.statuses.insert(step, if keeps { known } else { status });
    }
    read_facts(state)
}

fn removed(state: &mut State, outcome: Result<Box<Receipt>, Problem>, memory: Memory, statuses: BTreeMap<String, Status>) -> Vec<Effect> {
    state.lab.running = None;
    match outcome {
        Ok(receipt) => state.lab.receipt = Some(*receipt),
        Err(problem) => state.lab.problem = Some(problem),
    }
    remembered(state, memory, statuses)
}

/// Makes the shown step's view, and the words on every step, from what is known now.
fn refresh_view(lab: &mut LabState) {
    let Some(open) = lab.lab.value().cloned() else { return };
    let facts = lab.facts.value().cloned().unwrap_or_default();
    let all = values::resolve(&open, &facts, &lab.memory);
    let view_of = |id: &str| StepView::of(open.step(id)?, all.get(id)?, &facts);
    lab.view = view_of(&lab.chosen);
    lab.summaries = open.steps.iter().filter_map(|step| Some((step.id.clone(), view_of(&step.id)?.summary))).collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::reduce::reduce;
    use crate::app::{Command, Event};
    use crate::lab::engine::remembered_status;
    use crate::lab::manifest;
    use crate::lab::source::LabSource;
    use crate::lab::status::Ending;

    fn opened_state() -> State {
        let lab = Arc::new(manifest::load(&LabSource::Embedded, "bedrock-monitoring").unwrap());
        let memory = Memory::fresh();
        let statuses = lab.steps.iter().map(|step| (step.id.clone(), remembered_status(&lab, &memory, &step.id))).collect();
        let mut state = State::default();
        reduce(&mut state, Event::Lab(LabEvent::Opened(Ok(Box::new(Opened { lab, memory, statuses })))));
        let facts = Facts { account: "123456789012".to_owned(), region: "us-east-1".to_owned(), ..Facts::default() };
        reduce(&mut state, Event::Lab(LabEvent::Facts(Ok(Box::new(facts)))));
        state
    }

    fn done(state: &mut State, step: &str) -> Vec<Effect> {
        let mut memory = state.lab.memory.clone();
        memory.steps.entry(step.to_owned()).or_default().ending = Some(Ending::Done);
        let status = Box::new(Status::Done { evidence: vec!["seen".to_owned()] });
        reduce(state, Event::Lab(LabEvent::Ended(step.to_owned(), status, memory)))
    }

    #[test]
    fn the_first_open_step_is_shown_and_others_wait() {
        let state = opened_state();
        assert_eq!(state.lab.chosen, "where-to-work");
        assert_eq!(state.lab.status("log-group"), Status::WillNotRun { because: "needs step 1, Where to work".to_owned() });
        assert_eq!(state.lab.done(), (0, 11));
    }

    #[test]
    fn a_finished_step_frees_those_that_wait_for_it() {
        let mut state = opened_state();
        assert_eq!(reduce(&mut state, Command::Lab(LabCommand::Run)).len(), 1);
        assert!(reduce(&mut state, Command::Lab(LabCommand::Run)).is_empty(), "a second click starts nothing");
        done(&mut state, "where-to-work");
        assert_eq!(state.lab.running, None);
        assert_eq!(state.lab.status("log-group"), Status::NotStarted);
    }

    #[test]
    fn typing_changes_notes_plan_and_later_steps_at_once() {
        let mut state = opened_state();
        reduce(&mut state, Command::Lab(LabCommand::Choose("log-group".to_owned())));
        reduce(&mut state, Command::Lab(LabCommand::Enter("name".to_owned(), "a b".to_owned())));
        assert!(!state.lab.view.as_ref().unwrap().is_valid());
        assert!(reduce(&mut state, Command::Lab(LabCommand::Run)).is_empty(), "a form with a problem does not run");
        reduce(&mut state, Command::Lab(LabCommand::Enter("name".to_owned(), "mine".to_owned())));
        assert!(state.lab.view.as_ref().unwrap().plan[0].cli.contains("--log-group-name mine"));
        reduce(&mut state, Command::Lab(LabCommand::Choose("service-role".to_owned())));
        assert!(state.lab.view.as_ref().unwrap().documents[0].json.contains("log-group:mine:"));
    }

    #[test]
    fn progress_of_a_cancelled_step_is_not_shown() {
        let mut state = opened_state();
        reduce(&mut state, Command::Lab(LabCommand::Run));
        let effects = reduce(&mut state, Command::Lab(LabCommand::Cancel));
        assert_eq!(effects[0], Effect::Lab(LabEffect::Cancel));
        reduce(&mut state, Event::Lab(LabEvent::Progress("where-to-work".to_owned(), Progress::new("late"))));
        let Status::Failed(failure) = state.lab.status("where-to-work") else { panic!("cancelled is a failure") };
        assert!(failure.choices.contains(&Remedy::CleanUp));
    }
}
