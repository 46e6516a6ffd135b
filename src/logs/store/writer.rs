//! Adding to a store: copies are left out, small blocks are joined, full ones are sealed on disk.

use std::collections::HashSet;
use std::sync::Arc;

use super::Store;
use super::block::Block;
use super::build::{Builder, Incoming};
use super::disk::{Cache, DiskError, Folder, Part};

/// Records and bytes of lines from which on a block is sealed.
pub const FULL: (usize, usize) = (16_384, 48 << 20);

/// What adding came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records that are new.
    pub new: u64,
    /// Copies of known ones.
    pub copies: u64,
    /// New lines that look like JSON and are none.
    pub broken: u64,
    /// New lines that are no invocations, broken ones included.
    pub raw: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.new += other.new;
        self.copies += other.copies;
        self.broken += other.broken;
        self.raw += other.raw;
    }
}

/// The one that adds to a collection. Readers take snapshots, which never change.
#[derive(Debug, Default)]
pub struct Writer {
    home: Option<(Cache, Folder)>,
    sealed: Vec<Arc<Block>>,
    /// Blocks in memory, each at least twice as long as the next.
    open: Vec<Arc<Block>>,
    seen: HashSet<u64, foldhash::fast::FixedState>,
    /// Files that could not be read when the collection was opened.
    pub damaged: Vec<String>,
}

impl Writer {
    /// Opens the collection `name` of `cache`: what was sealed is there again.
    pub fn open(cache: &Cache, name: &str) -> Result<Self, DiskError> {
        let folder = cache.folder(name);
        let found = folder.read()?;
        let mut writer = Self { damaged: found.damaged, ..Self::default() };
        for block in found.blocks {
            writer.seen.extend((0..block.len()).map(|row| block.key(row)));
            writer.sealed.push(Arc::new(block));
        }
        writer.home = Some((cache.clone(), folder));
        Ok(writer)
    }

    /// Opens the collection `name`: begun anew if a file that it was made of is not `there` any more, told by the file's identity.
    pub fn open_while(cache: &Cache, name: &str, there: impl Fn(&str) -> bool) -> Result<Self, DiskError> {
        let folder = cache.folder(name);
        if !folder.sources().iter().all(|source| there(source)) {
            folder.forget()?;
        }
        Self::open(cache, name)
    }

    /// One that goes on from `store`, in memory.
    pub fn from(store: &Store) -> Self {
        let (sealed, open): (Vec<_>, Vec<_>) = store.blocks.iter().cloned().partition(|block| block.is_sealed());
        let seen = store.blocks.iter().flat_map(|block| (0..block.len()).map(|row| block.key(row))).collect();
        Self { sealed, open, seen, ..Self::default() }
    }

    /// The same, but blocks that are full go to the folder of `cache` named `name`, so that much of it needs no memory of the program's own.
    pub fn spilling(store: &Store, cache: &Cache, name: &str) -> Result<Self, DiskError> {
        let folder = cache.folder(name);
        folder.create()?;
        Ok(Self { home: Some((cache.clone(), folder)), ..Self::from(store) })
    }

    /// The folder, if the collection is on disk.
    pub fn folder(&self) -> Option<&Folder> {
        self.home.as_ref().map(|(_, folder)| folder)
    }

