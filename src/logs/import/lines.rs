//! The records in a file: a line each, or a JSON document that holds several.

use std::io::{Read, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;

use serde_json::Value;

use super::Content;
use super::unpack;
use super::work::Stopped;

/// Bytes that are read at once.
const PIECE: usize = 4 << 20;
/// Bytes that are read at once to find the end of one line.
const LINE_PIECE: usize = 64 << 10;
/// Longest line; the rest of a longer one is left out, and said.
const MAX_LINE: usize = 128 << 20;
/// Largest file that is looked at as one JSON document.
pub(super) const MAX_DOCUMENT: usize = 64 << 20;

/// Hears of each record: its time, if the file around it tells, and its line.
pub(super) type Add<'a> = dyn FnMut(Option<i64>, &[u8]) -> Result<(), Stopped> + 'a;

fn damaged(error: &std::io::Error) -> Stopped {
    Stopped::Damaged(format!("the end could not be read: {error}"))
}

/// Calls `add` with every line of a file that begins `within` these bytes.
pub(super) fn within(path: &Path, within: &Range<u64>, add: &mut Add<'_>) -> Result<(), Stopped> {
    let mut left = Left { line: Vec::new(), too_long: 0 };
    let mut file = std::fs::File::open(path).map_err(|error| damaged(&error))?;
    // The byte before tells whether a line begins at the first.
    let (start, skipped) = within.start.checked_sub(1).map_or((0, false), |before| (before, true));
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start)).map_err(|error| damaged(&error))?;
    file.by_ref().take(within.end - start).read_to_end(&mut bytes).map_err(|error| damaged(&error))?;
    let first = if skipped { memchr::memchr(b'\n', &bytes).map(|at| at + 1) } else { Some(0) };
    let Some(first) = first else { return Ok(()) };
    left.take(&bytes[first..], add)?;
    // The last line goes on beyond, unless it ends with the part.
    if bytes.last() != Some(&b'\n') {
        drop(bytes);
        left.finish_line(&mut file, add)?;
    }
    left.end(add)
}

/// Calls `add` with every record of a file, which is read piece by piece if it is large.
pub(super) fn each(content: &Content, is_packed: bool, add: &mut Add<'_>) -> Result<(), Stopped> {
    match content {
        Content::At(path) => {
            let file = std::fs::File::open(path).map_err(|error| damaged(&error))?;
            if is_packed { of_stream(&mut unpack::stream(file), add) } else { of_stream(&mut { file }, add) }
        }
        Content::Held(bytes) if is_packed => of_stream(&mut unpack::stream(&bytes[..]), add),
        Content::Held(bytes) => of_bytes(bytes, add),
    }
}

fn of_stream(stream: &mut dyn Read, add: &mut Add<'_>) -> Result<(), Stopped> {
    let mut first = Vec::new();
    // What was read before an error is kept.
    let read = stream.take(MAX_DOCUMENT as u64).read_to_end(&mut first);
    if read.is_ok() && first.len() < MAX_DOCUMENT {
        return of_bytes(&first, add);
    }
    let mut left = Left { line: Vec::new(), too_long: 0 };
    left.take(&first, add)?;
    if let Err(error) = read {
        left.end(add)?;
        return Err(damaged(&error));
    }
    drop(first);
    left.stream(stream, add).and_then(|()| left.end(add))
}

fn of_bytes(bytes: &[u8], add: &mut Add<'_>) -> Result<(), Stopped> {
    match document(bytes) {
        Some(document) => of_document(document, add),
        None => of_lines(bytes, add),
    }
}

/// Calls `add` with every line.
pub(super) fn of_lines(bytes: &[u8], add: &mut Add<'_>) -> Result<(), Stopped> {
    let mut left = Left { line: Vec::new(), too_long: 0 };
    left.take(bytes, add)?;
    left.end(add)
}

/// Where a line stands in a text.
pub(super) struct Found {
    /// Bytes before it.
    pub(super) before: usize,
    /// Its length.
    pub(super) length: usize,
    /// Bytes of its end.
    pub(super) end: usize,
}

