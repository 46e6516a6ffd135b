//! An invocation from request to reply: find the model, read and check the request, let the model answer, send the reply, tell the world.

use serde_json::Value;

use super::catalogue::{self, Target};
use super::neighbours::Place;
use super::pace::Pace;
use super::record::Invocation as Record;
use super::reply::Reply;
use super::routes::Invocation;
use super::shape::{Answer, Shape, invalid, validate};
use super::{cache, delivery, model, stream};
use crate::base::clock::Timestamp;
use crate::models::{Lifecycle, Model, Tokens};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, CallContext, Request, Response};
use crate::sandbox::wire::{self, Protocol};

/// Header in which the invoke operations carry request metadata.
const METADATA_HEADER: &str = "x-amzn-bedrock-request-metadata";

/// Longest output of a request that sets no limit, tokens, unless the model's own limit is lower.
const DEFAULT_MAX_TOKENS: u64 = 4_096;

/// A call that will be answered.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// What is known of it before it is answered.
    pub asked: Asked,
    /// How it is written.
    pub shape: Shape,
    /// The model.
    pub model: &'static Model,
    /// What will be said.
    pub reply: Reply,
    /// Input tokens; the output is counted as it is sent.
    pub tokens: Tokens,
    /// When it will be said.
    pub pace: Pace,
    /// Events after which the stream breaks, if it does.
    pub breaks_after: Option<u32>,
    inference_region: Option<String>,
    legacy: bool,
}

/// A call as it came in.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Which operation.
    pub invocation: Invocation,
    /// Request id.
    pub request_id: String,
    region: String,
    account: String,
    principal_arn: String,
    started: Timestamp,
    model_id: String,
    body: Value,
    metadata: Option<Value>,
    /// When the call is told to the world, if that is not now.
    told: Option<Timestamp>,
}

/// Answers an invocation. Failures become log records and metrics, too.
pub(super) async fn invoke(sandbox: &Sandbox, cx: &CallContext, invocation: Invocation, model_id: &str, request: &Request) -> Response {
    let mut asked = Asked::new(cx, invocation, model_id);
    match read(&mut asked, request).and_then(|()| prepare(sandbox, cx, &asked)) {
        Ok(call) if invocation.streams() => stream::respond(sandbox, call),
        Ok(call) => whole(sandbox, call).await,
        Err(error) => {
            delivery::complete(sandbox, &asked.failed(sandbox, &error.code));
            wire::error_response(Protocol::RestJson, &error, &cx.request_id)
        }
    }
}

/// What the request holds, as far as its form is right.
fn read(asked: &mut Asked, request: &Request) -> Result<(), ApiError> {
    let mut body = read_body(asked.invocation, request)?;
    asked.metadata = metadata(asked.invocation, &mut body, request)?;
    check_supported(&body, request)?;
    asked.body = body;
    Ok(())
}

/// Everything else that can be refused, in AWS's order: permission, the model, faults, the request's content.
pub(super) fn prepare(sandbox: &Sandbox, cx: &CallContext, asked: &Asked) -> Result<Call, ApiError> {
    sandbox.authorize(cx, asked.invocation.action(), &catalogue::resource_arn(cx, &asked.model_id))?;
    let Target { model, inference_region } = catalogue::resolve(sandbox, cx, &asked.model_id)?;
    let faults = use_faults(sandbox, &asked.region, model, asked.invocation.streams())?;
    let shape = if asked.invocation.converses() { Shape::Converse } else { Shape::of_invoke(&asked.body, model)? };
    let prompt = shape.parse(&asked.body)?;
    validate::check(shape, &prompt, model)?;
    let blocks = model::answer(&prompt, &model.name, &asked.request_id);
    let reply = Reply::within(blocks, &prompt.limits, DEFAULT_MAX_TOKENS.min(model.max_output));
    let tokens = cache::account(&mut sandbox.world().region(&asked.region).bedrock.cache, &prompt, model, cx.now.as_millisecond());
    let luck = sandbox.random(|rng| (rng.f64(), rng.f64()));
    let pace = Pace::new(&model.pace, tokens, faults.slower_percent, luck);
    let legacy = model.lifecycle(cx.now) == Lifecycle::Legacy;
    Ok(Call { asked: asked.clone(), shape, model, reply, tokens, pace, breaks_after: faults.breaks_after, inference_region, legacy })
}

