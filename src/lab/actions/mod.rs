//! The actions that steps are made of, one file each, and their registry.
//!
//! A lab names them; a new lab needs no Rust as long as it uses these.

mod alarms;
mod bucket;
mod bucket_checks;
mod clean_up;
mod invocation_logging;
mod invoke_model;
mod live_tail;
mod log_group;
mod metrics;
mod records;
mod run_queries;
mod service_role;
mod where_to_work;

pub use super::action::Action;
pub use bucket_checks::not_before;
pub use invocation_logging::same_destinations;

use super::action::ApplyError;
use super::form::{ExistingKind, Note, Values};
use super::status::Remedy;
use super::{facts::Facts, names};
use crate::aws::error::{AwsError, ErrorKind};

/// Every action.
const ALL: [&dyn Action; 11] = [
    &where_to_work::WhereToWork,
    &log_group::LogGroup,
    &bucket::Bucket,
    &service_role::ServiceRole,
    &invocation_logging::InvocationLogging,
    &invoke_model::InvokeModel,
    &run_queries::RunQueries,
    &live_tail::FollowTail,
    &metrics::Metrics,
    &alarms::Alarms,
    &clean_up::CleanUp,
];

/// The tag on everything that the lab makes and that can carry one.
pub const TAG: (&str, &str) = ("outcrop", "lab");

/// The action of this name.
pub fn find(name: &str) -> Option<&'static dyn Action> {
    ALL.into_iter().find(|action| action.name() == name)
}

/// The names of all actions.
pub fn names() -> Vec<&'static str> {
    ALL.iter().map(|action| action.name()).collect()
}

/// "Not found" as an answer instead of an error.
fn found<T>(outcome: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The name in a form that either makes something or takes what exists.
fn chosen_name(values: &Values) -> String {
    values.text(if takes_existing(values) { "existing" } else { "name" }).to_owned()
}

fn takes_existing(values: &Values) -> bool {
    values.is("use", "existing")
}

/// What to say about the name of something to be made: the service's rule first, then whether it is free.
fn judge_new_name(problem: Option<String>, facts: &Facts, kind: ExistingKind, name: &str, ours: bool, max: usize) -> Note {
    let length = name.chars().count();
    match (problem, facts.has(kind, name)) {
        (Some(problem), _) => Note::problem("name", problem),
        (None, _) if ours => Note::good("name", "made by this lab, will be used again"),
        (None, Some(true)) => Note::warning("name", "exists already; if it is not from this lab you will be asked what to do"),
        (None, Some(false)) => Note::good("name", format!("free in this account, {length} of {max} characters")),
        (None, None) => Note::good("name", format!("{length} of {max} characters")),
    }
}

/// What to say about the name of something that shall exist.
fn judge_existing(field: &'static str, facts: &Facts, kind: ExistingKind, name: &str) -> Option<Note> {
    let thing = match kind {
        ExistingKind::LogGroup => "log group",
        ExistingKind::Bucket => "bucket",
        ExistingKind::Role => "role",
        ExistingKind::Model => "model",
    };
    match facts.has(kind, name) {
        _ if name.is_empty() => Some(Note::problem(field, format!("Choose a {thing}"))),
        Some(false) => Some(Note::problem(field, format!("There is no {thing} of this name here"))),
        Some(true) => None,
        None => Some(Note::warning(field, "The list could not be read: make sure that the name is right")),
    }
}

/// The question when something of the same name is in the way: take it, or take another name.
fn in_the_way(what: String, name: &str, why: &str) -> ApplyError {
    let other = names::next_name(name);
    let set = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    ApplyError::Foreign {
        what,
        why: why.to_owned(),
        choices: vec![
            Remedy::SetValues { label: "Use it as it is".to_owned(), values: vec![set("use", "existing"), set("existing", name)] },
            Remedy::SetValues { label: format!("Create {other} instead"), values: vec![set("name", &other)] },
        ],
    }
}
