//! `StartLiveTail`: a stream of what arrives in up to ten log groups, an update each second.
//!
//! Seconds are the wall's also when the sandbox's clock runs fast: the client behind the stream lives at the wall.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::change;
use super::checks::{self, INVALID, invalid};
use super::filter::pattern_at;
use super::state::{Arrival, State};
use crate::logs::filter_pattern::FilterPattern;
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, CallContext, Response};
use crate::sandbox::input::Input;
use crate::sandbox::wire::eventstream::{self, Disconnected, EventSender};

/// Most groups of a session, and most streams or prefixes.
const MAX_GROUPS: usize = 10;
const MAX_STREAMS: usize = 100;
/// Most sessions at a time in an account.
const MAX_SESSIONS: usize = 15;
/// Most events of an update; of more a sample is sent.
const MAX_EVENTS: usize = 500;
/// Updates that wait for a slow reader before the oldest is dropped.
const MAX_WAITING: usize = 10;
/// Seconds between updates, and how many there are until the session ends: three hours.
const EVERY: Duration = Duration::from_secs(1);
const MAX_UPDATES: u32 = 10_800;
/// Content type of events of a service that speaks AWS JSON 1.1.
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// What a session is about.
struct Session {
    region: String,
    account: String,
    /// Names of the groups and the ARNs by which they were asked for.
    groups: Vec<(String, String)>,
    streams: Streams,
    pattern: FilterPattern,
    /// The last arrival that was looked at.
    seen: u64,
}

/// Which streams.
enum Streams {
    All,
    Named(Vec<String>),
    Prefixed(Vec<String>),
}

impl Streams {
    fn include(&self, stream: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|name| name == stream),
            Self::Prefixed(prefixes) => prefixes.iter().any(|prefix| stream.starts_with(prefix)),
        }
    }
}

/// Starts a session, which goes on in a task of its own until the reader leaves or three hours have passed.
pub(in crate::sandbox) fn start(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> Result<Response, ApiError> {
    let input = Input::new(value, INVALID);
    let mut session = Session::of(&input, cx)?;
    change(sandbox, cx, |state| {
        for (group, _) in &session.groups {
            super::read::check_readable(state.existing(group)?, "StartLiveTail")?;
        }
        session.seen = state.last_arrival();
        state.open_session(MAX_SESSIONS)
    })?;
    let first = json!({
        "requestId": cx.request_id, "sessionId": sandbox.new_id(),
        "logGroupIdentifiers": session.groups.iter().map(|(_, arn)| arn).collect::<Vec<_>>(),
        "logStreamNames": input.get("logStreamNames").cloned().unwrap_or_else(|| json!([])),
        "logStreamNamePrefixes": input.get("logStreamNamePrefixes").cloned().unwrap_or_else(|| json!([])),
        "logEventFilterPattern": input.opt_str("logEventFilterPattern")?.unwrap_or_default(),
    });
    let (sender, body) = eventstream::channel_of(1, CONTENT_TYPE);
    tokio::spawn(run(sandbox.clone(), session, sender, first));
    Ok(eventstream::response(body))
}

impl Session {
    fn of(input: &Input<'_>, cx: &CallContext) -> Result<Self, ApiError> {
        let arns = input.strings("logGroupIdentifiers")?;
        if arns.is_empty() || arns.len() > MAX_GROUPS {
            let constraint = "Member must have length between 1 and 10";
            return Err(input.invalid("logGroupIdentifiers", &format!("[{}]", arns.join(", ")), constraint));
        }
        let group = |arn: &&str| {
            if !arn.starts_with("arn:") || arn.ends_with('*') {
                return Err(invalid(format!("Invalid logGroupIdentifier: {arn}. Specify the ARN of a log group, without :* at its end.")));
            }
            Ok((checks::group_of_arn(cx, arn)?.to_owned(), (*arn).to_owned()))
        };
        let groups = arns.iter().map(group).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            streams: streams(input, groups.len())?,
            region: cx.region.clone(),
            account: cx.account.clone(),
            groups,
            pattern: pattern_at(input, "logEventFilterPattern")?,
            seen: 0,
        })
    }

    /// The update on what has arrived since the one before.
    fn update(&mut self, state: &State) -> Value {
        let pattern = &self.pattern;
        let asked =
            |arrival: &&Arrival| self.groups.iter().any(|(group, _)| **group == *arrival.group) && self.streams.include(&arrival.stream);
        let found: Vec<&Arrival> =
            state.arrivals_after(self.seen).filter(asked).filter(|arrival| pattern.matches(&arrival.message)).collect();
        self.seen = state.last_arrival();
        let sampled = found.len() > MAX_EVENTS;
        let step = found.len().div_ceil(MAX_EVENTS).max(1);
        let shown: Vec<Value> = found.iter().step_by(step).map(|arrival| self.described(arrival)).collect();
        json!({ "sessionMetadata": { "sampled": sampled }, "sessionResults": shown })
    }

    fn described(&self, arrival: &Arrival) -> Value {
        json!({
            "logStreamName": &*arrival.stream,
            "logGroupIdentifier": format!("{}:{}", self.account, arrival.group),
            "message": &*arrival.message,
            "timestamp": arrival.at_ms,
            "ingestionTime": arrival.ingested_ms,
        })
    }
}

