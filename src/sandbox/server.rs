//! The HTTP door: a server on the loopback interface.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http::header::ORIGIN;
use http_body::Body as HttpBody;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::Sandbox;
use super::api::{ApiError, Request, Response};
use super::wire::{self, Protocol};

/// Largest request body, in bytes.
pub const MAX_BODY: usize = 64 << 20;

/// Connections served at a time; more wait to be accepted.
const MAX_CONNECTIONS: usize = 512;

/// How long open calls may go on once the server was told to stop.
const GRACE: Duration = Duration::from_secs(2);

/// Wait after a connection could not be accepted, for example for want of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Another program, or another sandbox, listens there.
    #[error("Port {port} on 127.0.0.1 is in use by another program: choose another one with --port, or leave it out to get a free one")]
    PortInUse {
        /// The port asked for.
        port: u16,
    },
    /// The system refuses.
    #[error("The sandbox cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// The port asked for, 0 for any.
        port: u16,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// A running server. Dropping it stops it: open calls get a moment to end.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `sandbox` on `port` of 127.0.0.1, or on a free port. Must be called inside a tokio runtime.
    pub async fn start(sandbox: Sandbox, port: Option<u16>) -> Result<Self, ServerError> {
        let port = port.unwrap_or(0);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|source| listen_error(port, source))?;
        let address = listener.local_addr().map_err(|source| listen_error(port, source))?;
        let stop = CancellationToken::new();
        let task = tokio::spawn(serve(listener, sandbox, stop.clone()));
        tracing::debug!(%address, "the sandbox listens");
        Ok(Self { address, stop, task: Some(task) })
    }

    /// Where clients find it: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Stops and waits until the port is free and open calls have ended.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(Err(error)) = self.finished().await {
            tracing::warn!(%error, "the sandbox's server ended badly");
        }
    }

    async fn finished(&mut self) -> Option<Result<(), tokio::task::JoinError>> {
        Some(self.task.take()?.await)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn listen_error(port: u16, source: io::Error) -> ServerError {
    if source.kind() == io::ErrorKind::AddrInUse { ServerError::PortInUse { port } } else { ServerError::Listen { port, source } }
}

/// Accepts connections until told to stop, then lets the open ones end.
async fn serve(listener: TcpListener, sandbox: Sandbox, stop: CancellationToken) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &slots) => accepted,
            () = stop.cancelled() => break,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, slot)) => drop(connections.spawn(connection(stream, slot, sandbox.clone(), stop.clone()))),
            Err(error) => {
                tracing::warn!(%error, "a connection to the sandbox could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let ended = tokio::time::timeout(GRACE, async { while connections.join_next().await.is_some() {} }).await;
    if ended.is_err() {
        tracing::debug!("open calls were cut off when the sandbox's server stopped");
    }
}

async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, slot))
}

/// One connection with all its calls.
async fn connection(stream: TcpStream, slot: OwnedSemaphorePermit, sandbox: Sandbox, stop: CancellationToken) {
    let service = service_fn(move |request| {
        let sandbox = sandbox.clone();
        async move { Ok::<_, std::convert::Infallible>(answer(&sandbox, request).await) }
    });
    let mut connection = std::pin::pin!(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection to the sandbox broke");
    }
    drop(slot);
}

async fn answer(sandbox: &Sandbox, request: http::Request<Incoming>) -> Response {
    if request.headers().contains_key(ORIGIN) {
        let error =
            ApiError::new(403, "AccessDeniedException", "The sandbox answers programs, not web pages: this call came from a browser");
        return wire::error_response(Protocol::RestJson, &error, &sandbox.new_id());
    }
    match read_request(request).await {
        Ok(request) => sandbox.handle(request).await,
        Err(error) => wire::error_response(Protocol::RestJson, &error, &sandbox.new_id()),
    }
}

/// Reads a request whole, up to [`MAX_BODY`]. Used by both doors.
pub(super) async fn read_request<B>(request: http::Request<B>) -> Result<Request, ApiError>
where
    B: HttpBody,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (mut parts, body) = request.into_parts();
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(too_large());
    }
    let body = Limited::new(body, MAX_BODY).collect().await.map_err(|error| body_error(&*error))?.to_bytes();
    if let (None, Some(authority)) = (parts.headers.get(http::header::HOST), parts.uri.authority())
        && let Ok(host) = authority.as_str().parse()
    {
        parts.headers.insert(http::header::HOST, host);
    }
    Ok(Request {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    })
}

fn body_error(error: &(dyn std::error::Error + Send + Sync + 'static)) -> ApiError {
    if error.is::<LengthLimitError>() {
        return too_large();
    }
    ApiError::new(400, "IncompleteBody", "The request body ended before its announced length")
}

fn too_large() -> ApiError {
    let message = format!("The request body is larger than the {} MiB that the sandbox takes", MAX_BODY >> 20);
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE.as_u16(), "RequestEntityTooLargeException", message)
}
