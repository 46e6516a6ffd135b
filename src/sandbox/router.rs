//! Which service and operation a request is for, and the call of its handler.

use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::api::{ApiError, ApiResult, CallContext, Handler, Operations, Request, Response, StreamHandler, Streams};
use super::credentials::Signature;
use super::wire::{self, Protocol};
use super::{Sandbox, bedrock, cloudwatch, control, iam, logs, quotas, s3, sns, sts};

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
    /// Notifications.
    Sns,
    /// Service Quotas.
    Quotas,
    /// Bedrock, control plane and runtime.
    Bedrock,
    /// Object storage.
    S3,
    /// Anything that the sandbox does not have.
    Unknown,
}

/// Services whose operations take and give values.
const VALUE_SERVICES: [(Service, Operations); 6] = [
    (Service::Logs, logs::OPERATIONS),
    (Service::CloudWatch, cloudwatch::OPERATIONS),
    (Service::Iam, iam::OPERATIONS),
    (Service::Sts, sts::OPERATIONS),
    (Service::Sns, sns::OPERATIONS),
    (Service::Quotas, quotas::OPERATIONS),
];

/// Every operation that the sandbox answers, as (service, operation).
pub fn operations() -> Vec<(&'static str, &'static str)> {
    let values = VALUE_SERVICES.into_iter().flat_map(|(service, table)| table.iter().map(move |(name, _)| (service.name(), *name)));
    let rest = [(Service::Bedrock, bedrock::OPERATIONS), (Service::S3, s3::OPERATIONS)];
    let streams = logs::STREAMS.iter().map(|(name, _)| (Service::Logs.name(), *name));
    values
        .chain(streams)
        .chain(rest.into_iter().flat_map(|(service, names)| names.iter().map(move |name| (service.name(), *name))))
        .collect()
}

impl Service {
    /// The prefix of the service's IAM actions, which is also its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::CloudWatch => "cloudwatch",
            Self::Iam => "iam",
            Self::Sts => "sts",
            Self::Sns => "sns",
            Self::Quotas => "servicequotas",
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
            "sns" => Self::Sns,
            "servicequotas" => Self::Quotas,
            "bedrock" => Self::Bedrock,
            "s3" => Self::S3,
            _ => Self::Unknown,
        }
    }
}

/// Where a request goes and how it is spoken.
#[derive(Debug)]
struct Destination {
    service: Service,
    protocol: Protocol,
    /// Name for messages: the service's own, or for a service that the sandbox lacks its signing name.
    name: String,
}

impl Destination {
    fn of(request: &Request, signature: Option<&Signature>) -> Self {
        let service = service_of(request, signature);
        let name = match (service, signature) {
            (Service::Unknown, Some(signature)) => signature.service.clone(),
            _ => service.name().to_owned(),
        };
        Self { service, protocol: protocol_of(request, service), name }
    }
}

impl Sandbox {
    /// Answers one request, whichever door it came through.
    pub async fn handle(&self, request: Request) -> Response {
        if request.path.starts_with(control::ROOT) {
            return control::handle(self, request).await;
        }
        let signature = Signature::of(&request);
        let cx = self.call_context(signature.as_ref());
        let to = Destination::of(&request, signature.as_ref());
        let response = match self.check_session(&cx, to.protocol) {
            Ok(()) => self.dispatch(&cx, &to, request).await,
            Err(error) => wire::error_response(to.protocol, &error, &cx.request_id),
        };
        tracing::debug!(service = to.name, status = response.status().as_u16(), request_id = cx.request_id, "sandbox answered");
        wire::with_request_id(response, to.protocol, &cx.request_id)
    }

    async fn dispatch(&self, cx: &CallContext, to: &Destination, request: Request) -> Response {
        match to.service {
            Service::Bedrock => bedrock::handle(self, cx, request).await,
            Service::S3 => s3::handle(self, cx, request).await,
            _ => self.handle_values(cx, to, &request),
        }
    }

    /// A call of a service with values in and out: decode, authorize, run, encode.
    fn handle_values(&self, cx: &CallContext, to: &Destination, request: &Request) -> Response {
        let called = wire::decode(to.protocol, request).and_then(|call| match stream_handler(to.service, &call.operation) {
            Some(stream) => self.permitted(cx, to, &call).and_then(|()| stream(self, cx, &call.input)),
            None => Ok(wire::encode(to.protocol, &call.operation, &self.run(cx, to, &call)?, &cx.request_id)),
        });
        called.unwrap_or_else(|error| wire::error_response(to.protocol, &error, &cx.request_id))
    }

