//! The message being prepared, with all that goes along with it, and the request that it becomes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::attachment::{Attachment, Count, Kind};
use super::chat::Chat;
use crate::aws::bedrock_runtime::{Block, ConverseRequest, Effort, Message, Role, Thinking};
use crate::models::{self, Sampling, ThinkingForm};

/// Stop sequences that the screen takes; AWS takes more than anybody needs.
pub const MOST_STOPS: usize = 4;
/// Marks that a request takes, and the longest key or value, characters.
pub const MOST_MARKS: usize = 16;
/// See [`MOST_MARKS`].
pub const LONGEST_MARK: usize = 256;
/// Longest reply that can be asked of a model that the table does not have, tokens.
const MOST_TOKENS: u64 = 200_000;

/// Fewest tokens that a model can be told to think with.
pub const LEAST_BUDGET: u32 = 1_024;
/// Tokens to think with when nothing is said.
pub const USUAL_BUDGET: u32 = 2_048;
/// Least share of probability that a thinking model takes.
const LEAST_TOP_P_THINKING: f32 = 0.95;

/// Whether earlier turns are sent along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Parameters {
    /// Most tokens of the reply.
    pub max_tokens: Option<u32>,
    /// Randomness, 0 to 1.
    pub temperature: Option<f32>,
    /// Share of probability to draw from, 0 to 1.
    pub top_p: Option<f32>,
    /// Number of likeliest tokens to draw from.
    pub top_k: Option<u32>,
    /// Thinking before the reply.
    pub thinking: Option<Thinking>,
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
    /// Files that go with it.
    pub attachments: Vec<Arc<Attachment>>,
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
    /// Whether the prompt cache is used, by models that have one.
    pub cache: bool,
    /// Where the prompt comes from, if not from the keyboard.
    pub source: Option<String>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            model_id: None,
            text: String::new(),
            document: None,
            attachments: Vec::new(),
            system: String::new(),
            parameters: Parameters::default(),
            metadata: Vec::new(),
            mode: Mode::default(),
            streaming: true,
            cache: false,
            source: None,
        }
    }
}

impl Draft {
    /// The text as it is sent: the example's document, then the message.
    pub fn message(&self) -> String {
        let text = self.text.trim();
        self.document.as_ref().map_or_else(|| text.to_owned(), |document| format!("{}\n\n{text}", document.tagged()))
    }

    /// Why nothing can be sent to `model_id` after a conversation that carries `carried`. Cheap: asked each frame.
    pub fn obstacle(&self, model_id: Option<&str>, carried: Count) -> Option<String> {
        if self.text.trim().is_empty() {
            return Some("Write a message first".to_owned());
        }
        let Some(model_id) = model_id else { return Some("Choose a model first".to_owned()) };
        let carried = if self.mode == Mode::Chat { carried } else { Count::default() };
        let all = Count::of(&self.attachments).and(carried);
        let blind = all.images > 0 && models::find(model_id).is_some_and(|model| !model.reads_images());
        let blind = blind.then(|| format!("{} does not read images; take them off or choose another model", models::short_name(model_id)));
        all.excess().or(blind).or_else(|| self.bad_mark())
    }

    /// The request that sending would make after `chat`, or why nothing can be sent.
    pub fn request(&self, chat: &Chat) -> Result<ConverseRequest, String> {
        self.request_to(self.model_id.as_deref(), chat)
    }

    /// The request that sending to `model_id` would make after `chat`, or why nothing can be sent.
    pub fn request_to(&self, model_id: Option<&str>, chat: &Chat) -> Result<ConverseRequest, String> {
        if let Some(why) = self.obstacle(model_id, chat.totals.carried) {
            return Err(why);
        }
        let mut messages = if self.mode == Mode::Chat { chat.messages() } else { Vec::new() };
        messages.push(user_message(&self.attachments, self.message()));
        Ok(ConverseRequest { messages, ..self.settings(model_id.unwrap_or_default()) })
    }