fn read_body(invocation: Invocation, request: &Request) -> Result<Value, ApiError> {
    match wire::json::parse_object(&request.body) {
        Err(_) if !invocation.converses() => Err(invalid("Malformed input request, please reformat your input and try again.")),
        other => other,
    }
}

/// What the sandbox does not have is refused by name: an ignored guardrail would look like one that let everything pass.
fn check_supported(body: &Value, request: &Request) -> Result<(), ApiError> {
    let set = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
    let missing = if set("guardrailConfig") || request.headers.contains_key("x-amzn-bedrock-guardrailidentifier") {
        "ApplyGuardrail (guardrails in an invocation)"
    } else if set("promptVariables") {
        "GetPrompt (prompt variables)"
    } else if refers_to_s3(body) {
        "attachments by S3 location; send their bytes"
    } else {
        return Ok(());
    };
    Err(ApiError::not_implemented("bedrock", missing))
}

fn refers_to_s3(body: &Value) -> bool {
    match body {
        Value::Array(items) => items.iter().any(refers_to_s3),
        Value::Object(map) => map.get("source").is_some_and(|source| source.get("s3Location").is_some()) || map.values().any(refers_to_s3),
        _ => false,
    }
}

/// The caller's labels: a member of a Converse body, which the log tells apart from the body, or a header.
fn metadata(invocation: Invocation, body: &mut Value, request: &Request) -> Result<Option<Value>, ApiError> {
    let sent = if invocation.converses() {
        body.as_object_mut().and_then(|map| map.shift_remove("requestMetadata"))
    } else {
        let header = request.headers.get(METADATA_HEADER).and_then(|value| value.to_str().ok());
        header
            .map(|text| serde_json::from_str(text).map_err(|_| invalid("The request metadata header is not a valid JSON object.")))
            .transpose()?
    };
    let sent = sent.filter(|value| !value.is_null());
    sent.as_ref().map_or(Ok(()), validate::check_metadata)?;
    Ok(sent)
}

/// What injected faults do to a call that is not refused.
struct Hindrance {
    slower_percent: u32,
    breaks_after: Option<u32>,
}

/// Uses up one injected fault, if there is one for this call.
fn use_faults(sandbox: &Sandbox, region: &str, model: &Model, streams: bool) -> Result<Hindrance, ApiError> {
    let world = sandbox.world();
    let set = world.region_view(region).bedrock.faults.clone();
    drop(world);
    if set.denied_models.contains(&model.id) {
        return Err(catalogue::no_access());
    }
    if set.ended_models.contains(&model.id) {
        return Err(catalogue::end_of_life());
    }
    if set.throttle_share > 0.0 && sandbox.random(fastrand::Rng::f64) < set.throttle_share {
        return Err(throttled());
    }
    if set.throttle_next > 0 {
        sandbox.world().region(region).bedrock.faults.throttle_next -= 1;
        return Err(throttled());
    }
    if set.fail_next > 0 {
        sandbox.world().region(region).bedrock.faults.fail_next -= 1;
        let message = "The system encountered an unexpected error during processing. Try your request again.";
        return Err(ApiError::new(500, "InternalServerException", message));
    }
    let breaks = streams && set.break_streams > 0;
    if breaks {
        sandbox.world().region(region).bedrock.faults.break_streams -= 1;
    }
    Ok(Hindrance { slower_percent: set.slowness(&model.id), breaks_after: breaks.then_some(set.break_after_events) })
}

fn throttled() -> ApiError {
    ApiError::new(429, "ThrottlingException", "Too many tokens, please wait before trying again.")
}

/// The whole reply after the whole latency. It is finished and logged even if the caller has gone away meanwhile.
async fn whole(sandbox: &Sandbox, call: Call) -> Response {
    let request_id = call.asked.request_id.clone();
    let task = tokio::spawn(finish(sandbox.clone(), call));
    task.await.unwrap_or_else(|error| {
        tracing::error!(%error, "an invocation did not finish");
        let error = ApiError::new(500, "InternalServerException", "The sandbox failed to finish this call. See its log for the cause.");
        wire::error_response(Protocol::RestJson, &error, &request_id)
    })
}

