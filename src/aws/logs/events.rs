//! Log streams and their events.

use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use serde::{Deserialize, Serialize};

use super::{group_arn, stream_arn};
use crate::aws::convert::{local_error, unbuildable};
use crate::aws::error::{AwsError, ErrorKind, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::Clients;

/// An operation on one log stream.
macro_rules! stream_operation {
    ($(#[$doc:meta])* $name:ident by $method:ident needs $action:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            /// Name of the log group.
            pub log_group_name: String,
            /// Name of the stream.
            pub log_stream_name: String,
        }

        impl Operation for $name {
            type Output = ();
            const SERVICE: Service = Service::Logs;
            const NAME: &'static str = stringify!($name);

            fn permissions(&self) -> Vec<Permission> {
                vec![Permission::new($action, stream_arn(&self.log_group_name, &self.log_stream_name))]
            }

            async fn send(self, clients: &Clients) -> Result<(), AwsError> {
                let call = clients.logs.$method().log_group_name(self.log_group_name).log_stream_name(self.log_stream_name);
                call.send().await.map_err(failed::<Self, _>)?;
                Ok(())
            }
        }
    };
}

stream_operation! {
    /// Creates a log stream.
    CreateLogStream by create_log_stream needs "logs:CreateLogStream"
}

stream_operation! {
    /// Deletes a log stream with its events.
    DeleteLogStream by delete_log_stream needs "logs:DeleteLogStream"
}

/// Lists the streams of a log group, all pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeLogStreams {
    /// Name of the log group.
    pub log_group_name: String,
    /// Only names that begin so.
    #[serde(rename = "logStreamNamePrefix", skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}

/// A log stream; its times are milliseconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogStream {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// When it was created.
    pub created_ms: Option<i64>,
    /// Time of the oldest event.
    pub first_event_ms: Option<i64>,
    /// Time of the newest event, which AWS updates with a delay.
    pub last_event_ms: Option<i64>,
    /// When the newest event arrived.
    pub last_ingestion_ms: Option<i64>,
}

impl Operation for DescribeLogStreams {
    type Output = Vec<LogStream>;
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "DescribeLogStreams";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:DescribeLogStreams", group_arn(&self.log_group_name))]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<LogStream>, AwsError> {
        let call = clients.logs.describe_log_streams().log_group_name(self.log_group_name).set_log_stream_name_prefix(self.prefix);
        let streams = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.map_err(failed::<Self, _>)?;
        let stream = |stream: aws_sdk_cloudwatchlogs::types::LogStream| LogStream {
            name: stream.log_stream_name.unwrap_or_default(),
            arn: stream.arn.unwrap_or_default(),
            created_ms: stream.creation_time,
            first_event_ms: stream.first_event_timestamp,
            last_event_ms: stream.last_event_timestamp,
            last_ingestion_ms: stream.last_ingestion_time,
        };
        Ok(streams.into_iter().map(stream).collect())
    }
}

/// Writes events to a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PutLogEvents {
    /// Name of the log group.
    pub log_group_name: String,
    /// Name of the stream.
    pub log_stream_name: String,
    /// Events, oldest first; at most 10,000 and 1 MB in all.
    pub log_events: Vec<InputEvent>,
}

/// An event to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputEvent {
    /// Time, milliseconds since the epoch.
    #[serde(rename = "timestamp")]
    pub timestamp_ms: i64,
    /// Text.
    pub message: String,
}

impl Operation for PutLogEvents {
    type Output = ();
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "PutLogEvents";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:PutLogEvents", stream_arn(&self.log_group_name, &self.log_stream_name))]
    }

    /// An event that the service takes but drops (too old, too new) is a failure with code `RejectedLogEvents`.
    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let event = |event: InputEvent| InputLogEvent::builder().timestamp(event.timestamp_ms).message(event.message).build();
        let events = self.log_events.into_iter().map(event).collect::<Result<Vec<_>, _>>().map_err(unbuildable::<Self>)?;
        let call = clients.logs.put_log_events().log_group_name(self.log_group_name).log_stream_name(self.log_stream_name);
        let reply = call.set_log_events(Some(events)).send().await.map_err(failed::<Self, _>)?;
        match reply.rejected_log_events_info {
            None => Ok(()),
            Some(info) => Err(local_error::<Self>(ErrorKind::Invalid, "RejectedLogEvents", format!("Events were dropped: {info:?}"))),
        }
    }
}

