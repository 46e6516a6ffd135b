//! Which operation a request is for, and its parameters in path and query.

use http::Method;
use percent_encoding::percent_decode_str;

use super::shape::invalid;
use crate::sandbox::api::{ApiError, Request};

/// An operation on models at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invocation {
    /// A whole reply to a Converse request.
    Converse,
    /// A streamed reply to a Converse request.
    ConverseStream,
    /// A whole reply in the model's own format.
    InvokeModel,
    /// A streamed reply in the model's own format.
    InvokeModelWithResponseStream,
}

impl Invocation {
    /// The operation's name, as records have it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Converse => "Converse",
            Self::ConverseStream => "ConverseStream",
            Self::InvokeModel => "InvokeModel",
            Self::InvokeModelWithResponseStream => "InvokeModelWithResponseStream",
        }
    }

    /// The IAM action that allows it: Converse has none of its own.
    pub(super) fn action(self) -> &'static str {
        if self.streams() { "bedrock:InvokeModelWithResponseStream" } else { "bedrock:InvokeModel" }
    }

    /// Whether the reply is an event stream.
    pub(super) fn streams(self) -> bool {
        matches!(self, Self::ConverseStream | Self::InvokeModelWithResponseStream)
    }

    /// Whether the request is in Converse's own shape.
    pub fn converses(self) -> bool {
        matches!(self, Self::Converse | Self::ConverseStream)
    }
}

/// Parameters of a control-plane operation that are not in its body.
#[derive(Debug, Clone, Default)]
pub(super) struct Parameters {
    id: String,
    query: Vec<(String, String)>,
}

impl Parameters {
    /// The parameters of `request` for the resource `id`.
    pub(super) fn new(request: &Request, id: &str) -> Self {
        Self { id: id.to_owned(), query: form_urlencoded::parse(request.query.as_bytes()).into_owned().collect() }
    }

    /// The identifier in the path, decoded; empty for lists.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// A query parameter that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// A number among the query parameters, within `range`.
    pub(super) fn number(&self, name: &str, range: std::ops::RangeInclusive<i64>) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let number = text.parse::<i64>().ok().filter(|number| range.contains(number));
        let bound = if text.starts_with('-') || text == "0" {
            format!("greater than or equal to {}", range.start())
        } else {
            format!("less than or equal to {}", range.end())
        };
        number.map(Some).ok_or_else(|| {
            invalid(format!(
                "1 validation error detected: Value '{text}' at '{name}' failed to satisfy constraint: Member must have value {bound}"
            ))
        })
    }
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// An invocation of the model with this id.
    Invoke(Invocation, String),
    /// A control-plane operation by name, with the identifier in its path.
    Control(&'static str, String),
    /// An operation that the sandbox does not have, by name where it is known.
    Unknown(String),
}

/// The route of a request; segments of the path are decoded one by one, so that ARNs may hold slashes.
pub(super) fn route(request: &Request) -> Route {
    let segments: Vec<&str> = request.path.trim_start_matches('/').split('/').collect();
    let decode = |parts: &[&str]| percent_decode_str(&parts.join("/")).decode_utf8_lossy().into_owned();
    match (&request.method, segments.as_slice()) {
        (&Method::POST, ["model", id @ .., "count-tokens"]) if !id.is_empty() => Route::Control("CountTokens", decode(id)),
        (&Method::POST, ["model", id @ .., operation]) if !id.is_empty() => {
            invocation(operation).map_or_else(|| unknown(request), |invocation| Route::Invoke(invocation, decode(id)))
        }
        (&Method::PUT, ["logging", "modelinvocations"]) => Route::Control("PutModelInvocationLoggingConfiguration", String::new()),
        (&Method::GET, ["logging", "modelinvocations"]) => Route::Control("GetModelInvocationLoggingConfiguration", String::new()),
        (&Method::DELETE, ["logging", "modelinvocations"]) => Route::Control("DeleteModelInvocationLoggingConfiguration", String::new()),
        (&Method::GET, ["foundation-models"]) => Route::Control("ListFoundationModels", String::new()),
        (&Method::GET, ["foundation-models", id @ ..]) => Route::Control("GetFoundationModel", decode(id)),
        (&Method::GET, ["foundation-model-availability", id @ ..]) => Route::Control("GetFoundationModelAvailability", decode(id)),
        (&Method::POST, ["inference-profiles"]) => Route::Control("CreateInferenceProfile", String::new()),
        (&Method::DELETE, ["inference-profiles", id @ ..]) => Route::Control("DeleteInferenceProfile", decode(id)),
        (&Method::POST, ["tagResource"]) => Route::Control("TagResource", String::new()),
        (&Method::POST, ["untagResource"]) => Route::Control("UntagResource", String::new()),
        (&Method::POST, ["listTagsForResource"]) => Route::Control("ListTagsForResource", String::new()),
        (&Method::GET, ["inference-profiles"]) => Route::Control("ListInferenceProfiles", String::new()),
        (&Method::GET, ["inference-profiles", id @ ..]) => Route::Control("GetInferenceProfile", decode(id)),
        _ => unknown(request),
    }
}

