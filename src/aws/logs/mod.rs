//! CloudWatch Logs: log groups, streams, events.

mod events;
mod groups;

pub use events::{
    CreateLogStream, DeleteLogStream, DescribeLogStreams, EventPage, FilterLogEvents, GetLogEvents, InputEvent, LogEvent, LogStream,
    PutLogEvents,
};
pub use groups::{
    CreateLogGroup, DeleteLogGroup, DeleteRetentionPolicy, DescribeLogGroups, ListTagsForResource, LogGroup, PutRetentionPolicy,
    TagResource,
};

/// ARN of a log group in a permission; Region and account are left open.
fn group_arn(log_group_name: &str) -> String {
    format!("arn:aws:logs:*:*:log-group:{log_group_name}")
}

/// ARN of a log stream in a permission.
fn stream_arn(log_group_name: &str, log_stream_name: &str) -> String {
    format!("{}:log-stream:{log_stream_name}", group_arn(log_group_name))
}
