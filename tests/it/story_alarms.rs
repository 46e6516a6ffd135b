//! Alarms, end to end: made with a preview and a replay, fired by an incident with a toast and a notification, tried, deleted in order, cleaned up.

use std::path::Path;
use std::sync::{Arc, Mutex};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use outcrop::app::alarms::draft::{Draft, Target};
use outcrop::app::alarms::{AlarmsCommand, Dialog};
use outcrop::app::resources::{Cleaning, ResourcesCommand};
use outcrop::app::sandbox::{SandboxCommand, SandboxDeed};
use outcrop::app::window::{App, Opening};
use outcrop::app::{Command, Screen, State};
use outcrop::lab::alarms::band_width;
use outcrop::lab::alarms::recommended::Recommended;
use outcrop::lab::resource::Resource;
use outcrop::metrics::alarm::AlarmState;
use outcrop::runtime::Options;
use outcrop::runtime::desktop::Notifier;

use crate::support::{click, see, until};

const MODEL: &str = "us.anthropic.claude-sonnet-4-6";

type Window = Harness<'static, App>;

/// A desktop that remembers what it was told.
#[derive(Debug, Default, Clone)]
struct Desktop(Arc<Mutex<Vec<String>>>);

impl Notifier for Desktop {
    fn notify(&self, title: &str, _body: &str) -> Result<(), String> {
        self.0.lock().unwrap().push(title.to_owned());
        Ok(())
    }
}

/// The program on its sandbox, in which a few people have worked for two weeks, on the screen Alarms.
fn at_the_alarms(home: &Path, desktop: &Desktop) -> Window {
    let options = Options { home: home.to_owned(), notifier: Arc::new(desktop.clone()), ..Options::standard() };
    let builder = Harness::builder().with_size(egui::vec2(1440.0, 900.0)).with_max_steps(64);
    let mut harness =
        builder.build_eframe(move |creation| App::new(&creation.egui_ctx, options, Opening::Sandbox).expect("the program starts"));
    until(&mut harness, "the sandbox", |h| h.state().state().connection.is_sandbox() && !h.state().is_busy());
    turn(&mut harness, SandboxDeed::SetPeople(3));
    harness.state_mut().take(Command::Go(Screen::Alarms));
    until(&mut harness, "the models", |h| h.state().state().alarms.models.value().is_some_and(|models| !models.is_empty()));
    harness
}

fn turn(harness: &mut Window, deed: SandboxDeed) {
    harness.state_mut().take(Command::Sandbox(SandboxCommand::Do(deed)));
    until(harness, "the sandbox is turned", |h| !h.state().state().sandbox.view.is_loading() && !h.state().is_busy());
    assert_eq!(harness.state().state().sandbox.view.problem(), None);
}

fn run(harness: &mut Window, command: AlarmsCommand) {
    harness.state_mut().take(Command::Alarms(command));
}

fn draft(harness: &Window) -> Draft {
    harness.state().state().alarms.editor.as_ref().expect("the form is open").draft.clone()
}

/// Waits until the form's values are here.
fn previewed(harness: &mut Window) {
    until(harness, "the preview", |h| {
        h.state().state().alarms.editor.as_ref().is_some_and(|editor| editor.replay.is_some() && !editor.graph.is_loading())
    });
}

/// Opens the form of a recommended alarm, changes it, makes it; its name.
fn make(harness: &mut Window, kind: Recommended, change: impl FnOnce(&mut Draft)) -> String {
    run(harness, AlarmsCommand::Recommend(kind, MODEL.to_owned()));
    previewed(harness);
    let mut changed = draft(harness);
    change(&mut changed);
    let name = changed.name.clone();
    run(harness, AlarmsCommand::Change(Box::new(changed)));
    previewed(harness);
    click(harness, "Create alarm");
    until(harness, "the alarm", |h| h.state().state().alarms.find(&name).is_some() && h.state().state().alarms.doing.is_none());
    assert_eq!(harness.state().state().alarms.trouble, None);
    name
}

/// Operations called so far, oldest first.
fn operations(state: &State) -> Vec<String> {
    state.calls.records.iter().map(|call| call.operation.clone()).collect()
}

fn place_of(operations: &[String], name: &str) -> usize {
    operations.iter().rposition(|operation| operation == name).unwrap_or_else(|| panic!("{name} was never called: {operations:?}"))
}

