//! What a conversation with a model is made of.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_bedrockruntime::types::{
    self as sdk, CachePointBlock, CachePointType, ContentBlock, ConversationRole, DocumentBlock, DocumentFormat, DocumentSource,
    ImageBlock, ImageFormat, ImageSource, InferenceConfiguration, SystemContentBlock,
};
use aws_smithy_types::{Blob, Document};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::thinking::Thinking;
use crate::aws::convert::{body_note, document, unbuildable};
use crate::aws::error::AwsError;
use crate::aws::operation::Operation;

/// A conversation so far, and how the model shall go on. A parameter that is `None` is left out of the call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ConverseRequest {
    /// Model id, inference profile id, or ARN.
    pub model_id: String,
    /// Messages, oldest first, beginning with the user's.
    pub messages: Vec<Message>,
    /// System prompt.
    pub system: Option<String>,
    /// Most tokens of the reply.
    pub max_tokens: Option<u32>,
    /// Randomness, 0 to 1. Newer models refuse it.
    pub temperature: Option<f32>,
    /// Share of probability to draw from, 0 to 1. Newer models refuse it, some only together with `temperature`.
    pub top_p: Option<f32>,
    /// Number of likeliest tokens to draw from. A field of the model's own; newer models refuse it.
    pub top_k: Option<u32>,
    /// Texts that end the reply.
    pub stop_sequences: Vec<String>,
    /// Thinking before the reply. A field of the model's own.
    pub thinking: Option<Thinking>,
    /// Whether cache points are set behind the system prompt and the last two messages of the user, so that what was read once is read from
    /// the cache by the next call.
    pub cache: bool,
    /// Marks that appear in the log record: at most 16, each key and value up to 256 characters.
    pub request_metadata: BTreeMap<String, String>,
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub blocks: Vec<Block>,
}

impl Message {
    /// A message of the user that is one text.
    pub fn user(text: impl Into<String>) -> Self {
        Self { role: Role::User, blocks: vec![Block::Text(text.into())] }
    }

    /// A message of the model that is one text.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self { role: Role::Assistant, blocks: vec![Block::Text(text.into())] }
    }
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Block {
    /// Text.
    Text(String),
    /// A picture.
    Image {
        /// `png`, `jpeg`, `gif` or `webp`.
        format: String,
        /// The file; shared, as every later request of the conversation carries it again.
        bytes: Arc<[u8]>,
    },
    /// A document.
    Document {
        /// `pdf`, `csv`, `doc`, `docx`, `xls`, `xlsx`, `html`, `txt` or `md`.
        format: String,
        /// Name that the model sees: letters, digits, single spaces, `-`, `(`, `)`, `[`, `]`.
        name: String,
        /// The file; shared like an image's.
        bytes: Arc<[u8]>,
    },
    /// What stands before this point may be kept in the prompt cache.
    CachePoint,
}

/// Tokens of an invocation. `input` excludes those that came from or went to the prompt cache.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read by the model.
    pub input: u64,
    /// Tokens written by the model.
    pub output: u64,
    /// Tokens read from the prompt cache.
    pub cache_read: u64,
    /// Tokens written to the prompt cache.
    pub cache_write: u64,
}

impl From<sdk::TokenUsage> for Usage {
    fn from(usage: sdk::TokenUsage) -> Self {
        let count = |tokens: i32| tokens.max(0) as u64;
        Self {
            input: count(usage.input_tokens),
            output: count(usage.output_tokens),
            cache_read: count(usage.cache_read_input_tokens.unwrap_or_default()),
            cache_write: count(usage.cache_write_input_tokens.unwrap_or_default()),
        }
    }
}

impl Block {
    /// The block under AWS's names; files as their size.
    fn params(&self) -> Value {
        match self {
            Self::Text(text) => json!({"text": text}),
            Self::Image { format, bytes } => json!({"image": {"format": format, "source": {"bytes": body_note(bytes)}}}),
            Self::Document { format, name, bytes } => {
                json!({"document": {"format": format, "name": name, "source": {"bytes": body_note(bytes)}}})
            }
            Self::CachePoint => cache_point_params(),
        }
    }

    fn build<O: Operation>(self) -> Result<ContentBlock, AwsError> {
        let block = match self {
            Self::Text(text) => return Ok(ContentBlock::Text(text)),
            Self::Image { format, bytes } => ImageBlock::builder()
                .format(ImageFormat::from(format.as_str()))
                .source(ImageSource::Bytes(Blob::new(&*bytes)))
                .build()
                .map(ContentBlock::Image),
            Self::Document { format, name, bytes } => DocumentBlock::builder()
                .format(DocumentFormat::from(format.as_str()))
                .name(name)
                .source(DocumentSource::Bytes(Blob::new(&*bytes)))
                .build()
                .map(ContentBlock::Document),
            Self::CachePoint => cache_point().map(ContentBlock::CachePoint),
        };
        block.map_err(unbuildable::<O>)
    }
}

impl Message {
    fn params(&self) -> Value {
        json!({"role": self.role, "content": self.blocks.iter().map(Block::params).collect::<Vec<_>>()})
    }

