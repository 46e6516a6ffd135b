//! Event-stream bodies (`application/vnd.amazon.eventstream`): a bounded channel of frames that a client reads as they are sent.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::sandbox::api::{Body, Response};

/// The content type of an event-stream response.
pub const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// Frames that may wait for a slow reader before [`EventSender::send`] waits too.
const CAPACITY: usize = 64;

/// The reader has gone away: nobody will see further events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the reader of the event stream has gone away")]
pub struct Disconnected;

/// Sends events of one response. Dropping it ends the body.
#[derive(Debug)]
pub struct EventSender {
    frames: mpsc::Sender<Bytes>,
    content_type: &'static str,
}

/// A sender and the body that carries what it sends, events of plain JSON.
pub fn channel() -> (EventSender, Body) {
    channel_of(CAPACITY, "application/json")
}

/// A sender whose events have this content type and of which `capacity` may wait for the reader, and the body that carries what it sends.
pub fn channel_of(capacity: usize, content_type: &'static str) -> (EventSender, Body) {
    let (frames, receiver) = mpsc::channel(capacity);
    let body = stream::unfold(receiver, |mut receiver| async {
        let bytes = receiver.recv().await?;
        Some((Ok(Frame::data(bytes)), receiver))
    });
    // Readers ask once more after the end, for trailers.
    (EventSender { frames, content_type }, StreamBody::new(body.fuse()).boxed_unsync())
}

/// A 200 response of event-stream type around `body`. The router adds the request id.
pub fn response(body: Body) -> Response {
    let mut response = Response::new(body);
    super::set_header(&mut response, "content-type", CONTENT_TYPE);
    response
}

impl EventSender {
    /// Sends an event with a JSON payload; waits while the reader is behind.
    pub async fn send(&self, event_type: &str, payload: &Value) -> Result<(), Disconnected> {
        self.frame(&self.headers(":event-type", event_type, "event"), payload).await
    }

    /// Sends an event unless as many wait as may: then it is not sent and the answer is `false`.
    pub fn try_send(&self, event_type: &str, payload: &Value) -> Result<bool, Disconnected> {
        match self.frames.try_reserve() {
            Ok(place) => {
                place.send(encode(&self.headers(":event-type", event_type, "event"), payload));
                Ok(true)
            }
            Err(mpsc::error::TrySendError::Full(())) => Ok(false),
            Err(mpsc::error::TrySendError::Closed(())) => Err(Disconnected),
        }
    }

    /// Sends an exception (lower-camel name such as `throttlingException`); nothing should follow it.
    pub async fn exception(&self, exception_type: &str, message: &str) -> Result<(), Disconnected> {
        self.frame(&self.headers(":exception-type", exception_type, "exception"), &serde_json::json!({ "message": message })).await
    }

    /// Whether the reader has gone away.
    pub fn is_closed(&self) -> bool {
        self.frames.is_closed()
    }

    fn headers<'a>(&self, kind: &'static str, name: &'a str, message_type: &'static str) -> [(&'static str, &'a str); 3]
    where
        'static: 'a,
    {
        [(kind, name), (":content-type", self.content_type), (":message-type", message_type)]
    }

    async fn frame(&self, headers: &[(&'static str, &str)], payload: &Value) -> Result<(), Disconnected> {
        self.frames.send(encode(headers, payload)).await.map_err(|_| Disconnected)
    }
}

/// One frame: headers of string type and a JSON payload.
fn encode(headers: &[(&'static str, &str)], payload: &Value) -> Bytes {
    let mut message = Message::new(Bytes::from(payload.to_string()));
    for (name, value) in headers {
        message = message.add_header(Header::new(*name, HeaderValue::String((*value).to_owned().into())));
    }
    let mut out = Vec::new();
    if let Err(error) = write_message_to(&message, &mut out) {
        tracing::error!(%error, "an event does not fit a frame");
    }
    out.into()
}
