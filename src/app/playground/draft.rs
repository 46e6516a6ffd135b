//! The message being prepared, with all that goes along with it, and the request that it becomes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::chat::Chat;
use crate::aws::bedrock_runtime::{ConverseRequest, Message};
use crate::models::{self, Sampling};

/// Stop sequences that the screen takes; AWS takes more than anybody needs.
pub const MOST_STOPS: usize = 4;
/// Marks that a request takes, and the longest key or value, characters.
pub const MOST_MARKS: usize = 16;
/// See [`MOST_MARKS`].
pub const LONGEST_MARK: usize = 256;
/// Longest reply that can be asked of a model that the table does not have, tokens.
const MOST_TOKENS: u64 = 200_000;

/// Whether earlier turns are sent along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// They are.
    #[default]
    Chat,
    /// Each message stands alone.
    Single,
}

/// A document that goes with a message, in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Document {
    /// The document as it stands before the message.
    pub fn tagged(&self) -> String {
        format!("<document name=\"{}\">\n{}\n</document>", self.name, self.text)
    }
}

/// Parameters of the reply. What is `None` is left out of the request and so to the model.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Parameters {
    /// Most tokens of the reply.
    pub max_tokens: Option<u32>,
    /// Randomness, 0 to 1.
    pub temperature: Option<f32>,
    /// Share of probability to draw from, 0 to 1.
    pub top_p: Option<f32>,
    /// Texts that end the reply.
    pub stop_sequences: Vec<String>,
}

/// What is being prepared.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The model to ask.
    pub model_id: Option<String>,
    /// The message.
    pub text: String,
    /// A document that goes with it.
    pub document: Option<Arc<Document>>,
    /// System prompt; nothing is sent when it is blank.
    pub system: String,
    /// Parameters, those included that the chosen model refuses.
    pub parameters: Parameters,
    /// Marks for the log record.
    pub metadata: Vec<(String, String)>,
    /// Whether earlier turns are sent along.
    pub mode: Mode,
    /// Whether the reply comes as it is written.
    pub streaming: bool,
    /// Where the prompt comes from, if not from the keyboard.
    pub source: Option<String>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            model_id: None,
            text: String::new(),
            document: None,
            system: String::new(),
            parameters: Parameters::default(),
            metadata: Vec::new(),
            mode: Mode::default(),
            streaming: true,
            source: None,
        }
    }
}

impl Draft {
    /// The message as it is sent: the document, then the text.
    pub fn message(&self) -> String {
        let text = self.text.trim();
        self.document.as_ref().map_or_else(|| text.to_owned(), |document| format!("{}\n\n{text}", document.tagged()))
    }

    /// The request that sending would make after `chat`, or why nothing can be sent.
    pub fn request(&self, chat: &Chat) -> Result<ConverseRequest, &'static str> {
        if self.text.trim().is_empty() {
            return Err("Write a message first");
        }
        let mut messages = if self.mode == Mode::Chat { chat.messages() } else { Vec::new() };
        messages.push(Message::user(self.message()));
        self.request_of(messages)
    }

    /// The request that asks for a reply to `messages` with the draft's settings.
    pub fn request_of(&self, messages: Vec<Message>) -> Result<ConverseRequest, &'static str> {
        let model_id = self.model_id.clone().ok_or("Choose a model first")?;
        let sent = self.parameters.for_model(&model_id);
        Ok(ConverseRequest {
            messages,
            system: Some(self.system.trim().to_owned()).filter(|system| !system.is_empty()),
            max_tokens: sent.max_tokens,
            temperature: sent.temperature,
            top_p: sent.top_p,
            stop_sequences: sent.stop_sequences,
            request_metadata: self.marks(),
            model_id,
        })
    }

    fn marks(&self) -> BTreeMap<String, String> {
        let filled = self.metadata.iter().filter(|(key, value)| !key.trim().is_empty() && !value.trim().is_empty());
        filled.take(MOST_MARKS).map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect()
    }
}

/// What a model does with sampling parameters, by its id; a model that the table does not have is taken at its word.
pub fn sampling(model_id: &str) -> Sampling {
    models::find(model_id).map_or(Sampling::Any, |model| model.sampling)
}

/// The longest reply of a model, tokens.
pub fn longest_reply(model_id: &str) -> u32 {
    models::find(model_id).map_or(MOST_TOKENS, |model| model.max_output) as u32
}

