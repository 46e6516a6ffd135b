//! CloudWatch Logs: log groups, streams, events and their search.
//!
//! Owns the groups of a Region with their events ([`State`]), the service's rules, limits and error texts. Other services of the sandbox
//! deliver through [`State::put_event`]. Not here: what a filter pattern means ([`crate::logs::filter_pattern`]).
//!
//! Where the service is eventually consistent (stored bytes, last event times), the sandbox is at once. Events past their retention are
//! invisible from that moment and are dropped with a later write to their group.

mod checks;
mod events;
mod filter;
mod groups;
mod page;
mod put;
mod read;
mod state;
mod streams;
mod tags;

pub use events::{Event, EventKey};
pub use state::{LogGroup, LogStream, State};

use super::Sandbox;
use super::api::{ApiError, CallContext, Operations};

/// The operations of this service.
pub const OPERATIONS: Operations = &[
    ("CreateLogGroup", groups::create),
    ("CreateLogStream", streams::create),
    ("DeleteLogGroup", groups::delete),
    ("DeleteLogStream", streams::delete),
    ("DeleteRetentionPolicy", groups::delete_retention),
    ("DescribeLogGroups", groups::describe),
    ("DescribeLogStreams", streams::describe),
    ("FilterLogEvents", filter::filter),
    ("GetLogEvents", read::get),
    ("ListTagsForResource", tags::list_for_resource),
    ("ListTagsLogGroup", tags::list_for_group),
    ("PutLogEvents", put::put),
    ("PutLogGroupDeletionProtection", groups::put_deletion_protection),
    ("PutRetentionPolicy", groups::put_retention),
    ("TagLogGroup", tags::tag_group),
    ("TagResource", tags::tag_resource),
    ("UntagLogGroup", tags::untag_group),
    ("UntagResource", tags::untag_resource),
];

/// Runs `look` on the caller's Region without marking it as changed.
fn view<T>(sandbox: &Sandbox, cx: &CallContext, look: impl FnOnce(&State) -> Result<T, ApiError>) -> Result<T, ApiError> {
    let world = sandbox.world();
    look(&world.region_view(&cx.region).logs)
}

/// Runs `change` on the caller's Region.
fn change<T>(sandbox: &Sandbox, cx: &CallContext, change: impl FnOnce(&mut State) -> Result<T, ApiError>) -> Result<T, ApiError> {
    change(&mut sandbox.world().region(&cx.region).logs)
}

#[cfg(test)]
mod tests;
