//! The account's roles and users, what they may do, and what services may do in a role.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::holders::Kind;
use super::managed::{self, ManagedPolicy};
use super::policy::{Context, Decision, PolicyDocument, PolicyKind, Principal};
use crate::base::clock::Timestamp;

/// The account's IAM resources.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Roles by lower-case name: IAM tells names apart without case.
    roles: BTreeMap<String, Role>,
    /// Users by lower-case name.
    pub(super) users: BTreeMap<String, User>,
    /// Access keys of users by id.
    pub(super) keys: BTreeMap<String, AccessKey>,
    /// The account's managed policies by ARN.
    pub(super) managed: BTreeMap<String, ManagedPolicy>,
}

/// A user with its policies.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) path: String,
    /// Unique id, `AIDA…`.
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) created: Timestamp,
    /// Inline policies by name.
    pub(super) policies: BTreeMap<String, Document>,
    pub(super) attached: Vec<Attachment>,
    pub(super) tags: Vec<Tag>,
}

/// An access key of a user. The secret is told once and never checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AccessKey {
    pub(super) user: String,
    pub(super) is_active: bool,
    pub(super) created: Timestamp,
}

/// A managed policy that is attached, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub(super) arn: String,
    pub(super) at: Timestamp,
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
    /// Managed policies.
    #[serde(default)]
    pub attached: Vec<Attachment>,
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
        Some(role.as_seen(self, now, delay))
    }

    pub(super) fn user(&self, name: &str) -> Option<&User> {
        self.users.get(&name.to_lowercase())
    }

    pub(super) fn user_mut(&mut self, name: &str) -> Option<&mut User> {
        self.users.get_mut(&name.to_lowercase())
    }

    /// The user whose access key this is.
    pub(super) fn user_of_key(&self, key: Option<&str>) -> Option<&User> {
        self.user(&self.keys.get(key?)?.user)
    }

    /// ARN of the user whose access key this is; `None` for keys that IAM did not make.
    pub fn arn_of_key(&self, key: &str) -> Option<&str> {
        self.user_of_key(Some(key)).map(|user| user.arn.as_str())
    }

    /// Whether the key is a user's and switched off.
    pub fn is_inactive(&self, key: &str) -> bool {
        self.keys.get(key).is_some_and(|key| !key.is_active)
    }

    /// What the policies of the user with `arn` say; `None` when there is no such user.
    pub fn user_decides(&self, arn: &str, action: &str, resource: &str, context: &Context) -> Option<Decision> {
        let user = self.users.values().find(|user| user.arn == arn)?;
        Some(self.decides((&user.policies, &user.attached), action, resource, context))
    }

    /// What the role's own and attached policies together say, as IAM itself sees them at once.
    pub fn role_decides(&self, role: &Role, action: &str, resource: &str, context: &Context) -> Decision {
        self.decides((&role.policies, &role.attached), action, resource, context)
    }

    fn decides(
        &self,
        (inline, attached): (&BTreeMap<String, Document>, &[Attachment]),
        action: &str,
        resource: &str,
        context: &Context,
    ) -> Decision {
        let managed = attached.iter().filter_map(|held| managed::policy(self, &held.arn)?.document());
        together(inline.values().chain(managed), action, resource, context)
    }

    /// Kind, name and unique id of the roles and users to which the policy with `arn` is attached.
    pub(super) fn holders_of(&self, arn: &str) -> impl Iterator<Item = (Kind, &str, &str)> {
        let holds = move |attached: &[Attachment]| attached.iter().any(|held| held.arn == arn);
        let roles =
            self.roles.values().filter(move |role| holds(&role.attached)).map(|role| (Kind::Role, role.name.as_str(), role.id.as_str()));
        let users =
            self.users.values().filter(move |user| holds(&user.attached)).map(|user| (Kind::User, user.name.as_str(), user.id.as_str()));
        roles.chain(users)
    }
}

/// What identity policies together say.
fn together<'a>(documents: impl Iterator<Item = &'a Document>, action: &str, resource: &str, context: &Context) -> Decision {
    let policies = documents.filter_map(|document| PolicyDocument::parse(&document.text, PolicyKind::Identity).ok());
    policies.map(|policy| policy.allows(action, resource, context)).fold(Decision::ImplicitDeny, Decision::and)
}

impl Role {
    /// As services see it: with what has spread, its managed policies among its own.
    fn as_seen(&self, state: &State, now: Timestamp, delay: Duration) -> Self {
        let settled = |document: &Document| Some(Document::new(document.seen(now, delay)?.to_owned(), document.written));
        let attached = self.attached.iter().filter(|held| has_spread(held.at, now, delay));
        let managed = attached.filter_map(|held| Some((&held.arn, managed::policy(state, &held.arn)?.document()?)));
        let policies =
            self.policies.iter().chain(managed).filter_map(|(name, document)| Some((name.clone(), settled(document)?))).collect();
        Self { trust: settled(&self.trust).unwrap_or_else(|| self.trust.clone()), policies, ..self.clone() }
    }

    /// Whether `service` (`bedrock.amazonaws.com`) may assume this role in `context`.
    pub fn trusts(&self, service: &str, context: &Context) -> bool {
        let policy = PolicyDocument::parse(&self.trust.text, PolicyKind::Trust);
        policy.is_ok_and(|policy| policy.allows_principal(Principal::Service(service), "sts:AssumeRole", &self.arn, context).is_allowed())
    }

    /// Whether this role may do `action` on `resource` in `context`.
    pub fn allows(&self, action: &str, resource: &str, context: &Context) -> bool {
        together(self.policies.values(), action, resource, context).is_allowed()
    }
}
