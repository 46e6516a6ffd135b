//! The playground slice: its state, what a person can do there, what the runtime must do for it, and what happens to it.
//!
//! A message being written is a [`Draft`], what was said is a [`Chat`], what can be asked is a [`ModelList`]. Not here: the calls (`runtime`), the
//! example prompts' texts (`prompts`), prices and limits (`models`).

pub mod chat;
pub mod code;
pub mod draft;
pub mod export;
pub mod model_list;
pub mod reduce;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::remote::Remote;
use crate::aws::bedrock_runtime::{ConverseRequest, Usage};
use crate::base::clock::Timestamp;
use crate::base::problem::Problem;

pub use chat::{Chat, Metrics, Outcome, Reply, Side, Turn};
pub use draft::{Document, Draft, Mode, Parameters};
pub use model_list::{Life, ModelChoice, ModelList, Route};

/// What the program knows of this screen.
#[derive(Debug, Clone, Default)]
pub struct PlaygroundState {
    /// Models that can be chosen.
    pub models: Remote<Arc<ModelList>>,
    /// When the models were asked for last.
    pub models_asked: Option<Timestamp>,
    /// What is being prepared.
    pub draft: Draft,
    /// What was said.
    pub chat: Chat,
    /// The conversation that the current one replaced, to be brought back.
    pub shelved: Option<Chat>,
    /// Number of the last request sent; events of older ones are ignored.
    pub request: u64,
    /// The environment that the chat belongs to.
    pub place: Option<String>,
}

impl PlaygroundState {
    /// The chosen model, if the list has it.
    pub fn chosen(&self) -> Option<&ModelChoice> {
        let id = self.draft.model_id.as_deref()?;
        self.models.value()?.find(id)
    }

    /// The request that sending now would make, or why nothing can be sent.
    pub fn next_request(&self) -> Result<ConverseRequest, &'static str> {
        if self.chat.is_running() {
            return Err("A reply is on its way");
        }
        self.draft.request(&self.chat)
    }
}

/// A prompt from elsewhere to go on with here: a log record's conversation, or an example.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PromptDraft {
    /// The model to ask; `None` leaves the choice as it is.
    pub model_id: Option<String>,
    /// System prompt.
    pub system: Option<String>,
    /// Earlier turns, oldest first.
    pub history: Vec<(Side, String)>,
    /// The message to send.
    pub text: String,
    /// A document that goes with the message.
    pub document: Option<Arc<Document>>,
    /// Parameters; unset ones are left to the model.
    pub parameters: Parameters,
    /// Where it comes from, one line: the example's title, the record's request id.
    pub source: Option<String>,
}

/// What a person can do here.
#[derive(Debug, Clone, PartialEq)]
pub enum PlaygroundCommand {
    /// Ask for the models again.
    FindModels,
    /// Ask this model from now on.
    ChooseModel(String),
    /// Change the draft.
    Edit(Box<Edit>),
    /// Send the draft.
    Send,
    /// Stop the reply that is on its way.
    Stop,
    /// Ask for the reply with this turn's number again.
    Retry(u64),
    /// Take the message with this turn's number back into the draft, dropping it and what followed.
    Rewrite(u64),
    /// Begin a new conversation with the same settings.
    NewChat,
    /// Bring the replaced conversation back.
    Unshelve,
    /// Begin a new conversation with this prompt, ready to be sent.
    Replay(Box<PromptDraft>),
    /// Begin a new conversation with the example of this id.
    LoadExample(String),
    /// Write the conversation into a file.
    Export,
}

/// One change of the draft.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// The message.
    Text(String),
    /// The system prompt.
    System(String),
    /// The parameters.
    Parameters(Parameters),
    /// Whether earlier turns are sent along.
    Mode(Mode),
    /// Whether the reply comes as it is written.
    Streaming(bool),
    /// Marks for the log record.
    Metadata(Vec<(String, String)>),
    /// No document any more.
    DropDocument,
}

/// What the runtime must do for this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum PlaygroundEffect {
    /// List models and profiles.
    FindModels,
    /// Ask a model.
    Ask {
        /// Number of the request, given back with its events.
        number: u64,
        /// The request.
        request: Arc<ConverseRequest>,
        /// Whether to stream the reply.
        streaming: bool,
    },
    /// End the call that is under way.
    Stop,
    /// Write a text into the folder of exports.
    Export {
        /// Name of the file.
        name: String,
        /// Its content.
        text: String,
    },
}

/// What happened to this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum PlaygroundEvent {
    /// The models were listed.
    Models(Result<Arc<ModelList>, Problem>),
    /// Something happened to the request of this number, so many milliseconds after it was sent.
    Reply {
        /// Number of the request.
        number: u64,
        /// Milliseconds since it was sent.
        after_ms: u64,
        /// What happened.
        news: News,
    },
}

/// What happened to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// The service took it, under this request id.
    Accepted(Option<String>),
    /// More of the reply.
    Text(String),
    /// The model is done, for this reason.
    Stopped(String),
    /// The numbers, at the very end.
    Counted {
        /// Tokens.
        usage: Usage,
        /// Latency as Bedrock measured it, milliseconds.
        latency_ms: Option<u64>,
    },
    /// It failed; what was said before stays.
    Failed {
        /// Why.
        problem: Problem,
        /// Request id, if the service gave one.
        request_id: Option<String>,
    },
}

impl From<PlaygroundEvent> for super::Event {
    fn from(event: PlaygroundEvent) -> Self {
        Self::Playground(event)
    }
}
