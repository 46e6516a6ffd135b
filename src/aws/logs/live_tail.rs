//! `StartLiveTail`: what arrives in log groups, as it arrives.

use aws_sdk_cloudwatchlogs::operation::start_live_tail::StartLiveTailOutput;
use aws_sdk_cloudwatchlogs::types::error::StartLiveTailResponseStreamError as StreamError;
use aws_sdk_cloudwatchlogs::types::{LiveTailSessionLogEvent, LiveTailSessionUpdate, StartLiveTailResponseStream};
use serde::Serialize;

use crate::aws::classify::{stream_ended_early, stream_failed};
use crate::aws::error::{AwsError, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::{Clients, Session};

/// Starts a Live Tail session. Plan it like any operation; run it with [`live_tail`], which reads the stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StartLiveTail {
    /// ARNs of one to ten log groups, see [`group_arn_at`].
    pub log_group_identifiers: Vec<String>,
    /// Only streams whose names begin so; with one log group alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log_stream_name_prefixes: Vec<String>,
    /// Filter pattern; `None` is everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_event_filter_pattern: Option<String>,
}

/// Most log groups of a session.
pub const MAX_TAILED_GROUPS: usize = 10;

/// ARN of the log group `name` as Live Tail wants it: whole, without `:*` at its end. `caller` is the ARN of the caller, which names the partition.
pub fn group_arn_at(caller: &str, region: &str, account: &str, name: &str) -> String {
    let partition = caller.split(':').nth(1).filter(|part| !part.is_empty()).unwrap_or("aws");
    format!("arn:{partition}:logs:{region}:{account}:log-group:{name}")
}

impl Operation for StartLiveTail {
    /// The SDK's open stream.
    type Output = Box<StartLiveTailOutput>;
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "StartLiveTail";

    fn permissions(&self) -> Vec<Permission> {
        self.log_group_identifiers.iter().map(|arn| Permission::new("logs:StartLiveTail", arn)).collect()
    }

    async fn send(self, clients: &Clients) -> Result<Box<StartLiveTailOutput>, AwsError> {
        let prefixes = Some(self.log_stream_name_prefixes).filter(|prefixes| !prefixes.is_empty());
        let call = clients.logs.start_live_tail().set_log_group_identifiers(Some(self.log_group_identifiers));
        let call = call.set_log_stream_name_prefixes(prefixes).set_log_event_filter_pattern(self.log_event_filter_pattern);
        call.send().await.map(Box::new).map_err(failed::<Self, _>)
    }
}

/// What a session tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TailUpdate {
    /// The session has started; events that arrive from now on are sent.
    Started {
        /// Id of the session.
        session_id: String,
    },
    /// About a second has passed.
    Second {
        /// What arrived; at most 500 events.
        events: Vec<TailedEvent>,
        /// Whether more arrived than is sent.
        sampled: bool,
    },
}

/// A log event of a session. Live Tail gives no id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TailedEvent {
    /// Name of the log group.
    pub group: String,
    /// Name of the stream.
    pub stream: String,
    /// The event's own time, milliseconds since the epoch.
    pub timestamp_ms: i64,
    /// When it arrived, milliseconds since the epoch.
    pub ingestion_ms: i64,
    /// What it says.
    pub message: String,
}

impl From<LiveTailSessionLogEvent> for TailedEvent {
    fn from(event: LiveTailSessionLogEvent) -> Self {
        // `ACCOUNT:GROUP`.
        let group = event.log_group_identifier.unwrap_or_default();
        Self {
            group: group.split_once(':').map_or(group.as_str(), |(_, name)| name).to_owned(),
            stream: event.log_stream_name.unwrap_or_default(),
            timestamp_ms: event.timestamp.unwrap_or_default(),
            ingestion_ms: event.ingestion_time.unwrap_or_default(),
            message: event.message.unwrap_or_default(),
        }
    }
}

/// An open session. Dropping it ends the session.
#[derive(Debug)]
pub struct LiveTail {
    stream: Box<StartLiveTailOutput>,
    ended: bool,
}

/// Starts a session. The call is recorded when AWS has taken it, not when the session ends: a tail may run for hours.
pub async fn live_tail(session: &Session, ask: StartLiveTail) -> Result<LiveTail, AwsError> {
    let (outcome, recording) = session.begin(ask).await;
    recording.finish(outcome.as_ref().err());
    outcome.map(|stream| LiveTail { stream, ended: false })
}

impl LiveTail {
    /// The next update. After an error there is nothing more.
    ///
    /// AWS never ends a session without saying why: a stream that just ends is [`crate::aws::error::ErrorKind::BrokenStream`]. Dropping the
    /// future loses nothing.
    pub async fn next(&mut self) -> Result<TailUpdate, AwsError> {
        while !self.ended {
            match self.stream.response_stream.recv().await {
                Ok(Some(StartLiveTailResponseStream::SessionStart(start))) => {
                    return Ok(TailUpdate::Started { session_id: start.session_id.unwrap_or_default() });
                }
                Ok(Some(StartLiveTailResponseStream::SessionUpdate(update))) => return Ok(second(update)),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    self.ended = true;
                    return Err(stream_failed::<StartLiveTail, _>(&error, error_code));
                }
            }
        }
        self.ended = true;
        Err(stream_ended_early::<StartLiveTail>())
    }
}

fn second(update: LiveTailSessionUpdate) -> TailUpdate {
    TailUpdate::Second {
        sampled: update.session_metadata.is_some_and(|metadata| metadata.sampled),
        events: update.session_results.unwrap_or_default().into_iter().map(TailedEvent::from).collect(),
    }
}

/// The name of an error that came as an event.
fn error_code(error: &StreamError) -> &'static str {
    match error {
        StreamError::SessionTimeoutException(_) => "SessionTimeoutException",
        StreamError::SessionStreamingException(_) => "SessionStreamingException",
        _ => "UnknownStreamError",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::operation::PlannedCall;

    #[test]
    fn the_plan_names_whole_arns_and_what_is_needed() {
        let arn = group_arn_at("arn:aws-cn:sts::123456789012:assumed-role/R/S", "cn-north-1", "123456789012", "/my/logs");
        let ask = StartLiveTail { log_group_identifiers: vec![arn.clone()], ..StartLiveTail::default() };
        let plan = PlannedCall::of(&ask);
        assert_eq!(arn, "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/my/logs");
        assert_eq!(plan.cli, format!("aws logs start-live-tail --log-group-identifiers '[\"{arn}\"]'"));
        assert_eq!(plan.permissions, [Permission::new("logs:StartLiveTail", arn)]);
    }

    #[test]
    fn the_account_before_the_groups_name_goes() {
        let event = LiveTailSessionLogEvent::builder().log_group_identifier("123456789012:/aws/x:y").message("m").build();
        assert_eq!(TailedEvent::from(event).group, "/aws/x:y");
    }
}
