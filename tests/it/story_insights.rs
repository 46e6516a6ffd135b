//! The story of Insights: a sample over a class's records, an error while writing, and a filter of the log viewer asked as a query.

use egui_kittest::kittest::Queryable as _;
use outcrop::app::insights::InsightsCommand;
use outcrop::app::logs::LogsCommand;
use outcrop::app::sandbox::{SandboxCommand, SandboxDeed};
use outcrop::app::window::{App, Opening};
use outcrop::app::{Command, Screen};

use crate::support::{click, open_at, run_step, see, until};

type Window = egui_kittest::Harness<'static, App>;

/// A class of five with its records in the log group of the lab.
fn with_a_class(home: &std::path::Path) -> Window {
    let mut harness = open_at(home, Opening::Sandbox);
    until(&mut harness, "the sandbox", |h| h.state().state().connection.is_sandbox());
    for step in ["where-to-work", "log-group", "bucket", "service-role", "invocation-logging"] {
        run_step(&mut harness, step);
    }
    harness.state_mut().take(Command::Sandbox(SandboxCommand::Do(SandboxDeed::SetPeople(5))));
    until(&mut harness, "the class", |h| h.state().state().sandbox.seen().is_some_and(|view| view.people == 5) && !h.state().is_busy());
    harness.state_mut().take(Command::Go(Screen::Insights));
    until(&mut harness, "records", |h| h.state().state().logs.store.len() > 20 && !h.state().state().logs.load.running);
    harness
}

fn rows(harness: &egui_kittest::Harness<'_, App>) -> Option<usize> {
    let insights = &harness.state().state().insights;
    insights.ran.as_ref().filter(|_| !insights.is_running).map(|ran| ran.results.rows.len())
}

#[test]
fn a_sample_runs_at_a_click_and_a_mistake_is_told_while_it_is_written() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = with_a_class(home.path());
    click(&mut harness, "Tokens by model");
    until(&mut harness, "rows", |h| rows(h).is_some_and(|rows| rows > 0));
    see(&mut harness, "us.anthropic.claude");
    let ran = harness.state().state().insights.ran.clone().unwrap();
    assert_eq!(ran.results.columns, ["modelId", "invocations", "input", "output"]);
    assert!(ran.results.statistics.scanned > 20 && ran.results.statistics.matched > 0);
    harness.state_mut().take(Command::Insights(InsightsCommand::SetText("fields @message\n| fliter a".to_owned())));
    harness.step();
    see(&mut harness, "Did you mean filter?");
    assert!(harness.query_by_label_contains("^^^^^^").is_some(), "the place is marked");
}

#[test]
fn the_log_viewers_filter_is_asked_as_a_query_and_finds_the_same() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = with_a_class(home.path());
    harness.state_mut().take(Command::Go(Screen::Logs));
    harness.state_mut().take(Command::Logs(LogsCommand::SetText("Converse".to_owned())));
    until(&mut harness, "the search", |h| !h.state().state().logs.is_searching() && !h.state().state().logs.load.running);
    let found = harness.state().state().logs.view.rows.len();
    assert!(found > 0);
    click(&mut harness, "Ask this in Insights");
    until(&mut harness, "the rows", |h| rows(h).is_some());
    assert_eq!(harness.state().state().screen, Screen::Insights);
    assert_eq!(rows(&harness), Some(found));
}