fn ledger(harness: &mut Window) -> Vec<Resource> {
    until(harness, "the ledger", |h| !h.state().is_busy() && h.state().state().resources.inventory.value().is_some());
    let inventory = harness.state().state().resources.inventory.value().unwrap().clone();
    inventory.standing.iter().filter(|standing| standing.is_outstanding()).map(|standing| standing.resource().clone()).collect()
}

#[test]
fn a_recommended_alarm_is_made_with_a_threshold_from_the_data_and_listed() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = at_the_alarms(home.path(), &Desktop::default());
    see(&mut harness, "Nothing wakes you yet");
    click(&mut harness, "Create… Slow answers (p99)");
    previewed(&mut harness);
    see(&mut harness, "in the last week");
    let editor = harness.state().state().alarms.editor.clone().unwrap();
    let graph = editor.graph.value().unwrap().clone();
    assert!(graph.points.len() > 20, "a week of three people: {}", graph.points.len());
    assert_ne!(editor.draft.threshold, "30000", "the threshold comes from the data");
    // Lower than anything: the alarm would always have been on.
    let mut low = editor.draft.clone();
    low.set_threshold(1.0);
    run(&mut harness, AlarmsCommand::Change(Box::new(low)));
    assert!(harness.state().state().alarms.editor.as_ref().unwrap().replay.as_ref().unwrap().fired() > 0);
    see(&mut harness, "Would have fired");
    run(&mut harness, AlarmsCommand::Change(Box::new(editor.draft)));
    click(&mut harness, "Show the calls");
    see(&mut harness, "cloudwatch:PutMetricAlarm");
    click(&mut harness, "Create alarm");
    let name = "bedrock-sonnet-4-6-p99-latency";
    until(&mut harness, "the alarm", |h| h.state().state().alarms.chosen().is_some_and(|alarm| alarm.settings.name == name));
    see(&mut harness, "Insufficient data");
    see(&mut harness, "History");
    until(&mut harness, "what happened", |h| h.query_all_by_label_contains("created").next().is_some());
    assert_eq!(ledger(&mut harness), [Resource::Alarm { name: name.to_owned() }]);
}

#[test]
fn a_band_is_learnt_drawn_and_deleted_after_its_alarm() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = at_the_alarms(home.path(), &Desktop::default());
    let name = make(&mut harness, Recommended::Latency, |draft| draft.band = true);
    let made = operations(harness.state().state());
    assert!(place_of(&made, "PutAnomalyDetector") < place_of(&made, "PutMetricAlarm"), "the ledger knows the detector before the alarm");
    until(&mut harness, "the band", |h| {
        let graph = h.state().state().alarms.detail.graph.value();
        graph.and_then(|graph| graph.band.as_ref()).is_some_and(|band| band.edges.len() > 100 && band.absence().is_none())
    });
    let alarm = harness.state().state().alarms.find(&name).unwrap().clone();
    assert_eq!(band_width(&alarm.settings), Some(2.0));
    assert_eq!(ledger(&mut harness).len(), 2, "alarm and detector");
    click(&mut harness, "Delete…");
    see(&mut harness, "The alarm goes first");
    click(&mut harness, "Delete alarm");
    until(&mut harness, "it is gone", |h| h.state().state().alarms.list.value().is_some_and(|list| list.is_empty()));
    until(&mut harness, "all is done", |h| h.state().state().alarms.doing.is_none() && !h.state().is_busy());
    let deleted = operations(harness.state().state());
    assert!(place_of(&deleted, "DeleteAlarms") < place_of(&deleted, "DeleteAnomalyDetector"), "{deleted:?}");
    assert_eq!(ledger(&mut harness), []);
}

#[test]
fn a_band_that_becomes_a_threshold_leaves_no_detector_behind() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = at_the_alarms(home.path(), &Desktop::default());
    let name = make(&mut harness, Recommended::Latency, |draft| draft.band = true);
    assert_eq!(ledger(&mut harness).len(), 2, "alarm and detector");
    run(&mut harness, AlarmsCommand::Edit);
    previewed(&mut harness);
    let mut fixed = draft(&harness);
    fixed.band = false;
    fixed.set_threshold(60_000.0);
    run(&mut harness, AlarmsCommand::Change(Box::new(fixed)));
    previewed(&mut harness);
    // The toasts of what was done before do not cover the button.
    click(&mut harness, "Save changes");
    until(&mut harness, "the change", |h| {
        let state = h.state().state();
        assert_eq!(state.alarms.trouble, None);
        state.alarms.doing.is_none() && state.alarms.find(&name).is_some_and(|alarm| band_width(&alarm.settings).is_none())
    });
    let called = operations(harness.state().state());
    assert!(place_of(&called, "PutMetricAlarm") < place_of(&called, "DeleteAnomalyDetector"), "{called:?}");
    assert_eq!(ledger(&mut harness), [Resource::Alarm { name }]);
}

