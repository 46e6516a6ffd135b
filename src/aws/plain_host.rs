//! The host of a custom endpoint as it was given.
//!
//! The SDK puts `stream-` before the host of Live Tail calls, also where the endpoint is an address of its own such as `127.0.0.1`, which
//! then names no host at all. There is no switch for it in the SDK for Rust.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Takes the prefix away again. For clients with a custom endpoint only.
#[derive(Debug)]
pub struct PlainHost;

impl Intercept for PlainHost {
    fn name(&self) -> &'static str {
        "PlainHost"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let Some(plain) = without_prefix(request.uri()) else { return Ok(()) };
        request.set_uri(plain)?;
        Ok(())
    }
}

/// `uri` without the prefix; `None` when it has none.
fn without_prefix(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once("://")?;
    // Releases before April 2026 said `streaming-`.
    let plain = rest.strip_prefix("stream-").or_else(|| rest.strip_prefix("streaming-"))?;
    Some(format!("{scheme}://{plain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_goes_and_nothing_else() {
        assert_eq!(without_prefix("http://stream-127.0.0.1:4566/").as_deref(), Some("http://127.0.0.1:4566/"));
        assert_eq!(without_prefix("http://streaming-localhost/").as_deref(), Some("http://localhost/"));
        assert_eq!(without_prefix("http://127.0.0.1/stream-x"), None);
    }
}
