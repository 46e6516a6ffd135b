//! Any bytes through the sandbox's front door, in every protocol: an answer with a status, and an account that can still be kept.

use http::{HeaderMap, HeaderValue, Method};
use outcrop::base::clock::{ManualClock, timestamp_ms};
use outcrop::sandbox::Sandbox;
use outcrop::sandbox::api::Request;
use outcrop::sandbox::router;
use outcrop::sandbox::world::World;
use proptest::prelude::*;

/// Service, content type, prefix of the target header, path.
const DOORS: [(&str, &str, &str, &str); 9] = [
    ("logs", "application/x-amz-json-1.1", "Logs_20140328.", "/"),
    ("cloudwatch", "application/x-amz-json-1.0", "GraniteServiceVersion20100801.", "/"),
    ("cloudwatch", "application/x-www-form-urlencoded", "", "/"),
    ("cloudwatch", "application/cbor", "", "/service/GraniteServiceVersion20100801/operation/"),
    ("iam", "application/x-www-form-urlencoded", "", "/"),
    ("sns", "application/x-www-form-urlencoded", "", "/"),
    ("servicequotas", "application/x-amz-json-1.1", "ServiceQuotasV20190624.", "/"),
    ("bedrock", "application/json", "", "/model/us.anthropic.claude-sonnet-4-6/"),
    ("s3", "application/xml", "", "/bucket/key"),
];

/// Bodies: pure noise, and what looks like a request but is cut or bent.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let json = prop::sample::select(vec![
        r#"{"logGroupName":"a","logEvents":[{"timestamp":1,"message":"m"}]}"#,
        r#"{"AlarmName":"a","Metrics":[{"Id":"m","Expression":"SUM(METRICS())"}],"EvaluationPeriods":1}"#,
        r#"{"messages":[{"role":"user","content":[{"text":"hello"}]}],"inferenceConfig":{"maxTokens":5}}"#,
        "Action=PutRolePolicy&Version=2010-05-08&RoleName=r&PolicyName=p&PolicyDocument=%7B%7D&Tags.member.1.Key=k",
        "Action=Publish&TopicArn=arn:aws:sns:us-east-1:123456789012:t&Message=m&MessageAttributes.entry.1.Name=n",
        "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>",
    ]);
    let bent = (json, any::<prop::sample::Index>(), any::<u8>(), any::<bool>()).prop_map(|(text, at, byte, cut)| {
        let mut bytes = text.as_bytes().to_vec();
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = byte;
        }
        bytes
    });
    prop_oneof![bent, prop::collection::vec(any::<u8>(), 0..200)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn every_request_is_answered(door in 0..DOORS.len(), operation in any::<prop::sample::Index>(), body in body(), query in "[a-zA-Z=&%0-9-]{0,30}", gzip in any::<bool>()) {
        let (service, content_type, target, root) = DOORS[door];
        let operations: Vec<&str> = router::operations().into_iter().filter(|(of, _)| *of == service).map(|(_, name)| name).collect();
        let operation = operations[operation.index(operations.len())];
        let signing = if service == "cloudwatch" { "monitoring" } else { service };
        let mut headers = HeaderMap::new();
        let scope = format!("AWS4-HMAC-SHA256 Credential=K/20260101/us-east-1/{signing}/aws4_request, SignedHeaders=host, Signature=0");
        headers.insert("authorization", HeaderValue::from_str(&scope).unwrap());
        headers.insert("content-type", HeaderValue::from_static(content_type));
        if !target.is_empty() {
            headers.insert("x-amz-target", HeaderValue::from_str(&format!("{target}{operation}")).unwrap());
        }
        if gzip {
            headers.insert("content-encoding", HeaderValue::from_static(if service == "s3" { "aws-chunked" } else { "gzip" }));
        }
        let path = if root.ends_with('/') && root.len() > 1 { format!("{root}{operation}") } else { root.to_owned() };
        let sandbox = Sandbox::new(World::default(), ManualClock::starting_at(timestamp_ms(1_790_000_000_000)), 1);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let response = runtime.block_on(sandbox.handle(Request { method: Method::POST, path, query, headers, body: body.into() }));
        prop_assert!((200..=599).contains(&response.status().as_u16()));
        prop_assert!(response.status() != 500, "an internal error: {:?}", response.headers());
        let kept = serde_json::to_value(&*sandbox.world()).unwrap();
        prop_assert!(serde_json::from_value::<World>(kept).is_ok());
    }
}
