//! CloudWatch Logs: log groups, streams, events, their search and tail, metric filters, exports, queries.
//!
//! Owns the groups of a Region with their events ([`State`]), the service's rules, limits and error texts. Other services of the sandbox
//! deliver through [`State::put_event`]. Not here: what a filter pattern means ([`crate::logs::filter_pattern`]).
//!
//! Where the service is eventually consistent (stored bytes, last event times), the sandbox is at once. Events past their retention are
//! invisible from that moment and are dropped with a later write to their group.

mod checks;
mod definitions;
mod events;
mod export;
mod filter;
mod groups;
mod live_tail;
mod metric_filters;
mod page;
mod put;
mod queries;
mod read;
mod record;
mod state;
mod streams;
mod subscriptions;
mod tags;

pub use events::{Event, EventKey};
pub use state::{LogGroup, LogStream, State};

use super::Sandbox;
use super::api::{ApiError, CallContext, Operations, Streams};

/// The operations of this service.
pub const OPERATIONS: Operations = &[
    ("CancelExportTask", export::cancel),
    ("CreateExportTask", export::create),
    ("CreateLogGroup", groups::create),
    ("CreateLogStream", streams::create),
    ("DeleteLogGroup", groups::delete),
    ("DeleteLogStream", streams::delete),
    ("DeleteMetricFilter", metric_filters::delete),
    ("DeleteQueryDefinition", definitions::delete),
    ("DeleteRetentionPolicy", groups::delete_retention),
    ("DeleteSubscriptionFilter", subscriptions::delete),
    ("DescribeExportTasks", export::describe),
    ("DescribeLogGroups", groups::describe),
    ("DescribeLogStreams", streams::describe),
    ("DescribeMetricFilters", metric_filters::describe),
    ("DescribeQueries", queries::describe),
    ("DescribeQueryDefinitions", definitions::describe),
    ("DescribeSubscriptionFilters", subscriptions::describe),
    ("FilterLogEvents", filter::filter),
    ("GetLogEvents", read::get),
    ("GetLogGroupFields", record::of_group),
    ("GetLogRecord", record::get),
    ("GetQueryResults", queries::results),
    ("ListTagsForResource", tags::list_for_resource),
    ("ListTagsLogGroup", tags::list_for_group),
    ("PutLogEvents", put::put),
    ("PutLogGroupDeletionProtection", groups::put_deletion_protection),
    ("PutMetricFilter", metric_filters::put),
    ("PutQueryDefinition", definitions::put),
    ("PutRetentionPolicy", groups::put_retention),
    ("PutSubscriptionFilter", subscriptions::put),
    ("StartQuery", queries::start),
    ("StopQuery", queries::stop),
    ("TagLogGroup", tags::tag_group),
    ("TagResource", tags::tag_resource),
    ("TestMetricFilter", metric_filters::test),
    ("UntagLogGroup", tags::untag_group),
    ("UntagResource", tags::untag_resource),
];

/// The operations that answer with a stream of events.
pub const STREAMS: Streams = &[("StartLiveTail", live_tail::start)];

/// Does what is due: metrics of metric filters, exports.
pub(super) fn beat(sandbox: &Sandbox) {
    export::beat(sandbox);
    let now = sandbox.clock().now();
    let mut world = sandbox.world();
    let waiting: Vec<String> = world.regions.iter().filter(|(_, region)| region.logs.has_samples()).map(|(name, _)| name.clone()).collect();
    for region in waiting {
        metric_filters::publish(world.region(&region), now);
    }
}

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
