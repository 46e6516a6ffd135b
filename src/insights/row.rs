//! Rows: an event with what commands have computed.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::event::Event;
use super::json::Paths;
use super::plan::System;
use super::value::Value;

/// One row of the pipeline.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    event: Option<Event>,
    /// The asked-for fields of the event's JSON, once one of them was looked at.
    found: OnceCell<Box<[Value]>>,
    /// Computed fields, by slot.
    slots: Vec<Value>,
}

impl Row {
    pub(super) fn of(event: Event) -> Self {
        Self { event: Some(event), found: OnceCell::new(), slots: Vec::new() }
    }

    /// A row without an event, as `stats` makes them.
    pub(super) fn computed(slots: Vec<Value>) -> Self {
        Self { event: None, found: OnceCell::new(), slots }
    }

    /// Fills the next slot.
    pub(super) fn push(&mut self, value: Value) {
        self.slots.push(value);
    }

    pub(super) fn slot(&self, slot: usize) -> Cow<'_, Value> {
        self.slots.get(slot).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
    }

    /// A field of the event's JSON.
    pub(super) fn found(&self, place: usize, paths: &Paths) -> Cow<'_, Value> {
        let Some(event) = &self.event else { return Cow::Owned(Value::Null) };
        let found = self.found.get_or_init(|| paths.find(&event.message));
        found.get(place).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
    }

    pub(super) fn system(&self, field: System) -> Value {
        let Some(event) = &self.event else { return Value::Null };
        match field {
            System::Timestamp => Value::Time(event.at_ms),
            System::IngestionTime => Value::Time(event.ingested_ms),
            System::Message => Value::Text(event.message.clone()),
            System::LogStream => Value::Text(event.stream.clone()),
            System::Log => Value::Text(event.log.clone()),
            System::Pointer => event.pointer_text().map_or(Value::Null, Value::text),
        }
    }

    pub(super) fn at_ms(&self) -> i64 {
        self.event.as_ref().map_or(0, |event| event.at_ms)
    }

    /// What finds the event again, for rows that still are events.
    pub(super) fn pointer(&self) -> Option<String> {
        self.event.as_ref().and_then(Event::pointer_text)
    }
}
