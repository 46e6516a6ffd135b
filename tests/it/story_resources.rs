//! What was made can be seen, proven, removed and its removal proven.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use outcrop::app::resources::Cleaning;
use outcrop::app::window::App;
use outcrop::app::{Command, Screen};
use outcrop::aws::iam::ListRoles;
use outcrop::aws::logs::DescribeLogGroups;
use outcrop::aws::s3::ListBuckets;

use crate::story_place::{Place, REGION};
use crate::support::{click, see, until};

fn at_resources(place: &Place) -> Harness<'static, App> {
    let mut harness = place.open();
    until(&mut harness, "the sandbox", |h| h.state().state().connection.is_sandbox());
    harness.state_mut().take(Command::Go(Screen::Resources));
    until(&mut harness, "the ledger", |h| h.state().state().resources.inventory.value().is_some());
    harness.run();
    harness
}

fn outstanding(harness: &Harness<'_, App>) -> usize {
    harness.state().state().resources.inventory.value().map_or(0, |inventory| inventory.outstanding())
}

#[test]
fn clean_up_names_what_it_deletes_and_leaves_nothing() {
    let place = Place::with_logging();
    let mut harness = at_resources(&place);
    let made = outstanding(&harness);
    assert!(made >= 4, "{made}");
    click(&mut harness, "Clean up…");
    see(&mut harness, "These will be deleted");
    see(&mut harness, "log group bedrock");
    until(&mut harness, "the ledger again", |h| !h.state().state().resources.inventory.is_loading());
    click(&mut harness, &format!("Delete {made} resources"));
    until(&mut harness, "the receipt", |h| matches!(h.state().state().resources.cleaning, Cleaning::Ended(_)));
    see(&mut harness, "Nothing is left");
    until(&mut harness, "an empty ledger", |h| outstanding(h) == 0);
    assert!(place.wait(place.session.run(ListBuckets {})).unwrap().is_empty());
    assert!(place.wait(place.session.run(DescribeLogGroups { prefix: None })).unwrap().is_empty());
    let roles = place.wait(place.session.run(ListRoles { path_prefix: None })).unwrap();
    assert!(!roles.iter().any(|role| role.name.contains("outcrop")), "{roles:?}");
    click(&mut harness, "Write the receipt into a file");
    let exports = place.home().join("exports");
    until(&mut harness, "the file", |_| std::fs::read_dir(&exports).is_ok_and(|mut files| files.next().is_some()));
}

#[test]
fn keeping_everything_keeps_everything() {
    let place = Place::with_logging();
    let mut harness = at_resources(&place);
    let made = outstanding(&harness);
    click(&mut harness, "Clean up…");
    click(&mut harness, "Keep everything");
    harness.run();
    assert_eq!((&harness.state().state().resources.cleaning, outstanding(&harness)), (&Cleaning::Idle, made));
}

#[test]
fn a_look_at_aws_tells_what_is_there_and_what_is_not() {
    let place = Place::with_logging();
    let mut harness = at_resources(&place);
    place.sandbox.world().region(REGION).logs = outcrop::sandbox::logs::State::default();
    click(&mut harness, "Verify now");
    until(&mut harness, "the outcome", |h| h.state().state().resources.proof.value().is_some());
    harness.run();
    assert!(harness.query_all_by_label_contains("not there").next().is_some(), "the log group is gone");
    let proof = harness.state().state().resources.proof.value().unwrap();
    assert!(proof.left().count() >= 2, "{proof:?}");
}