impl Parameters {
    /// The parameters that this model is sent: those that it refuses are left out, of an exclusive pair the temperature stays.
    #[must_use]
    pub fn for_model(&self, model_id: &str) -> Self {
        let sampling = sampling(model_id);
        let temperature = self.temperature.filter(|_| sampling != Sampling::None);
        let alone = sampling == Sampling::One && temperature.is_some();
        Self {
            max_tokens: self.max_tokens.map(|max| max.min(longest_reply(model_id))),
            temperature,
            top_p: self.top_p.filter(|_| sampling != Sampling::None && !alone),
            stop_sequences: self.stop_sequences.iter().filter(|stop| !stop.is_empty()).cloned().collect(),
        }
    }

    /// What is set here and not sent to this model, each with the reason.
    pub fn left_out(&self, model_id: &str) -> Vec<String> {
        let sent = self.for_model(model_id);
        let name = models::short_name(model_id);
        let mut notes = Vec::new();
        match sampling(model_id) {
            Sampling::None if self.temperature.is_some() || self.top_p.is_some() => {
                notes.push(format!("{name} refuses temperature and top P: they are left out"));
            }
            Sampling::One if self.top_p.is_some() && sent.top_p.is_none() => {
                notes.push(format!("{name} takes temperature or top P, never both: top P is left out"));
            }
            _ => {}
        }
        if sent.max_tokens != self.max_tokens {
            notes.push(format!("{name} writes at most {} tokens", longest_reply(model_id)));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both() -> Parameters {
        Parameters { temperature: Some(0.5), top_p: Some(0.9), max_tokens: Some(10_000_000), ..Parameters::default() }
    }

    fn with_sampling(sampling: Sampling) -> String {
        models::catalogue().models.iter().find(|model| model.sampling == sampling).expect("the table has such a model").id.clone()
    }

    #[test]
    fn a_model_is_sent_only_what_it_takes_and_the_rest_is_explained() {
        let one = with_sampling(Sampling::One);
        assert_eq!((both().for_model(&one).temperature, both().for_model(&one).top_p), (Some(0.5), None));
        assert!(both().left_out(&one)[0].contains("never both"));
        let none = with_sampling(Sampling::None);
        assert_eq!((both().for_model(&none).temperature, both().for_model(&none).top_p), (None, None));
        assert!(both().left_out(&none)[0].contains("refuses"));
        let any = both().for_model("meta.unknown-v1:0");
        assert_eq!((any.temperature, any.top_p), (Some(0.5), Some(0.9)));
    }

    #[test]
    fn top_p_alone_is_sent_to_a_model_that_takes_one_of_the_pair() {
        let alone = Parameters { temperature: None, ..both() };
        assert_eq!(alone.for_model(&with_sampling(Sampling::One)).top_p, Some(0.9));
    }

    #[test]
    fn a_limit_above_the_models_own_is_lowered_and_told() {
        let id = with_sampling(Sampling::One);
        assert_eq!(both().for_model(&id).max_tokens, Some(longest_reply(&id)));
        assert!(both().left_out(&id).iter().any(|note| note.contains("writes at most")));
    }

    #[test]
    fn unset_parameters_blank_systems_and_blank_marks_are_left_out() {
        let draft = Draft {
            model_id: Some("anthropic.claude-sonnet-4-6".to_owned()),
            text: " hello ".to_owned(),
            system: "  \n".to_owned(),
            metadata: vec![("team".to_owned(), "blue".to_owned()), (String::new(), "x".to_owned())],
            ..Draft::default()
        };
        let request = draft.request(&Chat::default()).unwrap();
        let params = request.params();
        assert_eq!(params["messages"][0]["content"][0]["text"], "hello");
        assert!(params.get("inferenceConfig").is_none() && params.get("system").is_none());
        assert_eq!(params["requestMetadata"], serde_json::json!({"team": "blue"}));
    }

    #[test]
    fn nothing_is_sent_without_words_or_model() {
        let draft = Draft::default();
        assert_eq!(draft.request(&Chat::default()), Err("Write a message first"));
        let worded = Draft { text: "hi".to_owned(), ..Draft::default() };
        assert_eq!(worded.request(&Chat::default()), Err("Choose a model first"));
    }
}
