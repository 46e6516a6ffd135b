//! What a conversation with a model is made of.

use std::collections::BTreeMap;

use aws_sdk_bedrockruntime::types::{
    self as sdk, ContentBlock, ConversationRole, DocumentBlock, DocumentFormat, DocumentSource, ImageBlock, ImageFormat, ImageSource,
    InferenceConfiguration, SystemContentBlock,
};
use aws_smithy_types::Blob;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::convert::{body_note, unbuildable};
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
    /// Texts that end the reply.
    pub stop_sequences: Vec<String>,
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
        /// The file.
        bytes: Vec<u8>,
    },
    /// A document.
    Document {
        /// `pdf`, `csv`, `doc`, `docx`, `xls`, `xlsx`, `html`, `txt` or `md`.
        format: String,
        /// Name that the model sees: letters, digits, single spaces, `-`, `(`, `)`, `[`, `]`.
        name: String,
        /// The file.
        bytes: Vec<u8>,
    },
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
        }
    }

    fn build<O: Operation>(self) -> Result<ContentBlock, AwsError> {
        let block = match self {
            Self::Text(text) => return Ok(ContentBlock::Text(text)),
            Self::Image { format, bytes } => ImageBlock::builder()
                .format(ImageFormat::from(format.as_str()))
                .source(ImageSource::Bytes(Blob::new(bytes)))
                .build()
                .map(ContentBlock::Image),
            Self::Document { format, name, bytes } => DocumentBlock::builder()
                .format(DocumentFormat::from(format.as_str()))
                .name(name)
                .source(DocumentSource::Bytes(Blob::new(bytes)))
                .build()
                .map(ContentBlock::Document),
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
        let mut params = json!({"modelId": self.model_id, "messages": self.messages.iter().map(Message::params).collect::<Vec<_>>()});
        if let Some(system) = &self.system {
            params["system"] = json!([{"text": system}]);
        }
        let inference = self.inference_params();
        if !inference.is_empty() {
            params["inferenceConfig"] = Value::Object(inference);
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

    pub(super) fn sdk_messages<O: Operation>(&self) -> Result<Vec<sdk::Message>, AwsError> {
        self.messages.iter().cloned().map(Message::build::<O>).collect()
    }

    pub(super) fn sdk_system(&self) -> Option<Vec<SystemContentBlock>> {
        self.system.clone().map(|text| vec![SystemContentBlock::Text(text)])
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

/// `0.7_f32` as `0.7`, not as the nearest `f64` of its bits.
fn decimal(number: f32) -> Value {
    number.to_string().parse::<f64>().map_or(Value::Null, |exact| json!(exact))
}
