//! Between a request as it arrives and the wire crate: signatures, transfer encodings, host names.
//!
//! The wire crate verifies signatures against known secrets; the sandbox takes any key. So this removes every trace of a signature,
//! undoes `aws-chunked` transfer encoding (whose trailing checksums become headers), and turns `bucket.host` into a path.

use bytes::{Bytes, BytesMut};
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, EXPECT, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use s3s::HttpRequest;

use super::error::{Result, access_denied, invalid_request};
use crate::sandbox::api::{ApiError, CallContext, Request};

/// Headers that belong to a signature or a transfer encoding, and mean nothing once those are undone.
const UNDONE: &[&str] = &["x-amz-content-sha256", "x-amz-date", "x-amz-security-token", "x-amz-decoded-content-length", "x-amz-trailer"];

/// Query parameters of pre-signed addresses (versions 4 and 2).
const PRESIGNED: &[&str] = &[
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-signedheaders",
    "x-amz-signature",
    "x-amz-security-token",
    "awsaccesskeyid",
    "signature",
    "expires",
];

/// The request as the wire crate shall see it.
pub(super) fn admit(cx: &CallContext, request: Request) -> Result<HttpRequest> {
    check_caller(cx, &request)?;
    let mut headers = request.headers;
    let body = if is_chunked(&headers) { unchunk(&mut headers, &request.body)? } else { request.body };
    undo(&mut headers, body.len());
    let uri = uri(&headers, &request.path, &request.query)?;
    // With a host in sight the wire crate may take it for a bucket's.
    headers.remove(HOST);
    let mut out = HttpRequest::new(s3s::Body::from(body));
    *out.method_mut() = request.method;
    *out.uri_mut() = uri;
    *out.headers_mut() = headers;
    Ok(out)
}

/// Buckets of the account are private, so strangers are refused; and so is a caller who expects another owner.
fn check_caller(cx: &CallContext, request: &Request) -> Result<()> {
    let is_signed = cx.access_key.is_some() || is_signed_v2(request);
    let expected = request.headers.get("x-amz-expected-bucket-owner");
    if !is_signed || expected.is_some_and(|owner| owner != cx.account.as_str()) {
        return Err(access_denied());
    }
    Ok(())
}

/// Whether the request bears a signature of version 2, which has no scope and so counts for us-east-1; `aws s3 presign` makes them there.
fn is_signed_v2(request: &Request) -> bool {
    let header = request.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    header.starts_with("AWS ") || request.query.split('&').any(|pair| pair.starts_with("AWSAccessKeyId="))
}

fn is_chunked(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text(HeaderName::from_static("x-amz-content-sha256")).starts_with("STREAMING-") || text(CONTENT_ENCODING).contains("aws-chunked")
}

/// Undoes `aws-chunked`: chunks of `size[;signature]\r\n bytes \r\n`, ended by size 0 and trailers, which become headers.
fn unchunk(headers: &mut HeaderMap, encoded: &[u8]) -> Result<Bytes> {
    let mut body = BytesMut::with_capacity(encoded.len());
    let mut rest = encoded;
    loop {
        let (line, after) = line(rest)?;
        let size = chunk_size(line)?;
        if size == 0 {
            add_trailers(headers, after)?;
            break;
        }
        let chunk = after.get(..size).ok_or_else(incomplete)?;
        body.extend_from_slice(chunk);
        rest = after[size..].strip_prefix(b"\r\n").ok_or_else(malformed)?;
    }
    check_length(headers, body.len())?;
    Ok(body.freeze())
}

fn line(bytes: &[u8]) -> Result<(&[u8], &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n").ok_or_else(incomplete)?;
    Ok((&bytes[..end], &bytes[end + 2..]))
}

fn chunk_size(line: &[u8]) -> Result<usize> {
    let digits = line.split(|b| *b == b';').next().unwrap_or_default();
    let text = std::str::from_utf8(digits).map_err(|_| malformed())?;
    usize::from_str_radix(text.trim(), 16).map_err(|_| malformed())
}

fn add_trailers(headers: &mut HeaderMap, trailers: &[u8]) -> Result<()> {
    let text = std::str::from_utf8(trailers).map_err(|_| malformed())?;
    for line in text.split("\r\n").filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').ok_or_else(malformed)?;
        let name: HeaderName = name.trim().parse().map_err(|_| malformed())?;
        // The signature of the trailers goes the way of every other signature.
        if name.as_str().starts_with("x-amz-checksum-") {
            headers.insert(name, value.trim().parse().map_err(|_| malformed())?);
        }
    }
    Ok(())
}

fn check_length(headers: &HeaderMap, length: usize) -> Result<()> {
    let promised = headers.get("x-amz-decoded-content-length").and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if promised.is_some_and(|promised| promised != length) { Err(incomplete()) } else { Ok(()) }
}

