//! Each codec against values of any shape and bytes of any kind.

use std::io::Write as _;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use http_body_util::BodyExt as _;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::base::clock::timestamp_ms;
use crate::sandbox::api::Request;

const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

fn request(path: &str, headers: &[(&'static str, &'static str)], body: impl Into<Bytes>) -> Request {
    let headers: HeaderMap = headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect();
    Request { method: Method::POST, path: path.to_owned(), query: String::new(), headers, body: body.into() }
}

fn cbor_request(body: impl Into<Bytes>) -> Request {
    request("/service/GraniteServiceVersion20100801/operation/PutMetricData", &[], body)
}

fn json_request(body: impl Into<Bytes>) -> Request {
    request("/", &[("x-amz-target", "Logs_20140328.PutLogEvents")], body)
}

fn body_of(response: Response) -> Bytes {
    let collected = futures_util::FutureExt::now_or_never(response.into_body().collect());
    collected.expect("a whole body is ready").unwrap_or_else(|never| match never {}).to_bytes()
}

fn xml_of(response: Response) -> String {
    String::from_utf8(body_of(response).to_vec()).unwrap()
}

fn code_of(result: Result<Call, ApiError>) -> String {
    result.expect_err("malformed").code
}

/// Objects as operations take and give them; `null` members are not written, so there are none.
fn any_object() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|n| Value::from(f64::from(n) / 8.0)),
        ".{0,12}".prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[A-Za-z]{1,8}", inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    prop::collection::btree_map("[A-Za-z]{1,8}", tree, 0..6).prop_map(|map| Value::Object(map.into_iter().collect()))
}

proptest! {
    #[test]
    fn cbor_gives_back_what_it_was_given(value in any_object()) {
        let bytes = body_of(encode(Protocol::Cbor, "PutMetricData", &value, "id"));
        let call = decode(Protocol::Cbor, &cbor_request(bytes)).unwrap();
        prop_assert_eq!(call.operation, "PutMetricData");
        prop_assert_eq!(call.input, value);
    }

    #[test]
    fn json_gives_back_what_it_was_given(value in any_object()) {
        let bytes = body_of(encode(Protocol::AwsJson11, "PutLogEvents", &value, "id"));
        prop_assert_eq!(decode(Protocol::AwsJson11, &json_request(bytes)).unwrap().input, value);
    }

    #[test]
    fn rubbish_never_panics(body in prop::collection::vec(any::<u8>(), 0..300), text in "[A-Za-z.=&0-9%+]{0,120}") {
        for protocol in [Protocol::Cbor, Protocol::AwsJson10, Protocol::Query(NAMESPACE)] {
            let _outcome = decode(protocol, &cbor_request(body.clone())).is_ok();
            let _outcome = decode(protocol, &json_request(text.clone())).is_ok();
        }
        let mut gzip = cbor_request(body);
        gzip.headers.insert("content-encoding", HeaderValue::from_static("gzip"));
        let _outcome = decode(Protocol::Cbor, &gzip).is_ok();
    }

    #[test]
    fn forms_give_back_scalars_and_lists(name in "[A-Z][a-z]{1,6}", items in prop::collection::vec("\\PC{1,10}", 1..12)) {
        let mut form = form_urlencoded::Serializer::new("Action=Do&Version=1".to_owned());
        for (i, item) in items.iter().enumerate() {
            form.append_pair(&format!("{name}List.member.{}", i + 1), item);
        }
        form.append_pair("Plain", &items[0]);
        let call = decode(Protocol::Query(NAMESPACE), &request("/", &[], form.finish())).unwrap();
        prop_assert_eq!(call.input, json!({ format!("{name}List"): items, "Plain": items[0] }));
    }

    #[test]
    fn replies_in_xml_hold_no_raw_markup(text in "\\PC{0,30}") {
        let xml = xml_of(encode(Protocol::Query(NAMESPACE), "Do", &json!({ "Text": text }), "id"));
        let inside = xml.split_once("<Text>").unwrap().1.split_once("</Text>").unwrap().0;
        prop_assert!(!inside.contains(['<', '>', '"']));
        let plain = inside.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        prop_assert_eq!(plain, text);
    }
}

