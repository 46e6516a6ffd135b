//! The playground slice: its state, what a person can do there, what the runtime must do for it, and what happens to it.
//!
//! A message being written is a [`Draft`], what was said is a [`Chat`], what can be asked is a [`ModelList`]. Up to two [`Lane`]s beside the
//! conversation answer the same prompts for comparison. Not here: the calls (`runtime`), the example prompts' texts (`prompts`), prices and
//! limits of models (`models`).

pub mod attachment;
pub mod chat;
pub mod chat_file;
pub mod cure;
pub mod draft;
mod files;
pub mod model_list;
pub mod reduce;
mod talk;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::remote::Remote;
use crate::aws::bedrock::Availability;
use crate::aws::bedrock_runtime::{ConverseRequest, Usage};
use crate::base::clock::Timestamp;
use crate::base::problem::Problem;

pub use attachment::Attachment;
pub use chat::{Chat, Metrics, Outcome, Pause, Reply, Side, Totals, Turn};
pub use cure::Cure;
pub use draft::{Document, Draft, Mode, Parameters};
pub use model_list::{Life, ModelChoice, ModelList, Route};

/// Most models that answer the same prompt side by side.
pub const MOST_LANES: usize = 3;

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
    /// Models that answer beside the chosen one, each with its own conversation.
    pub rivals: Vec<Lane>,
    /// Whether the account may call a model, by the model's id without prefix, as far as it was asked.
    pub access: BTreeMap<String, Remote<Availability>>,
    /// Whether files are being chosen or read.
    pub attaching: bool,
    /// Files that could not be attached, and why.
    pub refused: Vec<String>,
}

/// A model that answers beside the chosen one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lane {
    /// The model.
    pub model_id: String,
    /// What was said to it and by it.
    pub chat: Chat,
}

impl PlaygroundState {
    /// The chosen model, if the list has it.
    pub fn chosen(&self) -> Option<&ModelChoice> {
        self.choice(self.draft.model_id.as_deref()?)
    }

    /// The model with this id, if the list has it.
    pub fn choice(&self, id: &str) -> Option<&ModelChoice> {
        self.models.value()?.find(id)
    }

    /// How many models answer a prompt.
    pub fn lanes(&self) -> usize {
        1 + self.rivals.len()
    }

    /// The model of a lane; 0 is the chosen one.
    pub fn model_of(&self, lane: usize) -> Option<&str> {
        match lane.checked_sub(1) {
            None => self.draft.model_id.as_deref(),
            Some(rival) => self.rivals.get(rival).map(|lane| lane.model_id.as_str()),
        }
    }

    /// The conversation of a lane; 0 is the one with the chosen model.
    pub fn chat_of(&self, lane: usize) -> Option<&Chat> {
        match lane.checked_sub(1) {
            None => Some(&self.chat),
            Some(rival) => self.rivals.get(rival).map(|lane| &lane.chat),
        }
    }

    fn chat_mut(&mut self, lane: usize) -> Option<&mut Chat> {
        match lane.checked_sub(1) {
            None => Some(&mut self.chat),
            Some(rival) => self.rivals.get_mut(rival).map(|lane| &mut lane.chat),
        }
    }

    /// Whether any reply is on its way.
    pub fn is_running(&self) -> bool {
        (0..self.lanes()).any(|lane| self.chat_of(lane).is_some_and(Chat::is_running))
    }

    /// Why nothing can be sent now. Cheap: asked each frame.
    pub fn obstacle(&self) -> Option<String> {
        if self.is_running() {
            return Some("A reply is on its way".to_owned());
        }
        let of_lane = |lane| self.draft.obstacle(self.model_of(lane), self.chat_of(lane)?.totals.carried);
        (0..self.lanes()).find_map(of_lane)
    }

    /// The request that sending now would make to the chosen model, or why nothing can be sent.
    pub fn next_request(&self) -> Result<ConverseRequest, String> {
        if self.is_running() {
            return Err("A reply is on its way".to_owned());
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
    /// Ask whether the account may call the models with these ids.
    CheckAccess(Vec<String>),
    /// Change the draft.
    Edit(Box<Edit>),
    /// Send the draft, to every model that is compared.
    Send,
    /// Stop the replies that are on their way.
    Stop,
    /// Stop the reply of one lane.
    StopLane(usize),
    /// Ask for the reply with this turn's number again.
    Retry(u64),
    /// Ask for the reply with this turn's number again, in a lane.
    RetryIn {
        /// The lane.
        lane: usize,
        /// Number of the turn.
        turn: u64,
    },
    /// Ask another model for the reply with this turn's number from now on.
    AskInstead {
        /// The lane.
        lane: usize,
        /// Number of the turn.
        turn: u64,
        /// The model.
        model_id: String,
    },
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
    /// Let this model answer beside the others.
    AddLane(String),
    /// Ask this model in a lane from now on.
    ChooseLane {
        /// The lane.
        lane: usize,
        /// The model.
        model_id: String,
    },
    /// End the comparison with a lane; its conversation goes.
    DropLane(usize),
    /// Choose files to go with the message, in the system's dialog.
    PickFiles,
    /// Take these files along with the message.
    AttachFiles(Vec<PathBuf>),
    /// Forget which files were refused.
    DismissRefused,
    /// Write the conversation into a file.
    Export,
    /// Choose a file with a conversation, in the system's dialog.
    PickConversation,
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
    /// Whether the prompt cache is used.
    Cache(bool),
    /// Marks for the log record.
    Metadata(Vec<(String, String)>),
    /// No document any more.
    DropDocument,
    /// The attachment at this place no more.
    DropAttachment(usize),
}

/// What the runtime must do for this screen.
#[derive(Debug, Clone, PartialEq)]
pub enum PlaygroundEffect {
    /// List models and profiles.
    FindModels,
    /// Ask whether the account may call these models, one after the other.
    CheckAccess(Vec<String>),
    /// Ask a model.
    Ask {
        /// Number of the request, given back with its events.
        number: u64,
        /// The lane in which the reply is shown.
        lane: usize,
        /// The request.
        request: Arc<ConverseRequest>,
        /// Whether to stream the reply.
        streaming: bool,
    },
    /// End the call that is under way in a lane.
    Stop(usize),
    /// Let the person choose files and read them.
    PickFiles,
    /// Read these files.
    ReadFiles(Vec<PathBuf>),
    /// Let the person choose a file with a conversation and read it.
    PickConversation,
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
    /// Whether the account may call a model.
    Access {
        /// The model's id without prefix.
        model_id: String,
        /// What the service said.
        outcome: Result<Availability, Problem>,
    },
    /// Files were read.
    Read(Vec<Result<Arc<Attachment>, String>>),
    /// A file with a conversation was read.
    Imported(Box<Result<chat_file::Opened, Problem>>),
    /// The system's dialog was closed without a choice.
    NothingPicked,
}

/// What happened to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// The service took it, under this request id.
    Accepted(Option<String>),
    /// The attempt failed; the next comes after a wait.
    Pausing(Pause),
    /// The wait is over.
    Resumed,
    /// More of what the model thinks before the reply.
    Thinking(String),
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
        /// What can be done besides asking again.
        cure: Option<Cure>,
    },
}

impl From<PlaygroundEvent> for super::Event {
    fn from(event: PlaygroundEvent) -> Self {
        Self::Playground(event)
    }
}
