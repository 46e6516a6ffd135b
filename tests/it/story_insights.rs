//! The story of Insights: a mistake that is underlined and explained, suggestions, samples over a class's records, CloudWatch and the comparison, a run
//! that is stopped, what is kept, and what is exported.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;
use outcrop::app::insights::{InsightsCommand, Outcome, Place, samples};
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

fn insights(harness: &mut Window, command: InsightsCommand) {
    harness.state_mut().take(Command::Insights(command));
}

/// What the newest run came to, once it has ended.
fn outcome(harness: &mut Window) -> Arc<Outcome> {
    let asked = harness.state().state().insights.asked;
    until(harness, "the run to end", |h| {
        let insights = &h.state().state().insights;
        insights.running.is_none() && insights.outcome.as_ref().is_some_and(|outcome| outcome.number == asked)
    });
    harness.state().state().insights.outcome.clone().unwrap()
}

/// The rows that were found here or, if only CloudWatch was asked, there.
fn rows(outcome: &Outcome) -> usize {
    outcome.answer(false).unwrap().as_ref().unwrap().results.rows.len()
}

fn calls(harness: &egui_kittest::Harness<'_, App>, operation: &str) -> usize {
    harness.state().state().calls.records.iter().filter(|call| call.operation == operation).count()
}

#[test]
fn a_mistake_is_underlined_and_explained_and_words_are_suggested() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = with_a_class(home.path());
    until(&mut harness, "fields", |h| !h.state().state().insights.fields.is_empty());
    insights(&mut harness, InsightsCommand::SetText("fields @message\n| fliter a".to_owned()));
    harness.step();
    see(&mut harness, "Line 2, column 3");
    see(&mut harness, "filter");
    assert!(harness.query_by_label("Run").is_some());
    insights(&mut harness, InsightsCommand::Run);
    assert!(harness.state().state().insights.running.is_none(), "a query that cannot be read does not run here");
    // Written by hand: the list opens while a word is begun, and Enter writes the word.
    insights(&mut harness, InsightsCommand::SetText(String::new()));
    harness.step();
    harness.get_by_label("Query").focus();
    harness.step();
    harness.get_by_label("Query").type_text("sta");
    harness.step();
    see(&mut harness, "command stats");
    harness.key_press(egui::Key::Enter);
    harness.step();
    harness.step();
    assert_eq!(harness.state().state().insights.text, "stats ");
    harness.get_by_label("Query").type_text("cou");
    harness.step();
    see(&mut harness, "aggregate count");
    harness.key_press(egui::Key::Tab);
    harness.step();
    harness.step();
    assert_eq!(harness.state().state().insights.text, "stats count()");
    harness.get_by_label("Query").type_text("*");
    harness.step();
    harness.key_press(egui::Key::End);
    harness.step();
    harness.get_by_label("Query").type_text(" by modelI");
    harness.step();
    see(&mut harness, "field modelId");
    harness.key_press(egui::Key::Escape);
    harness.step();
    assert!(harness.query_by_label_contains("field modelId").is_none(), "Escape closes the list");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Slash);
    harness.step();
    assert_eq!(harness.state().state().insights.text, "# stats count(*) by modelI");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    harness.step();
    harness.step();
    assert_eq!(harness.state().state().insights.text, "stats count(*) by modelI", "the change can be undone");
}

#[test]
fn a_sample_runs_at_a_click_and_every_sample_finds_rows() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = with_a_class(home.path());
    click(&mut harness, "Tokens by model");
    let ran = outcome(&mut harness);
    let answer = ran.here.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(answer.results.columns, ["modelId", "invocations", "input", "output"]);
    assert!(answer.results.statistics.scanned > 20 && answer.results.statistics.matched > 0);
    see(&mut harness, "free here, AWS would bill $0.00");
    see(&mut harness, "us.anthropic.claude");
    insights(&mut harness, InsightsCommand::Ask("fields accountId | filter ispresent(accountId) | limit 1".to_owned()));
    outcome(&mut harness);
    see(&mut harness, "accountId: 1234****9012");
    let week = outcrop::metrics::range::Range::Last(7 * outcrop::metrics::range::DAY_MS);
    harness.state_mut().take(Command::Logs(LogsCommand::SetRange(week)));
    until(&mut harness, "a week", |h| !h.state().state().logs.load.running);
    let mut empty = Vec::new();
    for sample in samples() {
        insights(&mut harness, InsightsCommand::Ask(sample.query.clone()));
        if rows(&outcome(&mut harness)) == 0 && sample.may_be_empty.is_none() {
            empty.push(sample.title.as_str());
        }
    }
    assert_eq!(empty, Vec::<&str>::new(), "samples that find nothing");
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
    insights(&mut harness, InsightsCommand::SetLimit(outcrop::app::insights::Limit(100_000)));
    click(&mut harness, "Ask this in Insights");
    assert_eq!(harness.state().state().screen, Screen::Insights);
    assert_eq!(rows(&outcome(&mut harness)), found);
}

