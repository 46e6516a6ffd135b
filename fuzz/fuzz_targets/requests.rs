//! Any bytes as a request in any protocol: the sandbox answers with a status, and its account can still be kept.
//!
//! The first byte chooses the protocol and service, the first line after it the operation or path, the rest is the body.
#![no_main]

use std::sync::LazyLock;

use http::{HeaderMap, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use outcrop::base::clock::SystemClock;
use outcrop::sandbox::Sandbox;
use outcrop::sandbox::api::Request;
use outcrop::sandbox::world::World;

static RUNTIME: LazyLock<tokio::runtime::Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime"));

/// Signing name, content type, prefix of `X-Amz-Target`, beginning of the path.
const DOORS: [(&str, &str, &str, &str); 11] = [
    ("logs", "application/x-amz-json-1.1", "Logs_20140328.", "/"),
    ("monitoring", "application/x-amz-json-1.0", "GraniteServiceVersion20100801.", "/"),
    ("monitoring", "application/x-www-form-urlencoded", "", "/"),
    ("monitoring", "application/cbor", "", "/service/GraniteServiceVersion20100801/operation/"),
    ("iam", "application/x-www-form-urlencoded", "", "/"),
    ("sts", "application/x-www-form-urlencoded", "", "/"),
    ("sns", "application/x-www-form-urlencoded", "", "/"),
    ("servicequotas", "application/x-amz-json-1.1", "ServiceQuotasV20190624.", "/"),
    ("bedrock", "application/json", "", "/"),
    ("s3", "application/xml", "", "/"),
    ("s3", "application/octet-stream", "", "/bucket/key"),
];

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let (service, content_type, target, root) = DOORS[usize::from(*choice) % DOORS.len()];
    let (line, body) = rest.iter().position(|b| *b == b'\n').map_or((rest, &[][..]), |at| (&rest[..at], &rest[at + 1..]));
    let line: String = String::from_utf8_lossy(line).chars().filter(|c| c.is_ascii_graphic()).take(200).collect();
    let mut headers = HeaderMap::new();
    let scope = format!("AWS4-HMAC-SHA256 Credential=K/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0");
    for (name, value) in [("authorization", scope.as_str()), ("content-type", content_type)] {
        headers.insert(name, HeaderValue::from_str(value).expect("a header"));
    }
    if !target.is_empty()
        && let Ok(value) = HeaderValue::from_str(&format!("{target}{line}"))
    {
        headers.insert("x-amz-target", value);
    }
    if choice & 0x80 != 0 {
        headers.insert("content-encoding", HeaderValue::from_static(if service == "s3" { "aws-chunked" } else { "gzip" }));
    }
    let (path, query) = if target.is_empty() { line.split_once('?').unwrap_or((&line, "")) } else { ("", "") };
    let method = [Method::POST, Method::PUT, Method::GET, Method::DELETE][usize::from(choice >> 5 & 3)].clone();
    let request = Request {
        method,
        path: format!("{root}{}", path.trim_start_matches('/')),
        query: query.to_owned(),
        headers,
        body: bytes::Bytes::copy_from_slice(body),
    };
    let sandbox = Sandbox::new(World::default(), SystemClock::shared(), 1);
    let response = RUNTIME.block_on(sandbox.handle(request));
    assert!((200..=599).contains(&response.status().as_u16()));
});
