//! `ConverseStream`: a reply as it is written.

use aws_sdk_bedrockruntime::operation::RequestId as _;
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamOutput as OpenStream;
use aws_sdk_bedrockruntime::types::error::ConverseStreamOutputError;
use aws_sdk_bedrockruntime::types::{ContentBlockDelta, ConverseStreamMetadataEvent, ConverseStreamOutput, ReasoningContentBlockDelta};
use serde::Serialize;
use serde_json::Value;

use super::invocation;
use super::request::{ConverseRequest, Usage};
use crate::aws::classify::{stream_ended_early, stream_failed};
use crate::aws::error::{AwsError, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::recorder::Recording;
use crate::aws::session::{Clients, Session};

/// Asks a model for its reply, streamed. Plan it like any operation; run it with [`converse_stream`], which records the whole stream.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(into = "Value")]
pub struct StreamConverse(pub ConverseRequest);

impl From<StreamConverse> for Value {
    fn from(op: StreamConverse) -> Self {
        op.0.params()
    }
}

impl Operation for StreamConverse {
    /// The SDK's open stream.
    type Output = Box<OpenStream>;
    const SERVICE: Service = Service::BedrockRuntime;
    const NAME: &'static str = "ConverseStream";

    fn permissions(&self) -> Vec<Permission> {
        invocation("bedrock:InvokeModelWithResponseStream", &self.0.model_id)
    }

    async fn send(self, clients: &Clients) -> Result<Box<OpenStream>, AwsError> {
        let request = self.0;
        let call = clients.bedrock_runtime.converse_stream().model_id(&request.model_id);
        let call = call.set_messages(Some(request.sdk_messages::<Self>()?)).set_system(request.sdk_system::<Self>()?);
        let call = call.set_inference_config(request.sdk_inference()).set_request_metadata(request.sdk_metadata());
        let call = call.set_additional_model_request_fields(request.sdk_own_fields());
        call.send().await.map(Box::new).map_err(failed::<Self, _>)
    }
}

/// What happens in a streamed reply, in this order; there are many texts and one of each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatEvent {
    /// The model begins.
    Started,
    /// More of what the model thinks before the reply.
    Thinking(String),
    /// More of the reply.
    Text(String),
    /// The model is done.
    Stopped {
        /// Why: `end_turn`, `max_tokens`, ….
        reason: String,
    },
    /// What it took; the last event.
    Metadata {
        /// Tokens.
        usage: Usage,
        /// Latency as Bedrock measured it, in milliseconds.
        latency_ms: u64,
    },
}

/// A reply being written. Dropping it cancels the call.
#[derive(Debug)]
pub struct ConverseStream {
    stream: Box<OpenStream>,
    request_id: Option<String>,
    recording: Option<Recording>,
    complete: bool,
}

/// Asks a model for its reply and returns the stream once the model has taken the request.
///
/// The call is recorded when the stream ends, fails or is dropped, with the time to its first text or thought.
pub async fn converse_stream(session: &Session, request: ConverseRequest) -> Result<ConverseStream, AwsError> {
    let (outcome, recording) = session.begin(StreamConverse(request)).await;
    match outcome {
        Ok(stream) => {
            let request_id = stream.request_id().map(str::to_owned);
            Ok(ConverseStream { stream, request_id, recording: Some(recording), complete: false })
        }
        Err(error) => {
            recording.finish(Some(&error));
            Err(error)
        }
    }
}

impl ConverseStream {
    /// Request id: the key of the invocation's log record.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The next event, an error, or `None` after the last event. After an error there is nothing more.
    ///
    /// A stream that is cut before its metadata gives [`crate::aws::error::ErrorKind::BrokenStream`].
    pub async fn next(&mut self) -> Option<Result<ChatEvent, AwsError>> {
        while self.recording.is_some() {
            match self.stream.stream.recv().await {
                Ok(Some(event)) => {
                    if let Some(event) = chat_event(event) {
                        self.note(&event);
                        return Some(Ok(event));
                    }
                }
                Ok(None) if self.complete => self.finish(None),
                Ok(None) => return Some(Err(self.fail(stream_ended_early::<StreamConverse>()))),
                Err(error) => return Some(Err(self.fail(stream_failed::<StreamConverse, _>(&error, error_code)))),
            }
        }
        None
    }

    fn note(&mut self, event: &ChatEvent) {
        match event {
            ChatEvent::Text(_) | ChatEvent::Thinking(_) => {
                if let Some(recording) = &mut self.recording {
                    recording.first_token();
                }
            }
            ChatEvent::Metadata { .. } => self.complete = true,
            ChatEvent::Started | ChatEvent::Stopped { .. } => {}
        }
    }

    fn fail(&mut self, error: AwsError) -> AwsError {
        let error = AwsError { request_id: error.request_id.or_else(|| self.request_id.clone()), ..error };
        self.finish(Some(&error));
        error
    }

    fn finish(&mut self, error: Option<&AwsError>) {
        if let Some(recording) = self.recording.take() {
            recording.finish(error);
        }
    }
}

/// The name of an error that came as an event.
fn error_code(error: &ConverseStreamOutputError) -> &'static str {
    match error {
        ConverseStreamOutputError::InternalServerException(_) => "InternalServerException",
        ConverseStreamOutputError::ModelStreamErrorException(_) => "ModelStreamErrorException",
        ConverseStreamOutputError::ValidationException(_) => "ValidationException",
        ConverseStreamOutputError::ThrottlingException(_) => "ThrottlingException",
        ConverseStreamOutputError::ServiceUnavailableException(_) => "ServiceUnavailableException",
        _ => "UnknownStreamError",
    }
}

/// Events without news for a reader (begin and end of a block, citations, tool use) are left out.
fn chat_event(event: ConverseStreamOutput) -> Option<ChatEvent> {
    match event {
        ConverseStreamOutput::MessageStart(_) => Some(ChatEvent::Started),
        ConverseStreamOutput::ContentBlockDelta(delta) => match delta.delta? {
            ContentBlockDelta::Text(text) => Some(ChatEvent::Text(text)),
            ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Text(text)) => Some(ChatEvent::Thinking(text)),
            _ => None,
        },
        ConverseStreamOutput::MessageStop(stop) => Some(ChatEvent::Stopped { reason: stop.stop_reason.as_str().to_owned() }),
        ConverseStreamOutput::Metadata(metadata) => Some(metadata_event(metadata)),
        _ => None,
    }
}

fn metadata_event(metadata: ConverseStreamMetadataEvent) -> ChatEvent {
    let latency = metadata.metrics.map(|metrics| metrics.latency_ms).unwrap_or_default();
    ChatEvent::Metadata { usage: metadata.usage.map(Usage::from).unwrap_or_default(), latency_ms: latency.max(0) as u64 }
}
