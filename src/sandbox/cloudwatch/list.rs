//! `ListMetrics`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::checks::{self, Part, invalid_value};
use super::state::MetricKey;
use super::view;
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};

/// Metrics on a page.
const PAGE: usize = 500;
/// Most dimensions to filter by.
const MAX_FILTERS: usize = 10;

/// What a call asks for.
struct Wanted<'a> {
    namespace: Option<&'a str>,
    name: Option<&'a str>,
    /// Dimensions that a metric must have, perhaps with a value.
    dimensions: Vec<(&'a str, Option<&'a str>)>,
    recent: bool,
    /// The account of each metric is told only to those who ask for linked accounts. There are none, so it is always this one.
    owners: bool,
    /// The last metric of the page before.
    after: Option<MetricKey>,
}

pub(super) fn list(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let wanted = Wanted::of(&Part::whole(value), &cx.account)?;
    view(sandbox, cx, |state| {
        let beyond = |key: &&MetricKey| wanted.after.as_ref().is_none_or(|after| *key > after);
        let mut found = state.listed(cx.now, wanted.recent).filter(beyond).filter(|key| wanted.includes(key));
        let page: Vec<&MetricKey> = found.by_ref().take(PAGE).collect();
        let next = found.next().and(page.last()).map(|last| seal(last));
        let owners = wanted.owners.then(|| vec![cx.account.as_str(); page.len()]);
        Ok(json!({ "Metrics": page.into_iter().map(described).collect::<Value>(), "NextToken": next, "OwningAccounts": owners }))
    })
}

impl<'a> Wanted<'a> {
    fn of(whole: &Part<'a>, account: &str) -> Result<Self, ApiError> {
        checks::own_account(whole, "OwningAccount", account)?;
        let filters = whole.list("Dimensions")?;
        if filters.len() > MAX_FILTERS {
            return Err(checks::too_many("Dimensions", MAX_FILTERS));
        }
        let dimension = |part: &Part<'a>| Ok((part.name("Name", 255)?, part.input.opt_str("Value")?));
        let recent = match whole.input.opt_str("RecentlyActive")? {
            None => false,
            Some("PT3H") => true,
            Some(other) => return Err(whole.bad_value("RecentlyActive", other)),
        };
        let token = whole.input.opt_str("NextToken")?;
        Ok(Self {
            namespace: whole.input.opt_str("Namespace")?,
            name: whole.input.opt_str("MetricName")?,
            dimensions: filters.iter().map(dimension).collect::<Result<_, ApiError>>()?,
            recent,
            owners: whole.input.opt_bool("IncludeLinkedAccounts")?.unwrap_or(false),
            after: token.map(|token| open(token).ok_or_else(bad_token)).transpose()?,
        })
    }

    fn includes(&self, key: &MetricKey) -> bool {
        let has =
            |(name, value): &(&str, Option<&str>)| key.dimensions.get(*name).is_some_and(|held| value.is_none_or(|wanted| wanted == held));
        self.namespace.is_none_or(|namespace| namespace == key.namespace)
            && self.name.is_none_or(|name| name == key.name)
            && self.dimensions.iter().all(has)
    }
}

fn bad_token() -> ApiError {
    invalid_value("Request parameter NextToken is invalid")
}

fn seal(key: &MetricKey) -> String {
    URL_SAFE_NO_PAD.encode(json!([key.namespace, key.name, key.dimensions]).to_string())
}

fn open(token: &str) -> Option<MetricKey> {
    let text = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (namespace, name, dimensions) = serde_json::from_slice::<(String, String, BTreeMap<String, String>)>(&text).ok()?;
    Some(MetricKey { namespace, name, dimensions })
}

fn described(key: &MetricKey) -> Value {
    json!({ "Namespace": key.namespace, "MetricName": key.name, "Dimensions": checks::described(&key.dimensions) })
}
