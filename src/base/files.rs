//! Files that must survive a crash: atomic replacement, user-only folders, and setting a corrupt file aside.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Where a person's settings, progress, ledgers, snapshots and cached bodies live.
///
/// `OUTCROP_HOME` overrides the folder; otherwise it is the platform's data folder for the program.
pub fn data_dir() -> PathBuf {
    if let Some(home) = std::env::var_os("OUTCROP_HOME") {
        return PathBuf::from(home);
    }
    directories::ProjectDirs::from("", "", "outcrop").map_or_else(|| PathBuf::from(".outcrop"), |dirs| dirs.data_dir().to_path_buf())
}

/// Creates `dir` and its parents, readable by the user alone where the platform knows such permissions.
pub fn create_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Replaces `path` with `contents` so that a crash leaves either the old or the new file, never a part.
///
/// The new file is readable by the user alone.
pub fn write_atomically(path: &Path, contents: &[u8]) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    create_private_dir(dir)?;
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_dir(dir)
}

/// Makes renames and new names in `dir` durable; a no-op where folders cannot be synced.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::File::open(dir)?.sync_all()?;
    }
    Ok(())
}

/// Moves an unreadable file out of the way and returns its new path, `name.corrupt-N`, so that nothing is lost.
pub fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let target = free_name_aside(path);
    fs::rename(path, &target)?;
    Ok(target)
}

/// Like [`set_aside`], but the file stays where it is as well: for one that is then replaced atomically, so that it is never missing.
pub fn keep_copy_aside(path: &Path) -> io::Result<PathBuf> {
    let target = free_name_aside(path);
    fs::copy(path, &target)?;
    fs::File::open(&target)?.sync_all()?;
    Ok(target)
}

fn free_name_aside(path: &Path) -> PathBuf {
    let name = path.file_name().map_or_else(|| "file".to_owned(), |n| n.to_string_lossy().into_owned());
    let free = (1..=u32::MAX).map(|n| path.with_file_name(format!("{name}.corrupt-{n}"))).find(|candidate| !candidate.exists());
    free.unwrap_or_else(|| path.with_file_name(format!("{name}.corrupt")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_file_has_the_new_contents_and_leaves_no_temporary_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b.json");
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn setting_aside_twice_keeps_both_files() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.jsonl");
        let mut kept = Vec::new();
        for text in ["first", "second"] {
            fs::write(&path, text).unwrap();
            kept.push(set_aside(&path).unwrap());
        }
        assert_ne!(kept[0], kept[1]);
        assert_eq!(fs::read_to_string(&kept[0]).unwrap(), "first");
        assert!(!path.exists());
    }
}
