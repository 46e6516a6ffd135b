//! Converse: a whole reply at once.

use aws_sdk_bedrockruntime::operation::RequestId as _;
use aws_sdk_bedrockruntime::types::{ContentBlock, ConverseOutput};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::invocation;
use super::request::{ConverseRequest, Usage};
use crate::aws::error::{AwsError, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::Clients;

/// Asks a model for its reply, whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(into = "Value")]
pub struct Converse(pub ConverseRequest);

impl From<Converse> for Value {
    fn from(op: Converse) -> Self {
        op.0.params()
    }
}

/// A model's reply.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Its texts, joined.
    pub text: String,
    /// What the model thought before, as far as it shows it; empty without thinking.
    #[serde(default)]
    pub thinking: String,
    /// Why it ended: `end_turn`, `max_tokens`, ….
    pub stop_reason: String,
    /// Tokens.
    pub usage: Usage,
    /// Latency as Bedrock measured it, in milliseconds.
    pub latency_ms: Option<u64>,
    /// Request id: the key of its log record.
    pub request_id: Option<String>,
}

impl Operation for Converse {
    type Output = Reply;
    const SERVICE: Service = Service::BedrockRuntime;
    const NAME: &'static str = "Converse";

    fn permissions(&self) -> Vec<Permission> {
        invocation("bedrock:InvokeModel", &self.0.model_id)
    }

    async fn send(self, clients: &Clients) -> Result<Reply, AwsError> {
        let request = self.0;
        let call = clients.bedrock_runtime.converse().model_id(&request.model_id);
        let call = call.set_messages(Some(request.sdk_messages::<Self>()?)).set_system(request.sdk_system::<Self>()?);
        let call = call.set_inference_config(request.sdk_inference()).set_request_metadata(request.sdk_metadata());
        let call = call.set_additional_model_request_fields(request.sdk_own_fields());
        let reply = call.send().await.map_err(failed::<Self, _>)?;
        Ok(Reply {
            request_id: reply.request_id().map(str::to_owned),
            text: reply.output.as_ref().map(texts).unwrap_or_default(),
            thinking: reply.output.as_ref().map(thoughts).unwrap_or_default(),
            stop_reason: reply.stop_reason.as_str().to_owned(),
            usage: reply.usage.map(Usage::from).unwrap_or_default(),
            latency_ms: reply.metrics.map(|metrics| metrics.latency_ms.max(0) as u64),
        })
    }
}

fn content(output: &ConverseOutput) -> &[ContentBlock] {
    output.as_message().map(|message| message.content.as_slice()).unwrap_or_default()
}

fn texts(output: &ConverseOutput) -> String {
    content(output).iter().filter_map(|block| block.as_text().ok()).map(String::as_str).collect()
}

fn thoughts(output: &ConverseOutput) -> String {
    let reasoning = content(output).iter().filter_map(|block| block.as_reasoning_content().ok());
    reasoning.filter_map(|block| block.as_reasoning_text().ok()).map(|thought| thought.text.as_str()).collect()
}