    /// Everything of a request to `model_id` but its messages.
    pub fn settings(&self, model_id: &str) -> ConverseRequest {
        let sent = self.parameters.for_model(model_id);
        ConverseRequest {
            model_id: model_id.to_owned(),
            messages: Vec::new(),
            system: Some(self.system.trim().to_owned()).filter(|system| !system.is_empty()),
            max_tokens: sent.max_tokens,
            temperature: sent.temperature,
            top_p: sent.top_p,
            top_k: sent.top_k,
            stop_sequences: sent.stop_sequences,
            thinking: sent.thinking,
            cache: self.cache && caches(model_id),
            request_metadata: self.marks(),
        }
    }

    /// A mark that Bedrock would refuse.
    fn bad_mark(&self) -> Option<String> {
        let bad = self.marks().into_iter().find(|(key, value)| !is_mark(key) || !is_mark(value));
        bad.map(|(key, _)| {
            format!("The mark “{key}” has signs that Bedrock refuses: letters, digits, spaces and : _ @ $ # = / + , - . are taken")
        })
    }

    fn marks(&self) -> BTreeMap<String, String> {
        let filled = self.metadata.iter().filter(|(key, value)| !key.trim().is_empty() && !value.trim().is_empty());
        filled.take(MOST_MARKS).map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect()
    }
}

/// A message of the user: files first, then the text, as the models read best.
pub fn user_message(attachments: &[Arc<Attachment>], text: String) -> Message {
    let (documents, images): (Vec<_>, Vec<_>) = attachments.iter().partition(|attachment| attachment.kind == Kind::Document);
    let files = documents.into_iter().chain(images).map(|attachment| attachment.block());
    Message { role: Role::User, blocks: files.chain([Block::Text(text)]).collect() }
}

/// Whether Bedrock takes a text as key or value of a mark.
pub fn is_mark(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || ":_@$#=/+,-.".contains(c))
}

/// Whether a model has a prompt cache; one that the table does not have is taken at its word.
pub fn caches(model_id: &str) -> bool {
    models::find(model_id).is_none_or(|model| model.cache_min.is_some())
}

/// How a model can be made to think; `None` when it cannot. One that the table does not have is not asked to.
pub fn thinks(model_id: &str) -> Option<ThinkingForm> {
    models::find(model_id).and_then(|model| model.thinking)
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
    /// The parameters that this model is sent: those that it refuses are left out, of an exclusive pair the temperature stays, and beside
    /// thinking no sampling parameter does.
    #[must_use]
    pub fn for_model(&self, model_id: &str) -> Self {
        let max_tokens = self.max_tokens.map(|max| max.min(longest_reply(model_id)));
        let thinking = self.thinking.and_then(|wish| as_taken(wish, thinks(model_id), max_tokens));
        let sampling = sampling(model_id);
        let sampled = sampling != Sampling::None;
        let temperature = self.temperature.filter(|_| sampled && thinking.is_none());
        let alone = sampling == Sampling::One && temperature.is_some();
        let top_p = self.top_p.filter(|p| sampled && !alone && (thinking.is_none() || *p >= LEAST_TOP_P_THINKING));
        Self {
            max_tokens,
            temperature,
            top_p,
            top_k: self.top_k.filter(|_| sampled && thinking.is_none()),
            thinking,
            stop_sequences: self.stop_sequences.iter().filter(|stop| !stop.trim().is_empty()).cloned().collect(),
        }
    }

    /// What is set here and not sent to this model, each with the reason.
    pub fn left_out(&self, model_id: &str) -> Vec<String> {
        let sent = self.for_model(model_id);
        let name = models::short_name(model_id);
        let mut notes: Vec<String> = self.lost_sampling(model_id, &sent, &name).into_iter().collect();
        if sent.max_tokens != self.max_tokens {
            notes.push(format!("{name} writes at most {} tokens", longest_reply(model_id)));
        }
        if self.thinking.is_some() && sent.thinking.is_none() {
            notes.push(match thinks(model_id) {
                Some(_) => format!("Thinking needs a maximum of more than {LEAST_BUDGET} tokens: it is left out"),
                None => format!("{name} does not think aloud: thinking is left out"),
            });
        }
        notes
    }

    /// Why sampling parameters that are set are not sent.
    fn lost_sampling(&self, model_id: &str, sent: &Self, name: &str) -> Option<String> {
        let pairs = [
            (self.temperature.is_some() && sent.temperature.is_none(), "temperature"),
            (self.top_p.is_some() && sent.top_p.is_none(), "top P"),
            (self.top_k.is_some() && sent.top_k.is_none(), "top K"),
        ];
        let lost: Vec<&str> = pairs.iter().filter(|(lost, _)| *lost).map(|(_, word)| *word).collect();
        if lost.is_empty() {
            return None;
        }
        let words = lost.join(" and ");
        let they = if lost.len() == 1 { "it is" } else { "they are" };
        Some(match sampling(model_id) {
            Sampling::None => format!("{name} refuses {words}: {they} left out"),
            _ if sent.thinking.is_some() => format!("A thinking model takes no {words}: {they} left out"),
            _ => format!("{name} takes temperature or top P, never both: top P is left out"),
        })
    }
}

