//! SNS: topics, their subscriptions, and messages that are published to them.
//!
//! Owns the topics of a Region and what was delivered ([`State`]). Nothing leaves the machine: every delivery, whatever the protocol of its
//! subscription, becomes a [`Letter`] in the Region's inbox, which the program shows; a request to confirm a subscription by e-mail lies
//! there too. Other services of the sandbox publish through [`State::publish`].
//!
//! Simplified: no FIFO topics, no filter policies, no text messages to phones, no platform applications; these are refused in words.

mod checks;
mod publish;
mod state;
mod subscriptions;
mod tags;
mod topics;

pub use publish::Message;
pub use state::{Letter, State, Subscription};

use super::Sandbox;
use super::api::{ApiError, CallContext, Operations};

/// The operations of this service.
pub const OPERATIONS: Operations = &[
    ("ConfirmSubscription", subscriptions::confirm),
    ("CreateTopic", topics::create),
    ("DeleteTopic", topics::delete),
    ("GetSubscriptionAttributes", subscriptions::attributes),
    ("GetTopicAttributes", topics::attributes),
    ("ListSubscriptions", subscriptions::list),
    ("ListSubscriptionsByTopic", subscriptions::list_by_topic),
    ("ListTagsForResource", tags::list),
    ("ListTopics", topics::list),
    ("Publish", publish::publish),
    ("PublishBatch", publish::publish_batch),
    ("SetSubscriptionAttributes", subscriptions::set_attributes),
    ("SetTopicAttributes", topics::set_attributes),
    ("Subscribe", subscriptions::subscribe),
    ("TagResource", tags::tag),
    ("Unsubscribe", subscriptions::unsubscribe),
    ("UntagResource", tags::untag),
];

/// Runs `look` on the caller's Region without marking it as changed.
fn view<T>(sandbox: &Sandbox, cx: &CallContext, look: impl FnOnce(&State) -> Result<T, ApiError>) -> Result<T, ApiError> {
    let world = sandbox.world();
    look(&world.region_view(&cx.region).sns)
}

/// Runs `change` on the caller's Region.
fn change<T>(sandbox: &Sandbox, cx: &CallContext, change: impl FnOnce(&mut State) -> Result<T, ApiError>) -> Result<T, ApiError> {
    change(&mut sandbox.world().region(&cx.region).sns)
}

#[cfg(test)]
mod tests;
