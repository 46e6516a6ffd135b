//! The topics of a Region and what was delivered.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::checks;
use crate::base::clock::Timestamp;
use crate::sandbox::api::ApiError;

/// Letters that an inbox keeps: the oldest give way.
const MAX_LETTERS: usize = 500;

/// Topics and subscriptions that a Region keeps, so that a forgotten program cannot fill the machine's memory; the service allows 100,000.
pub(super) const MAX_TOPICS: usize = 1_000;

/// The topics of a Region and what was delivered.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// By ARN.
    pub(super) topics: BTreeMap<String, Topic>,
    /// By ARN.
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    /// Newest last.
    inbox: VecDeque<Letter>,
    /// Letters that ever arrived, so that a reader knows what is new.
    arrived: u64,
}

/// A topic.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Topic {
    /// What was set: `DisplayName`, `Policy` and others.
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) tags: BTreeMap<String, String>,
}

/// Who gets what is published to a topic.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Subscription {
    /// ARN of the topic.
    pub topic: String,
    /// `email`, `sqs`, `https` and others.
    pub protocol: String,
    /// The address: an e-mail address, an ARN or a URL.
    pub endpoint: String,
    /// The token that confirms it; `None` once it is confirmed.
    pub token: Option<String>,
    /// What was set: `RawMessageDelivery` and others.
    pub attributes: BTreeMap<String, String>,
}

/// A message as one subscriber got it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Letter {
    /// Rises with each letter of a Region.
    pub number: u64,
    /// When it was delivered.
    pub at: Timestamp,
    /// ARN of the topic.
    pub topic: String,
    /// Protocol of the subscription.
    pub protocol: String,
    /// Address of the subscription.
    pub endpoint: String,
    /// Its subject, if there is one.
    pub subject: Option<String>,
    /// Its text.
    pub body: String,
    /// The token that confirms the subscription, when that is what the letter asks for.
    pub token: Option<String>,
    /// The id that publishing gave it; empty for a request to confirm.
    pub message_id: String,
}

impl State {
    /// The letters, oldest first.
    pub fn inbox(&self) -> impl DoubleEndedIterator<Item = &Letter> + ExactSizeIterator {
        self.inbox.iter()
    }

    /// Whether a subscription still waits for this token.
    pub fn is_waiting(&self, token: &str) -> bool {
        self.subscriptions.values().any(|subscription| subscription.token.as_deref() == Some(token))
    }

    /// Confirms the subscription that waits for `token`; its ARN.
    pub fn confirm(&mut self, token: &str) -> Option<String> {
        let (arn, subscription) = self.subscriptions.iter_mut().find(|(_, held)| held.token.as_deref() == Some(token))?;
        subscription.token = None;
        Some(arn.clone())
    }

    /// Puts a letter into the inbox; its number is set here.
    pub(super) fn deliver(&mut self, letter: Letter) {
        self.arrived += 1;
        self.inbox.push_back(Letter { number: self.arrived, ..letter });
        if self.inbox.len() > MAX_LETTERS {
            self.inbox.pop_front();
        }
    }

    pub(super) fn topic(&self, arn: &str) -> Result<&Topic, ApiError> {
        self.topics.get(arn).ok_or_else(checks::no_topic)
    }

    pub(super) fn topic_mut(&mut self, arn: &str) -> Result<&mut Topic, ApiError> {
        self.topics.get_mut(arn).ok_or_else(checks::no_topic)
    }
}
