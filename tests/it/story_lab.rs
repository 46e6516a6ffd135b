//! A person walks through the lab in the real window, from the first step to the receipt.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use outcrop::app::Command;
use outcrop::app::sandbox::{SandboxCommand, SandboxDeed};
use outcrop::app::window::{App, Opening};
use outcrop::lab::status::Status;

use crate::support::{click, open, open_at, see, until};

fn status(harness: &Harness<'_, App>, step: &str) -> Status {
    harness.state().state().lab.status(step)
}

/// Presses the step's button once it can be pressed, and waits for a good end.
fn run_step(harness: &mut Harness<'_, App>, number: usize, step: &str, button: &str) {
    let title = harness.state().state().lab.lab.value().unwrap().step(step).unwrap().title.clone();
    let line = format!("{number} {title}, ");
    until(harness, &line, |h| h.query_by_label_contains(&line).is_some());
    harness.get_by_label_contains(&line).click();
    harness.step();
    until(harness, "the step is shown", |h| h.state().state().lab.chosen == step);
    until(harness, "its facts are there", |h| !h.state().state().lab.facts.is_loading());
    click(harness, button);
    until(harness, &format!("{step} ends"), |h| h.state().state().lab.running.is_none() && !matches!(status(h, step), Status::NotStarted));
    assert!(status(harness, step).is_done(), "{step}: {:?}", status(harness, step));
}

#[test]
fn from_the_first_step_to_the_receipt() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = open_at(home.path(), Opening::Sandbox);
    see(&mut harness, "1 · Where to work");
    run_step(&mut harness, 1, "where-to-work", "Work here");
    run_step(&mut harness, 2, "log-group", "Create log group");
    run_step(&mut harness, 3, "bucket", "Create bucket");
    run_step(&mut harness, 4, "service-role", "Create role");
    run_step(&mut harness, 5, "invocation-logging", "Switch logging on");
    run_step(&mut harness, 6, "playground", "Send the example prompt");
    see(&mut harness, "invocation record of yours");
    run_step(&mut harness, 7, "logs-insights", "Run both queries here");
    see(&mut harness, "Found a keyword");
    run_step(&mut harness, 8, "live-tail", "Follow and send a prompt here");
    see(&mut harness, "caught an invocation that you made while it ran");
    run_step(&mut harness, 9, "metrics", "Look for my metrics");
    // What the text asks for on the Sandbox screen: something goes wrong, and the time runs.
    for deed in [SandboxDeed::Start("throttling-storm".to_owned()), SandboxDeed::SetSpeed(60)] {
        harness.state_mut().take(Command::Sandbox(SandboxCommand::Do(deed)));
        until(&mut harness, "the sandbox is turned", |h| !h.state().state().sandbox.view.is_loading());
    }
    run_step(&mut harness, 10, "alarms", "Create both alarms");
    see(&mut harness, "went to ALARM");
    run_step(&mut harness, 11, "clean-up", "Remove everything");
    assert_eq!(harness.state().state().lab.done(), (11, 11));
    see(&mut harness, "logging is off");
}

#[test]
fn what_was_done_is_there_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = open_at(home.path(), Opening::Sandbox);
    see(&mut harness, "1 · Where to work");
    run_step(&mut harness, 1, "where-to-work", "Work here");
    run_step(&mut harness, 2, "log-group", "Create log group");
    drop(harness);

    let mut harness = open(home.path());
    until(&mut harness, "both steps are checked again", |h| h.state().state().lab.done().0 == 2);
    assert_eq!(harness.state().state().lab.chosen, "bucket");
}

#[test]
fn the_policies_and_the_plan_are_seen_before_anything_runs() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = open_at(home.path(), Opening::Sandbox);
    see(&mut harness, "1 · Where to work");
    run_step(&mut harness, 1, "where-to-work", "Work here");
    run_step(&mut harness, 2, "log-group", "Create log group");
    click(&mut harness, "4 Service role, not started");
    see(&mut harness, "Trust policy");
    see(&mut harness, "Permission policy");
    see(&mut harness, "needs iam:CreateRole");
    assert_eq!(status(&harness, "service-role"), Status::NotStarted);

    // As on 1280x720 at 200 %: the calls take more lines, and nothing of them reaches beyond the window.
    harness.set_size(egui::vec2(640.0, 2_000.0));
    harness.run_steps(4);
    see(&mut harness, "needs iam:CreateRole");
    let reaches = harness.get_by_label_contains("needs iam:CreateRole").rect().right();
    assert!(reaches <= 640.0 - 20.0, "the plan reaches {reaches} of 640");
}

#[test]
fn the_keyboard_alone_leads_from_step_to_step() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = open_at(home.path(), Opening::Sandbox);
    see(&mut harness, "1 · Where to work");
    for step in ["where-to-work", "log-group", "bucket"] {
        until(&mut harness, step, |h| h.state().state().lab.chosen == step && !h.state().state().lab.facts.is_loading());
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Enter);
        until(&mut harness, &format!("{step} is done"), |h| status(h, step).is_done());
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Enter);
        harness.step();
    }
    until(&mut harness, "the fourth step is shown", |h| h.state().state().lab.chosen == "service-role");
}
