//! The models that this account and Region have: what the control plane lists, and which model an id of a request means.

use serde_json::{Value, json};

use super::profiles;
use super::routes::Parameters;
use super::shape::invalid;
use crate::base::clock::Timestamp;
use crate::models::{self, Geography, Lifecycle, Model};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};

/// A model that a request means, and how it is reached.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The model.
    pub model: &'static Model,
    /// Region that serves, when the request went through a profile.
    pub inference_region: Option<String>,
}

/// The ARN that a caller must be allowed to invoke: the profile's, or the model's.
pub(super) fn resource_arn(cx: &CallContext, model_id: &str) -> String {
    if model_id.contains(":application-inference-profile/") {
        return model_id.to_owned();
    }
    let id = model_id.rsplit('/').next().unwrap_or(model_id);
    if models::profile_prefix(id).is_some() {
        return format!("arn:aws:bedrock:{}:{}:inference-profile/{id}", cx.region, cx.account);
    }
    format!("arn:aws:bedrock:{}::foundation-model/{id}", cx.region)
}

/// The model behind `model_id` for an invocation in the caller's Region; `Err` is what AWS answers.
pub(super) fn resolve(sandbox: &Sandbox, cx: &CallContext, model_id: &str) -> Result<Target, ApiError> {
    let source = profiles::source(sandbox, cx, model_id);
    let model_id = source.as_deref().unwrap_or(model_id);
    let model = models::find(model_id).filter(|_| arn_is_of_caller(model_id, cx)).ok_or_else(unknown_model)?;
    let geography = match models::profile_prefix(model_id) {
        Some(prefix) => Some(model.profiles_from(&cx.region).find(|g| g.prefix == prefix).ok_or_else(unknown_model)?),
        None if model.offered_in(&cx.region) => None,
        None => return Err(unknown_model()),
    };
    check_life(model, cx.now)?;
    if geography.is_none() && !model.on_demand_in(&cx.region) {
        return Err(on_demand_unsupported(model_id));
    }
    if model.gated {
        return Err(no_access());
    }
    let inference_region = geography.map(|g| sandbox.random(|rng| g.regions[rng.usize(..g.regions.len())].clone()));
    Ok(Target { model, inference_region })
}

/// An ARN must be of the caller's Region, and of its account where it names one.
fn arn_is_of_caller(model_id: &str, cx: &CallContext) -> bool {
    let Some(rest) = model_id.strip_prefix("arn:") else { return true };
    let parts: Vec<&str> = rest.splitn(5, ':').collect();
    matches!(parts[..], ["aws", "bedrock", region, account, resource]
        if region == cx.region && (account.is_empty() || account == cx.account)
            && (resource.starts_with("foundation-model/") || resource.starts_with("inference-profile/")))
}

fn check_life(model: &Model, now: Timestamp) -> Result<(), ApiError> {
    match model.lifecycle(now) {
        Lifecycle::Ended => Err(end_of_life()),
        Lifecycle::Legacy if !model.kept_by_sandbox => Err(not_found(
            "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the last 30 days. Please upgrade to an active model on Amazon Bedrock",
        )),
        Lifecycle::Legacy | Lifecycle::Active => Ok(()),
    }
}

/// The refusal of a model that is no more.
pub(super) fn end_of_life() -> ApiError {
    not_found("This model version has reached the end of its life. Please refer to the AWS documentation for more details.")
}

fn not_found(message: &str) -> ApiError {
    ApiError::new(404, "ResourceNotFoundException", message)
}

fn unknown_model() -> ApiError {
    invalid("The provided model identifier is invalid.")
}

fn on_demand_unsupported(model_id: &str) -> ApiError {
    invalid(format!(
        "Invocation of model ID {model_id} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model."
    ))
}

/// The refusal of a model that the account was not given.
pub(super) fn no_access() -> ApiError {
    ApiError::new(403, "AccessDeniedException", "You don't have access to the model with the specified model ID.")
}

