//! Saved queries of Logs Insights.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::checks::{self, INVALID, invalid};
use super::{change, view};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::input::Input;

/// Saved queries that a Region keeps, as the service's quota.
const MAX_DEFINITIONS: usize = 1_000;
/// Most groups of a saved query.
const MAX_GROUPS: usize = 50;

/// A saved query.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Definition {
    name: String,
    query: String,
    groups: Vec<String>,
    language: Option<String>,
    /// As they were put.
    parameters: Value,
    modified_ms: i64,
}

fn unknown() -> ApiError {
    ApiError::new(400, "ResourceNotFoundException", "The specified query definition does not exist.")
}

/// `PutQueryDefinition`.
pub(super) fn put(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let definition = read(&input, cx)?;
    let id = input.opt_str("queryDefinitionId")?;
    let new_id = sandbox.new_id();
    change(sandbox, cx, |state| {
        let id = match id {
            Some(id) if state.definitions.contains_key(id) => id.to_owned(),
            Some(_) => return Err(unknown()),
            None if state.definitions.len() >= MAX_DEFINITIONS => {
                return Err(ApiError::new(400, "LimitExceededException", "Resource limit exceeded."));
            }
            None => new_id,
        };
        state.definitions.insert(id.clone(), definition);
        Ok(json!({ "queryDefinitionId": id }))
    })
}

fn read(input: &Input<'_>, cx: &CallContext) -> Result<Definition, ApiError> {
    let (name, query) = (input.required_str("name")?, input.required_str("queryString")?);
    input.check_length("name", name, 1..=255)?;
    input.check_length("queryString", query, 1..=10_000)?;
    let groups = input.strings("logGroupNames")?;
    if groups.len() > MAX_GROUPS {
        return Err(invalid(format!("At most {MAX_GROUPS} log groups can be specified.")));
    }
    groups.iter().try_for_each(|group| checks::check_group_name(input, "logGroupNames", group))?;
    let language = language(input)?;
    Ok(Definition {
        name: name.to_owned(),
        query: query.to_owned(),
        groups: groups.into_iter().map(str::to_owned).collect(),
        language: language.map(str::to_owned),
        parameters: input.get("parameters").cloned().unwrap_or_default(),
        modified_ms: cx.now.as_millisecond(),
    })
}

fn language<'a>(input: &Input<'a>) -> Result<Option<&'a str>, ApiError> {
    match input.opt_str("queryLanguage")? {
        None => Ok(None),
        Some(language @ ("CWLI" | "SQL" | "PPL")) => Ok(Some(language)),
        Some(other) => Err(input.invalid("queryLanguage", other, "Member must satisfy enum value set: [CWLI, SQL, PPL]")),
    }
}

/// `DescribeQueryDefinitions`, by name.
pub(super) fn describe(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let prefix = input.opt_str("queryDefinitionNamePrefix")?.unwrap_or_default();
    let language = language(&input)?;
    let most = checks::limit(&input, "maxResults", 1_000)?;
    let from: usize = input.opt_str("nextToken")?.map_or(Ok(0), |token| token.parse().map_err(|_| checks::bad_token()))?;
    view(sandbox, cx, |state| {
        let is_wanted = |held: &Definition| {
            held.name.starts_with(prefix) && language.is_none_or(|language| held.language.as_deref().unwrap_or("CWLI") == language)
        };
        let mut found: Vec<_> = state.definitions.iter().filter(|(_, held)| is_wanted(held)).collect();
        found.sort_by_key(|(id, held)| (&held.name, *id));
        let next = (found.len() > from + most).then(|| (from + most).to_string());
        let page: Vec<Value> = found.into_iter().skip(from).take(most).map(|(id, held)| held.described(id)).collect();
        Ok(json!({ "queryDefinitions": page, "nextToken": next }))
    })
}

impl Definition {
    fn described(&self, id: &str) -> Value {
        json!({
            "queryDefinitionId": id, "name": self.name, "queryString": self.query, "lastModified": self.modified_ms,
            "logGroupNames": self.groups, "queryLanguage": self.language.as_deref().unwrap_or("CWLI"), "parameters": self.parameters,
        })
    }
}

/// `DeleteQueryDefinition`.
pub(super) fn delete(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let id = input.required_str("queryDefinitionId")?;
    change(sandbox, cx, |state| state.definitions.remove(id).map(|_| json!({ "success": true })).ok_or_else(unknown))
}
