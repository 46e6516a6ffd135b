//! The in-process door: an HTTP client for the SDK whose requests never leave the process.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::Sandbox;
use super::api::Body;
use super::server::read_request;
use super::wire::{self, Protocol};

/// A sandbox as the HTTP client of an SDK configuration.
#[derive(Debug, Clone)]
pub struct Door(Sandbox);

impl Door {
    /// A client for `http_client(…)` of any SDK configuration. Any endpoint and any credentials go with it.
    pub fn http_client(sandbox: Sandbox) -> SharedHttpClient {
        SharedHttpClient::new(Self(sandbox))
    }

    async fn answer(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let response = match read_request(request).await {
            Ok(request) => self.0.handle(request).await,
            Err(error) => wire::error_response(Protocol::RestJson, &error, &self.0.new_id()),
        };
        let response = response.map(|body| SdkBody::from_body_1_x(SyncBody(Mutex::new(body))));
        HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
    }
}

impl HttpConnector for Door {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().answer(request))
    }
}

impl HttpClient for Door {
    fn http_connector(&self, _settings: &HttpConnectorSettings, _components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        Some(ConnectorMetadata::new("outcrop-sandbox", None))
    }
}

/// A body that may be shared between threads, as the SDK asks, though one reads it at a time: the lock is never contended.
struct SyncBody(Mutex<Body>);

impl SyncBody {
    fn inner(&mut self) -> &mut Body {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl http_body::Body for SyncBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(self.inner()).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).size_hint()
    }
}