fn model_arn(region: &str, model: &Model) -> String {
    format!("arn:aws:bedrock:{region}::foundation-model/{}", model.id)
}

fn profile_arn(cx: &CallContext, geography: &Geography, model: &Model) -> String {
    format!("arn:aws:bedrock:{}:{}:inference-profile/{}.{}", cx.region, cx.account, geography.prefix, model.id)
}

/// Models that the Region lists: those at the end of their life are gone.
fn listed(cx: &CallContext) -> impl Iterator<Item = &'static Model> + '_ {
    models::catalogue().models.iter().filter(|model| model.offered_in(&cx.region) && model.lifecycle(cx.now) != Lifecycle::Ended)
}

/// `ListFoundationModels`.
pub(super) fn list_foundation_models(cx: &CallContext, parameters: &Parameters) -> Value {
    let summaries: Vec<Value> = listed(cx).map(|model| summary(cx, model)).filter(|model| passes_filters(model, parameters)).collect();
    json!({ "modelSummaries": summaries })
}

fn passes_filters(model: &Value, parameters: &Parameters) -> bool {
    let has = |list: &str, parameter: &str| {
        parameters.get(parameter).is_none_or(|wanted| model[list].as_array().is_some_and(|items| items.iter().any(|item| item == wanted)))
    };
    let provider = |wanted: &str| model["providerName"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
    parameters.get("byProvider").is_none_or(provider)
        && has("outputModalities", "byOutputModality")
        && has("inferenceTypesSupported", "byInferenceType")
        && has("customizationsSupported", "byCustomizationType")
}

/// `GetFoundationModel`.
pub(super) fn get_foundation_model(cx: &CallContext, parameters: &Parameters) -> ApiResult {
    let id = parameters.id();
    let model = listed(cx).find(|model| model.id == models::normalise(id)).filter(|_| models::profile_prefix(id).is_none());
    model
        .map(|model| json!({ "modelDetails": summary(cx, model) }))
        .ok_or_else(|| not_found("Could not resolve the foundation model from the provided model identifier."))
}

/// `GetFoundationModelAvailability`.
pub(super) fn get_foundation_model_availability(sandbox: &Sandbox, cx: &CallContext, parameters: &Parameters) -> ApiResult {
    let id = parameters.id();
    let model = models::find(id).ok_or_else(|| not_found("Could not resolve the foundation model from the provided model identifier."))?;
    let here = model.offered_in(&cx.region) && model.lifecycle(cx.now) != Lifecycle::Ended;
    let denied = sandbox.world().region_view(&cx.region).bedrock.faults.denied_models.contains(&model.id);
    let status = |yes: bool| if yes { "AVAILABLE" } else { "NOT_AVAILABLE" };
    Ok(json!({
        "modelId": id,
        "agreementAvailability": { "status": status(here && !model.gated) },
        "authorizationStatus": if model.gated || denied { "NOT_AUTHORIZED" } else { "AUTHORIZED" },
        "entitlementAvailability": status(here && !model.gated),
        "regionAvailability": status(here),
    }))
}

fn summary(cx: &CallContext, model: &Model) -> Value {
    let mut types = Vec::new();
    if model.on_demand_in(&cx.region) {
        types.push("ON_DEMAND");
    }
    if model.profiles_from(&cx.region).next().is_some() {
        types.push("INFERENCE_PROFILE");
    }
    json!({
        "modelArn": model_arn(&cx.region, model),
        "modelId": model.id,
        "modelName": model.name,
        "providerName": "Anthropic",
        "inputModalities": model.input,
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": true,
        "customizationsSupported": [],
        "inferenceTypesSupported": types,
        "modelLifecycle": lifecycle(model, cx.now),
    })
}

fn lifecycle(model: &Model, now: Timestamp) -> Value {
    let status = if model.lifecycle(now) == Lifecycle::Active { "ACTIVE" } else { "LEGACY" };
    let mut value = json!({ "status": status });
    for (name, day) in [("startOfLifeTime", model.released), ("legacyTime", model.legacy_since), ("endOfLifeTime", model.ends)] {
        if let Some(day) = day {
            value[name] = format!("{day}T00:00:00Z").into();
        }
    }
    value
}

/// Profiles that can be called from the caller's Region.
fn system_profiles(cx: &CallContext) -> impl Iterator<Item = Value> + '_ {
    listed(cx).flat_map(|model| model.profiles_from(&cx.region).map(|geography| profile(cx, geography, model)))
}

