//! Errors as people read them: what happened, why, what to do.
//!
//! [`table`] is the knowledge: rows of exact AWS codes and texts, most specific first. What no row knows is explained by its class.

mod kinds;
mod table;

use super::error::{AwsError, Explanation};
use super::operation::Permission;
use crate::base::problem::Problem;

/// What AWS says about a missing permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denial<'a> {
    /// Who asked, if the text says it.
    pub principal: Option<&'a str>,
    /// The action that is missing, such as `iam:PassRole`.
    pub action: &'a str,
    /// The resource, if the text says it.
    pub resource: Option<&'a str>,
}

impl<'a> Denial<'a> {
    /// Reads `User: A is not authorized to perform: X on resource: Y because …`, in any of its lengths.
    pub fn read(message: &'a str) -> Option<Self> {
        let (before, after) = message.split_once("not authorized to perform: ")?;
        let action = word(after)?;
        let resource = after.split_once("on resource: ").and_then(|(_, text)| word(text));
        let principal = before.split_once("User: ").and_then(|(_, text)| word(text));
        Some(Self { principal, action, resource })
    }
}

/// The first word of `text` without the quotes and the stop that AWS sometimes adds.
fn word(text: &str) -> Option<&str> {
    text.split_whitespace().next().map(|word| word.trim_matches(['"', '\'', ',']).trim_end_matches('.')).filter(|word| !word.is_empty())
}

impl AwsError {
    /// The permission that is missing, when AWS names it.
    pub fn denial(&self) -> Option<Denial<'_>> {
        Denial::read(&self.message)
    }

    /// The error as a person reads it.
    pub fn explain(&self) -> Explanation {
        table::ROWS.iter().find(|row| row.applies(self)).map_or_else(|| kinds::explain(self), |row| row.explain(self))
    }

    /// AWS's own words with everything that identifies the call, for the details and for messages to others.
    pub fn details(&self) -> String {
        let status = self.status.map(|status| format!("HTTP {status}"));
        let request = self.request_id.as_ref().map(|id| format!("request id {id}"));
        [Some(self.to_string()), status, request].into_iter().flatten().collect::<Vec<_>>().join("\n")
    }
}

impl From<&AwsError> for Problem {
    fn from(error: &AwsError) -> Self {
        let Explanation { what, why, remedy } = error.explain();
        Self::new(what, why, remedy).with_details(error.details())
    }
}

impl From<AwsError> for Problem {
    fn from(error: AwsError) -> Self {
        Self::from(&error)
    }
}

/// Replaces the names that texts may use: `{call}`, `{action}`, `{resource}`, `{needed}`, `{code}`, `{message}`.
fn filled(text: &str, error: &AwsError) -> String {
    let denial = error.denial();
    let action = denial.map_or("the action", |denial| denial.action);
    let resource = denial.and_then(|denial| denial.resource).unwrap_or("the resource");
    text.replace("{call}", &error.operation)
        .replace("{action}", action)
        .replace("{resource}", resource)
        .replace("{needed}", &needed(error))
        .replace("{code}", &error.code)
        .replace("{message}", error.message.trim_end_matches('.'))
}

/// What the call needs: `s3:ListBucket on arn:aws:s3:::demo`, several joined by `and`.
fn needed(error: &AwsError) -> String {
    let told = |permission: &Permission| match permission.resource.as_str() {
        "*" => permission.action.clone(),
        resource => format!("{} on {resource}", permission.action),
    };
    let all: Vec<String> = error.needed.iter().map(told).collect();
    if all.is_empty() { error.operation.clone() } else { all.join(" and ") }
}

#[cfg(test)]
mod tests;
