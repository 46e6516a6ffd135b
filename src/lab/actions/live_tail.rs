//! A Live Tail that catches an invocation made while it runs. Followed by the person, or here.

use async_trait::async_trait;

use super::run_queries::{model_name, unwritten};
use super::{found, invoke_model, judge_existing, records};
use crate::aws::bedrock::GetModelInvocationLoggingConfiguration;
use crate::aws::error::AwsError;
use crate::aws::logs::{FilterLogEvents, LiveTail, StartLiveTail, TailUpdate, group_arn_at, live_tail};
use crate::aws::operation::PlannedCall;
use crate::base::clock::{Timestamp, timestamp_ms};
use crate::lab::action::{Action, ApplyError, Cx};
use crate::lab::deeds::{Deed, What};
use crate::lab::facts::Facts;
use crate::lab::form::{ExistingKind, Field, FieldKind, Note, Values};
use crate::lab::status::Verdict;

/// See the module.
pub struct FollowTail;

const FIELDS: [Field; 1] =
    [Field::new("model", "Model", FieldKind::Existing(ExistingKind::Model), "For the prompt that the button sends while it follows")];

/// Updates to wait for the record; one comes about every second.
const MAX_UPDATES: u32 = 120;
/// Requests of tails that one check looks for in the log group, newest first.
const MAX_LOOKED_FOR: usize = 5;

fn start(values: &Values, facts: &Facts) -> StartLiveTail {
    let arn = group_arn_at(&facts.caller, &facts.region, &facts.account, values.text("log_group"));
    StartLiveTail { log_group_identifiers: vec![arn], ..StartLiveTail::default() }
}

fn record_of(group: &str, request: &str, since: Timestamp) -> FilterLogEvents {
    FilterLogEvents {
        log_group_name: group.to_owned(),
        filter_pattern: Some(format!("{{ $.requestId = \"{}\" }}", request.replace(['"', '\\'], ""))),
        start_ms: Some(since.as_millisecond()),
        ..FilterLogEvents::default()
    }
}

#[async_trait]
impl Action for FollowTail {
    fn name(&self) -> &'static str {
        "live-tail"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn hidden_keys(&self) -> &'static [&'static str] {
        &["log_group", "prompt"]
    }

    fn suggest(&self, facts: &Facts) -> Values {
        let best = facts.models.iter().flatten().next().map(|model| model.name.clone()).unwrap_or_default();
        [("model", best)].into_iter().collect()
    }

    fn judge(&self, values: &Values, facts: &Facts) -> Vec<Note> {
        judge_existing("model", facts, ExistingKind::Model, values.text("model")).into_iter().collect()
    }

    fn plan(&self, values: &Values, facts: &Facts) -> Vec<PlannedCall> {
        let look = record_of(values.text("log_group"), "…", timestamp_ms(0));
        vec![PlannedCall::of(&start(values, facts)), PlannedCall::of(&invoke_model::request(values)), PlannedCall::of(&look)]
    }

    fn run_label(&self, _values: &Values) -> &'static str {
        "Follow and send a prompt here"
    }

    fn patience_secs(&self) -> u64 {
        60
    }

    async fn apply(&self, cx: &Cx<'_>) -> Result<(), ApplyError> {
        let group = cx.values.text("log_group");
        cx.say(format!("Starting a Live Tail session on {group}"));
        let since = cx.clock.now();
        let mut tail = live_tail(cx.session, start(cx.values, cx.facts)).await?;
        if let TailUpdate::Second { .. } = tail.next().await? {
            return Err(ApplyError::refused(
                "The session did not start as it should",
                "CloudWatch sent an update before its start",
                "Try again",
            ));
        }
        cx.say("Sending a prompt while the session runs");
        let reply = cx.run(invoke_model::request(cx.values)).await?;
        let request = reply.request_id.unwrap_or_default();
        let events = wait_for(cx, &mut tail, &request).await?;
        let groups = vec![group.to_owned()];
        let what = What::Tail { groups, pattern: String::new(), since, events, requests: vec![request] };
        cx.deeds.add(&Deed { at: cx.clock.now(), what }).map_err(|error| unwritten(&error))
    }

    async fn verify(&self, cx: &Cx<'_>) -> Result<Verdict, AwsError> {
        if cx.run(GetModelInvocationLoggingConfiguration {}).await?.is_none() {
            return Ok(Verdict::not_yet("Invocation logging is off, so nothing arrives", "Do the step Invocation logging first"));
        }
        let tails = tails(&cx.deeds.since(timestamp_ms(records::logging_since(cx) * 1_000)));
        let Some(newest) = tails.last() else {
            return Ok(Verdict::not_yet(
                "No Live Tail was started so far",
                "Open Live Tail, start it, and send a prompt in the playground",
            ));
        };
        for caught in tails.iter().rev().flat_map(Tail::caught).take(MAX_LOOKED_FOR) {
            if let Some(verdict) = in_log_group(cx, &caught).await? {
                return Ok(verdict);
            }
        }
        let words = format!(
            "The tail of {} that was started at {} has caught no invocation of yours so far",
            newest.group,
            newest.since.strftime("%H:%M:%S UTC")
        );
        Ok(Verdict::not_yet(
            words,
            "Let it run, and send a prompt in the playground meanwhile; its record arrives some seconds after the reply",
        ))
    }
}