    /// Adds lines.
    pub fn add<'a>(&mut self, records: impl IntoIterator<Item = Incoming<'a>>) -> Result<Counts, DiskError> {
        let (mut builder, mut counts) = (Builder::default(), Counts::default());
        for record in records {
            if builder.len() >= FULL.0 || builder.size() >= FULL.1 || builder.is_full(record.line.len()) {
                counts += self.add_block(builder.finish())?;
            }
            builder.add(&record);
        }
        counts += self.add_block(builder.finish())?;
        Ok(counts)
    }

    /// Adds the records of a block that are not there yet.
    pub fn add_block(&mut self, block: Block) -> Result<Counts, DiskError> {
        let (keep, counts) = self.judged(&block);
        if counts.copies == 0 && counts.new > 0 {
            self.place(block)?;
        } else if counts.new > 0 {
            self.place(rebuilt(&[&block], |_, row| keep[row]))?;
        }
        Ok(counts)
    }

    /// The same for one that is written already, which mostly is kept as it is.
    pub fn add_part(&mut self, part: Part) -> Result<Counts, DiskError> {
        let (keep, counts) = self.judged(&part.block);
        if let Some((cache, folder)) = self.home.as_ref().filter(|_| counts.copies == 0 && is_full(&part.block)) {
            cache.make_room(folder, 0)?;
            self.sealed.push(Arc::new(part.keep()?));
        } else {
            let block = part.drop_file()?;
            if counts.new > 0 {
                self.place(rebuilt(&[&block], |_, row| keep[row]))?;
            }
        }
        Ok(counts)
    }

    /// Which records are new.
    fn judged(&mut self, block: &Block) -> (Vec<bool>, Counts) {
        let keep: Vec<bool> = (0..block.len()).map(|row| self.seen.insert(block.key(row))).collect();
        let new = keep.iter().filter(|keep| **keep).count();
        let mut counts = Counts { new: new as u64, copies: (keep.len() - new) as u64, ..Counts::default() };
        for row in (0..block.len()).filter(|row| keep[*row]) {
            counts.broken += u64::from(block.is_broken(row));
            counts.raw += u64::from(!block.is_record(row));
        }
        (keep, counts)
    }

    fn place(&mut self, block: Block) -> Result<(), DiskError> {
        let mut block = block;
        // Doubling keeps the work of joining in proportion to what is added.
        while let Some(last) = self.open.last().filter(|last| !is_full(&block) && last.len() < 2 * block.len() && !is_full(last)) {
            block = rebuilt(&[last, &block], |_, _| true);
            self.open.pop();
        }
        if is_full(&block) && self.home.is_some() {
            return self.seal_block(&block);
        }
        self.open.push(Arc::new(block));
        Ok(())
    }

    fn seal_block(&mut self, block: &Block) -> Result<(), DiskError> {
        let Some((cache, folder)) = &self.home else { return Ok(()) };
        cache.make_room(folder, block.size() as u64)?;
        self.sealed.push(Arc::new(folder.write(block.bytes())?.keep()?));
        Ok(())
    }

    /// Puts everything on disk, small blocks joined: it outlives this program from here on. [`Folder::sync`] makes it outlive a power cut.
    pub fn seal(&mut self) -> Result<(), DiskError> {
        if self.home.is_some() && !self.open.is_empty() {
            let open = std::mem::take(&mut self.open);
            let parts: Vec<&Block> = open.iter().map(|block| &**block).collect();
            match parts[..] {
                [one] => self.seal_block(one)?,
                _ => self.seal_block(&rebuilt(&parts, |_, _| true))?,
            }
        }
        Ok(())
    }

    /// What is there now, for a screen: its order is made here and not while a frame is drawn.
    pub fn snapshot_in_order(&self) -> Arc<Store> {
        let store = self.snapshot();
        store.order();
        store
    }

    /// What is there now.
    pub fn snapshot(&self) -> Arc<Store> {
        Arc::new(Store::of(self.sealed.iter().chain(&self.open).cloned().collect()))
    }
}

/// Joining blocks costs as much as making them: one that is half full is left alone.
fn is_full(block: &Block) -> bool {
    block.len() >= FULL.0 / 2 || block.raw().len() >= FULL.1 / 2
}

/// The records of some blocks that are wanted, as one block.
fn rebuilt(blocks: &[&Block], wanted: impl Fn(usize, usize) -> bool) -> Block {
    let mut builder = Builder::default();
    for (index, block) in blocks.iter().enumerate() {
        for row in (0..block.len()).filter(|row| wanted(index, *row)) {
            let Some(origin) = block.origin(row) else { continue };
            let (id, line) = (block.own_id(row), block.line(row));
            builder.add(&Incoming { at_ms: Some(block.at_ms(row)), arrived_ms: block.arrived_ms(row), id: &id, origin, line: &line });
        }
    }
    builder.finish()
}
