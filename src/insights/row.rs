//! Rows: an event with what commands have computed.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use super::event::Event;
use super::json::Paths;
use super::plan::System;
use super::scan::Record;
use super::value::Value;

/// One row of the pipeline.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    source: Source,
    /// The asked-for fields of the event's JSON, once one of them was looked at.
    found: OnceCell<Box<[Value]>>,
    /// Computed fields, by slot.
    slots: Vec<Value>,
    /// Fields of the event that a join has put beside this one.
    joined: Option<Arc<[Value]>>,
}

/// What a row is made of.
#[derive(Debug, Clone, Default)]
enum Source {
    /// Computed values alone.
    #[default]
    Nothing,
    Event(Event),
    /// A record of a store.
    Record(Record),
}

impl Row {
    pub(super) fn of(event: Event) -> Self {
        Self { source: Source::Event(event), found: OnceCell::new(), slots: Vec::new(), joined: None }
    }

    pub(super) fn of_record(record: Record) -> Self {
        Self { source: Source::Record(record), found: OnceCell::new(), slots: Vec::new(), joined: None }
    }

    /// A row without an event, as `stats` makes them.
    pub(super) fn computed(slots: Vec<Value>) -> Self {
        Self { source: Source::Nothing, found: OnceCell::new(), slots, joined: None }
    }

    /// Fills the next slot.
    pub(super) fn push(&mut self, value: Value) {
        self.slots.push(value);
    }

    pub(super) fn slot(&self, slot: usize) -> Cow<'_, Value> {
        self.slots.get(slot).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
    }

    /// Puts the fields of another event beside this one.
    pub(super) fn join(&mut self, other: &Arc<[Value]>) {
        self.joined = Some(Arc::clone(other));
    }

    pub(super) fn joined(&self, place: usize) -> Cow<'_, Value> {
        self.joined.as_ref().and_then(|fields| fields.get(place)).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
    }

    /// A field of the event's JSON.
    pub(super) fn found(&self, place: usize, paths: &Paths) -> Cow<'_, Value> {
        let message = match &self.source {
            Source::Nothing => return Cow::Owned(Value::Null),
            Source::Event(event) => Cow::Borrowed(&event.message),
            Source::Record(record) => match record.field(place) {
                Some(value) => return Cow::Owned(value),
                None => Cow::Owned(record.message()),
            },
        };
        let found = self.found.get_or_init(|| paths.find(&message));
        found.get(place).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
    }

    pub(super) fn system(&self, field: System) -> Value {
        let event = match &self.source {
            Source::Nothing => return Value::Null,
            Source::Event(event) => event,
            Source::Record(record) => return of_record(record, field),
        };
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
        match &self.source {
            Source::Nothing => 0,
            Source::Event(event) => event.at_ms,
            Source::Record(record) => record.at_ms(),
        }
    }

    /// What finds the event again, for rows that still are events.
    pub(super) fn pointer(&self) -> Option<String> {
        match &self.source {
            Source::Nothing => None,
            Source::Event(event) => event.pointer_text(),
            Source::Record(record) => Some(record.pointer()),
        }
    }
}

fn of_record(record: &Record, field: System) -> Value {
    match field {
        System::Timestamp => Value::Time(record.at_ms()),
        System::IngestionTime => Value::Time(record.arrived_ms()),
        System::Message => Value::Text(record.message()),
        System::LogStream => Value::Text(record.stream()),
        System::Log => Value::Text(record.log()),
        System::Pointer => Value::text(record.pointer()),
    }
}