fn incomplete() -> ApiError {
    ApiError::new(400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header")
}

fn malformed() -> ApiError {
    invalid_request("The aws-chunked body is malformed")
}

/// Removes what speaks of signatures and transfer encodings, and states the true length.
fn undo(headers: &mut HeaderMap, length: usize) {
    for name in [AUTHORIZATION, TRANSFER_ENCODING, EXPECT] {
        headers.remove(name);
    }
    for name in UNDONE {
        headers.remove(*name);
    }
    let encodings = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kept: Vec<&str> = encodings.split(',').map(str::trim).filter(|coding| !coding.is_empty() && *coding != "aws-chunked").collect();
    match HeaderValue::from_str(&kept.join(",")) {
        Ok(value) if !value.is_empty() => drop(headers.insert(CONTENT_ENCODING, value)),
        _ => drop(headers.remove(CONTENT_ENCODING)),
    }
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
}

/// Path and query without a signature, with the bucket in front if the host names it.
fn uri(headers: &HeaderMap, path: &str, query: &str) -> Result<Uri> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let path = bucket_of_host(host).map_or_else(|| path.to_owned(), |bucket| format!("/{bucket}{path}"));
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !is_of_signature(pair)).collect();
    let text = if kept.is_empty() { path } else { format!("{path}?{}", kept.join("&")) };
    text.parse().map_err(|_| ApiError::new(400, "InvalidURI", "Couldn't parse the specified URI."))
}

fn is_of_signature(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    PRESIGNED.contains(&name.as_str())
}

/// The bucket in a virtual-hosted address: `bucket.localhost`, `bucket.s3.localhost`, `bucket.s3.eu-west-1.amazonaws.com`.
fn bucket_of_host(host: &str) -> Option<&str> {
    let host = host.split(':').next().unwrap_or_default();
    if let Some(name) = host.strip_suffix(".localhost") {
        let name = name.strip_suffix(".s3").unwrap_or(name);
        return (name != "s3").then_some(name);
    }
    let name = host.strip_suffix(".amazonaws.com")?;
    let at = name.rfind(".s3.").or_else(|| name.strip_suffix(".s3").map(str::len))?;
    Some(&name[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_found_in_hosts() {
        let cases = [
            ("logs-1.localhost:4566", Some("logs-1")),
            ("a.b.c.s3.localhost", Some("a.b.c")),
            ("logs-1.s3.eu-west-1.amazonaws.com", Some("logs-1")),
            ("logs-1.s3.amazonaws.com", Some("logs-1")),
            ("s3.eu-west-1.amazonaws.com", None),
            ("s3.localhost:80", None),
            ("localhost:4566", None),
            ("127.0.0.1:4566", None),
        ];
        for (host, bucket) in cases {
            assert_eq!(bucket_of_host(host), bucket, "{host}");
        }
    }

    #[test]
    fn signatures_leave_the_query() {
        let query = "versionId=7&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00&x-id=GetObject&X-Amz-Credential=A%2FB";
        let uri = uri(&HeaderMap::new(), "/logs/a%20b", query).unwrap();
        assert_eq!(uri.to_string(), "/logs/a%20b?versionId=7&x-id=GetObject");
    }

    #[test]
    fn chunks_are_joined_and_trailers_become_headers() {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-decoded-content-length", HeaderValue::from_static("9"));
        let encoded =
            b"5;chunk-signature=ab\r\nhello\r\n4\r\n you\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\nx-amz-trailer-signature:00\r\n\r\n";
        assert_eq!(unchunk(&mut headers, encoded).unwrap(), "hello you");
        assert_eq!(headers["x-amz-checksum-crc32"], "AAAAAA==");
        assert!(!headers.contains_key("x-amz-trailer-signature"));
    }

    #[test]
    fn broken_chunks_are_errors() {
        let code = |body: &[u8]| unchunk(&mut HeaderMap::new(), body).unwrap_err().code;
        assert_eq!(code(b""), "IncompleteBody");
        assert_eq!(code(b"5\r\nhel"), "IncompleteBody");
        assert_eq!(code(b"zz\r\n"), "InvalidRequest");
        assert_eq!(code(b"2\r\nabcd\r\n0\r\n\r\n"), "InvalidRequest");
        assert_eq!(code(b"ffffffffffffffff\r\nabc\r\n"), "IncompleteBody");
        let mut short = HeaderMap::new();
        short.insert("x-amz-decoded-content-length", HeaderValue::from_static("9"));
        assert_eq!(unchunk(&mut short, b"2\r\nab\r\n0\r\n\r\n").unwrap_err().code, "IncompleteBody");
    }
}
