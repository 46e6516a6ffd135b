//! What was said: turns, replies with their numbers, and which of it a model is told again.

use std::sync::Arc;

use super::attachment::{Attachment, Count};
use super::cure::Cure;
use super::draft::{Document, user_message};
use crate::aws::bedrock_runtime::{ConverseRequest, Message, Usage};
use crate::base::clock::Timestamp;
use crate::base::problem::Problem;
use crate::models::{self, Tokens};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The person.
    Person,
    /// A model.
    Model,
}

/// A conversation, oldest turn first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chat {
    /// The turns. Change them through the methods, which keep the totals right.
    pub turns: Vec<Turn>,
    /// What all of it took.
    pub totals: Totals,
    next_id: u64,
}

/// What a conversation took, and what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Totals {
    /// Replies of which the numbers are known.
    pub replies: u64,
    /// Tokens of all of them.
    pub usage: Usage,
    /// List price of all of them in US dollars, of those that have one.
    pub cost: f64,
    /// Replies without a price.
    pub unpriced: u64,
    /// Files that the next message takes along.
    pub carried: Count,
}

/// What one side said at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Its number, unique within the conversation.
    pub id: u64,
    /// Who speaks.
    pub side: Side,
    /// What was said. A document that came along is in `document`.
    pub text: String,
    /// A document that came along in the text.
    pub document: Option<Arc<Document>>,
    /// Files that came along.
    pub attachments: Vec<Arc<Attachment>>,
    /// How the reply came about; `None` for the person's turns and for those that came with an example or a record.
    pub reply: Option<Box<Reply>>,
}

/// How a reply came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Number of its request.
    pub number: u64,
    /// The request without its messages: they are the turns before, see [`Chat::sent`].
    pub request: Arc<ConverseRequest>,
    /// Whether the message before was sent alone, without the conversation.
    pub alone: bool,
    /// Whether it was streamed.
    pub streaming: bool,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Where it stands.
    pub outcome: Outcome,
    /// What the model thought before, as far as it showed it.
    pub thinking: String,
    /// Why the model stopped: `end_turn`, `max_tokens`, ….
    pub stop_reason: Option<String>,
    /// Request id: the key of its log record.
    pub request_id: Option<String>,
    /// Its numbers.
    pub metrics: Metrics,
    /// What can be done about its failure besides asking again.
    pub cure: Option<Cure>,
}

/// Where a reply stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Nothing has come yet.
    Waiting,
    /// The service asked to slow down or could not be reached: it is asked again in a moment.
    Pausing(Pause),
    /// It is being written.
    Writing,
    /// It is whole.
    Done,
    /// The person stopped it.
    Stopped,
    /// It failed, perhaps after some text.
    Failed(Problem),
}

/// A wait before another attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Number of the coming attempt, from 2.
    pub attempt: u32,
    /// Attempts that are made at most.
    pub most: u32,
    /// Seconds left to wait.
    pub secs: u32,
    /// Why the last attempt failed.
    pub problem: Problem,
}

/// The numbers of a reply, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Metrics {
    /// Time to the first text as seen here, milliseconds; for streamed replies.
    pub first_token_ms: Option<u64>,
    /// Time to the end as seen here, milliseconds.
    pub total_ms: Option<u64>,
    /// Latency as Bedrock measured it, milliseconds.
    pub latency_ms: Option<u64>,
    /// Tokens.
    pub usage: Option<Usage>,
}

impl Metrics {
    /// Output tokens a second: from the first text on when streamed, else over the whole latency.
    pub fn tokens_per_second(&self) -> Option<f64> {
        let output = self.usage?.output;
        let whole = self.total_ms.or(self.latency_ms)?;
        let writing = whole.saturating_sub(self.first_token_ms.unwrap_or(0));
        (output > 0 && writing > 0).then(|| output as f64 * 1e3 / writing as f64)
    }

