//! What a person did besides the steps: queries that were run and tails that were followed. Steps look here for what leaves no trace at AWS.
//!
//! An append-only journal per environment, a JSON object a line, bounded: when it grows too large the newer half is kept. Lines that cannot be read
//! are passed over, so that a cut line, or one of a later version, costs no more than itself. It is a memory for checks, not a ledger: nothing
//! is ever removed because of it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::clock::Timestamp;
use crate::base::files;

/// Largest journal, in bytes; above it the newer half is kept.
const MAX_BYTES: u64 = 512 << 10;
/// Longest text of a query that is kept, in characters: CloudWatch takes no longer one.
const MAX_TEXT: usize = 10_000;
/// Most request ids of a line.
const MAX_REQUESTS: usize = 100;

/// Something that a person did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// When, on the clock of the place.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// The kinds of deeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "kebab-case")]
pub enum What {
    /// A Logs Insights query was run to its end.
    Query {
        /// Its text.
        text: String,
        /// Where it ran.
        ran: Ran,
        /// The log groups it was about.
        groups: Vec<String>,
        /// Rows of its result.
        rows: u64,
    },
    /// A tail was begun, or caught invocations of the person who follows it.
    Tail {
        /// The log groups that were followed.
        groups: Vec<String>,
        /// The filter pattern; empty is everything.
        pattern: String,
        /// When it was begun.
        since: Timestamp,
        /// Events seen so far.
        events: u64,
        /// Ids of the person's own requests whose records came since the line before.
        requests: Vec<String>,
    },
}

/// Where a query ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ran {
    /// In this program, over loaded records.
    Here,
    /// In CloudWatch Logs.
    CloudWatch,
}

/// The journal of one environment.
#[derive(Debug, Clone)]
pub struct Deeds {
    path: PathBuf,
}

impl Deeds {
    /// The journal of the environment `key` below `home`; the file is made by the first deed.
    pub fn of(home: &Path, key: &str) -> Self {
        Self { path: home.join("deeds").join(format!("{key}.jsonl")) }
    }

    /// Writes a deed down. Blocks on the disk for a moment.
    pub fn add(&self, deed: &Deed) -> io::Result<()> {
        let mut line = serde_json::to_vec(&bounded(deed.clone())).map_err(io::Error::other)?;
        line.push(b'\n');
        files::create_private_dir(self.path.parent().unwrap_or(Path::new(".")))?;
        let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        // A line that was cut by a crash must not swallow the next one.
        if file.metadata()?.len() > 0 && !ends_with_newline(&self.path)? {
            line.insert(0, b'\n');
        }
        file.write_all(&line)?;
        if file.metadata()?.len() > MAX_BYTES { self.halve() } else { Ok(()) }
    }

    /// All deeds that can be read, oldest first.
    pub fn all(&self) -> io::Result<Vec<Deed>> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        Ok(bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
    }

    /// Deeds from `since` on, oldest first; what cannot be read is told and counts as nothing.
    pub fn since(&self, since: Timestamp) -> Vec<Deed> {
        let all = self.all().inspect_err(|error| tracing::warn!(details = %error, "The journal of queries and tails cannot be read"));
        all.unwrap_or_default().into_iter().filter(|deed| deed.at >= since).collect()
    }

    /// Keeps the newer half.
    fn halve(&self) -> io::Result<()> {
        let bytes = fs::read(&self.path)?;
        let half = bytes.len() / 2;
        let start = bytes[half..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| half + at + 1);
        files::write_atomically(&self.path, &bytes[start..])
    }
}

fn ends_with_newline(path: &Path) -> io::Result<bool> {
    use std::io::{Read as _, Seek as _};
    let mut file = fs::File::open(path)?;
    file.seek(io::SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

fn bounded(mut deed: Deed) -> Deed {
    match &mut deed.what {
        What::Query { text, .. } => {
            if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
                text.truncate(end);
            }
        }
        What::Tail { requests, .. } => requests.truncate(MAX_REQUESTS),
    }
    deed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::timestamp_ms;

    fn query(at_ms: i64, text: &str) -> Deed {
        let what = What::Query { text: text.to_owned(), ran: Ran::Here, groups: vec!["lab".to_owned()], rows: 3 };
        Deed { at: timestamp_ms(at_ms), what }
    }

    fn texts(deeds: &[Deed]) -> Vec<&str> {
        let text = |deed: &'_ Deed| matches!(&deed.what, What::Query { .. });
        deeds
            .iter()
            .filter(|deed| text(deed))
            .map(|deed| if let What::Query { text, .. } = &deed.what { text.as_str() } else { "" })
            .collect()
    }

    #[test]
    fn deeds_come_back_and_broken_lines_cost_only_themselves() {
        let home = tempfile::tempdir().unwrap();
        let deeds = Deeds::of(home.path(), "sandbox");
        assert_eq!(deeds.all().unwrap(), []);
        deeds.add(&query(1_000, "one")).unwrap();
        let mut bytes = fs::read(&deeds.path).unwrap();
        bytes.extend_from_slice(b"{\"at\":\"2026-01-01T00:00:00Z\",\"deed\":\"of tomorrow\"}\n\xff\xfe\n{\"at\":\"2026-01-0");
        fs::write(&deeds.path, bytes).unwrap();
        deeds.add(&query(2_000, "two")).unwrap();
        assert_eq!(texts(&deeds.all().unwrap()), ["one", "two"]);
        assert_eq!(texts(&deeds.since(timestamp_ms(1_500))), ["two"]);
    }

    #[test]
    fn the_journal_is_bounded_and_keeps_what_is_newer() {
        let home = tempfile::tempdir().unwrap();
        let deeds = Deeds::of(home.path(), "sandbox");
        for n in 0..120 {
            deeds.add(&query(n, &format!("{n} {}", "x".repeat(20_000)))).unwrap();
        }
        let kept = deeds.all().unwrap();
        assert!(fs::metadata(&deeds.path).unwrap().len() <= MAX_BYTES);
        assert!((10..120).contains(&kept.len()), "{}", kept.len());
        assert!(texts(&kept).last().unwrap().starts_with("119 ") && texts(&kept).iter().all(|text| text.len() <= MAX_TEXT));
    }
}
