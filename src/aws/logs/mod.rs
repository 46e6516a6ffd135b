//! CloudWatch Logs: log groups, streams, events, Logs Insights queries.

mod events;
mod groups;
mod live_tail;
mod queries;

pub use events::{
    CreateLogStream, DeleteLogStream, DescribeLogStreams, EventPage, FilterLogEvents, GetLogEvents, InputEvent, LogEvent, LogStream,
    PutLogEvents,
};
pub use groups::{
    CreateLogGroup, DeleteLogGroup, DeleteRetentionPolicy, DescribeLogGroups, ListTagsForResource, LogGroup, PutRetentionPolicy,
    TagResource,
};
pub use live_tail::{LiveTail, MAX_TAILED_GROUPS, StartLiveTail, TailUpdate, TailedEvent, group_arn_at, live_tail};

pub use queries::{
    DeleteQueryDefinition, DescribeQueryDefinitions, GetLogRecord, GetQueryResults, PutQueryDefinition, QueryDefinition, QueryPage,
    QueryStatus, StartQuery, StopQuery,
};

/// ARN of a log group in a permission; Region and account are left open.
fn group_arn(log_group_name: &str) -> String {
    format!("arn:aws:logs:*:*:log-group:{log_group_name}")
}

/// ARN of a log stream in a permission.
fn stream_arn(log_group_name: &str, log_stream_name: &str) -> String {
    format!("{}:log-stream:{log_stream_name}", group_arn(log_group_name))
}