    /// List price of the call to this model in US dollars; `None` without counts or without a price.
    pub fn cost(&self, model_id: &str) -> Option<f64> {
        let Usage { input, output, cache_read, cache_write } = self.usage?;
        models::cost(model_id, Tokens { input, output, cache_read, cache_write })
    }
}

impl Reply {
    /// Whether more of it may come.
    pub fn is_running(&self) -> bool {
        matches!(self.outcome, Outcome::Waiting | Outcome::Pausing(_) | Outcome::Writing)
    }

    /// List price in US dollars, when counts and price are known.
    pub fn cost(&self) -> Option<f64> {
        self.metrics.cost(&self.request.model_id)
    }
}

impl Turn {
    /// A turn of words alone, still without a number.
    pub fn said(side: Side, text: String) -> Self {
        Self { id: 0, side, text, document: None, attachments: Vec::new(), reply: None }
    }

    /// The text as it was sent: the example's document, then the words.
    pub fn message(&self) -> String {
        self.document.as_ref().map_or_else(|| self.text.clone(), |document| format!("{}\n\n{}", document.tagged(), self.text))
    }

    /// Whether it is a reply without words, which a model cannot be told again.
    fn is_mute(&self) -> bool {
        self.side == Side::Model && self.text.trim().is_empty()
    }
}

impl Chat {
    /// A conversation of turns that came from elsewhere.
    pub fn of(history: Vec<(Side, String)>) -> Self {
        let mut chat = Self::default();
        chat.extend(history.into_iter().map(|(side, text)| Turn::said(side, text)));
        chat
    }

    /// Adds turns at the end.
    pub fn extend(&mut self, turns: impl IntoIterator<Item = Turn>) {
        for turn in turns {
            self.turns.push(Turn { id: self.next_id, ..turn });
            self.next_id += 1;
        }
        self.settle();
    }

    /// Whether nothing was said yet.
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Adds a turn at the end, giving it its number.
    pub fn add(&mut self, turn: Turn) {
        self.extend([turn]);
    }

    /// Drops the turn at `place` and all after it.
    pub fn cut(&mut self, place: usize) {
        self.turns.truncate(place);
        self.settle();
    }

    /// Sums up anew, after a reply has ended or a turn has come or gone.
    pub fn settle(&mut self) {
        let mut totals = Totals::default();
        for (place, turn) in self.turns.iter().enumerate() {
            if let Some(reply) = &turn.reply {
                totals.count(reply);
            }
            if self.is_part(place) {
                totals.carried = totals.carried.and(Count::of(&turn.attachments));
            }
        }
        self.totals = totals;
    }

    /// The place of the turn with this number.
    pub fn place(&self, id: u64) -> Option<usize> {
        self.turns.binary_search_by_key(&id, |turn| turn.id).ok()
    }

    /// The reply that is on its way, with its turn. Only the last turn can be one.
    pub fn running(&self) -> Option<&Turn> {
        self.turns.last().filter(|turn| turn.reply.as_ref().is_some_and(|reply| reply.is_running()))
    }

    /// Whether a reply is on its way.
    pub fn is_running(&self) -> bool {
        self.running().is_some()
    }

    /// The text and the reply of the request with this number, while it is on its way.
    pub fn running_mut(&mut self, number: u64) -> Option<(&mut String, &mut Reply)> {
        let turn = self.turns.last_mut()?;
        let reply = turn.reply.as_deref_mut().filter(|reply| reply.number == number && reply.is_running())?;
        Some((&mut turn.text, reply))
    }

    /// Whether the turn at `place` is told to the model again. A question without an answer is not: two questions in a row would be refused.
    pub fn is_part(&self, place: usize) -> bool {
        let Some(turn) = self.turns.get(place) else { return false };
        match turn.side {
            Side::Model => !turn.is_mute(),
            Side::Person => self.turns.get(place + 1).is_some_and(|answer| answer.side == Side::Model && !answer.is_mute()),
        }
    }

