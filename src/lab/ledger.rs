//! The ledger: every resource that the lab makes, on disk before the call that makes it.
//!
//! One file of JSON lines per environment. Each line is an [`Entry`]; an *intent* is written and synced before the creating call is sent, its
//! outcome after the answer. Whatever moment the program dies at, [`Ledger::standing`] knows what may exist. Lines are only ever added.
//!
//! Not here: how a resource is made (`actions`) or removed (`cleanup`).

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::resource::Resource;
use crate::aws::bedrock::LoggingConfig;
use crate::base::clock::Timestamp;
use crate::base::files;

/// A ledger that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file system refused.
    #[error("cannot {action} the ledger {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The ledger's file.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

/// What happened to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Happened {
    /// The call that makes it is about to be sent.
    Intent,
    /// The call was answered with success.
    Created,
    /// The call was refused: nothing was made.
    Refused,
    /// The person chose it among existing ones: never deleted.
    Borrowed,
    /// It was removed, or found to be gone.
    Removed,
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Id of the lab.
    pub lab: String,
    /// Id of the step.
    pub step: String,
    /// Twelve-digit account id: a profile may point to another account tomorrow.
    pub account: String,
    /// Region.
    pub region: String,
    /// What happened.
    pub event: Happened,
    /// To what.
    pub resource: Resource,
}

/// Where a resource stands after all entries about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The newest entry about it.
    pub last: Entry,
    /// When the newest intent was written; a resource older than this is not ours.
    pub intended_at: Option<Timestamp>,
}

impl Standing {
    /// The resource.
    pub fn resource(&self) -> &Resource {
        &self.last.resource
    }

    /// Whether it is ours and may exist: created, or intended without a known outcome.
    pub fn is_outstanding(&self) -> bool {
        matches!(self.last.event, Happened::Intent | Happened::Created)
    }

    /// Whether it is in this account and Region.
    pub fn is_at(&self, account: &str, region: &str) -> bool {
        self.last.account == account && self.last.region == region
    }

    /// Whether it is known to have been created; an intent alone is not.
    pub fn is_certain(&self) -> bool {
        self.last.event == Happened::Created
    }
}

/// What reading a damaged ledger led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvage {
    /// Where the damaged file was kept.
    pub kept: PathBuf,
    /// Numbers of the lines that could not be read.
    pub lost_lines: Vec<usize>,
    /// How many entries were read.
    pub saved: usize,
}

impl Salvage {
    /// What to tell the person.
    pub fn text(&self) -> String {
        let lines: Vec<String> = self.lost_lines.iter().map(ToString::to_string).collect();
        format!(
            "The ledger was damaged: line {} could not be read, {} entries were saved; the damaged file is kept as {}",
            lines.join(", "),
            self.saved,
            self.kept.display()
        )
    }
}

/// The ledger of one environment. Shared between tasks; each write is synced before it returns.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: Mutex<File>,
    salvage: Option<Salvage>,
}

impl Ledger {
    /// Opens the ledger of the environment `key` below `home`, making it if it is missing and mending it if it is damaged.
    pub fn open(home: &Path, key: &str) -> Result<Self, LedgerError> {
        let path = home.join("ledger").join(format!("{key}.jsonl"));
        let io = |action| {
            let path = path.clone();
            move |source| LedgerError::Io { action, path, source }
        };
        files::create_private_dir(&home.join("ledger")).map_err(io("make the folder of"))?;
        let salvage = mend(&path).map_err(io("mend"))?;
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(io("open"))?;
        files::sync_dir(&home.join("ledger")).map_err(io("sync"))?;
        Ok(Self { path, file: Mutex::new(file), salvage })
    }

    /// What was done to a damaged file when it was opened.
    pub fn salvage(&self) -> Option<&Salvage> {
        self.salvage.as_ref()
    }

