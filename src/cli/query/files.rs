//! Log records in files: a record a line (`.json`, `.ndjson`, `.jsonl`, `.log`), packed (`.gz`) or not, and folders of such files.
//!
//! A line that is no JSON is a record too. Its time is that of the record before it, as that is where it stands.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use flate2::read::MultiGzDecoder;
use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::insights::{Event, Line, Pointer};

/// Most bytes that are read in all, packed ones counted unpacked: a query holds its records in memory.
const MAX_BYTES: u64 = 4 << 30;
/// Endings of files that are read in folders.
const ENDINGS: [&str; 5] = ["json", "ndjson", "jsonl", "log", "gz"];
/// Deepest nesting of folders.
const MAX_DEPTH: usize = 32;

/// The records of all `paths`.
pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<Event>> {
    let mut files = Vec::new();
    for path in paths {
        let what = std::fs::metadata(path).with_context(|| format!("cannot read {}: does it exist?", path.display()))?;
        if what.is_dir() {
            collect(path, MAX_DEPTH, &mut files)?;
        } else {
            files.push(path.clone());
        }
    }
    let (mut events, mut left) = (Vec::new(), MAX_BYTES);
    for file in files {
        left -= of_file(&file, left, &mut events).with_context(|| format!("cannot read {}", file.display()))?;
    }
    Ok(events)
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        let is_wanted = path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| ENDINGS.contains(&ending));
        if path.is_dir() && depth > 0 {
            collect(&path, depth - 1, files)?;
        } else if is_wanted {
            files.push(path);
        }
    }
    Ok(())
}

/// Reads a file, at most `left` bytes of it; how many they were.
fn of_file(path: &Path, left: u64, events: &mut Vec<Event>) -> anyhow::Result<u64> {
    let file = File::open(path)?;
    let is_packed = path.extension().is_some_and(|ending| ending == "gz");
    let bytes: Box<dyn Read> = if is_packed { Box::new(MultiGzDecoder::new(BufReader::new(file))) } else { Box::new(file) };
    let mut lines = BufReader::new(bytes.take(left + 1));
    let (stream, log) = (Line::from(&*path.file_name().unwrap_or_default().to_string_lossy()), Line::from_static("file"));
    let (mut read, mut at_ms, mut line) = (0, 0, Vec::new());
    loop {
        line.clear();
        let length = lines.read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(read);
        }
        read += length as u64;
        if read > left {
            bail!("the files hold more than {}: choose fewer", crate::base::text::bytes(MAX_BYTES));
        }
        let message = String::from_utf8_lossy(&line);
        let message = message.trim();
        if !message.is_empty() {
            at_ms = time(message).unwrap_or(at_ms);
            events.push(Event {
                at_ms,
                ingested_ms: at_ms,
                stream: stream.clone(),
                log: log.clone(),
                message: message.into(),
                pointer: Pointer::None,
            });
        }
    }
}

/// The `timestamp` of a record: ISO 8601, or milliseconds since the epoch.
fn time(message: &str) -> Option<i64> {
    let record: Value = serde_json::from_str(message).ok()?;
    match record.get("timestamp")? {
        Value::String(text) => text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond),
        other => other.as_i64(),
    }
}