/// Reads updates until one has the record of `request`; gives the events that came.
async fn wait_for(cx: &Cx<'_>, tail: &mut LiveTail, request: &str) -> Result<u64, ApplyError> {
    let mut seen = 0;
    for update in 1..=MAX_UPDATES {
        let TailUpdate::Second { events, .. } = tail.next().await? else { continue };
        seen += events.len() as u64;
        if !request.is_empty() && events.iter().any(|event| event.message.contains(request)) {
            return Ok(seen);
        }
        cx.say_attempt("Waiting for its record to arrive", update, Some(update as f32 / MAX_UPDATES as f32));
    }
    Err(ApplyError::refused(
        "The record did not arrive while the session ran",
        "On a real account a record may take longer than two minutes",
        "Run the step again, or follow the log group in Live Tail for longer",
    ))
}

/// A tail and what it caught of the person's own.
struct Tail {
    group: String,
    since: Timestamp,
    requests: Vec<String>,
}

/// A request that a tail caught.
struct Caught {
    group: String,
    since: Timestamp,
    request: String,
}

impl Tail {
    /// Newest first.
    fn caught(&self) -> impl Iterator<Item = Caught> {
        let one = |request: &String| Caught { group: self.group.clone(), since: self.since, request: request.clone() };
        self.requests.iter().rev().map(one)
    }
}

/// Each group of each tail.
fn tails(deeds: &[Deed]) -> Vec<Tail> {
    let of = |deed: &Deed| match &deed.what {
        What::Tail { groups, since, requests, .. } => {
            groups.iter().map(|group| Tail { group: group.clone(), since: *since, requests: requests.clone() }).collect()
        }
        What::Query { .. } => Vec::new(),
    };
    deeds.iter().flat_map(of).collect()
}

/// Whether the log group has the record, the call is the person's, and it was made after the tail began.
async fn in_log_group(cx: &Cx<'_>, caught: &Caught) -> Result<Option<Verdict>, AwsError> {
    // Records have times of whole seconds.
    let since = timestamp_ms(caught.since.as_second() * 1_000);
    let page = found(cx.run(record_of(&caught.group, &caught.request, since)).await)?.unwrap_or_default();
    let seen = page.events.iter().filter_map(|event| records::Seen::parse(&event.message));
    let mine = seen.into_iter().find(|seen| seen.request_id == caught.request && seen.is_from(&cx.facts.caller, since.as_second()));
    Ok(mine.map(|seen| {
        Verdict::passed([
            format!("Your tail of {} caught an invocation that you made while it ran", caught.group),
            format!("{} at {}, {} tokens in, {} out", model_name(&seen.model), seen.timestamp, seen.input_tokens, seen.output_tokens),
            format!("Request id {}, which is in the log group too", seen.request_id),
        ])
    }))
}
