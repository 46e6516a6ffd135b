//! Where records of log groups go that are too many for the memory: a folder of this run of the program, gone when it ends.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::base::files;
use crate::logs::Store;
use crate::logs::store::Writer;
use crate::logs::store::disk::{Cache, DEFAULT_LIMIT};

/// The folder, made when it is first needed.
///
/// Records of a log group are not kept between runs: a group can be deleted and made anew under its name, and would show what is no longer there.
#[derive(Debug)]
pub struct Spill {
    records: PathBuf,
    folder: OnceLock<Option<tempfile::TempDir>>,
}

impl Spill {
    /// One below the folder `records`.
    pub fn below(records: PathBuf) -> Self {
        Self { records, folder: OnceLock::new() }
    }

    /// A writer that goes on from `known`; in memory alone where there is no place on disk.
    pub fn writer(&self, known: &Store) -> Writer {
        let Some(folder) = self.folder.get_or_init(|| self.make()) else { return Writer::from(known) };
        let cache = Cache::new(folder.path().to_owned(), DEFAULT_LIMIT);
        Writer::spilling(known, &cache, "log groups").unwrap_or_else(|error| {
            tracing::warn!(details = %error, "Records of log groups are held in memory");
            Writer::from(known)
        })
    }

    fn make(&self) -> Option<tempfile::TempDir> {
        let made =
            files::create_private_dir(&self.records).and_then(|()| tempfile::Builder::new().prefix("run-").tempdir_in(&self.records));
        made.inspect_err(|error| tracing::warn!(details = %error, "Records of log groups are held in memory")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::store::{FULL, Incoming, Origin};
    use std::sync::Arc;

    fn add(writer: &mut Writer, numbers: std::ops::Range<usize>) {
        let origin = Arc::new(Origin { log: "1:g".to_owned(), stream: "s".to_owned() });
        let lines: Vec<String> = numbers.map(|n| format!("line {n}")).collect();
        writer
            .add(lines.iter().map(|line| Incoming { at_ms: Some(1), arrived_ms: 1, id: line, origin: &origin, line: line.as_bytes() }))
            .unwrap();
    }

    #[test]
    fn what_is_full_lies_on_disk_and_goes_with_the_run() {
        let home = tempfile::tempdir().unwrap();
        let spill = Spill::below(home.path().join("records"));
        let mut writer = spill.writer(&Store::default());
        add(&mut writer, 0..FULL.0 + 10);
        let known = writer.snapshot_in_order();
        assert_eq!(known.blocks().iter().filter(|block| block.is_sealed()).count(), 1);
        let mut writer = spill.writer(&known);
        add(&mut writer, 0..FULL.0 + 20);
        let store = writer.snapshot();
        assert_eq!((store.len(), store.blocks().iter().filter(|block| block.is_sealed()).count()), (FULL.0 + 20, 1));
        drop(spill);
        assert_eq!(std::fs::read_dir(home.path().join("records")).unwrap().count(), 0);
        assert_eq!(store.get(FULL.0 + 19).unwrap().line.len(), "line 16384".len(), "what is mapped can still be read");
    }
}
