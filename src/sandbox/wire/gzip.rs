//! Request bodies that clients compress: any protocol of today's SDKs may, CloudWatch's `PutMetricData` does.

use std::borrow::Cow;
use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use http::header::CONTENT_ENCODING;

use crate::sandbox::api::{ApiError, Request};

/// Bytes that a compressed request may grow to.
pub(super) const MAX_INFLATED: u64 = 64 << 20;

/// The request with its body unpacked, if it was gzip; `limit` bounds what it may grow to.
pub(super) fn unpacked(request: &Request, limit: u64) -> Result<Cow<'_, Request>, ApiError> {
    if request.headers.get(CONTENT_ENCODING).is_none_or(|encoding| encoding != "gzip") {
        return Ok(Cow::Borrowed(request));
    }
    let mut out = Vec::new();
    let read = MultiGzDecoder::new(&*request.body).take(limit + 1).read_to_end(&mut out);
    read.map_err(|error| malformed(format!("The request body is not valid gzip: {error}")))?;
    if out.len() as u64 > limit {
        return Err(malformed("The request body is too large"));
    }
    Ok(Cow::Owned(Request { body: out.into(), ..request.clone() }))
}

fn malformed(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "SerializationException", message)
}
