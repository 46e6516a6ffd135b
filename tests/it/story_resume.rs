//! Resume after a restart: what was done is checked again, not believed.

use outcrop::app::lab::LabCommand;
use outcrop::app::window::Opening;
use outcrop::app::{Command, Screen};
use outcrop::lab::status::Status;

use crate::support::{open, open_at, run_step, until};

#[test]
fn steps_done_before_a_restart_are_done_after_it_once_checked() {
    let home = tempfile::tempdir().unwrap();
    let mut first = open_at(home.path(), Opening::Sandbox);
    run_step(&mut first, "where-to-work");
    run_step(&mut first, "log-group");
    drop(first);

    let mut second = open(home.path());
    until(&mut second, "the steps are checked again", |h| {
        ["where-to-work", "log-group"].iter().all(|id| h.state().state().lab.status(id).is_done())
    });
    assert_eq!(second.state().state().screen, Screen::Lab, "the place used last is opened by itself");
    let checks = second.state().state().calls.records.iter().filter(|call| call.operation == "DescribeLogGroups").count();
    assert!(checks > 0, "the log group was looked for, not remembered");
    assert!(!second.state().state().lab.status("bucket").is_done());
}

#[test]
fn a_resource_deleted_behind_our_back_is_found_missing() {
    let home = tempfile::tempdir().unwrap();
    let mut first = open_at(home.path(), Opening::Sandbox);
    run_step(&mut first, "where-to-work");
    run_step(&mut first, "log-group");
    let group = outcrop::aws::logs::DeleteLogGroup { log_group_name: "bedrock-logs".to_owned() };
    let session = first.state().session().unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(session.run(group)).unwrap();
    drop(first);

    let mut second = open(home.path());
    until(&mut second, "the missing log group is told", |h| matches!(h.state().state().lab.status("log-group"), Status::Failed(_)));
}

#[test]
fn what_was_typed_survives_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let mut first = open_at(home.path(), Opening::Sandbox);
    run_step(&mut first, "where-to-work");
    first.state_mut().take(Command::Lab(LabCommand::Choose("log-group".to_owned())));
    until(&mut first, "the form", |h| h.state().state().lab.view.is_some());
    first.state_mut().take(Command::Lab(LabCommand::Enter("name".to_owned(), "class-of-2026".to_owned())));
    until(&mut first, "nothing is under way", |h| !h.state().is_busy());
    drop(first);

    let mut second = open(home.path());
    second.state_mut().take(Command::Lab(LabCommand::Choose("log-group".to_owned())));
    until(&mut second, "the name typed before", |h| {
        h.state().state().lab.view.as_ref().is_some_and(|view| view.values.text("name") == "class-of-2026")
    });
}
