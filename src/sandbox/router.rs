//! Which service and operation a request is for, and the call of its handler.

use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::api::{ApiError, ApiResult, CallContext, Handler, Operations, Request, Response};
use super::credentials::Signature;
use super::wire::{self, Protocol};
use super::{Sandbox, bedrock, cloudwatch, iam, logs, s3, sts};

/// The services of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// CloudWatch Logs.
    Logs,
    /// CloudWatch metrics and alarms.
    CloudWatch,
    /// Identity and access management.
    Iam,
    /// Security token service.
    Sts,
    /// Bedrock, control plane and runtime.
    Bedrock,
    /// Object storage.
    S3,
    /// Anything that the sandbox does not have.
    Unknown,
}

/// Services whose operations take and give values.
const VALUE_SERVICES: [(Service, Operations); 4] = [
    (Service::Logs, logs::OPERATIONS),
    (Service::CloudWatch, cloudwatch::OPERATIONS),
    (Service::Iam, iam::OPERATIONS),
    (Service::Sts, sts::OPERATIONS),
];

/// Every operation that the sandbox answers, as (service, operation).
pub fn operations() -> Vec<(&'static str, &'static str)> {
    let values = VALUE_SERVICES.into_iter().flat_map(|(service, table)| table.iter().map(move |(name, _)| (service.name(), *name)));
    let rest = [(Service::Bedrock, bedrock::OPERATIONS), (Service::S3, s3::OPERATIONS)];
    values.chain(rest.into_iter().flat_map(|(service, names)| names.iter().map(move |name| (service.name(), *name)))).collect()
}

impl Service {
    /// The prefix of the service's IAM actions, which is also its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::CloudWatch => "cloudwatch",
            Self::Iam => "iam",
            Self::Sts => "sts",
            Self::Bedrock => "bedrock",
            Self::S3 => "s3",
            Self::Unknown => "unknown",
        }
    }

    /// The service behind a signing name.
    fn from_signing_name(name: &str) -> Self {
        match name {
            "logs" => Self::Logs,
            "monitoring" => Self::CloudWatch,
            "iam" => Self::Iam,
            "sts" => Self::Sts,
            "bedrock" => Self::Bedrock,
            "s3" => Self::S3,
            _ => Self::Unknown,
        }
    }
}

impl Sandbox {
    /// Answers one request, whichever door it came through.
    pub async fn handle(&self, request: Request) -> Response {
        let signature = Signature::of(&request);
        let cx = self.call_context(signature.as_ref());
        let service = service_of(&request, signature.as_ref());
        let response = match service {
            Service::Bedrock => bedrock::handle(self, &cx, request).await,
            Service::S3 => s3::handle(self, &cx, request).await,
            _ => self.handle_values(&cx, service, &request),
        };
        tracing::debug!(service = service.name(), status = response.status().as_u16(), request_id = cx.request_id, "sandbox answered");
        let protocol = if service == Service::S3 { Protocol::RestXml } else { Protocol::RestJson };
        wire::with_request_id(response, protocol, &cx.request_id)
    }

    /// A call of a service with values in and out: decode, authorize, run, encode.
    fn handle_values(&self, cx: &CallContext, service: Service, request: &Request) -> Response {
        let protocol = protocol_of(request, service);
        let called = wire::decode(protocol, request).and_then(|call| {
            let output = self.run(cx, service, &call)?;
            Ok(wire::encode(protocol, &call.operation, &output, &cx.request_id))
        });
        called.unwrap_or_else(|error| wire::error_response(protocol, &error, &cx.request_id))
    }

    fn run(&self, cx: &CallContext, service: Service, call: &wire::Call) -> ApiResult {
        let handler = handler(service, &call.operation)?;
        if service != Service::Sts {
            let action = format!("{}:{}", service.name(), call.operation);
            self.authorize(cx, &action, &resource_arn(service, cx, &call.input))?;
        }
        handler(self, cx, &call.input)
    }
}

