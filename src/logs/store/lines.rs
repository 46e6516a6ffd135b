//! The lines of a block while it is made: where they will lie in it, so that they are not copied again.
//!
//! Owns the room for them and their order. A text whose lines are to come can be put behind them, and its lines taken in where they are.

use std::ops::Range;

use super::block::HEAD;
use crate::base::memory::in_large_pages;

/// Room that a block with all that is made of it takes mostly.
const USUAL: usize = 72 << 20;
/// Room that is kept for the next block; more was for one that is out of the ordinary.
const KEPT: usize = 160 << 20;

/// Lines, one after the other, each with a line feed.
#[derive(Debug)]
pub(super) struct Lines {
    /// Room for the head of a block, the lines, and the text that is not taken in yet; what stands beyond has no meaning.
    bytes: Vec<u8>,
    /// Where the lines end.
    end: usize,
    /// The text that is not taken in yet.
    unread: Range<usize>,
    /// Room for putting lines in order.
    spare: Vec<u8>,
}

impl Default for Lines {
    fn default() -> Self {
        Self { bytes: vec![0; HEAD], end: HEAD, unread: HEAD..HEAD, spare: Vec::new() }
    }
}

impl Lines {
    /// Bytes of the lines.
    pub(super) fn len(&self) -> usize {
        self.end - HEAD
    }

    /// Bytes of the lines; places are counted from their begin.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[HEAD..self.end]
    }

    /// Appends a copy of a line; gives where it stands. A text that is not taken in is forgotten.
    pub(super) fn push(&mut self, line: &[u8]) -> Range<usize> {
        let (start, end) = (self.len(), self.end + line.len());
        // Room that is there stays, for a text that comes after.
        if let Some(room) = self.bytes.get_mut(self.end..=end) {
            room[..line.len()].copy_from_slice(line);
            room[line.len()] = b'\n';
        } else {
            self.bytes.truncate(self.end);
            self.bytes.extend_from_slice(line);
            self.bytes.push(b'\n');
        }
        self.end = end + 1;
        self.forget();
        start..start + line.len()
    }

    /// Room behind the lines for a text whose lines are taken in next, in place of the one before.
    pub(super) fn room(&mut self, length: usize) -> &mut [u8] {
        // One more, for the line feed of a last line that has none.
        let least = self.end + length + 1;
        if self.bytes.capacity() >= least {
            self.bytes.resize(least.max(self.bytes.len()), 0);
        } else {
            // Of zeros the system gives pages when they are touched, and not before.
            let mut larger = vec![0; (least + least / 4).max(USUAL)];
            in_large_pages(&mut larger);
            larger[..self.end].copy_from_slice(&self.bytes[..self.end]);
            self.bytes = larger;
        }
        self.unread = self.end..self.end + length;
        &mut self.bytes[self.unread.clone()]
    }

    /// What is not taken in yet.
    pub(super) fn unread(&self) -> &[u8] {
        &self.bytes[self.unread.clone()]
    }

    fn forget(&mut self) {
        self.unread = self.end..self.end;
    }

    /// Takes in the next `length` bytes, which are a line, and leaves out the `gap` after them, which begins with its line feed if it has one; gives
    /// where it stands now.
    pub(super) fn take_in(&mut self, length: usize, gap: usize) -> Range<usize> {
        let (start, from) = (self.len(), self.unread.start);
        if from != self.end {
            self.bytes.copy_within(from..from + length, self.end);
        }
        self.unread.start = (from + length + gap).min(self.unread.end);
        self.bytes[self.end + length] = b'\n';
        self.end += length + 1;
        start..start + length
    }

    /// Leaves out the next `length` bytes.
    pub(super) fn skip(&mut self, length: usize) {
        self.unread.start = (self.unread.start + length).min(self.unread.end);
    }

    /// Puts lines in another order: where each stands now.
    pub(super) fn put_in_order(&mut self, places: impl Iterator<Item = Range<usize>>) {
        let mut ordered = std::mem::take(&mut self.spare);
        ordered.clear();
        ordered.resize(HEAD, 0);
        ordered.reserve(self.len());
        places.for_each(|place| ordered.extend_from_slice(&self.bytes()[place]));
        self.end = ordered.len();
        self.spare = kept(std::mem::replace(&mut self.bytes, ordered));
    }

    /// The room for the head and the lines, to which the rest of a block is appended.
    pub(super) fn begin(&mut self) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.truncate(self.end);
        bytes
    }

    /// Begins anew, in this room.
    pub(super) fn clear(&mut self, room: Vec<u8>) {
        self.bytes = kept(room);
        if self.bytes.len() < HEAD {
            self.bytes.resize(HEAD, 0);
        }
        self.end = HEAD;
        self.forget();
    }
}

fn kept(room: Vec<u8>) -> Vec<u8> {
    if room.capacity() > KEPT { Vec::new() } else { room }
}