fn profile(cx: &CallContext, geography: &Geography, model: &Model) -> Value {
    let day = model.released.map_or_else(|| format!("{}T00:00:00Z", models::catalogue().as_of), |day| format!("{day}T00:00:00Z"));
    let area =
        if geography.prefix == "global" { "globally across all supported AWS Regions".to_owned() } else { destinations_text(geography) };
    json!({
        "inferenceProfileName": format!("{} Anthropic {}", geography.name, model.name),
        "description": format!("Routes requests to Anthropic {} {area}.", model.name),
        "createdAt": day,
        "updatedAt": day,
        "inferenceProfileArn": profile_arn(cx, geography, model),
        "models": destinations(cx, geography, model),
        "inferenceProfileId": format!("{}.{}", geography.prefix, model.id),
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    })
}

fn destinations_text(geography: &Geography) -> String {
    format!("in {}", geography.regions.join(", "))
}

/// The global profile names the caller's Region and one ARN without Region, which stands for all others.
fn destinations(cx: &CallContext, geography: &Geography, model: &Model) -> Vec<Value> {
    let regions: Vec<&str> =
        if geography.prefix == "global" { vec![&cx.region, ""] } else { geography.regions.iter().map(String::as_str).collect() };
    regions.into_iter().map(|region| json!({ "modelArn": model_arn(region, model) })).collect()
}

/// The models behind the ARN of a model or of a system-defined profile.
pub(super) fn models_behind(cx: &CallContext, source: &str) -> Value {
    let profile = system_profiles(cx).find(|profile| profile["inferenceProfileArn"] == source);
    profile.map_or_else(|| json!([{ "modelArn": source }]), |profile| profile["models"].clone())
}

/// `ListInferenceProfiles`: pages of at most 1,000; the token is the number of profiles already given.
pub(super) fn list_inference_profiles(sandbox: &Sandbox, cx: &CallContext, parameters: &Parameters) -> ApiResult {
    let size = parameters.number("maxResults", 1..=1_000)?.unwrap_or(100) as usize;
    let start = match parameters.get("nextToken") {
        Some(token) => token.parse::<usize>().map_err(|_| invalid("The pagination token provided is invalid."))?,
        None => 0,
    };
    if let Some(kind) = parameters.get("type").filter(|kind| !["SYSTEM_DEFINED", "APPLICATION"].contains(kind)) {
        let constraint = "Member must satisfy enum value set: [SYSTEM_DEFINED, APPLICATION]";
        return Err(invalid(format!(
            "1 validation error detected: Value '{kind}' at 'typeEquals' failed to satisfy constraint: {constraint}"
        )));
    }
    // Without a type the service lists its own.
    let all: Vec<Value> =
        if parameters.get("type") == Some("APPLICATION") { profiles::all(sandbox, cx) } else { system_profiles(cx).collect() };
    let page: Vec<&Value> = all.iter().skip(start).take(size).collect();
    let end = start + page.len();
    let mut output = json!({ "inferenceProfileSummaries": page });
    if end < all.len() {
        output["nextToken"] = end.to_string().into();
    }
    Ok(output)
}

/// `GetInferenceProfile`, by id or ARN.
pub(super) fn get_inference_profile(sandbox: &Sandbox, cx: &CallContext, parameters: &Parameters) -> ApiResult {
    let id = parameters.id();
    let found = system_profiles(cx)
        .chain(profiles::all(sandbox, cx))
        .find(|profile| profile["inferenceProfileId"] == id || profile["inferenceProfileArn"] == id);
    found.ok_or_else(|| not_found("The requested inference profile could not be found."))
}