    /// The ledger's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds `entry` and waits until it is on the disk.
    pub fn add(&self, entry: &Entry) -> Result<(), LedgerError> {
        let io = |source| LedgerError::Io { action: "write", path: self.path.clone(), source };
        let mut line = serde_json::to_vec(entry).map_err(|error| io(io::Error::other(error)))?;
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line).map_err(io)?;
        file.sync_all().map_err(io)
    }

    /// All entries, oldest first, as they are on the disk now (another window may have written).
    pub fn entries(&self) -> Result<Vec<Entry>, LedgerError> {
        let bytes = read(&self.path).map_err(|source| LedgerError::Io { action: "read", path: self.path.clone(), source })?;
        Ok(parse(&bytes).entries)
    }

    /// Where every resource stands, in order of first mention.
    pub fn standing(&self) -> Result<Vec<Standing>, LedgerError> {
        Ok(fold(self.entries()?))
    }

    /// Every logging configuration that the lab has set, or was about to set, since it last put the one from before back.
    pub fn logging_configs(&self, account: &str, region: &str) -> Result<Vec<LoggingConfig>, LedgerError> {
        let mut configs = Vec::new();
        for entry in self.entries()?.into_iter().filter(|entry| entry.account == account && entry.region == region) {
            match entry.resource {
                Resource::LoggingConfiguration { .. } if entry.event == Happened::Removed => configs.clear(),
                Resource::LoggingConfiguration { ours, .. } if entry.event != Happened::Borrowed => configs.push(*ours),
                _ => {}
            }
        }
        Ok(configs)
    }

    /// The resources of ours that may exist, oldest first.
    pub fn outstanding(&self) -> Result<Vec<Standing>, LedgerError> {
        Ok(self.standing()?.into_iter().filter(Standing::is_outstanding).collect())
    }
}

fn fold(entries: Vec<Entry>) -> Vec<Standing> {
    let mut all: Vec<Standing> = Vec::new();
    for entry in entries {
        let known = all
            .iter_mut()
            .find(|s| s.last.account == entry.account && s.last.region == entry.region && s.resource().is_same(&entry.resource));
        let intended = (entry.event == Happened::Intent).then_some(entry.at);
        match known {
            Some(standing) => {
                standing.intended_at = intended.or(standing.intended_at);
                standing.last = entry;
            }
            None => all.push(Standing { last: entry, intended_at: intended }),
        }
    }
    all
}

struct Parsed {
    entries: Vec<Entry>,
    /// Lines that could not be read, apart from a torn last one.
    bad_lines: Vec<usize>,
    /// Length of the file up to the end of its last whole line.
    whole: usize,
}

/// Reads what can be read. A last line without its line break was torn by a kill while it was written: its call was never sent.
fn parse(bytes: &[u8]) -> Parsed {
    let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let mut parsed = Parsed { entries: Vec::new(), bad_lines: Vec::new(), whole };
    for (index, line) in bytes[..whole].split(|b| *b == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(entry) => parsed.entries.push(entry),
            Err(_) => parsed.bad_lines.push(index + 1),
        }
    }
    parsed
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(mut file) => file.read_to_end(&mut bytes).map(|_| bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(bytes),
        Err(error) => Err(error),
    }
}

/// Makes the file end in a whole line; a file with unreadable lines is kept aside and replaced by its readable entries.
fn mend(path: &Path) -> io::Result<Option<Salvage>> {
    let bytes = read(path)?;
    let parsed = parse(&bytes);
    if parsed.bad_lines.is_empty() {
        if parsed.whole < bytes.len() {
            let file = OpenOptions::new().write(true).open(path)?;
            file.set_len(parsed.whole as u64)?;
            file.sync_all()?;
        }
        return Ok(None);
    }
    let kept = files::keep_copy_aside(path)?;
    files::write_atomically(path, &lines(&parsed.entries)?)?;
    Ok(Some(Salvage { kept, lost_lines: parsed.bad_lines, saved: parsed.entries.len() }))
}

