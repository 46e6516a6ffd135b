//! Policy documents and their evaluation: identity policies, trust policies and bucket policies.
//!
//! What the evaluator does not know (a condition operator, for example) is refused when the policy is written, never ignored.

mod condition;
mod parse;
mod wildcard;

pub use condition::Context;
pub use parse::{MalformedPolicy, PolicyKind};
pub use wildcard::{arn_match, wildcard_match};

use condition::Condition;

/// What the policies say about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it and none denies it.
    Allowed,
    /// A statement denies it.
    ExplicitDeny,
    /// Nothing speaks of it, which is a denial too.
    ImplicitDeny,
}

impl Decision {
    /// Whether the call may go ahead.
    pub fn is_allowed(self) -> bool {
        self == Self::Allowed
    }

    /// The decision of several policies together: any denial wins, then any permission.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::ExplicitDeny, _) | (_, Self::ExplicitDeny) => Self::ExplicitDeny,
            (Self::Allowed, _) | (_, Self::Allowed) => Self::Allowed,
            _ => Self::ImplicitDeny,
        }
    }
}

/// Who asks, as trust and bucket policies name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal<'a> {
    /// A service such as `bedrock.amazonaws.com`.
    Service(&'a str),
    /// An ARN of a user, a role or a session of a role.
    Aws(&'a str),
}

/// A parsed policy document.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyDocument {
    statements: Vec<Statement>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Debug, Clone, PartialEq)]
struct Statement {
    effect: Effect,
    principals: Option<Scope<Name>>,
    actions: Scope<String>,
    /// Absent in trust policies, whose resource is the role itself.
    resources: Option<Scope<String>>,
    conditions: Vec<Condition>,
}

/// `Action` or `NotAction` and the like.
#[derive(Debug, Clone, PartialEq)]
enum Scope<T> {
    Only(Vec<T>),
    AllBut(Vec<T>),
}

impl<T> Scope<T> {
    fn covers(&self, matches: impl Fn(&T) -> bool) -> bool {
        match self {
            Self::Only(items) => items.iter().any(matches),
            Self::AllBut(items) => !items.iter().any(matches),
        }
    }
}

/// A principal as a policy writes it.
#[derive(Debug, Clone, PartialEq)]
enum Name {
    Everyone,
    Service(String),
    Aws(String),
    /// Identity providers and canonical users: known, but nobody here is one.
    Other,
}

impl PolicyDocument {
    /// Reads a document and checks it by the rules of its kind; the error's text is AWS's.
    pub fn parse(text: &str, kind: PolicyKind) -> Result<Self, MalformedPolicy> {
        parse::document(text, kind)
    }

    /// What an identity policy says about `action` on `resource`; principals are not looked at.
    pub fn allows(&self, action: &str, resource: &str, context: &Context) -> Decision {
        self.decide(|statement| statement.covers(action, resource, context))
    }

    /// What a bucket policy or a trust policy says about `principal` doing `action` on `resource`. Trust policies ignore the resource.
    pub fn allows_principal(&self, principal: Principal<'_>, action: &str, resource: &str, context: &Context) -> Decision {
        self.decide(|statement| {
            let named = statement.principals.as_ref().is_some_and(|scope| scope.covers(|name| name.is(principal)));
            named && statement.covers(action, resource, context)
        })
    }

    fn decide(&self, applies: impl Fn(&Statement) -> bool) -> Decision {
        let applying = || self.statements.iter().filter(|statement| applies(statement));
        if applying().any(|statement| statement.effect == Effect::Deny) {
            return Decision::ExplicitDeny;
        }
        if applying().next().is_some() { Decision::Allowed } else { Decision::ImplicitDeny }
    }
}

impl Statement {
    fn covers(&self, action: &str, resource: &str, context: &Context) -> bool {
        let action = action.to_lowercase();
        let covers_resource =
            |scope: &Scope<String>| scope.covers(|pattern| context.resolve(pattern).is_some_and(|p| arn_match(&p, resource)));
        self.actions.covers(|pattern| wildcard_match(&pattern.to_lowercase(), &action))
            && self.resources.as_ref().is_none_or(covers_resource)
            && self.conditions.iter().all(|condition| condition.holds(context))
    }
}

impl Name {
    fn is(&self, principal: Principal<'_>) -> bool {
        match (self, principal) {
            (Self::Everyone, _) => true,
            (Self::Service(name), Principal::Service(service)) => name == service,
            (Self::Aws(name), Principal::Aws(arn)) => is_same_identity(name, arn),
            _ => false,
        }
    }
}

/// Whether `name` (an account id, an account's root, a user, a role or a session) means the identity with `arn`.
fn is_same_identity(name: &str, arn: &str) -> bool {
    let account = arn.split(':').nth(4).unwrap_or_default();
    let root = format!("arn:aws:iam::{account}:root");
    name == arn || name == account || name == root || role_of_session(arn).is_some_and(|role| role == name)
}

/// `arn:aws:iam::ACCT:role/NAME` for a session `arn:aws:sts::ACCT:assumed-role/NAME/SESSION`.
fn role_of_session(arn: &str) -> Option<String> {
    let (account, rest) = arn.strip_prefix("arn:aws:sts::")?.split_once(':')?;
    let name = rest.strip_prefix("assumed-role/")?.split('/').next()?;
    Some(format!("arn:aws:iam::{account}:role/{name}"))
}

#[cfg(test)]
mod tests;