async fn finish(sandbox: Sandbox, call: Call) -> Response {
    let answer = call.answer(&call.reply);
    sandbox.clock().sleep(std::time::Duration::from_millis(answer.latency_ms)).await;
    let output = call.shape.response(&answer);
    let mut response = wire::json_response(200, &output);
    if !call.asked.invocation.converses() {
        add_headers(&mut response, &answer);
    }
    delivery::complete(&sandbox, &call.record(&sandbox, &answer, output));
    response
}

/// The invoke operations tell latency and tokens in headers.
fn add_headers(response: &mut Response, answer: &Answer<'_>) {
    let tokens = answer.tokens;
    wire::set_header(response, "x-amzn-bedrock-invocation-latency", &answer.latency_ms.to_string());
    wire::set_header(response, "x-amzn-bedrock-input-token-count", &tokens.input.to_string());
    wire::set_header(response, "x-amzn-bedrock-output-token-count", &tokens.output.to_string());
    if answer.model.cache_min.is_some() {
        wire::set_header(response, "x-amzn-bedrock-cache-read-input-token-count", &tokens.cache_read.to_string());
        wire::set_header(response, "x-amzn-bedrock-cache-write-input-token-count", &tokens.cache_write.to_string());
    }
}

impl Call {
    /// What is told of `reply`, which is the whole reply or the part that was sent.
    pub(super) fn answer<'a>(&'a self, reply: &'a Reply) -> Answer<'a> {
        let output = reply.tokens();
        Answer {
            reply,
            tokens: Tokens { output, ..self.tokens },
            latency_ms: self.pace.until(output),
            first_token_ms: self.pace.first_token_ms,
            model: self.model,
            request_id: &self.asked.request_id,
        }
    }

    /// The record of this call with the body `output`.
    pub(super) fn record(&self, sandbox: &Sandbox, answer: &Answer<'_>, output: Value) -> Record {
        Record {
            output,
            tokens: answer.tokens,
            counts_cache: self.model.cache_min.is_some(),
            modalities: self.model.input.clone(),
            inference_region: self.inference_region.clone(),
            latency_ms: answer.latency_ms,
            first_token_ms: self.asked.invocation.streams().then_some(answer.first_token_ms),
            legacy: self.legacy,
            burndown: self.model.burndown,
            ..self.asked.record(sandbox)
        }
    }
}

impl Asked {
    pub(super) fn new(cx: &CallContext, invocation: Invocation, model_id: &str) -> Self {
        Self {
            invocation,
            request_id: cx.request_id.clone(),
            region: cx.region.clone(),
            account: cx.account.clone(),
            principal_arn: cx.principal_arn.clone(),
            started: cx.now,
            model_id: model_id.to_owned(),
            body: Value::Null,
            metadata: None,
            told: None,
        }
    }

    /// The same with a body and labels that need no reading.
    pub(super) fn with(self, body: Value, metadata: Option<Value>) -> Self {
        Self { body, metadata, ..self }
    }

    /// The same, told to the world at `moment` whatever time it is then.
    pub(super) fn told_at(self, moment: Timestamp) -> Self {
        Self { told: Some(moment), ..self }
    }

    /// The record of a call that was refused with `code`.
    pub(super) fn failed(&self, sandbox: &Sandbox, code: &str) -> Record {
        Record { error: Some(code.to_owned()), ..self.record(sandbox) }
    }

    fn record(&self, sandbox: &Sandbox) -> Record {
        let present = sandbox.clock().now();
        Record {
            place: Place { region: self.region.clone(), account: self.account.clone(), now: self.told.unwrap_or(present), judged: present },
            started: self.started,
            request_id: self.request_id.clone(),
            operation: self.invocation.name(),
            model_id: self.model_id.clone(),
            principal_arn: self.principal_arn.clone(),
            inference_region: None,
            metadata: self.metadata.clone(),
            input: self.body.clone(),
            output: Value::Null,
            tokens: Tokens::default(),
            counts_cache: false,
            modalities: Vec::new(),
            error: None,
            partial: false,
            latency_ms: 0,
            first_token_ms: None,
            legacy: false,
            burndown: 1,
        }
    }
}
