//! Blocks as files: one folder a collection, one file a block, read by mapping it.
//!
//! Owns names, atomic writing, reading back after a crash, the limit and forgetting. A block's file is never changed once it has its name, only
//! removed as a whole.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;

use super::block::{Block, BlockError};
use crate::base::files;

/// Ending of a block's file.
const ENDING: &str = "block";
/// Ending of a file that is being written.
const PART: &str = "part";
/// The list of what a collection was made of, a line each.
const SOURCES: &str = "sources.txt";

/// Why records could not be kept on disk.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// The operating system refused.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The collection has grown to the limit.
    #[error("the records kept on this machine have reached their limit of {}: forget some in Settings, or raise the limit", crate::base::text::bytes(*limit))]
    Full {
        /// Bytes that may be kept.
        limit: u64,
    },
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DiskError {
    let path = path.to_owned();
    move |source| DiskError::Io { doing, path, source }
}

/// The folder of all collections of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    root: PathBuf,
    /// Bytes that may be kept in all.
    pub limit: u64,
}

/// Bytes kept when a person has set no other limit.
pub const DEFAULT_LIMIT: u64 = 16 << 30;

impl Cache {
    /// The cache in the folder `root`, which need not be there.
    pub fn new(root: PathBuf, limit: u64) -> Self {
        Self { root, limit }
    }

    /// The folder of the collection `name`; characters that file systems treat differently are replaced.
    pub fn folder(&self, name: &str) -> Folder {
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
        let short: String = name.chars().map(plain).take(80).collect();
        // Names that differ in replaced characters only stay apart.
        let mark = xxhash_rust::xxh3::xxh3_64(name.as_bytes());
        Folder { path: self.root.join(format!("{short}-{mark:08x}")) }
    }

    /// Bytes that all collections take.
    pub fn size(&self) -> u64 {
        self.collections().iter().map(Folder::size).sum()
    }

    /// The collections, the one used longest ago first.
    pub fn collections(&self) -> Vec<Folder> {
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        let mut folders: Vec<Folder> = entries.filter(|entry| entry.path().is_dir()).map(|entry| Folder { path: entry.path() }).collect();
        folders.sort_by_key(Folder::used);
        folders
    }

    /// Removes all collections.
    pub fn forget(&self) -> Result<(), DiskError> {
        match fs::remove_dir_all(&self.root) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", &self.root)(error)),
            _ => Ok(()),
        }
    }

    /// Makes room for `bytes` more in `kept`, removing other collections, the one used longest ago first.
    pub fn make_room(&self, kept: &Folder, bytes: u64) -> Result<(), DiskError> {
        let mut size = self.size() + bytes;
        for folder in self.collections() {
            if size <= self.limit {
                break;
            }
            if folder != *kept {
                size -= folder.size();
                folder.forget()?;
            }
        }
        if size > self.limit { Err(DiskError::Full { limit: self.limit }) } else { Ok(()) }
    }
}

/// The folder of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
}

/// What was found in a folder.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) blocks: Vec<Block>,
    /// Files that could not be read, with why; they were set aside.
    pub(super) damaged: Vec<String>,
}

