use super::*;
use crate::app::{Command, Effect, Event, State, reduce};
use crate::base::clock::timestamp_ms;
use crate::lab::ledger::Entry;
use crate::lab::receipt::Line;

fn standing(event: Happened, resource: Resource) -> Standing {
    let last = Entry {
        at: timestamp_ms(1_000),
        lab: "lab".to_owned(),
        step: "step".to_owned(),
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
        event,
        resource,
    };
    Standing { last, intended_at: None }
}

fn group(event: Happened, name: &str) -> Standing {
    standing(event, Resource::LogGroup { name: name.to_owned() })
}

fn run(state: &mut State, command: ResourcesCommand) -> Vec<Effect> {
    reduce(state, Command::Resources(command))
}

fn receipt() -> Arc<Receipt> {
    let line = Line {
        resource: Resource::Role { name: "r".to_owned() },
        found: Found::Gone,
        text: "gone".to_owned(),
        proof: "aws iam list-roles".to_owned(),
    };
    Arc::new(Receipt { at: timestamp_ms(2_000), lines: vec![line], kept: Vec::new(), elsewhere: Vec::new() })
}

#[test]
fn what_is_removed_is_ours_here_and_in_order() {
    let role = standing(Happened::Created, Resource::Role { name: "r".to_owned() });
    let mut far = group(Happened::Created, "far");
    far.last.region = "eu-west-1".to_owned();
    let inventory = Inventory {
        standing: vec![role, group(Happened::Intent, "a"), group(Happened::Borrowed, "b"), group(Happened::Removed, "c"), far],
        ..Inventory::default()
    };
    let names: Vec<_> = inventory.to_remove("123456789012", "us-east-1").iter().map(|s| s.resource().name().to_owned()).collect();
    assert_eq!(names, ["a", "r"]);
    assert_eq!(inventory.outstanding(), 3);
}

#[test]
fn nothing_is_removed_without_a_yes() {
    let mut state = State::default();
    assert!(run(&mut state, ResourcesCommand::CleanUp).is_empty());
    run(&mut state, ResourcesCommand::AskCleanUp);
    assert_eq!(state.resources.cleaning, Cleaning::Asking);
    assert_eq!(run(&mut state, ResourcesCommand::CleanUp), [Effect::Resources(ResourcesEffect::CleanUp)]);
    assert!(run(&mut state, ResourcesCommand::CleanUp).is_empty(), "it runs once");
}

#[test]
fn a_stopped_clean_up_stays_stopped_and_reads_what_is_left() {
    let mut state = State::default();
    run(&mut state, ResourcesCommand::AskCleanUp);
    run(&mut state, ResourcesCommand::CleanUp);
    let effects = run(&mut state, ResourcesCommand::Stop);
    assert_eq!(effects, [Effect::Resources(ResourcesEffect::StopCleanUp), Effect::Resources(ResourcesEffect::Read)]);
    reduce(&mut state, Event::Resources(ResourcesEvent::Cleaned(Ok(receipt()))));
    assert_eq!(state.resources.cleaning, Cleaning::Stopped);
}

#[test]
fn the_receipt_is_the_newest_proof_and_can_be_kept() {
    let mut state = State::default();
    run(&mut state, ResourcesCommand::AskCleanUp);
    run(&mut state, ResourcesCommand::CleanUp);
    reduce(&mut state, Event::Resources(ResourcesEvent::Cleaned(Ok(receipt()))));
    let proof = state.resources.proof.value().unwrap();
    assert_eq!(found(proof, &Resource::Role { name: "r".to_owned() }), Some((Found::Gone, "gone")));
    let effects = run(&mut state, ResourcesCommand::SaveReceipt);
    assert!(matches!(effects.as_slice(), [Effect::Resources(ResourcesEffect::Save { text, .. })] if text.contains("Nothing is left")));
}

#[test]
fn links_and_arns_name_account_and_region() {
    let group = group(Happened::Created, "/aws/lab");
    assert_eq!(arn(&group, "aws").as_deref(), Some("arn:aws:logs:us-east-1:123456789012:log-group:/aws/lab"));
    assert!(console_url(&group).unwrap().ends_with("log-group/$252Faws$252Flab"));
    assert!(cost(group.resource()).contains("GB"));
}