/// The first line of a text that is not empty, unless it is too long.
pub(super) fn first(text: &[u8]) -> Option<Found> {
    let mut before = 0;
    while before < text.len() {
        let rest = &text[before..];
        let whole = memchr::memchr(b'\n', rest).map_or(rest, |at| &rest[..=at]);
        let line = bare(whole.strip_suffix(b"\n").unwrap_or(whole));
        if !is_empty(line) {
            return Some(Found { before, length: line.len(), end: whole.len() - line.len() });
        }
        before += whole.len();
    }
    None
}

/// A JSON document over several lines.
pub(super) fn document(bytes: &[u8]) -> Option<Value> {
    if bytes.len() >= MAX_DOCUMENT {
        return None;
    }
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let first = bytes[start..].split(|byte| *byte == b'\n').next()?.trim_ascii();
    let looks_like_one = matches!(bytes[start], b'{' | b'[') && serde_json::from_slice::<serde::de::IgnoredAny>(first).is_err();
    let looks_like_one = looks_like_one || bytes[start] == b'[' || first.starts_with(br#"{"events":"#);
    looks_like_one.then(|| serde_json::from_slice(bytes).ok()).flatten()
}

/// A list of records, what `aws logs filter-log-events` and `get-log-events` print, or one record.
pub(super) fn of_document(document: Value, add: &mut Add<'_>) -> Result<(), Stopped> {
    match document {
        Value::Array(items) => items.into_iter().try_for_each(|item| of_item(&item, add)),
        Value::Object(mut members) => match members.get_mut("events").map(Value::take) {
            Some(Value::Array(events)) => events.into_iter().try_for_each(|event| of_item(&event, add)),
            _ => add(None, Value::Object(members).to_string().as_bytes()),
        },
        other => add(None, other.to_string().as_bytes()),
    }
}

/// An event with its message, or a record itself.
fn of_item(item: &Value, add: &mut Add<'_>) -> Result<(), Stopped> {
    match (item["message"].as_str(), item["timestamp"].as_i64()) {
        (Some(message), Some(at_ms)) => add(Some(at_ms), message.as_bytes()),
        _ => add(None, item.to_string().as_bytes()),
    }
}

/// A line whose end has not come yet.
struct Left {
    line: Vec<u8>,
    /// Lines that were too long.
    too_long: u32,
}

impl Left {
    fn stream(&mut self, stream: &mut dyn Read, add: &mut Add<'_>) -> Result<(), Stopped> {
        let mut piece = vec![0; PIECE];
        loop {
            match stream.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(read) => self.take(&piece[..read], add)?,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.end(add)?;
                    return Err(damaged(&error));
                }
            }
        }
    }

    /// Reads on to the end of the line that is open.
    fn finish_line(&mut self, stream: &mut dyn Read, add: &mut Add<'_>) -> Result<(), Stopped> {
        let mut piece = vec![0; LINE_PIECE];
        loop {
            match stream.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(read) => {
                    let end = memchr::memchr(b'\n', &piece[..read]);
                    self.take(&piece[..end.map_or(read, |end| end + 1)], add)?;
                    if end.is_some() {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(damaged(&error)),
            }
        }
    }

    fn take(&mut self, mut bytes: &[u8], add: &mut Add<'_>) -> Result<(), Stopped> {
        while let Some(at) = memchr::memchr(b'\n', bytes) {
            if self.line.is_empty() {
                line(&bytes[..at], add)?;
            } else {
                self.keep(&bytes[..at]);
                line(&std::mem::take(&mut self.line), add)?;
            }
            bytes = &bytes[at + 1..];
        }
        self.keep(bytes);
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = MAX_LINE - self.line.len();
        if bytes.len() > room && room > 0 {
            self.too_long += 1;
        }
        self.line.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn end(&mut self, add: &mut Add<'_>) -> Result<(), Stopped> {
        line(&std::mem::take(&mut self.line), add)?;
        match self.too_long {
            0 => Ok(()),
            count => Err(Stopped::Damaged(format!(
                "{count} lines are longer than {}; their ends are left out",
                crate::base::text::bytes(MAX_LINE as u64)
            ))),
        }
    }
}

/// A carriage return belongs to the end of a line.
fn bare(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn is_empty(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// Empty lines are nothing.
fn line(line: &[u8], add: &mut Add<'_>) -> Result<(), Stopped> {
    let line = bare(line);
    if is_empty(line) { Ok(()) } else { add(None, line) }
}