impl Folder {
    /// The folder at `path`.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn files(&self) -> impl Iterator<Item = fs::DirEntry> {
        fs::read_dir(&self.path).into_iter().flatten().flatten()
    }

    fn size(&self) -> u64 {
        self.files().filter_map(|file| Some(file.metadata().ok()?.len())).sum()
    }

    fn used(&self) -> Option<SystemTime> {
        fs::metadata(self.path.join(SOURCES)).or_else(|_| fs::metadata(&self.path)).ok()?.modified().ok()
    }

    pub(super) fn create(&self) -> Result<(), DiskError> {
        files::create_private_dir(&self.path).map_err(failed("create", &self.path))
    }

    /// Removes the collection.
    pub fn forget(&self) -> Result<(), DiskError> {
        match fs::remove_dir_all(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", &self.path)(error)),
            _ => Ok(()),
        }
    }

    /// Reads all blocks; parts of files that a crash left are removed, damaged files are set aside.
    pub(super) fn read(&self) -> Result<Found, DiskError> {
        self.create()?;
        let mut found = Found::default();
        let mut paths: Vec<PathBuf> = self.files().map(|file| file.path()).collect();
        paths.sort();
        for path in paths {
            match path.extension().and_then(|ending| ending.to_str()) {
                Some(ENDING) => read_block(&path, &mut found),
                Some(PART) => fs::remove_file(&path).map_err(failed("remove", &path))?,
                _ => {}
            }
        }
        Ok(found)
    }

    /// Writes the bytes of a block, which is none of the collection before it is [kept](Part::keep).
    pub fn write(&self, data: &[u8]) -> Result<Part, DiskError> {
        // It may have been forgotten meanwhile.
        self.create()?;
        let path = self.path.join(format!("{:016x}.{PART}", fastrand::u64(..)));
        write_part(&path, data).map_err(failed("write", &path))?;
        let mapped = mapped(&path).map_err(failed("map", &path))?;
        let block = Block::open(mapped, true).map_err(|error| failed("read back", &path)(io::Error::other(error)))?;
        Ok(Part { block, path })
    }

    /// Makes what was written durable.
    pub fn sync(&self) -> Result<(), DiskError> {
        for path in self.files().map(|file| file.path()).filter(|path| path.extension().is_some_and(|ending| ending == ENDING)) {
            fs::File::open(&path).and_then(|file| file.sync_all()).map_err(failed("save", &path))?;
        }
        files::sync_dir(&self.path).map_err(failed("save", &self.path))
    }

    /// What the collection was made of: files and objects that need not be read again.
    pub fn sources(&self) -> Vec<String> {
        fs::read_to_string(self.path.join(SOURCES)).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// Notes that `names` need not be read again; what was made of them must be durable by then.
    pub fn add_sources(&self, names: &[String]) -> Result<(), DiskError> {
        let path = self.path.join(SOURCES);
        let lines: Vec<String> = names.iter().map(|name| name.replace(['\n', '\r'], " ")).collect();
        let text = lines.join("\n") + "\n";
        let write = || {
            let mut file = fs::OpenOptions::new().create(true).append(true).open(&path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        write().map_err(failed("write", &path))
    }
}

/// A block on disk that is not of its collection yet: a crash leaves nothing of it.
#[derive(Debug)]
pub struct Part {
    pub(super) block: Block,
    path: PathBuf,
}

impl Part {
    /// Makes it a block of its collection.
    pub(super) fn keep(self) -> Result<Block, DiskError> {
        let name = format!("{:020}-{:016x}.{ENDING}", self.block.at_ms(0).max(0), fastrand::u64(..));
        fs::rename(&self.path, self.path.with_file_name(name)).map_err(failed("rename", &self.path))?;
        Ok(self.block)
    }

    /// Gives its records back, which are no longer on disk when they are dropped.
    pub(super) fn drop_file(self) -> Result<Block, DiskError> {
        fs::remove_file(&self.path).map_err(failed("remove", &self.path))?;
        Ok(self.block)
    }
}

fn read_block(path: &Path, found: &mut Found) {
    match mapped(path)
        .map_err(|error| error.to_string())
        .and_then(|data| Block::open(data, true).map_err(|error: BlockError| error.to_string()))
    {
        Ok(block) => found.blocks.push(block),
        Err(why) => {
            let kept = files::set_aside(path)
                .map_or_else(|error| format!("and could not be set aside: {error}"), |to| format!("kept as {}", to.display()));
            found.damaged.push(format!("{}: {why}; {kept}", path.display()));
        }
    }
}

fn write_part(path: &Path, data: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(data)
}

/// The bytes of a file, read when they are touched.
fn mapped(path: &Path) -> io::Result<Bytes> {
    let file = fs::File::open(path)?;
    // SAFETY: a block's file is in a folder of this user alone and is written before it gets this name; afterwards nobody changes it, and a removed
    // file stays readable while it is mapped.
    #[expect(unsafe_code, reason = "mapping a file is unsafe because others could change it")]
    let map = unsafe { memmap2::Mmap::map(&file) }?;
    Ok(Bytes::from_owner(map))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_collections_stay_apart() {
        let cache = Cache::new("/tmp/none".into(), 1);
        assert_ne!(cache.folder("a/b"), cache.folder("a_b"));
        assert!(cache.folder("../../etc").path().starts_with("/tmp/none"));
    }

    #[test]
    fn the_collection_used_longest_ago_makes_room() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::new(dir.path().to_owned(), 250);
        for (name, age) in [("old", 30), ("new", 10)] {
            let folder = cache.folder(name);
            files::create_private_dir(folder.path()).unwrap();
            fs::write(folder.path().join("x.block"), [0; 100]).unwrap();
            fs::write(folder.path().join(SOURCES), "").unwrap();
            let used = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000 - age);
            fs::File::options().append(true).open(folder.path().join(SOURCES)).unwrap().set_modified(used).unwrap();
        }
        let kept = cache.folder("kept");
        cache.make_room(&kept, 100).unwrap();
        assert!(!cache.folder("old").path().exists() && cache.folder("new").path().exists());
        assert!(cache.make_room(&kept, 251).unwrap_err().to_string().contains("limit of 250 B"));
        cache.forget().unwrap();
        assert_eq!(cache.size(), 0);
    }
}