fn invocation(name: &str) -> Option<Invocation> {
    match name {
        "converse" => Some(Invocation::Converse),
        "converse-stream" => Some(Invocation::ConverseStream),
        "invoke" => Some(Invocation::InvokeModel),
        "invoke-with-response-stream" => Some(Invocation::InvokeModelWithResponseStream),
        _ => None,
    }
}

/// Operations of Bedrock that the sandbox does not have, by method and beginning of the path.
const NOT_HERE: &[(&str, &str, &str)] = &[
    ("GET", "/guardrails", "ListGuardrails"),
    ("POST", "/guardrails", "CreateGuardrail"),
    ("GET", "/custom-models", "ListCustomModels"),
    ("GET", "/imported-models", "ListImportedModels"),
    ("GET", "/provisioned-model-throughputs", "ListProvisionedModelThroughputs"),
    ("GET", "/model-invocation-jobs", "ListModelInvocationJobs"),
    ("POST", "/model-invocation-job", "CreateModelInvocationJob"),
    ("GET", "/model-customization-jobs", "ListModelCustomizationJobs"),
    ("GET", "/evaluation-jobs", "ListEvaluationJobs"),
    ("GET", "/prompt-routers", "ListPromptRouters"),
    ("POST", "/use-case-for-model-access", "PutUseCaseForModelAccess"),
    ("GET", "/use-case-for-model-access", "GetUseCaseForModelAccess"),
    ("GET", "/list-foundation-model-agreement-offers", "ListFoundationModelAgreementOffers"),
    ("POST", "/create-foundation-model-agreement", "CreateFoundationModelAgreement"),
    ("POST", "/delete-foundation-model-agreement", "DeleteFoundationModelAgreement"),
    ("GET", "/async-invoke", "ListAsyncInvokes"),
    ("POST", "/async-invoke", "StartAsyncInvoke"),
];

fn unknown(request: &Request) -> Route {
    if let Some(operation) = request.path.strip_prefix("/model/").and_then(|rest| rest.rsplit('/').next()) {
        let name = match operation {
            "invoke-with-bidirectional-stream" => "InvokeModelWithBidirectionalStream",
            other => other,
        };
        return Route::Unknown(name.to_owned());
    }
    let method = request.method.as_str();
    let known = NOT_HERE.iter().find(|(of, path, _)| *of == method && request.path.starts_with(path));
    Route::Unknown(known.map_or_else(|| format!("{method} {}", request.path), |(_, _, name)| (*name).to_owned()))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;

    use super::*;

    fn request(method: Method, path: &str, query: &str) -> Request {
        Request { method, path: path.to_owned(), query: query.to_owned(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    #[test]
    fn model_ids_are_decoded_whether_or_not_slashes_are_escaped() {
        let arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6";
        for path in [format!("/model/{arn}/converse"), format!("/model/{}/converse", arn.replace(':', "%3A").replace('/', "%2F"))] {
            assert_eq!(route(&request(Method::POST, &path, "")), Route::Invoke(Invocation::Converse, arn.to_owned()));
        }
    }

    #[test]
    fn what_is_not_there_is_named() {
        let name = |method, path: &str| match route(&request(method, path, "")) {
            Route::Unknown(name) => name,
            other => panic!("{other:?}"),
        };
        assert_eq!(name(Method::GET, "/guardrails"), "ListGuardrails");
        assert_eq!(name(Method::POST, "/model/x/invoke-with-bidirectional-stream"), "InvokeModelWithBidirectionalStream");
        assert_eq!(name(Method::PATCH, "/nothing"), "PATCH /nothing");
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let parameters = |query: &str| Parameters::new(&request(Method::GET, "/x", query), "");
        assert_eq!(parameters("maxResults=7").number("maxResults", 1..=10).unwrap(), Some(7));
        assert_eq!(parameters("").number("maxResults", 1..=10).unwrap(), None);
        assert!(parameters("maxResults=11").number("maxResults", 1..=10).unwrap_err().message.contains("less than or equal to 10"));
        assert!(parameters("maxResults=x").number("maxResults", 1..=10).is_err());
    }
}
