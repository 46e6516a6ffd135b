//! Streamed replies: events at the model's pace over a bounded channel, until the end, a broken stream, or a caller who goes away.

use std::time::Duration;

use super::delivery;
use super::runtime::Call;
use super::shape::Event;
use crate::sandbox::Sandbox;
use crate::sandbox::api::Response;
use crate::sandbox::wire::{self, eventstream};

/// Why a reply was not sent to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Interruption {
    /// The caller has gone away.
    Gone,
    /// An injected fault.
    Broken,
}

/// A response whose body is being written while it is read.
pub(super) fn respond(sandbox: &Sandbox, call: Call) -> Response {
    let (sender, body) = eventstream::channel();
    let mut response = eventstream::response(body);
    if !call.asked.invocation.converses() {
        wire::set_header(&mut response, "x-amzn-bedrock-content-type", "application/json");
    }
    let events_left = call.breaks_after;
    tokio::spawn(Speaker { sandbox: sandbox.clone(), call, sender, sent: Vec::new(), pieces: 0, events_left }.run());
    response
}

/// One reply on its way.
struct Speaker {
    sandbox: Sandbox,
    call: Call,
    sender: eventstream::EventSender,
    sent: Vec<Event>,
    pieces: usize,
    events_left: Option<u32>,
}

impl Speaker {
    /// Speaks, tells the world, and only then ends the stream: whoever sees the end finds the record.
    async fn run(mut self) {
        let spoken = self.speak().await;
        let closing = self.told(spoken.err());
        for event in closing {
            if self.send(event).await.is_err() {
                return;
            }
        }
    }

    /// Sends opening and pieces, each at its time.
    async fn speak(&mut self) -> Result<(), Interruption> {
        let mut passed = 0;
        self.wait_until(self.call.pace.first_token_ms, &mut passed).await;
        let opening = self.call.shape.opening(&self.call.answer(&self.call.reply));
        self.send_all(opening).await?;
        let mut tokens = 0;
        for index in 0..self.call.reply.pieces.len() {
            tokens += self.call.reply.pieces[index].tokens;
            self.wait_until(self.call.pace.until(tokens), &mut passed).await;
            self.send_all(self.call.shape.step(&self.call.reply, index)).await?;
            self.pieces = index + 1;
        }
        Ok(())
    }

    async fn wait_until(&self, due_ms: u64, passed_ms: &mut u64) {
        self.sandbox.clock().sleep(Duration::from_millis(due_ms.saturating_sub(*passed_ms))).await;
        *passed_ms = due_ms;
    }

    async fn send_all(&mut self, events: Vec<Event>) -> Result<(), Interruption> {
        for event in events {
            self.send(event).await?;
        }
        Ok(())
    }

    async fn send(&mut self, event: Event) -> Result<(), Interruption> {
        match &mut self.events_left {
            Some(0) => return Err(Interruption::Broken),
            Some(left) => *left -= 1,
            None => {}
        }
        let payload = self.call.shape.wire_payload(&event);
        self.sender.send(event.name, &payload).await.map_err(|_| Interruption::Gone)?;
        self.sent.push(event);
        Ok(())
    }

    /// Delivers record and metrics of what was said; returns the events that end a whole reply.
    fn told(&mut self, interruption: Option<Interruption>) -> Vec<Event> {
        let Some(interruption) = interruption else { return self.told_whole() };
        let said = self.call.reply.truncated(self.pieces);
        let answer = self.call.answer(&said);
        let output = self.call.shape.logged_stream(&answer, &self.sent);
        let mut record = self.call.record(&self.sandbox, &answer, output);
        if interruption == Interruption::Broken {
            record.error = Some("ModelStreamErrorException".to_owned());
            record.partial = true;
        }
        delivery::complete(&self.sandbox, &record);
        Vec::new()
    }

    fn told_whole(&mut self) -> Vec<Event> {
        let answer = self.call.answer(&self.call.reply);
        let closing = self.call.shape.closing(&answer);
        let chunks: Vec<Event> = self.sent.iter().chain(&closing).cloned().collect();
        let output = self.call.shape.logged_stream(&answer, &chunks);
        delivery::complete(&self.sandbox, &self.call.record(&self.sandbox, &answer, output));
        closing
    }
}