    fn build<O: Operation>(self) -> Result<sdk::Message, AwsError> {
        let role = match self.role {
            Role::User => ConversationRole::User,
            Role::Assistant => ConversationRole::Assistant,
        };
        let content = self.blocks.into_iter().map(Block::build::<O>).collect::<Result<Vec<_>, _>>()?;
        sdk::Message::builder().role(role).set_content(Some(content)).build().map_err(unbuildable::<O>)
    }
}

impl ConverseRequest {
    /// The parameters of the call under AWS's names; attached files appear as their size.
    pub fn params(&self) -> Value {
        let messages: Vec<Value> = self.sent_messages().iter().map(Message::params).collect();
        let mut params = json!({"modelId": self.model_id, "messages": messages});
        if let Some(system) = &self.system {
            params["system"] = json!([{"text": system}]);
        }
        if let (true, Some(blocks)) = (self.cache, params.get_mut("system").and_then(Value::as_array_mut)) {
            blocks.push(cache_point_params());
        }
        let inference = self.inference_params();
        if !inference.is_empty() {
            params["inferenceConfig"] = Value::Object(inference);
        }
        let own = self.own_params();
        if !own.is_empty() {
            params["additionalModelRequestFields"] = Value::Object(own);
        }
        if !self.request_metadata.is_empty() {
            params["requestMetadata"] = json!(self.request_metadata);
        }
        params
    }

    fn inference_params(&self) -> Map<String, Value> {
        let mut params = Map::new();
        params.extend(self.max_tokens.map(|max| ("maxTokens".to_owned(), json!(max))));
        params.extend(self.temperature.map(|t| ("temperature".to_owned(), decimal(t))));
        params.extend(self.top_p.map(|p| ("topP".to_owned(), decimal(p))));
        if !self.stop_sequences.is_empty() {
            params.insert("stopSequences".to_owned(), json!(self.stop_sequences));
        }
        params
    }

    /// The model's own fields, under its own names.
    pub fn own_params(&self) -> Map<String, Value> {
        let mut params = Map::new();
        params.extend(self.top_k.map(|k| ("top_k".to_owned(), json!(k))));
        params.extend(self.thinking.iter().flat_map(|thinking| thinking.fields()));
        params
    }

    /// The messages as they are sent: with their cache points.
    pub fn sent_messages(&self) -> Vec<Message> {
        let mut messages = self.messages.clone();
        let points = if self.cache { CACHED_MESSAGES } else { 0 };
        for message in messages.iter_mut().rev().filter(|message| message.role == Role::User).take(points) {
            message.blocks.push(Block::CachePoint);
        }
        messages
    }

    pub(super) fn sdk_messages<O: Operation>(&self) -> Result<Vec<sdk::Message>, AwsError> {
        self.sent_messages().into_iter().map(Message::build::<O>).collect()
    }

    pub(super) fn sdk_system<O: Operation>(&self) -> Result<Option<Vec<SystemContentBlock>>, AwsError> {
        let Some(text) = self.system.clone() else { return Ok(None) };
        let point = if self.cache { Some(cache_point().map_err(unbuildable::<O>)?) } else { None };
        Ok(Some([SystemContentBlock::Text(text)].into_iter().chain(point.map(SystemContentBlock::CachePoint)).collect()))
    }

    /// `None` when the model's own fields are all unset.
    pub(super) fn sdk_own_fields(&self) -> Option<Document> {
        let own = self.own_params();
        (!own.is_empty()).then(|| document(Value::Object(own)))
    }

    /// `None` when no parameter is set, so that the call carries no empty object.
    pub(super) fn sdk_inference(&self) -> Option<InferenceConfiguration> {
        let stops = Some(self.stop_sequences.clone()).filter(|all| !all.is_empty());
        let config = InferenceConfiguration::builder()
            .set_max_tokens(self.max_tokens.map(|max| max as i32))
            .set_temperature(self.temperature)
            .set_top_p(self.top_p)
            .set_stop_sequences(stops);
        Some(config.build()).filter(|_| !self.inference_params().is_empty())
    }

    pub(super) fn sdk_metadata(&self) -> Option<std::collections::HashMap<String, String>> {
        Some(self.request_metadata.clone().into_iter().collect()).filter(|_| !self.request_metadata.is_empty())
    }
}

/// Messages of the user that end with a cache point: the last one is written for the next call, the one before is read by this one. With the
/// system prompt's that makes three of the four points that a request may have.
const CACHED_MESSAGES: usize = 2;

fn cache_point() -> Result<CachePointBlock, aws_smithy_types::error::operation::BuildError> {
    CachePointBlock::builder().r#type(CachePointType::Default).build()
}

fn cache_point_params() -> Value {
    json!({"cachePoint": {"type": "default"}})
}

/// `0.7_f32` as `0.7`, not as the nearest `f64` of its bits.
fn decimal(number: f32) -> Value {
    number.to_string().parse::<f64>().map_or(Value::Null, |exact| json!(exact))
}