/// A log event; its times are milliseconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEvent {
    /// Id, unique in the account; empty where the operation gives none.
    pub id: String,
    /// Time that the event carries.
    pub timestamp_ms: i64,
    /// When it arrived.
    pub ingestion_ms: i64,
    /// Name of its stream.
    pub stream: String,
    /// Text, untouched.
    pub message: String,
}

/// Events, and where to go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventPage {
    /// The events.
    pub events: Vec<LogEvent>,
    /// Token of the next page, if there may be more.
    pub next_token: Option<String>,
}

/// Reads one stream in order, one page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetLogEvents {
    /// Name of the log group.
    pub log_group_name: String,
    /// Name of the stream.
    pub log_stream_name: String,
    /// From this time on, milliseconds since the epoch.
    #[serde(rename = "startTime", skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<i64>,
    /// Up to this time, exclusive.
    #[serde(rename = "endTime", skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<i64>,
    /// Most events of the page, up to 10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Whether to begin with the oldest events rather than the newest.
    pub start_from_head: bool,
    /// Token of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for GetLogEvents {
    /// The token is that of the next page forward; at the end it repeats the one that was sent.
    type Output = EventPage;
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "GetLogEvents";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:GetLogEvents", stream_arn(&self.log_group_name, &self.log_stream_name))]
    }

    async fn send(self, clients: &Clients) -> Result<EventPage, AwsError> {
        let call = clients.logs.get_log_events().log_group_name(self.log_group_name).log_stream_name(&self.log_stream_name);
        let call = call.set_start_time(self.start_ms).set_end_time(self.end_ms).set_limit(self.limit.map(|limit| limit as i32));
        let call = call.start_from_head(self.start_from_head).set_next_token(self.next_token);
        let reply = call.send().await.map_err(failed::<Self, _>)?;
        let event = |event: aws_sdk_cloudwatchlogs::types::OutputLogEvent| LogEvent {
            id: String::new(),
            timestamp_ms: event.timestamp.unwrap_or_default(),
            ingestion_ms: event.ingestion_time.unwrap_or_default(),
            stream: self.log_stream_name.clone(),
            message: event.message.unwrap_or_default(),
        };
        let events = reply.events.unwrap_or_default().into_iter().map(event).collect();
        Ok(EventPage { events, next_token: reply.next_forward_token })
    }
}

/// Searches the streams of a log group, one page. A page may be empty and still have a next one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilterLogEvents {
    /// Name of the log group.
    pub log_group_name: String,
    /// Only these streams; empty is all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log_stream_names: Vec<String>,
    /// Filter pattern; `None` is everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_pattern: Option<String>,
    /// From this time on, milliseconds since the epoch.
    #[serde(rename = "startTime", skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<i64>,
    /// Up to this time, exclusive.
    #[serde(rename = "endTime", skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<i64>,
    /// Most events of the page, up to 10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Token of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for FilterLogEvents {
    type Output = EventPage;
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "FilterLogEvents";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:FilterLogEvents", group_arn(&self.log_group_name))]
    }

    async fn send(self, clients: &Clients) -> Result<EventPage, AwsError> {
        let streams = Some(self.log_stream_names).filter(|names| !names.is_empty());
        let call = clients.logs.filter_log_events().log_group_name(self.log_group_name).set_log_stream_names(streams);
        let call = call.set_filter_pattern(self.filter_pattern).set_start_time(self.start_ms).set_end_time(self.end_ms);
        let call = call.set_limit(self.limit.map(|limit| limit as i32)).set_next_token(self.next_token);
        let reply = call.send().await.map_err(failed::<Self, _>)?;
        let event = |event: aws_sdk_cloudwatchlogs::types::FilteredLogEvent| LogEvent {
            id: event.event_id.unwrap_or_default(),
            timestamp_ms: event.timestamp.unwrap_or_default(),
            ingestion_ms: event.ingestion_time.unwrap_or_default(),
            stream: event.log_stream_name.unwrap_or_default(),
            message: event.message.unwrap_or_default(),
        };
        let events = reply.events.unwrap_or_default().into_iter().map(event).collect();
        Ok(EventPage { events, next_token: reply.next_token })
    }
}