fn streams(input: &Input<'_>, groups: usize) -> Result<Streams, ApiError> {
    let (names, prefixes) = (input.strings("logStreamNames")?, input.strings("logStreamNamePrefixes")?);
    if (!names.is_empty() || !prefixes.is_empty()) && groups > 1 {
        return Err(invalid("Log streams can be specified only when a single log group is specified."));
    }
    for (name, list) in [("logStreamNames", &names), ("logStreamNamePrefixes", &prefixes)] {
        if list.len() > MAX_STREAMS {
            return Err(input.invalid(name, &format!("{} items", list.len()), "Member must have length less than or equal to 100"));
        }
        list.iter().try_for_each(|stream| checks::check_stream_name(input, name, stream))?;
    }
    let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
    match (names.is_empty(), prefixes.is_empty()) {
        (false, false) => Err(invalid("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.")),
        (false, true) => Ok(Streams::Named(owned(names))),
        (true, false) => Ok(Streams::Prefixed(owned(prefixes))),
        (true, true) => Ok(Streams::All),
    }
}

/// Sends until the reader has gone or the time is over.
async fn run(sandbox: Sandbox, mut session: Session, sender: EventSender, first: Value) {
    let region = session.region.clone();
    if send_all(&sandbox, &mut session, &sender, &first).await.is_err() {
        tracing::debug!("the reader of a live tail has gone");
    }
    if let Some(region) = sandbox.world().regions.get_mut(&region) {
        region.logs.close_session();
    }
}

async fn send_all(sandbox: &Sandbox, session: &mut Session, sender: &EventSender, first: &Value) -> Result<(), Disconnected> {
    sender.send("initial-response", &json!({})).await?;
    sender.send("sessionStart", first).await?;
    let mut waiting = VecDeque::new();
    for _ in 0..MAX_UPDATES {
        wait(sandbox).await;
        let update = session.update(&sandbox.world().region_view(&session.region).logs);
        waiting.push_back(update);
        if waiting.len() > MAX_WAITING {
            waiting.pop_front();
        }
        send_what_fits(&mut waiting, sender)?;
    }
    sender.exception("SessionTimeoutException", "The session has ended: it was open for three hours.").await
}

/// Waits a second of the wall: on the sandbox's clock where that is paced over one, else on the machine's own, as a clock that stands still until
/// it is moved says nothing about the client.
async fn wait(sandbox: &Sandbox) {
    match sandbox.pacer() {
        Some(pacer) => sandbox.clock().sleep(EVERY.mul_f64(pacer.speed())).await,
        None => tokio::time::sleep(EVERY).await,
    }
}

fn send_what_fits(waiting: &mut VecDeque<Value>, sender: &EventSender) -> Result<(), Disconnected> {
    while let Some(update) = waiting.front() {
        if !sender.try_send("sessionUpdate", update)? {
            return Ok(());
        }
        waiting.pop_front();
    }
    Ok(())
}

impl Arrival {
    pub(super) fn new(group: &str, stream: &Arc<str>, at_ms: i64, ingested_ms: i64, message: &Arc<str>, sequence: u64) -> Self {
        Self { sequence, group: group.into(), stream: Arc::clone(stream), at_ms, ingested_ms, message: Arc::clone(message) }
    }
}