#[test]
fn a_form_nests_by_its_dotted_names() {
    let form = "Action=CreateRole&Version=2010-05-08&Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=x+y&Map.entry.1.key=k&Map.entry.1.value=v&Empty=";
    let call = decode(Protocol::Query(NAMESPACE), &request("/", &[], form)).unwrap();
    assert_eq!(call.operation, "CreateRole");
    assert_eq!(call.input, json!({ "Tags": [{ "Key": "a", "Value": "x y" }, { "Key": "b" }], "Map": { "k": "v" }, "Empty": "" }));
}

#[test]
fn a_form_that_contradicts_itself_or_is_endless_is_refused() {
    let decode = |form: String| decode(Protocol::Query(NAMESPACE), &request("/", &[], form));
    assert_eq!(code_of(decode("Action=A&x=1&x.y=2".into())), "MalformedInput");
    assert_eq!(code_of(decode("Action=A&x.y=2&x=1".into())), "MalformedInput");
    assert_eq!(code_of(decode(format!("Action=A&{}=1", vec!["a"; 40].join(".")))), "MalformedInput");
    assert_eq!(code_of(decode(format!("Action=A{}", "&k=1".repeat(10_001)))), "MalformedInput");
    assert_eq!(code_of(decode("Version=2010-05-08".into())), "MissingAction");
}

#[test]
fn query_replies_have_their_frame() {
    let output = json!({ "Roles": [{ "RoleName": "a&b", "CreateDate": timestamp(timestamp_ms(1_790_000_000_000)) }], "IsTruncated": false, "Marker": null });
    let xml = xml_of(encode(Protocol::Query(NAMESPACE), "ListRoles", &output, "rid"));
    assert_eq!(
        xml,
        "<ListRolesResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ListRolesResult><Roles><member><RoleName>a&amp;b</RoleName>\
         <CreateDate>2026-09-21T14:13:20Z</CreateDate></member></Roles><IsTruncated>false</IsTruncated></ListRolesResult>\
         <ResponseMetadata><RequestId>rid</RequestId></ResponseMetadata></ListRolesResponse>"
    );
    let error = error_response(Protocol::Query(NAMESPACE), &ApiError::new(404, "NoSuchEntity", "gone"), "rid");
    assert_eq!(error.status(), 404);
    assert!(
        xml_of(error)
            .contains("<Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>gone</Message></Error><RequestId>rid</RequestId>")
    );
}

#[test]
fn timestamps_are_tagged_in_cbor_and_plain_in_json() {
    let value = json!({ "At": timestamp(timestamp_ms(1_790_000_000_500)), "Raw": blob(b"\x00\xff") });
    let bytes = body_of(encode(Protocol::Cbor, "Do", &value, "id"));
    let tag_one_of_a_float = [0xc1, 0xfb];
    assert!(bytes.windows(2).any(|pair| pair == tag_one_of_a_float));
    let input = decode(Protocol::Cbor, &cbor_request(bytes)).unwrap().input;
    assert_eq!(read_timestamp(&input["At"]), Some(timestamp_ms(1_790_000_000_500)));
    assert_eq!(input["Raw"], json!("AP8="));
    let json = body_of(encode(Protocol::AwsJson11, "Do", &value, "id"));
    assert_eq!(json, r#"{"At":1790000000.5,"Raw":"AP8="}"#);
}

#[test]
fn cbor_of_unknown_length_is_read_as_the_sdk_writes_it() {
    // {_ "Namespace": "x", "MetricData": [_ {_ "Value": 1.5_1}]}
    let bytes = b"\xbf\x69Namespace\x61x\x6aMetricData\x9f\xbf\x65Value\xf9\x3e\x00\xff\xff\xff".to_vec();
    let call = decode(Protocol::Cbor, &cbor_request(bytes)).unwrap();
    assert_eq!(call.input, json!({ "Namespace": "x", "MetricData": [{ "Value": 1.5 }] }));
}

#[test]
fn compressed_cbor_is_unpacked_and_a_bomb_is_not() {
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        let mut request = cbor_request(encoder.finish().unwrap());
        request.headers.insert("content-encoding", HeaderValue::from_static("gzip"));
        request
    };
    assert_eq!(decode(Protocol::Cbor, &gzip(b"\xa1\x61a\x01")).unwrap().input, json!({ "a": 1 }));
    assert_eq!(gzip::unpacked(&gzip(&[0; 1000]), 1000).unwrap().body.len(), 1000);
    let bomb = gzip::unpacked(&gzip(&[0; 1001]), 1000).unwrap_err();
    assert_eq!(bomb.message, "The request body is too large");
}