    fn run(&self, cx: &CallContext, to: &Destination, call: &wire::Call) -> ApiResult {
        let handler = handler(to.service, &call.operation).ok_or_else(|| ApiError::not_implemented(&to.name, &call.operation))?;
        self.permitted(cx, to, call)?;
        handler(self, cx, &call.input)
    }

    fn permitted(&self, cx: &CallContext, to: &Destination, call: &wire::Call) -> Result<(), ApiError> {
        if to.service == Service::Sts {
            return Ok(());
        }
        let action = format!("{}:{}", to.name, call.operation);
        self.authorize(cx, &action, &resource_arn(to.service, cx, &call.input))
    }
}

fn stream_handler(service: Service, operation: &str) -> Option<StreamHandler> {
    let streams: Streams = if service == Service::Logs { logs::STREAMS } else { &[] };
    streams.iter().find(|(name, _)| *name == operation).map(|(_, handler)| *handler)
}

fn handler(service: Service, operation: &str) -> Option<Handler> {
    let (_, table) = VALUE_SERVICES.into_iter().find(|(of, _)| *of == service)?;
    table.iter().find(|(name, _)| *name == operation).map(|(_, handler)| *handler)
}

/// The resource that a denial names. CloudWatch has no resources in most actions.
fn resource_arn(service: Service, cx: &CallContext, input: &Value) -> String {
    let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    match service {
        Service::Logs => logs_arn(cx, input),
        Service::CloudWatch if input.get("AlarmName").is_some() => {
            format!("arn:aws:cloudwatch:{}:{}:alarm:{}", cx.region, cx.account, text("AlarmName"))
        }
        Service::CloudWatch if input.get("DashboardName").is_some() => {
            format!("arn:aws:cloudwatch::{}:dashboard/{}", cx.account, text("DashboardName"))
        }
        Service::Iam if input.get("PolicyArn").is_some() && input.get("RoleName").is_none() && input.get("UserName").is_none() => {
            text("PolicyArn")
        }
        Service::Iam if input.get("UserName").is_some() => format!("arn:aws:iam::{}:user/{}", cx.account, text("UserName")),
        Service::Sns => {
            ["TopicArn", "TargetArn", "ResourceArn"].into_iter().map(text).find(|arn| !arn.is_empty()).unwrap_or_else(|| "*".to_owned())
        }
        Service::Iam => format!("arn:aws:iam::{}:role/{}", cx.account, text("RoleName")),
        _ => "*".to_owned(),
    }
}

/// A group may also be named by an ARN or an identifier, alone or as the first of several.
fn logs_arn(cx: &CallContext, input: &Value) -> String {
    let first = |name: &str| input.get(name).and_then(|list| list.get(0)).and_then(Value::as_str);
    let one = |name: &str| input.get(name).and_then(Value::as_str);
    let named = one("logGroupIdentifier").or_else(|| first("logGroupIdentifiers")).or_else(|| one("resourceArn"));
    let prefix = format!("arn:aws:logs:{}:{}:log-group:", cx.region, cx.account);
    let group = one("logGroupName").or(named).unwrap_or_default();
    let group = group.strip_prefix(&prefix).unwrap_or(group);
    format!("{prefix}{group}:log-stream:{}", one("logStreamName").unwrap_or_default())
}

/// The service of a request: what the signature says, or what the shape of an unsigned request tells.
fn service_of(request: &Request, signature: Option<&Signature>) -> Service {
    if let Some(signature) = signature {
        return Service::from_signing_name(&signature.service);
    }
    if let Some(target) = target(request) {
        return service_of_target(target);
    }
    if request.path.starts_with("/service/GraniteServiceVersion20100801/") {
        return Service::CloudWatch;
    }
    service_of_form(request).unwrap_or_else(|| if is_bedrock_path(&request.path) { Service::Bedrock } else { Service::S3 })
}

fn service_of_target(target: &str) -> Service {
    match target.split('.').next().unwrap_or_default() {
        "Logs_20140328" => Service::Logs,
        "GraniteServiceVersion20100801" => Service::CloudWatch,
        "ServiceQuotasV20190624" => Service::Quotas,
        _ => Service::Unknown,
    }
}

fn target(request: &Request) -> Option<&str> {
    request.headers.get("x-amz-target")?.to_str().ok()
}

