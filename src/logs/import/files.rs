//! Which files hold records.

use std::path::{Path, PathBuf};

use super::ImportError;

/// Endings of files that are read in folders.
const ENDINGS: [&str; 5] = ["json", "ndjson", "jsonl", "log", "gz"];
/// Deepest nesting of folders.
const MAX_DEPTH: usize = 32;

/// The endings, as people write them.
pub(super) fn endings() -> String {
    ENDINGS.map(|ending| format!(".{ending}")).join(", ")
}

/// Where the bytes of a file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// On disk.
    At(PathBuf),
    /// In memory: an object that was fetched.
    Held(Vec<u8>),
}

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What is in it, or where that is.
    pub content: Content,
    /// What its records say they are from: its name below the folder that was given.
    pub name: String,
    /// The folder, or the file itself, that was given.
    pub log: String,
    /// Bytes.
    pub size: u64,
    /// When it was changed last, milliseconds since the epoch: the time of lines that tell none.
    pub changed_ms: i64,
    /// Path, size and time of change: the same file is not read twice.
    pub identity: String,
    /// Whether it is gzip.
    pub is_packed: bool,
}

/// The files at `paths`, folders with all that lies below, in order of their names.
pub fn find(paths: &[PathBuf]) -> Result<Vec<File>, ImportError> {
    let mut files = Vec::new();
    for path in paths {
        let refused = |error: std::io::Error| ImportError::Path { path: path.display().to_string(), why: error.to_string() };
        let what = std::fs::metadata(path).map_err(refused)?;
        let mut found = Vec::new();
        if what.is_dir() {
            collect(path, MAX_DEPTH, &mut found).map_err(refused)?;
        } else {
            found.push(path.clone());
        }
        files.extend(found.into_iter().filter_map(|file| File::at(&file, path)));
    }
    if files.is_empty() { Err(ImportError::Nothing) } else { Ok(files) }
}

impl File {
    /// The object `key` with its bytes; `log` is the place that was given, `changed_ms` when the object was written.
    pub fn fetched(log: String, key: String, changed_ms: i64, bytes: Vec<u8>) -> Self {
        let identity = identity_of(&log, &key, bytes.len() as u64, changed_ms);
        let is_packed = bytes.starts_with(&[0x1f, 0x8b]);
        Self { size: bytes.len() as u64, content: Content::Held(bytes), name: key, log, changed_ms, identity, is_packed }
    }

    /// What people know it by.
    pub fn shown(&self) -> String {
        match &self.content {
            Content::At(path) => path.display().to_string(),
            Content::Held(_) => self.name.clone(),
        }
    }

    fn at(path: &Path, root: &Path) -> Option<Self> {
        let data = std::fs::metadata(path).ok()?;
        let changed_ms = data.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis() as i64;
        let below = path.strip_prefix(root).ok().filter(|below| !below.as_os_str().is_empty());
        let name =
            below.map_or_else(|| path.file_name().unwrap_or_default().to_string_lossy(), |below| below.to_string_lossy()).into_owned();
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let identity = identity_of("", &whole.display().to_string(), data.len(), changed_ms);
        let is_packed = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
        Some(Self {
            content: Content::At(path.to_owned()),
            name,
            log: root.display().to_string(),
            size: data.len(),
            changed_ms,
            identity,
            is_packed,
        })
    }
}

/// The same file is not read twice; one that has another size or time is another.
pub fn identity_of(place: &str, name: &str, size: u64, changed_ms: i64) -> String {
    format!("{place}{name} {size} {changed_ms}")
}

/// Whether files that end so are read in folders and buckets.
pub(super) fn has_ending(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut paths = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() && depth > 0 {
            collect(&path, depth - 1, files)?;
        } else if has_ending(&path) && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}