#[test]
fn cloudwatch_and_this_program_find_the_same_and_a_run_is_stopped_there() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = with_a_class(home.path());
    insights(&mut harness, InsightsCommand::SetPlace(Place::CloudWatch));
    insights(&mut harness, InsightsCommand::Ask("stats count(*) as n by modelId | sort n desc".to_owned()));
    let there = outcome(&mut harness);
    assert!(there.here.is_none() && rows(&there) > 0);
    assert!(calls(&harness, "StartQuery") == 1 && calls(&harness, "GetQueryResults") > 0);
    see(&mut harness, "free in the sandbox, AWS would bill $");
    insights(&mut harness, InsightsCommand::SetPlace(Place::Both));
    insights(&mut harness, InsightsCommand::Run);
    let both = outcome(&mut harness);
    let comparison = both.comparison.as_ref().unwrap();
    assert!(comparison.is_equal() && comparison.same > 0, "{}", comparison.verdict());
    see(&mut harness, "Both found the same");
    // Stopped while it runs: CloudWatch is told, whatever came of the query.
    insights(&mut harness, InsightsCommand::SetPlace(Place::CloudWatch));
    insights(&mut harness, InsightsCommand::Run);
    until(&mut harness, "StartQuery", |h| calls(h, "StartQuery") == 3);
    insights(&mut harness, InsightsCommand::Stop);
    assert!(harness.state().state().insights.running.is_none());
    until(&mut harness, "StopQuery", |h| calls(h, "StopQuery") == 1);
    // A mistake of the query is CloudWatch's to tell when only it is asked.
    insights(&mut harness, InsightsCommand::Ask("fliter a".to_owned()));
    assert!(outcome(&mut harness).there.as_ref().unwrap().is_err());
    see(&mut harness, "Run again");
}

#[test]
fn a_row_opens_its_event_and_the_event_its_record() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = with_a_class(home.path());
    for place in [Place::Here, Place::CloudWatch] {
        insights(&mut harness, InsightsCommand::SetPlace(place));
        insights(&mut harness, InsightsCommand::Ask("fields @timestamp, requestId | filter ispresent(requestId) | limit 3".to_owned()));
        let ran = outcome(&mut harness);
        let answer = Arc::clone(ran.answer(true).unwrap().as_ref().unwrap());
        let request_id = answer.results.rows[0].0[1].shown().unwrap();
        harness.step();
        click(&mut harness, &format!("requestId: {request_id}"));
        until(&mut harness, "the event", |h| {
            h.state().state().insights.record.as_ref().is_some_and(|record| record.request_id().is_some())
        });
        assert_eq!(harness.state().state().insights.record.as_ref().unwrap().request_id(), Some(request_id.as_str()));
        click(&mut harness, "Open in Logs");
        until(&mut harness, "the record", |h| {
            let detail = h.state().state().logs.detail.clone();
            detail.is_some_and(|detail| detail.record().is_some_and(|record| *record.request_id == *request_id))
        });
        assert_eq!(harness.state().state().screen, Screen::Logs);
        harness.state_mut().take(Command::Go(Screen::Insights));
        harness.step();
    }
}

#[test]
fn past_runs_and_saved_queries_survive_a_restart_and_rows_are_exported() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = with_a_class(home.path());
    let query = "stats count(*) as n by modelId | sort modelId asc";
    insights(&mut harness, InsightsCommand::Ask(query.to_owned()));
    let ran = outcome(&mut harness);
    insights(&mut harness, InsightsCommand::Save("mine".to_owned()));
    insights(&mut harness, InsightsCommand::SaveInAccount("ours".to_owned()));
    until(&mut harness, "it is saved", |h| {
        h.state().state().insights.definitions.value().is_some_and(|list| list.len() == 1) && !h.state().is_busy()
    });
    harness.step();
    click(&mut harness, "Export");
    click(&mut harness, "Save as CSV");
    let written = || std::fs::read_dir(home.path().join("exports")).is_ok_and(|mut files| files.next().is_some());
    until(&mut harness, "the file", |h| written() && !h.state().is_busy());
    let exported = std::fs::read_dir(home.path().join("exports")).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&exported).unwrap();
    let first = &ran.here.as_ref().unwrap().as_ref().unwrap().results.rows[0].0;
    let line = format!("{},{}\r\n", first[0].shown().unwrap_or_default(), first[1].shown().unwrap_or_default());
    assert!(text.starts_with(&format!("modelId,n\r\n{line}")), "{text}");
    until(&mut harness, "all is written", |h| !h.state().is_busy());
    drop(harness);

    let mut harness = open_at(home.path(), Opening::Sandbox);
    until(&mut harness, "the sandbox", |h| h.state().state().connection.is_sandbox());
    harness.state_mut().take(Command::Go(Screen::Insights));
    until(&mut harness, "what was kept", |h| h.state().state().insights.library.value().is_some());
    let library = harness.state().state().insights.library.value().unwrap().clone();
    assert_eq!((library.runs[0].text.as_str(), library.runs[0].place), (query, Place::Here));
    assert_eq!(library.runs[0].rows, Some(rows(&ran) as u64));
    click(&mut harness, "History");
    insights(&mut harness, InsightsCommand::SetText("fields a".to_owned()));
    harness.step();
    click(&mut harness, query);
    harness.step();
    assert_eq!(harness.state().state().insights.text, query);
    click(&mut harness, "Saved");
    see(&mut harness, "mine");
    click(&mut harness, "List");
    until(&mut harness, "the account's", |h| h.state().state().insights.definitions.value().is_some_and(|list| list.len() == 1));
    let id = harness.state().state().insights.definitions.value().unwrap()[0].id.clone();
    insights(&mut harness, InsightsCommand::DeleteInAccount(id));
    until(&mut harness, "it is gone", |h| h.state().state().insights.definitions.value().is_some_and(Vec::is_empty));
}