/// A wish to think in the form that the model takes; `None` when it cannot, or when the reply's limit leaves no room for it.
fn as_taken(wish: Thinking, form: Option<ThinkingForm>, max_tokens: Option<u32>) -> Option<Thinking> {
    match (form?, wish) {
        (ThinkingForm::Adaptive, Thinking::Adaptive(effort)) => Some(Thinking::Adaptive(effort)),
        (ThinkingForm::Adaptive, Thinking::Budget(_)) => Some(Thinking::Adaptive(Effort::default())),
        (ThinkingForm::Budget, wish) => {
            let wished = if let Thinking::Budget(tokens) = wish { tokens } else { USUAL_BUDGET };
            let budget = max_tokens.map_or(wished, |max| wished.min(max.saturating_sub(1)));
            (budget >= LEAST_BUDGET).then_some(Thinking::Budget(budget))
        }
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
        assert_eq!(draft.request(&Chat::default()), Err("Write a message first".to_owned()));
        let worded = Draft { text: "hi".to_owned(), ..Draft::default() };
        assert_eq!(worded.request(&Chat::default()), Err("Choose a model first".to_owned()));
    }

    #[test]
    fn thinking_takes_the_form_of_the_model_and_drives_sampling_out() {
        let wish = Parameters { thinking: Some(Thinking::Budget(4_000)), top_k: Some(40), temperature: Some(0.5), ..Parameters::default() };
        let budget = wish.for_model("us.anthropic.claude-haiku-4-5-20251001-v1:0");
        assert_eq!((budget.thinking, budget.temperature, budget.top_k), (Some(Thinking::Budget(4_000)), None, None));
        let adaptive = wish.for_model("us.anthropic.claude-sonnet-5-5");
        assert_eq!(adaptive.thinking, Some(Thinking::Adaptive(Effort::High)));
        let without = wish.for_model("anthropic.claude-v2:1");
        assert_eq!((without.thinking, without.temperature, without.top_k), (None, Some(0.5), Some(40)));
        assert!(wish.left_out("anthropic.claude-v2:1")[0].contains("does not think"));
    }

    #[test]
    fn a_budget_stays_below_the_limit_of_the_reply() {
        let haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
        let wish = |max| Parameters { thinking: Some(Thinking::Budget(4_000)), max_tokens: Some(max), ..Parameters::default() };
        assert_eq!(wish(2_000).for_model(haiku).thinking, Some(Thinking::Budget(1_999)));
        assert_eq!(wish(1_024).for_model(haiku).thinking, None);
        assert!(wish(1_024).left_out(haiku)[0].contains("maximum of more than 1024"));
    }

    #[test]
    fn images_are_not_sent_to_a_model_that_cannot_read_them() {
        let image = Attachment::new("a.png", super::super::attachment::tests::png(2, 2, 40)).unwrap();
        let draft = Draft { text: "What is it?".to_owned(), attachments: vec![Arc::new(image)], ..Draft::default() };
        assert!(draft.obstacle(Some("anthropic.claude-v2:1"), Count::default()).unwrap().contains("does not read images"));
        assert_eq!(draft.obstacle(Some("us.anthropic.claude-sonnet-4-6"), Count::default()), None);
    }

    #[test]
    fn marks_that_bedrock_refuses_are_told_before_sending() {
        let draft = Draft { text: "x".to_owned(), metadata: vec![("team".to_owned(), "blü".to_owned())], ..Draft::default() };
        assert!(draft.obstacle(Some("m"), Count::default()).unwrap().contains("team"));
    }
}