#[test]
fn an_incident_fires_an_alarm_and_the_person_is_told_wherever_they_are() {
    let home = tempfile::tempdir().unwrap();
    let desktop = Desktop::default();
    let mut harness = at_the_alarms(home.path(), &desktop);
    let name = make(&mut harness, Recommended::Throttles, |_| {});
    turn(&mut harness, SandboxDeed::Start("throttling-storm".to_owned()));
    turn(&mut harness, SandboxDeed::SetSpeed(60));
    harness.state_mut().take(Command::Go(Screen::Dashboard));
    until(&mut harness, "the alarm fires", |h| {
        h.state().state().notices.list.iter().any(|notice| notice.text == format!("In alarm: {name}"))
    });
    see(&mut harness, "In alarm:");
    let told = desktop.0.lock().unwrap().clone();
    assert!(told.contains(&format!("In alarm: {name}")), "{told:?}");
    assert_eq!(harness.state().state().alarms.count(AlarmState::Alarm), 1);
    harness.state_mut().take(Command::Go(Screen::Alarms));
    until(&mut harness, "the history", |h| {
        let past = h.state().state().alarms.detail.past.value();
        past.is_some_and(|past| past.history.iter().any(|item| item.states().is_some_and(|(_, new)| new == "ALARM")))
    });
    see(&mut harness, "Threshold Crossed");
}

#[test]
fn an_alarm_is_tried_and_its_actions_are_switched_off_and_on() {
    let home = tempfile::tempdir().unwrap();
    let desktop = Desktop::default();
    let mut harness = at_the_alarms(home.path(), &desktop);
    let name = make(&mut harness, Recommended::Throttles, |_| {});
    click(&mut harness, "Test…");
    see(&mut harness, "The next evaluation, within a minute, puts back what the data say");
    click(&mut harness, "Set to In alarm");
    until(&mut harness, "the state", |h| h.state().state().alarms.find(&name).is_some_and(|alarm| alarm.state == "ALARM"));
    until(&mut harness, "the desktop is told", |_| desktop.0.lock().unwrap().iter().any(|title| title.starts_with("In alarm")));
    click(&mut harness, "Disable actions");
    until(&mut harness, "off", |h| h.state().state().alarms.find(&name).is_some_and(|alarm| !alarm.settings.actions_enabled));
    click(&mut harness, "Enable actions");
    until(&mut harness, "on", |h| h.state().state().alarms.find(&name).is_some_and(|alarm| alarm.settings.actions_enabled));
    run(&mut harness, AlarmsCommand::Ask(Dialog::Code(name, outcrop::aws::as_code::Dialect::Python)));
    see(&mut harness, "Python (boto3)");
}

#[test]
fn clean_up_removes_alarm_detector_and_topic_and_proves_it() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = at_the_alarms(home.path(), &Desktop::default());
    make(&mut harness, Recommended::Latency, |draft| {
        draft.band = true;
        draft.target = Target::New;
        draft.email = "ana@example.com".to_owned();
    });
    until(&mut harness, "who is told", |h| h.query_all_by_label_contains("ana@example.com (not confirmed yet)").next().is_some());
    assert_eq!(ledger(&mut harness).len(), 3, "alarm, detector, topic");
    harness.state_mut().take(Command::Go(Screen::Resources));
    until(&mut harness, "the ledger", |h| !h.state().is_busy());
    harness.state_mut().take(Command::Resources(ResourcesCommand::AskCleanUp));
    until(&mut harness, "the plan", |h| h.state().state().resources.cleaning == Cleaning::Asking && !h.state().is_busy());
    harness.state_mut().take(Command::Resources(ResourcesCommand::CleanUp));
    until(&mut harness, "the receipt", |h| matches!(h.state().state().resources.cleaning, Cleaning::Ended(_)));
    let Cleaning::Ended(receipt) = harness.state().state().resources.cleaning.clone() else { panic!("it has ended") };
    assert!(receipt.is_clean(), "{}", receipt.text());
    assert_eq!(receipt.lines.len(), 3);
    let done = operations(harness.state().state());
    let order = ["DeleteAlarms", "DeleteAnomalyDetector", "DeleteTopic"].map(|name| place_of(&done, name));
    assert!(order.is_sorted(), "{order:?}");
}
