//! Service Quotas: the limits of Bedrock as values to read, so that headroom can be computed.
//!
//! The values are the sandbox's own, of the size that new accounts have; they limit nothing here and cannot be raised. The codes are made up,
//! the same for the same quota. Reading costs nothing.

use serde_json::{Value, json};

use super::Sandbox;
use super::api::{ApiError, ApiResult, CallContext, Input, Operations};
use crate::models;

/// The operations of this service.
pub const OPERATIONS: Operations = &[
    ("GetAWSDefaultServiceQuota", get),
    ("GetServiceQuota", get),
    ("ListAWSDefaultServiceQuotas", list),
    ("ListServiceQuotas", list),
    ("ListServices", list_services),
];

const INVALID: &str = "IllegalArgumentException";

/// Quotas on a page.
const PAGE: i64 = 100;

/// Tokens and requests a minute of a model, through profiles and in one Region.
const TOKENS: [(&str, f64); 2] =
    [("Cross-region model inference tokens per minute", 400_000.0), ("On-demand model inference tokens per minute", 200_000.0)];
const REQUESTS: [(&str, f64); 2] =
    [("Cross-region model inference requests per minute", 400.0), ("On-demand model inference requests per minute", 200.0)];

/// A quota: name, value, whether it can be raised.
type Quota = (String, f64, bool);

fn quotas(region: &str) -> Vec<Quota> {
    let of_model = |model: &'static models::Model| {
        let is_there = move |name: &str| {
            if name.starts_with("On-demand") { model.on_demand_in(region) } else { model.profiles_from(region).next().is_some() }
        };
        let named = move |(name, value): &(&str, f64)| (format!("{name} for Anthropic {}", model.name), *value, true);
        TOKENS.iter().chain(&REQUESTS).filter(move |(name, _)| is_there(name)).map(named)
    };
    let mut quotas: Vec<Quota> = models::catalogue().models.iter().filter(|model| model.offered_in(region)).flat_map(of_model).collect();
    quotas.push(("Inference profiles per account".to_owned(), 1_000.0, true));
    quotas
}

/// A code of the look that AWS gives them.
fn code(name: &str) -> String {
    format!("L-{}", &super::iam::stable_id("", name)[..8])
}

fn check_service(input: &Input<'_>) -> Result<(), ApiError> {
    match input.required_str("ServiceCode")? {
        "bedrock" => Ok(()),
        other => Err(missing(&format!("The sandbox has quotas of bedrock only, not of {other}"))),
    }
}

fn missing(message: &str) -> ApiError {
    ApiError::new(400, "NoSuchResourceException", message)
}

fn described(cx: &CallContext, (name, value, adjustable): &Quota) -> Value {
    let code = code(name);
    json!({
        "ServiceCode": "bedrock", "ServiceName": "Amazon Bedrock", "QuotaName": name, "QuotaCode": code, "Value": value, "Unit": "None",
        "QuotaArn": format!("arn:aws:servicequotas:{}:{}:bedrock/{code}", cx.region, cx.account), "Adjustable": adjustable, "GlobalQuota": false,
    })
}

fn get(_: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    check_service(&input)?;
    let wanted = input.required_str("QuotaCode")?;
    let found = quotas(&cx.region).into_iter().find(|(name, _, _)| code(name) == wanted);
    found.map(|quota| json!({ "Quota": described(cx, &quota) })).ok_or_else(|| missing(&format!("The quota {wanted} does not exist")))
}

fn list(_: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    check_service(&input)?;
    let most = input.opt_i64("MaxResults")?.unwrap_or(PAGE);
    input.check_range("MaxResults", most, 1..=PAGE)?;
    let from = match input.opt_str("NextToken")? {
        None => 0,
        Some(token) => {
            token.parse().map_err(|_| ApiError::new(400, "InvalidPaginationTokenException", "The pagination token is not valid."))?
        }
    };
    let all = quotas(&cx.region);
    let page: Vec<Value> = all.iter().skip(from).take(most as usize).map(|quota| described(cx, quota)).collect();
    let next = (all.len() > from + page.len()).then(|| (from + page.len()).to_string());
    Ok(json!({ "Quotas": page, "NextToken": next }))
}

#[expect(clippy::unnecessary_wraps, reason = "the signature of every operation")]
fn list_services(_: &Sandbox, _: &CallContext, _: &Value) -> ApiResult {
    Ok(json!({ "Services": [{ "ServiceCode": "bedrock", "ServiceName": "Amazon Bedrock" }] }))
}