/// A query-protocol call names its API by version, in the form or in the address.
fn service_of_form(request: &Request) -> Option<Service> {
    let unpacked = wire::unpacked(request).ok()?;
    let pairs = || form_urlencoded::parse(&unpacked.body).chain(form_urlencoded::parse(request.query.as_bytes()));
    let is_form = is_form(request) || request.query.contains("Action=");
    match &*pairs().take(MAX_FORM_PAIRS).find(|(name, _)| is_form && name == "Version")?.1 {
        "2010-05-08" => Some(Service::Iam),
        "2011-06-15" => Some(Service::Sts),
        "2010-08-01" => Some(Service::CloudWatch),
        "2010-03-31" => Some(Service::Sns),
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
    const ROOTS: [&str; 11] = [
        "tagResource",
        "untagResource",
        "listTagsForResource",
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
    match service {
        Service::S3 => return Protocol::RestXml,
        Service::Bedrock => return Protocol::RestJson,
        _ => {}
    }
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
        Service::Sns => Protocol::Query("http://sns.amazonaws.com/doc/2010-03-31/"),
        Service::Unknown if is_form(request) => Protocol::Query("https://outcrop.invalid/unknown/"),
        _ => Protocol::RestJson,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};

    use super::*;

    fn request(path: &str, query: &str, headers: &[(&'static str, &str)], body: &str) -> Request {
        let headers: HeaderMap = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        Request { method: Method::POST, path: path.into(), query: query.into(), headers, body: body.to_owned().into() }
    }

    fn destination(request: &Request) -> (Service, Protocol) {
        let to = Destination::of(request, Signature::of(request).as_ref());
        (to.service, to.protocol)
    }

    fn signed(service: &str) -> String {
        format!("AWS4-HMAC-SHA256 Credential=AKIAX/20261001/eu-west-1/{service}/aws4_request, SignedHeaders=host, Signature=00")
    }

    #[test]
    fn a_signed_request_goes_where_its_scope_says() {
        for (name, service) in [
            ("logs", Service::Logs),
            ("monitoring", Service::CloudWatch),
            ("bedrock", Service::Bedrock),
            ("s3", Service::S3),
            ("sns", Service::Sns),
            ("sqs", Service::Unknown),
        ] {
            let request = request("/model/x", "", &[("authorization", &signed(name))], "");
            assert_eq!(destination(&request).0, service, "{name}");
            assert_eq!(Signature::of(&request).unwrap().region.as_deref(), Some("eu-west-1"));
        }
        let presigned = request("/b/k", "X-Amz-Credential=AKIAX%2F20261001%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=0", &[], "");
        assert_eq!(destination(&presigned), (Service::S3, Protocol::RestXml));
        let without_region = "AWS4-ECDSA-P256-SHA256 Credential=AKIAX/20261001/s3/aws4_request, Signature=0";
        let asymmetric = Signature::of(&request("/", "", &[("authorization", without_region)], "")).unwrap();
        assert_eq!((asymmetric.region, asymmetric.service), (None, "s3".to_owned()));
    }

    #[test]
    fn an_unsigned_request_goes_where_its_shape_says() {
        let form = &[("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        let json = |target| [("x-amz-target", target), ("content-type", "application/x-amz-json-1.0")];
        for (request, service) in [
            (request("/", "", form, "Action=ListRoles&Version=2010-05-08"), Service::Iam),
            (request("/", "Action=GetCallerIdentity&Version=2011-06-15", &[], ""), Service::Sts),
            (request("/", "", &json("Logs_20140328.GetLogEvents"), "{}"), Service::Logs),
            (request("/", "", &json("GraniteServiceVersion20100801.ListMetrics"), "{}"), Service::CloudWatch),
            (request("/service/GraniteServiceVersion20100801/operation/ListMetrics", "", &[], ""), Service::CloudWatch),
            (request("/model/anthropic.claude%3A0/converse", "", &[], "{}"), Service::Bedrock),
            (request("/logging/modelinvocations", "", &[], ""), Service::Bedrock),
            (request("/models/key", "", &[], ""), Service::S3),
            (request("/", "", &[], ""), Service::S3),
        ] {
            assert_eq!(destination(&request).0, service, "{request:?}");
        }
    }

    #[test]
    fn a_packed_form_is_unpacked_to_see_whose_it_is() {
        use std::io::Write as _;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"Action=PutMetricData&Version=2010-08-01").unwrap();
        let form = &[("content-type", "application/x-www-form-urlencoded"), ("content-encoding", "gzip")];
        let packed = Request { body: encoder.finish().unwrap().into(), ..request("/", "", form, "") };
        assert_eq!(destination(&packed).0, Service::CloudWatch);
    }

    #[test]
    fn a_bucket_called_service_is_still_s3() {
        let request = request("/service/GraniteServiceVersion20100801/x", "", &[("authorization", &signed("s3"))], "");
        assert_eq!(destination(&request), (Service::S3, Protocol::RestXml));
    }

    #[test]
    fn the_list_of_operations_names_each_once() {
        let mut all = operations();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(all.contains(&("iam", "SimulatePrincipalPolicy")) && all.contains(&("sts", "GetCallerIdentity")));
    }
}