fn handler(service: Service, operation: &str) -> Result<Handler, ApiError> {
    let table = VALUE_SERVICES.into_iter().find(|(of, _)| *of == service).map_or(&[] as Operations, |(_, table)| table);
    let entry = table.iter().find(|(name, _)| *name == operation);
    entry.map(|(_, handler)| *handler).ok_or_else(|| ApiError::not_implemented(service.name(), operation))
}

/// The resource that a denial names. CloudWatch has no resources in most actions.
fn resource_arn(service: Service, cx: &CallContext, input: &Value) -> String {
    let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    match service {
        Service::Logs => {
            format!("arn:aws:logs:{}:{}:log-group:{}:log-stream:{}", cx.region, cx.account, text("logGroupName"), text("logStreamName"))
        }
        Service::Iam => format!("arn:aws:iam::{}:role/{}", cx.account, text("RoleName")),
        _ => "*".to_owned(),
    }
}

/// The service of a request: what the signature says, or what the shape of an unsigned request tells.
fn service_of(request: &Request, signature: Option<&Signature>) -> Service {
    if let Some(signature) = signature {
        return Service::from_signing_name(&signature.service);
    }
    if let Some(target) = target(request) {
        return if target.starts_with("Logs_20140328.") { Service::Logs } else { service_of_target(target) };
    }
    if request.path.starts_with("/service/GraniteServiceVersion20100801/") {
        return Service::CloudWatch;
    }
    service_of_form(request).unwrap_or_else(|| if is_bedrock_path(&request.path) { Service::Bedrock } else { Service::S3 })
}

fn service_of_target(target: &str) -> Service {
    if target.starts_with("GraniteServiceVersion20100801.") { Service::CloudWatch } else { Service::Unknown }
}

fn target(request: &Request) -> Option<&str> {
    request.headers.get("x-amz-target")?.to_str().ok()
}

/// A query-protocol call names its API by version, in the form or in the address.
fn service_of_form(request: &Request) -> Option<Service> {
    let pairs = || form_urlencoded::parse(&request.body).chain(form_urlencoded::parse(request.query.as_bytes()));
    let is_form = is_form(request) || request.query.contains("Action=");
    match &*pairs().take(MAX_FORM_PAIRS).find(|(name, _)| is_form && name == "Version")?.1 {
        "2010-05-08" => Some(Service::Iam),
        "2011-06-15" => Some(Service::Sts),
        "2010-08-01" => Some(Service::CloudWatch),
        _ => None,
    }
}

/// Pairs of a form that are looked at to find its version.
const MAX_FORM_PAIRS: usize = 64;

fn is_form(request: &Request) -> bool {
    let content_type = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.starts_with("application/x-www-form-urlencoded")
}

fn is_bedrock_path(path: &str) -> bool {
    const ROOTS: [&str; 8] = [
        "model",
        "foundation-models",
        "foundation-model-availability",
        "foundation-model-agreement",
        "inference-profiles",
        "logging",
        "use-case-for-model-access",
        "async-invoke",
    ];
    let root = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    ROOTS.contains(&root)
}

/// The protocol that a request to `service` speaks.
fn protocol_of(request: &Request, service: Service) -> Protocol {
    if request.path.starts_with("/service/") {
        return Protocol::Cbor;
    }
    if target(request).is_some() {
        let content_type = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        return if content_type.contains("json-1.0") { Protocol::AwsJson10 } else { Protocol::AwsJson11 };
    }
    match service {
        Service::Iam => Protocol::Query("https://iam.amazonaws.com/doc/2010-05-08/"),
        Service::Sts => Protocol::Query("https://sts.amazonaws.com/doc/2011-06-15/"),
        Service::CloudWatch => Protocol::Query("http://monitoring.amazonaws.com/doc/2010-08-01/"),
        Service::Unknown if is_form(request) => Protocol::Query("https://outcrop.invalid/unknown/"),
        _ => Protocol::RestJson,
    }
}