#[test]
fn malformed_cbor_and_json_are_serialization_exceptions() {
    let deep = [vec![0x81; 200], vec![0x00]].concat();
    for body in [&b"\xa1"[..], b"\x01", b"\xa1\x01\x01", b"\xa0\x00", b"\xa1\x61a\xc1\x61b", &deep] {
        assert_eq!(code_of(decode(Protocol::Cbor, &cbor_request(body.to_vec()))), "SerializationException", "{body:02x?}");
    }
    for body in ["[1]", "{", "\"text\"", "{\"a\":1}}", &"[".repeat(500)] {
        assert_eq!(code_of(decode(Protocol::AwsJson11, &json_request(body.to_owned()))), "SerializationException", "{body}");
    }
    assert_eq!(decode(Protocol::AwsJson11, &json_request("")).unwrap().input, json!({}));
    assert_eq!(decode(Protocol::Cbor, &cbor_request("")).unwrap().input, json!({}));
}

#[test]
fn numbers_that_are_none_become_text_in_cbor() {
    let nan = b"\xa1\x61a\xf9\x7e\x00".to_vec();
    assert_eq!(decode(Protocol::Cbor, &cbor_request(nan)).unwrap().input, json!({ "a": "NaN" }));
}

#[test]
fn errors_carry_their_code_where_each_protocol_has_it() {
    let error = ApiError::new(400, "ResourceNotFound", "gone").with_details(json!({ "extra": 1 }));
    let cbor = error_response(Protocol::Cbor, &error, "rid");
    assert_eq!(cbor.headers()["x-amzn-query-error"], "ResourceNotFound;Sender");
    assert_eq!(cbor.headers()["smithy-protocol"], "rpc-v2-cbor");
    let body = decode(Protocol::Cbor, &cbor_request(body_of(cbor))).unwrap().input;
    assert_eq!(body, json!({ "__type": "com.amazonaws.cloudwatch#ResourceNotFound", "message": "gone", "extra": 1 }));

    let rest = error_response(Protocol::RestJson, &error, "rid");
    assert!(rest.headers()["x-amzn-errortype"].to_str().unwrap().starts_with("ResourceNotFound:"));
    assert_eq!(rest.headers()["x-amzn-requestid"], "rid");
    assert_eq!(body_of(rest), r#"{"message":"gone","extra":1}"#);

    let json = error_response(Protocol::AwsJson11, &error, "rid");
    assert_eq!(body_of(json), r#"{"__type":"ResourceNotFound","message":"gone","extra":1}"#);

    let s3 = error_response(Protocol::RestXml, &ApiError::new(404, "NoSuchBucket", "no"), "rid");
    assert_eq!(s3.headers()["x-amz-request-id"], "rid");
    assert!(xml_of(s3).contains("<Error><Code>NoSuchBucket</Code><Message>no</Message><RequestId>rid</RequestId></Error>"));
}

#[tokio::test]
async fn an_event_stream_is_read_frame_by_frame_and_the_writer_learns_of_a_lost_reader() {
    use aws_smithy_eventstream::frame::read_message_from;
    let (sender, mut body) = eventstream::channel();
    sender.send("contentBlockDelta", &json!({ "delta": { "text": "hé" } })).await.unwrap();
    sender.exception("throttlingException", "slow down").await.unwrap();
    for (header, value, payload) in [
        (":event-type", "contentBlockDelta", r#"{"delta":{"text":"hé"}}"#),
        (":exception-type", "throttlingException", r#"{"message":"slow down"}"#),
    ] {
        let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
        let message = read_message_from(frame).unwrap();
        let found = message.headers().iter().find(|h| h.name().as_str() == header).unwrap();
        assert_eq!(found.value().as_string().unwrap().as_str(), value);
        assert_eq!(message.payload(), payload.as_bytes());
    }
    assert!(!sender.is_closed());
    drop(body);
    assert!(sender.is_closed());
    assert_eq!(sender.send("x", &json!({})).await, Err(eventstream::Disconnected));
}