fn lines(entries: &[Entry]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut bytes, entry)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::timestamp_ms;
    use std::fs;

    fn entry(ms: i64, event: Happened, name: &str) -> Entry {
        Entry {
            at: timestamp_ms(ms),
            lab: "bedrock-monitoring".to_owned(),
            step: "log-group".to_owned(),
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            event,
            resource: Resource::LogGroup { name: name.to_owned() },
        }
    }

    fn filled(home: &Path) -> PathBuf {
        let ledger = Ledger::open(home, "sandbox").unwrap();
        ledger.add(&entry(1, Happened::Intent, "a")).unwrap();
        ledger.add(&entry(2, Happened::Created, "a")).unwrap();
        ledger.add(&entry(3, Happened::Intent, "b")).unwrap();
        ledger.path().to_owned()
    }

    fn names(ledger: &Ledger) -> Vec<String> {
        ledger.outstanding().unwrap().iter().map(|s| s.resource().name().to_owned()).collect()
    }

    #[test]
    fn entries_survive_reopening_and_fold_to_what_may_exist() {
        let home = tempfile::tempdir().unwrap();
        filled(home.path());
        let ledger = Ledger::open(home.path(), "sandbox").unwrap();
        ledger.add(&entry(4, Happened::Removed, "a")).unwrap();
        ledger.add(&entry(5, Happened::Borrowed, "c")).unwrap();
        assert_eq!(names(&ledger), ["b"]);
        assert_eq!(ledger.standing().unwrap().len(), 3);
    }

    #[test]
    fn a_file_cut_at_any_byte_keeps_every_whole_line_and_takes_new_ones() {
        let home = tempfile::tempdir().unwrap();
        let path = filled(home.path());
        let bytes = fs::read(&path).unwrap();
        for cut in (0..=bytes.len()).step_by(13).chain([bytes.len() - 1, bytes.len()]) {
            fs::write(&path, &bytes[..cut]).unwrap();
            let whole = bytes[..cut].split(|b| *b == b'\n').count() - 1;
            let ledger = Ledger::open(home.path(), "sandbox").unwrap();
            assert_eq!(ledger.entries().unwrap().len(), whole, "cut at {cut}");
            assert_eq!(ledger.salvage(), None);
            ledger.add(&entry(9, Happened::Intent, "z")).unwrap();
            assert_eq!(ledger.entries().unwrap().len(), whole + 1, "cut at {cut}");
        }
    }

    #[test]
    fn a_damaged_middle_is_kept_aside_and_the_rest_is_saved() {
        let home = tempfile::tempdir().unwrap();
        let path = filled(home.path());
        let text = fs::read_to_string(&path).unwrap();
        let damaged: Vec<&str> = text.lines().enumerate().map(|(i, line)| if i == 1 { "\u{fffd}garbage" } else { line }).collect();
        fs::write(&path, damaged.join("\n") + "\n").unwrap();
        let ledger = Ledger::open(home.path(), "sandbox").unwrap();
        let salvage = ledger.salvage().unwrap();
        assert_eq!((salvage.lost_lines.as_slice(), salvage.saved), ([2].as_slice(), 2));
        assert!(fs::read_to_string(&salvage.kept).unwrap().contains("garbage"));
        assert_eq!(names(&ledger), ["a", "b"]);
        assert_eq!(Ledger::open(home.path(), "sandbox").unwrap().salvage(), None);
    }

    #[test]
    fn the_same_name_in_another_account_is_another_resource() {
        let home = tempfile::tempdir().unwrap();
        filled(home.path());
        let ledger = Ledger::open(home.path(), "sandbox").unwrap();
        let elsewhere = Entry { account: "999999999999".to_owned(), ..entry(4, Happened::Removed, "b") };
        ledger.add(&elsewhere).unwrap();
        assert_eq!(names(&ledger), ["a", "b"]);
    }
}
