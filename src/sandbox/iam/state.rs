//! The account's roles, and what services may do in them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::policy::{Context, Decision, PolicyDocument, PolicyKind, Principal};
use crate::base::clock::Timestamp;

/// The account's IAM resources.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Roles by lower-case name: IAM tells names apart without case.
    roles: BTreeMap<String, Role>,
}

/// A role with its policies.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Role {
    /// Name as given.
    pub name: String,
    /// Path, `/` unless given.
    pub path: String,
    /// Unique id, `AROA…`.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// When it was created.
    pub created: Timestamp,
    /// What it is for, in its maker's words.
    pub description: Option<String>,
    /// Longest session, in seconds.
    pub max_session_seconds: i64,
    /// Who may assume it.
    pub trust: Document,
    /// Inline policies by name.
    pub policies: BTreeMap<String, Document>,
    /// Tags in the order in which they were added.
    pub tags: Vec<Tag>,
}

/// A label of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Name of the label.
    #[serde(rename = "Key")]
    pub key: String,
    /// Its value.
    #[serde(rename = "Value")]
    pub value: String,
}

/// A policy document with the moment of its writing, because other services see changes late.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Document {
    /// The JSON text as it was written.
    pub text: String,
    written: Timestamp,
    /// The text before the last write, which is in force until the change has spread.
    previous: Option<String>,
}

impl Document {
    /// A document written now.
    pub fn new(text: String, now: Timestamp) -> Self {
        Self { text, written: now, previous: None }
    }

    /// Replaces the text; `delay` is how long changes take to spread.
    pub fn replace(&mut self, text: String, now: Timestamp, delay: Duration) {
        let in_force = self.seen(now, delay).map(str::to_owned);
        *self = Self { text, written: now, previous: in_force };
    }

    /// The text that other services see.
    fn seen(&self, now: Timestamp, delay: Duration) -> Option<&str> {
        if has_spread(self.written, now, delay) { Some(&self.text) } else { self.previous.as_deref() }
    }
}

fn has_spread(written: Timestamp, now: Timestamp, delay: Duration) -> bool {
    now.as_millisecond() - written.as_millisecond() >= delay.as_millis() as i64
}

impl State {
    /// The role with `name`, as IAM itself sees it at once.
    pub fn role(&self, name: &str) -> Option<&Role> {
        self.roles.get(&name.to_lowercase())
    }

    /// The role with `name` for changes.
    pub(super) fn role_mut(&mut self, name: &str) -> Option<&mut Role> {
        self.roles.get_mut(&name.to_lowercase())
    }

    pub(super) fn insert(&mut self, role: Role) {
        self.roles.insert(role.name.to_lowercase(), role);
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.roles.remove(&name.to_lowercase());
    }

    /// All roles by name.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.values()
    }

    /// The role with `arn`, path included, as IAM itself sees it at once.
    pub fn role_by_arn(&self, arn: &str) -> Option<&Role> {
        let name = arn.rsplit('/').next()?;
        self.role(name).filter(|role| role.arn == arn)
    }

    /// The role with `arn` as other services see it at `now`: none until its creation has spread, and with
    /// the policies whose writing has spread. `delay` is [`crate::sandbox::world::Settings::iam_propagation`].
    ///
    /// ```text
    /// let role = world.iam.role_seen_by_services(arn, cx.now, world.settings.iam_propagation());
    /// let valid = role.is_some_and(|role| role.trusts("bedrock.amazonaws.com", &context) && role.allows("logs:PutLogEvents", &stream_arn, &context));
    /// ```
    pub fn role_seen_by_services(&self, arn: &str, now: Timestamp, delay: Duration) -> Option<Role> {
        let role = self.role_by_arn(arn).filter(|role| has_spread(role.created, now, delay))?;
        Some(role.as_seen(now, delay))
    }
}

impl Role {
    fn as_seen(&self, now: Timestamp, delay: Duration) -> Self {
        let settled = |document: &Document| Some(Document::new(document.seen(now, delay)?.to_owned(), document.written));
        let policies = self.policies.iter().filter_map(|(name, document)| Some((name.clone(), settled(document)?))).collect();
        Self { trust: settled(&self.trust).unwrap_or_else(|| self.trust.clone()), policies, ..self.clone() }
    }

    /// Whether `service` (`bedrock.amazonaws.com`) may assume this role in `context`.
    pub fn trusts(&self, service: &str, context: &Context) -> bool {
        let policy = PolicyDocument::parse(&self.trust.text, PolicyKind::Trust);
        policy.is_ok_and(|policy| policy.allows_principal(Principal::Service(service), "sts:AssumeRole", &self.arn, context).is_allowed())
    }

    /// What this role's policies together say about `action` on `resource` in `context`.
    pub fn decides(&self, action: &str, resource: &str, context: &Context) -> Decision {
        let policies = self.policies.values().filter_map(|document| PolicyDocument::parse(&document.text, PolicyKind::Identity).ok());
        policies.map(|policy| policy.allows(action, resource, context)).fold(Decision::ImplicitDeny, Decision::and)
    }

    /// Whether this role may do `action` on `resource` in `context`.
    pub fn allows(&self, action: &str, resource: &str, context: &Context) -> bool {
        self.decides(action, resource, context).is_allowed()
    }
}