    /// What a model is told of the conversation so far.
    pub fn messages(&self) -> Vec<Message> {
        self.messages_before(self.turns.len())
    }

    /// What a model is told of the turns before `end`. The conversation begins with the person and the sides alternate.
    pub fn messages_before(&self, end: usize) -> Vec<Message> {
        let mut messages = Vec::new();
        for (place, turn) in self.turns.iter().enumerate().take(end) {
            let turn_of = if messages.len() % 2 == 0 { Side::Person } else { Side::Model };
            if turn.side == turn_of && self.is_part(place) {
                messages.push(message(turn));
            }
        }
        if messages.len() % 2 == 1 {
            messages.pop();
        }
        messages
    }

    /// The messages that ask for the reply at `place`: the question before it, with the conversation before that unless it stands `alone`.
    pub fn asking(&self, place: usize, alone: bool) -> Option<Vec<Message>> {
        let question = place.checked_sub(1)?;
        let mut messages = if alone { Vec::new() } else { self.messages_before(question) };
        messages.push(message(self.turns.get(question)?));
        Some(messages)
    }

    /// The whole request that the reply at `place` answers.
    pub fn sent(&self, place: usize) -> Option<ConverseRequest> {
        let reply = self.turns.get(place)?.reply.as_ref()?;
        Some(ConverseRequest { messages: self.asking(place, reply.alone)?, ..ConverseRequest::clone(&reply.request) })
    }
}

impl Totals {
    fn count(&mut self, reply: &Reply) {
        let Some(usage) = reply.metrics.usage else { return };
        self.replies += 1;
        self.usage.input += usage.input;
        self.usage.output += usage.output;
        self.usage.cache_read += usage.cache_read;
        self.usage.cache_write += usage.cache_write;
        match reply.cost() {
            Some(cost) => self.cost += cost,
            None => self.unpriced += 1,
        }
    }
}

fn message(turn: &Turn) -> Message {
    match turn.side {
        Side::Person => user_message(&turn.attachments, turn.message()),
        // Trailing white space at the end of an assistant's text is refused by some models.
        Side::Model => Message::assistant(turn.text.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(chat: &Chat) -> Vec<String> {
        chat.messages().iter().map(|message| format!("{:?}", message.blocks)).collect()
    }

    #[test]
    fn a_question_without_an_answer_is_not_told_again() {
        let history = [(Side::Person, "a"), (Side::Model, "b"), (Side::Person, "c"), (Side::Model, " ")];
        let chat = Chat::of(history.map(|(side, text)| (side, text.to_owned())).to_vec());
        assert_eq!(said(&chat), [r#"[Text("a")]"#, r#"[Text("b")]"#]);
        assert!(chat.is_part(0) && !chat.is_part(2));
    }

    #[test]
    fn sides_alternate_whatever_a_record_held() {
        let history = [(Side::Model, "x"), (Side::Person, "a"), (Side::Person, "a2"), (Side::Model, "b"), (Side::Model, "b2")];
        let chat = Chat::of(history.map(|(side, text)| (side, text.to_owned())).to_vec());
        assert_eq!(said(&chat), [r#"[Text("a2")]"#, r#"[Text("b")]"#]);
    }

    #[test]
    fn speed_counts_from_the_first_text() {
        let usage = Some(Usage { output: 90, ..Usage::default() });
        let metrics = Metrics { first_token_ms: Some(1_000), total_ms: Some(2_000), latency_ms: None, usage };
        assert_eq!(metrics.tokens_per_second(), Some(90.0));
        assert_eq!(Metrics::default().tokens_per_second(), None);
    }

    #[test]
    fn a_model_without_price_has_no_cost() {
        let usage = Some(Usage { input: 1_000, output: 10, ..Usage::default() });
        let metrics = Metrics { usage, ..Metrics::default() };
        assert_eq!(metrics.cost("amazon.nova-micro-v1:0"), None);
        assert!(metrics.cost("global.anthropic.claude-sonnet-4-6").unwrap() > 0.0);
    }
}
